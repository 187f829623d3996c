#include "client/api/day_reader.hpp"
#include "client/api/move.hpp"

#include "tests/client/api/morning.hpp"

#include <string>
#include <utility>
#include <vector>

namespace outrider::api {
namespace {

using namespace std::chrono_literals;
using dispatch::Status;
using test::literal;

}  // namespace

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
        morning.api.on("assignmentsList",
                       R"({"page":1,"hasMore":true,"data":[)" + std::string(row) + "]}");
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

TEST_CASE("a read that fails at any request loses nothing: the next one tells it all") {
    for (const CheckIn check_in : {CheckIn::none, CheckIn::shift, CheckIn::office}) {
        int failures = 0;
        for (int step = 0; step < 12; ++step) {
            CAPTURE(step);
            Morning morning(check_in);
            morning.api.on("office", to_json(api::Standing()));
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
                morning.day = *failed;  // without an address, at the worst
            } else {
                ++failures;
                CHECK(failed.error().fault == Fault::unreachable);
                CHECK_FALSE(failed.error().ambiguous);
                CHECK(morning.day == before);
            }
            morning.read();
            CHECK(morning.mine(811).status == Status::dispatched);
            CHECK(morning.day.visits[1].standing == dispatch::Standing::canceled);
            CHECK(morning.day.feed == "token-2");
            for (const Visit& visit : morning.day.visits) CHECK_FALSE(visit.address.empty());
        }
        CHECK(failures >= 5);
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
    REQUIRE(morning.day.shifts.size() == 1);  // for when the office cannot be heard
    CHECK(morning.day.shifts[0].start == *parse_rfc3339("2026-11-21T06:40:00Z"));
    CHECK(morning.day.shifts[0].end == *parse_rfc3339("2026-11-21T14:00:00Z"));
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
          std::vector<std::string>{"assignmentsExport", "appointmentsList", "jobsList", "office"});
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
    CHECK(fault(400, "application/json", R"({"title":"tok\u0065n-of-the-day"})") == Fault::refused);
    CHECK(fault(403, "application/json", "{}") == Fault::unauthorised);
    CHECK(fault(404, "application/json", "{}") == Fault::unauthorised);
    CHECK(fault(429, "application/json", "{}") == Fault::busy);
    CHECK(fault(400, "application/json", "{}") == Fault::refused);
    CHECK(fault(500, "application/json", "{}") == Fault::unreachable);
    CHECK(fault(302, "text/html", "") == Fault::malformed);
}

TEST_CASE("a day that went without an address waits for the next as long as the office wants") {
    Morning morning;
    const auto give = morning.api.answers["locationsGet"];
    morning.api.on("locationsGet", [](const http::Request&) {
        http::Response busy = test::answer(429, "{}");
        busy.headers.set("Retry-After", "90");
        return busy;
    });
    morning.read();
    CHECK(morning.api.count("locationsGet") == 1);
    CHECK(morning.day.visits[0].address.empty());
    morning.api.answers["locationsGet"] = give;
    morning.clock.run_for(std::chrono::seconds(60));
    const auto early = morning.try_read();
    REQUIRE_FALSE(early);
    CHECK(early.error().wait == std::chrono::seconds(30));
    CHECK(morning.api.requests.empty());
    morning.clock.run_for(std::chrono::seconds(30));
    morning.read();
    CHECK_FALSE(morning.day.visits[0].address.empty());
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
