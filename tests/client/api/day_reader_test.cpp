#include "client/api/day_reader.hpp"

#include "client/api/move.hpp"

#include "tests/client/api/tenant.hpp"
#include "tests/support/result.hpp"

#include <string>
#include <vector>

namespace outrider::api {
namespace {

using namespace std::chrono_literals;
using dispatch::Status;
using test::literal;

DeskSettings settings(CheckIn check_in = CheckIn::none) {
    DeskSettings settings;
    settings.tenant = "1000001";
    settings.technician = 21;
    settings.check_in = check_in;
    settings.rights.checked_in = true;
    return settings;
}

// It is 06:30 of 2026-11-21.
struct Morning : test::Tenant {
    DayReader reader;
    OfficeDay day;

    explicit Morning(CheckIn check_in = CheckIn::none) : reader(line, clock, settings(check_in)) {
        add(812, 702, "2026-11-21T11:00:00Z");
        add(811, 701, "2026-11-21T08:00:00Z");
        assignments.push_back({9500, 22, 811, "Working"});
    }
    Result<OfficeDay> try_read() {
        api.forget();
        auto result = clock.run(reader.read(day));
        if (result) day = *result;
        return result;
    }
    void read() {
        const auto result = try_read();
        REQUIRE(result);
    }
    std::vector<dispatch::Id> shown() const {
        std::vector<dispatch::Id> ids;
        for (const Visit& visit : day.visits) ids.push_back(visit.appointment);
        return ids;
    }
    const dispatch::Assignment& mine(dispatch::Id id) const {
        for (const Visit& visit : day.visits) {
            if (visit.appointment == id) return crew_of(visit, 21)->assignment;
        }
        FAIL("not shown");
        return day.visits.front().crew.front().assignment;
    }
};

using Ids = std::vector<dispatch::Id>;
const std::vector<std::string> quiet = {"assignmentsExport", "appointmentsList"};

}  // namespace

TEST_CASE("a day is read from answers typed by hand, page by page") {
    test::Exchange wire;
    wire.clock.jump(*parse_rfc3339("2026-03-02T17:10:00Z") - wire.clock.now());
    wire.api.on("assignmentsExport", [](const http::Request& request) {
        const bool first = http::query_value(request.target, "from") == "2026-03-02";
        return test::answer(
            200, literal(first ? "assignmentsExport.json" : "assignmentsExport.last.json"));
    });
    wire.api.on("techniciansGet", literal("techniciansGet.nulls.json"));
    wire.api.on("appointmentsList", [](const http::Request& request) {
        const bool today = http::query_value(request.target, "status").empty();
        const bool first = http::query_value(request.target, "page") == "1";
        return test::answer(200, today && first ? literal("appointmentsList.json")
                                 : today        ? literal("appointmentsList.second-page.json")
                                                : R"({"hasMore":false,"data":[]})");
    });
    wire.api.on_pages("assignmentsList", {literal("assignmentsList.json"),
                                          literal("assignmentsList.second-page.json")});
    wire.api.on("jobsList", literal("jobsList.json"));
    wire.api.on("locationsGet", literal("locationsGet.json"));
    wire.api.on("customersGet", literal("customersGet.json"));
    wire.api.on("shiftsList", literal("shiftsList.json"));
    DayReader reader(wire.line, wire.clock, settings(CheckIn::shift));
    const auto day = wire.clock.run(reader.read(OfficeDay()));
    REQUIRE(day);
    CHECK(day->as_of == wire.clock.now());
    CHECK(day->technician == 21);
    CHECK(day->technician_name == "Ana Ruiz");
    CHECK(day->rights.checked_in);
    CHECK(day->checked_in_by == "shift");
    CHECK(day->feed == "eyJ2IjoxLCJzIjo0NH0=");
    // 813 and 814 are not theirs, says the list of assignments.
    REQUIRE(day->visits.size() == 2);
    const Visit& visit = day->visits[0];
    CHECK(visit.appointment == 811);
    CHECK(visit.customer_name == "Åsa Lindqvist & Söner");
    CHECK(visit.address == "12 Elm St, Apt 3, Mountain View, CA 94040");
    CHECK(visit.latitude == 37.386051);
    CHECK(visit.priority == "Urgent");
    CHECK(visit.job_begun);
    REQUIRE(visit.crew.size() == 2);
    CHECK(visit.crew[0].assignment.status == Status::working);
    CHECK(visit.crew[1].name == "Ben Okafor");
    CHECK(day->visits[1].standing == dispatch::Standing::on_hold);
    CHECK(day->visits[1].job_standing == dispatch::Standing::on_hold);
    CHECK(day->visits[1].crew[0].assignment.paused);
}

TEST_CASE("the visits come in order of their start, with the crew in order of their ids") {
    Morning morning;
    morning.read();
    CHECK(morning.shown() == Ids{811, 812});
    REQUIRE(morning.day.visits[0].crew.size() == 2);
    CHECK(morning.day.visits[0].crew[0].technician == 21);
    CHECK(morning.day.visits[0].crew[1].assignment.status == Status::working);
    CHECK(morning.day.visits[0].number == "701-1");
    CHECK(morning.day.rights.checked_in);
    CHECK(morning.day.checked_in_by.empty());
}

TEST_CASE("as long as nothing changes, two requests keep the day fresh") {
    Morning morning;
    morning.read();
    const OfficeDay before = morning.day;
    for (int poll = 0; poll < 5; ++poll) {
        morning.clock.run_for(5min);
        morning.read();
        CHECK(morning.api.operations == quiet);
    }
    CHECK(morning.day.as_of == before.as_of + 25min);
    morning.day.as_of = before.as_of;
    CHECK(morning.day == before);
}

TEST_CASE("what the feed shows of the technician's appointments is read at once") {
    Morning morning;
    morning.read();
    morning.crew(9811).status = "Dispatched";
    morning.crew(9811).modified = "2026-11-21T06:31:00Z";
    morning.read();
    CHECK(morning.mine(811).status == Status::dispatched);
    morning.crew(9500).status = "Done";  // somebody else on it
    morning.crew(9500).modified = "2026-11-21T06:32:00Z";
    morning.read();
    CHECK(morning.day.visits[0].crew[1].assignment.status == Status::done);
    morning.read();
    CHECK(morning.api.operations == quiet);
    // Somebody else's appointment is nothing to us.
    morning.assignments.push_back({9700, 33, 899, "Working", "2026-11-21T06:33:00Z"});
    morning.read();
    CHECK(morning.api.operations == quiet);
}

TEST_CASE("an appointment that was moved, taken away or added shows in the next read") {
    Morning morning;
    morning.add(813, 703, "2026-11-21T15:00:00Z");
    morning.read();
    CHECK(morning.shown() == Ids{811, 812, 813});
    morning.visit(812).start = "2026-11-21T07:00:00Z";
    morning.visit(812).modified = "2026-11-21T06:40:00Z";
    morning.read();
    CHECK(morning.shown() == Ids{812, 811, 813});
    morning.visit(812).start = "2026-11-22T07:00:00Z";  // tomorrow
    morning.visit(812).modified = "2026-11-21T06:41:00Z";
    morning.read();
    morning.read();
    CHECK(morning.api.operations == quiet);
    morning.crew(9813).active = false;  // unassigned
    morning.crew(9813).modified = "2026-11-21T06:42:00Z";
    morning.read();
    morning.add(814, 704, "2026-11-21T16:00:00Z");
    morning.read();
    CHECK(morning.shown() == Ids{811, 814});
}

TEST_CASE("canceled and held appointments stay visible as such, inactive ones do not") {
    Morning morning;
    morning.add(813, 703, "2026-11-21T15:00:00Z");
    morning.read();
    const auto change = [&](dispatch::Id id, const char* status) {
        morning.visit(id).status = status;
        morning.visit(id).modified = "2026-11-21T06:40:00Z";
    };
    change(811, "Hold");
    change(812, "Canceled");
    morning.crew(9812).active = false;  // with the cancellation the crew goes
    morning.visit(813).active = false;
    morning.visit(813).modified = "2026-11-21T06:40:00Z";
    morning.read();
    REQUIRE(morning.shown() == Ids{811, 812});
    CHECK(morning.day.visits[0].standing == dispatch::Standing::on_hold);
    CHECK(morning.day.visits[1].standing == dispatch::Standing::canceled);
    morning.read();  // of the inactive one only the times of change tell
    morning.read();
    CHECK(morning.api.operations == quiet);
}

TEST_CASE("the whole day is read again after an hour and after midnight") {
    Morning morning;
    morning.read();
    morning.clock.run_for(59min);
    morning.read();
    CHECK(morning.api.operations == quiet);
    morning.clock.run_for(2min);
    morning.read();
    CHECK(morning.api.count("techniciansGet") == 1);
    CHECK(morning.api.count("locationsGet") == 0);  // known, and unchanged
    morning.add(813, 703, "2026-11-22T09:00:00Z");
    morning.clock.jump(17h);
    morning.read();
    CHECK(morning.shown() == Ids{813});
}

TEST_CASE("today begins at the midnight it is told") {
    test::Tenant tenant;
    DeskSettings there = settings();
    there.day_start = [](Instant now) -> Instant {  // UTC-8: it is still the evening before
        return std::chrono::floor<std::chrono::days>(now - 8h) + 8h;
    };
    tenant.add(811, 701, "2026-11-21T07:59:00Z");
    tenant.add(812, 702, "2026-11-21T08:00:00Z");
    tenant.add(810, 700, "2026-11-20T07:59:00Z");
    DayReader reader(tenant.line, tenant.clock, there);
    const auto day = tenant.clock.run(reader.read(OfficeDay()));
    REQUIRE(day);
    REQUIRE(day->visits.size() == 1);
    CHECK(day->visits[0].appointment == 811);
}

TEST_CASE("a token the feed does not take any more means to begin again") {
    Morning morning;
    morning.read();
    CHECK(morning.day.feed == "token-1");
    morning.token_refused = true;
    morning.token = "token-2";
    morning.read();
    CHECK(morning.day.feed == "token-2");
    CHECK(morning.api.count("assignmentsExport") == 2);
    CHECK(morning.api.count("techniciansGet") == 1);
}

TEST_CASE("a feed is followed while it has more, but not for ever") {
    Morning morning;
    morning.feed_pages = 3;
    morning.read();
    CHECK(morning.api.count("assignmentsExport") == 4);
    CHECK(morning.day.feed == "token-1");
    Morning long_one;
    long_one.feed_pages = 30;
    long_one.read();
    CHECK(long_one.api.count("assignmentsExport") == 20);
    CHECK(long_one.day.feed == "page-20");
    long_one.read();  // the rest
    CHECK(long_one.day.feed == "token-1");
    Morning stuck;
    stuck.api.on("assignmentsExport", R"({"hasMore":true,"continueFrom":"a","data":[]})");
    const auto result = stuck.try_read();
    REQUIRE_FALSE(result);
    CHECK(result.error().fault == Fault::malformed);
    CHECK(stuck.api.count("assignmentsExport") == 2);
}

TEST_CASE("pages without an end are an error, and so are empty ones that promise more") {
    for (const char* row : {"", R"({"id":1,"technicianId":21,"appointmentId":811,"status":"Done",
        "isPaused":false,"active":true,"modifiedOn":"2026-11-21T06:00:00Z"})"}) {
        Morning morning;
        morning.api.on("assignmentsList", R"({"hasMore":true,"data":[)" + std::string(row) + "]}");
        const auto result = morning.try_read();
        REQUIRE_FALSE(result);
        CHECK(result.error().fault == Fault::malformed);
        CHECK_FALSE(result.error().ambiguous);
        CHECK(morning.api.count("assignmentsList") <= 20);
    }
}

