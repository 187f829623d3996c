#include "client/api/day_reader.hpp"

#include "tests/client/api/morning.hpp"

#include <string>
#include <vector>

namespace outrider::api {
namespace {

using namespace std::chrono_literals;
using dispatch::Status;
using test::literal;

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
                                                : R"({"page":1,"hasMore":false,"data":[]})");
    });
    wire.api.on_pages("assignmentsList", {literal("assignmentsList.json"),
                                          literal("assignmentsList.second-page.json")});
    wire.api.on("jobsList", literal("jobsList.json"));
    wire.api.on("locationsGet", literal("locationsGet.json"));
    wire.api.on("customersGet", literal("customersGet.json"));
    wire.api.on("shiftsList", literal("shiftsList.json"));
    DayReader reader(wire.line, wire.clock, settings(CheckIn::shift));
    const auto day = wire.clock.run(reader.read(OfficeDay(), {}));
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

TEST_CASE("as long as nothing changes, three requests keep the day fresh") {
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

TEST_CASE("a job put on hold whose appointments stay as they were shows in the next read") {
    Morning morning;
    morning.read();
    CHECK(morning.day.visits[0].job_standing == dispatch::Standing::open);
    morning.job_status[morning.day.visits[0].job] = "Hold";
    morning.read();
    CHECK(morning.day.visits[0].job_standing == dispatch::Standing::on_hold);
    morning.read();
    CHECK(morning.api.operations == quiet);
}

TEST_CASE("a list that is not from this API does not empty the day") {
    Morning morning;
    morning.read();
    morning.api.on("appointmentsList", R"({"data":[],"hasMore":false})");
    morning.clock.run_for(2h);
    const auto again = morning.try_read();
    REQUIRE_FALSE(again);
    CHECK(again.error().fault == Fault::malformed);
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
    morning.add(813, 703, "2026-11-22T09:00:00Z");
    morning.read();
    CHECK(morning.shown() == Ids{811, 812});
    morning.clock.run_for(59min);
    morning.read();
    CHECK(morning.api.operations == quiet);
    morning.clock.run_for(2min);
    morning.read();
    CHECK(morning.api.count("techniciansGet") == 1);
    CHECK(morning.api.count("locationsGet") == 0);  // known, and unchanged
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
    const auto day = tenant.clock.run(reader.read(OfficeDay(), {}));
    REQUIRE(day);
    REQUIRE(day->visits.size() == 1);
    CHECK(day->visits[0].appointment == 811);
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
    morning.clock.run_for(2h);
    morning.read();
    CHECK(morning.shown() == Ids{790, 791});
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

TEST_CASE("an office that repeats our token in its records does not get it onto the screen") {
    Morning morning;
    morning.api.on("customersGet", R"({"id":1,"name":"Bearer token-of-the-day"})");
    morning.read();
    CHECK(morning.day.visits[0].customer_name == "Bearer (secret)");
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

}  // namespace outrider::api