TEST_CASE("at most fifty ids go into a request, and many small pages are read whole") {
    Morning morning;
    for (int i = 0; i < 120; ++i) morning.add(1000 + i, 3000 + i, "2026-11-21T12:00:00Z");
    morning.page_size = 7;
    morning.read();
    CHECK(morning.day.visits.size() == 122);
    CHECK(morning.api.count("locationsGet") == 50);  // so many places and customers at once
    CHECK(morning.day.visits.back().address.empty());
    int reads = 1;
    for (; morning.day.visits.back().address.empty() && reads < 10; ++reads) morning.read();
    CHECK(reads == 3);
    morning.read();
    CHECK(morning.api.operations.front() == "assignmentsExport");
    CHECK(morning.api.count("techniciansGet") == 0);
}

TEST_CASE("what is under way or paused is shown, on whatever day it began") {
    Morning morning;
    morning.technician["jobFilter"] = "DispatchedWorking";
    morning.add(790, 690, "2026-11-10T09:00:00Z");  // paused
    morning.crew(9790).paused = true;
    morning.add(791, 691, "2026-11-20T22:00:00Z", "Working");  // past midnight
    morning.add(792, 692, "2026-11-20T09:00:00Z");             // never begun
    morning.add(793, 693, "2026-11-20T09:00:00Z", "Done");
    morning.read();
    CHECK(morning.shown() == Ids{790, 791});
    // Done since midnight: an answer lost must find it so.
    morning.crew(9791).status = morning.visit(791).status = "Done";
    morning.crew(9791).modified = morning.visit(791).modified = "2026-11-21T06:45:00Z";
    morning.read();
    CHECK(morning.shown() == Ids{790, 791});
    CHECK(morning.mine(791).status == Status::done);
}

TEST_CASE("a word nobody knows leaves the status as it was") {
    Morning morning;
    morning.crew(9811).status = "Dispatched";
    morning.read();
    morning.crew(9811).status = "Teleported";
    morning.crew(9811).modified = "2026-11-21T06:40:00Z";
    morning.visit(812).status = "Pondering";
    morning.job_status[701] = "Postponed";
    morning.read();
    CHECK(morning.mine(811).status == Status::dispatched);
    CHECK(morning.day.visits[0].job_begun);
    CHECK(morning.day.visits[1].standing == dispatch::Standing::open);
    Morning other;
    other.crew(9811).status = "Teleported";
    other.read();
    CHECK(other.mine(811).status == Status::scheduled);
}

TEST_CASE("a job that is not listed any more is as it was") {
    Morning morning;
    morning.read();
    morning.job_status[701] = "";
    morning.crew(9811).modified = "2026-11-21T06:40:00Z";
    morning.read();
    CHECK(morning.day.visits[0].job_number == "701");
    CHECK(morning.day.visits[0].address == "12 Elm St, Apt 3, Mountain View, CA 94040");
}

TEST_CASE("places are asked for once, and again when the job or appointment has changed") {
    Morning morning;
    morning.without_place.insert(1702);  // of job 702
    morning.read();
    CHECK(morning.api.count("locationsGet") == 2);
    CHECK(morning.api.count("customersGet") == 2);
    CHECK(morning.day.visits[0].address == "12 Elm St, Apt 3, Mountain View, CA 94040");
    CHECK(morning.day.visits[1].address.empty());
    morning.visit(811).modified = "2026-11-21T06:40:00Z";
    morning.without_place.clear();
    morning.read();
    CHECK(morning.api.count("locationsGet") == 2);  // the changed one, and the one without
    CHECK(morning.day.visits[1].address == "12 Elm St, Apt 3, Mountain View, CA 94040");
    morning.crew(9812).modified = "2026-11-21T06:50:00Z";
    morning.read();
    CHECK(morning.api.count("jobsList") == 1);
    CHECK(morning.api.count("locationsGet") == 0);
}

TEST_CASE("a read that fails at any request loses nothing: the next one tells it all") {
    for (const CheckIn check_in : {CheckIn::none, CheckIn::shift}) {
        for (int step = 0;; ++step) {
            CAPTURE(step);
            Morning morning(check_in);
            morning.read();
            morning.crew(9811).status = "Dispatched";
            morning.crew(9811).modified = "2026-11-21T06:40:00Z";
            morning.visit(812).status = "Canceled";
            morning.visit(812).modified = "2026-11-21T06:41:00Z";
            morning.token = "token-2";
            const OfficeDay before = morning.day;
            morning.api.fail_at = step;
            const auto failed = morning.try_read();
            morning.api.fail_at = -1;
            if (failed) {
                CHECK(step > 5);
                break;
            }
            CHECK(failed.error().fault == Fault::unreachable);
            CHECK_FALSE(failed.error().ambiguous);
            CHECK(morning.day == before);
            morning.read();
            CHECK(morning.mine(811).status == Status::dispatched);
            CHECK(morning.day.visits[1].standing == dispatch::Standing::canceled);
            CHECK(morning.day.feed == "token-2");
        }
    }
}

TEST_CASE("checked in is a guess from a shift that goes on, or from being busy") {
    const auto shift = [](const char* start, const char* end, const char* type = "Normal") {
        auto json = nlohmann::json::parse(literal("shiftsList.json"))["data"][0];
        json["start"] = start;
        json["end"] = end;
        json["shiftType"] = type;
        return json.dump();
    };
    const auto guess = [&](const std::string& row, const char* status = "Idle") {
        Morning morning(CheckIn::shift);
        if (!row.empty()) morning.shifts = {row};
        morning.technician["status"] = status;
        morning.read();
        CHECK(morning.day.checked_in_by == "shift");
        CHECK(morning.day.rights.may_dispatch);
        return morning.day.rights.checked_in;
    };
    CHECK_FALSE(guess(""));
    CHECK(guess(shift("2026-11-21T06:00:00Z", "2026-11-21T14:00:00Z")));
    CHECK(guess(shift("2026-11-20T22:00:00Z", "2026-11-21T06:31:00Z")));
    CHECK_FALSE(guess(shift("2026-11-21T06:31:00Z", "2026-11-21T14:00:00Z")));
    CHECK_FALSE(guess(shift("2026-11-20T22:00:00Z", "2026-11-21T06:30:00Z")));
    CHECK_FALSE(guess(shift("2026-11-21T06:00:00Z", "2026-11-21T14:00:00Z", "OnCall")));
    CHECK(guess("", "Working"));
    CHECK(guess("", "Meal"));
    // A shift begins without anything being read anew.
    Morning morning(CheckIn::shift);
    morning.shifts = {shift("2026-11-21T06:40:00Z", "2026-11-21T14:00:00Z")};
    morning.read();
    CHECK_FALSE(morning.day.rights.checked_in);
    morning.clock.run_for(11min);
    morning.read();
    CHECK(morning.api.operations == quiet);
    CHECK(morning.day.rights.checked_in);
}

TEST_CASE("the stand-in is asked for the check-in and the rights with every read") {
    Morning morning(CheckIn::office);
    api::Standing standing;
    standing.technician = 21;
    standing.name = "Ana Ruiz";
    standing.rights = {false, true, false, true};
    morning.api.on("office", [&](const http::Request& request) {
        CHECK(request.method == "GET");
        CHECK(request.target == "/office/v1/technicians/21");
        return test::answer(200, to_json(standing));
    });
    morning.read();
    CHECK(morning.day.rights == standing.rights);
    CHECK(morning.day.checked_in_by == "office");
    standing.rights.checked_in = true;
    morning.read();
    CHECK(morning.api.operations ==
          std::vector<std::string>{"assignmentsExport", "appointmentsList", "office"});
    CHECK(morning.day.rights.checked_in);
}

TEST_CASE("refused, busy and foreign answers are what they are, and never a day") {
    const auto fault = [](int status, const char* type, const char* body) {
        Morning morning;
        morning.api.on("jobsList",
                       [=](const http::Request&) { return test::answer(status, body, type); });
        const auto result = morning.try_read();
        REQUIRE_FALSE(result);
        CHECK(result.error().detail.find("token-of-the-day") == std::string::npos);
        CHECK_FALSE(result.error().ambiguous);
        return result.error().fault;
    };
    CHECK(fault(200, "text/html", "<html>Sign in</html>") == Fault::malformed);
    CHECK(fault(200, "application/json", R"({"message":"welcome"})") == Fault::malformed);
    CHECK(fault(401, "application/json", "token-of-the-day") == Fault::unauthorised);
    CHECK(fault(403, "application/json", "{}") == Fault::unauthorised);
    CHECK(fault(404, "application/json", "{}") == Fault::unauthorised);
    CHECK(fault(429, "application/json", "{}") == Fault::busy);
    CHECK(fault(400, "application/json", "{}") == Fault::refused);
    CHECK(fault(500, "application/json", "{}") == Fault::unreachable);
    CHECK(fault(302, "text/html", "") == Fault::malformed);
}

TEST_CASE("another technician's day is not built upon") {
    Morning morning;
    morning.read();
    morning.day.technician = 22;
    morning.day.feed = "theirs";
    morning.read();
    CHECK(morning.api.count("techniciansGet") == 1);
    CHECK(morning.day.technician == 21);
    CHECK(http::query_value(morning.api.requests[0].target, "from") == "2026-11-21");
}

}  // namespace outrider::api
