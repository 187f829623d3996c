#include "client/api/job_filter.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <vector>

namespace outrider::api {
namespace {

using namespace std::chrono_literals;
using dispatch::Standing;
using dispatch::Status;

const Instant midnight(std::chrono::seconds(1'795'219'200));

Visit visit(dispatch::Id id, Duration start, Status status = Status::scheduled) {
    Visit visit;
    visit.appointment = id;
    visit.start = midnight + start;
    visit.crew = {{21, "Ana", {status, false}, midnight - 24h}};
    return visit;
}

// A day's worth: done, working, four to come, and some of the days after.
std::vector<Visit> week() {
    return {visit(1, 8h, Status::done),
            visit(2, 9h, Status::working),
            visit(3, 10h),
            visit(4, 11h),
            visit(5, 30h),
            visit(6, 60h),
            visit(7, 130h),
            visit(8, -30h)};
}

std::vector<dispatch::Id> seen(const char* word, std::vector<Visit> visits = week(),
                               const OfficeDay& last = {}) {
    const JobFilter filter = job_filter(word);
    std::vector<dispatch::Id> ids;
    for (const Visit& each :
         visible(std::move(visits), filter, 21, midnight, midnight + filter.days * 24h, last, {})) {
        ids.push_back(each.appointment);
    }
    return ids;
}

using Ids = std::vector<dispatch::Id>;

}  // namespace

TEST_CASE("each of ServiceTitan's words shows what it says") {
    CHECK(seen("AllScheduledDispatchedWorking") == Ids{1, 2, 3, 4, 5, 6, 7});
    CHECK(seen("AllScheduledDispatchedWorkingToday") == Ids{1, 2, 3, 4});
    CHECK(seen("AllScheduledDispatchedWorkingTodayTomorrow") == Ids{1, 2, 3, 4, 5});
    CHECK(seen("AllScheduledDispatchedWorkingFiveDays") == Ids{1, 2, 3, 4, 5, 6});
    CHECK(seen("NextScheduledDispatchedWorking") == Ids{1, 2, 3});
    CHECK(seen("NextScheduledDispatchedWorkingToday") == Ids{1, 2, 3});
    CHECK(seen("NextScheduledDispatchedWorkingTodayTomorrow") == Ids{1, 2, 3});
    CHECK(seen("Next2ScheduledDispatchedWorkingToday") == Ids{1, 2, 3, 4});
    CHECK(seen("DispatchedWorking") == Ids{1, 2});
    CHECK(seen("") == Ids{1, 2, 3, 4});
    CHECK(seen("EverySecondTuesday") == Ids{1, 2, 3, 4});
}

TEST_CASE("the next one may be tomorrow's, or beyond, as the word has it") {
    const std::vector<Visit> later = {visit(6, 60h), visit(5, 30h)};
    CHECK(seen("NextScheduledDispatchedWorking", later) == Ids{5});
    CHECK(seen("NextScheduledDispatchedWorkingTodayTomorrow", later) == Ids{5});
    CHECK(seen("NextScheduledDispatchedWorkingToday", later).empty());
}

TEST_CASE("what is under way or paused is always shown") {
    std::vector<Visit> old = {visit(1, -200h, Status::dispatched), visit(2, -300h), visit(3, 300h)};
    old[1].crew[0].assignment.paused = old[2].crew[0].assignment.paused = true;
    CHECK(seen("DispatchedWorking", old) == Ids{2, 1, 3});
}

TEST_CASE("canceled and held ones are shown with All, otherwise to who has seen them") {
    std::vector<Visit> visits = {visit(1, 8h), visit(2, 9h), visit(3, 10h)};
    visits[0].standing = Standing::canceled;
    visits[1].standing = Standing::on_hold;
    CHECK(seen("AllScheduledDispatchedWorkingToday", visits) == Ids{1, 2, 3});
    CHECK(seen("NextScheduledDispatchedWorkingToday", visits) == Ids{3});
    OfficeDay last;
    last.visits = {visit(2, 9h)};
    CHECK(seen("NextScheduledDispatchedWorkingToday", visits, last) == Ids{2, 3});
    CHECK(seen("DispatchedWorking", visits, last) == Ids{2});
}

TEST_CASE("nobody sees what they are not assigned to") {
    std::vector<Visit> visits = {visit(1, 8h), visit(2, 9h, Status::working)};
    for (Visit& each : visits) each.crew[0].technician = 22;
    CHECK(seen("AllScheduledDispatchedWorking", visits).empty());
    OfficeDay last;
    last.visits = {visit(1, 8h)};
    CHECK(seen("AllScheduledDispatchedWorking", visits, last).empty());
    visits[0].standing = Standing::canceled;
    CHECK(seen("AllScheduledDispatchedWorking", visits, last) == Ids{1});
}

TEST_CASE("at most five hundred are shown, the first by their start") {
    std::vector<Visit> visits;
    for (int i = 600; i > 0; --i) visits.push_back(visit(i, i * 1min));
    const auto ids = seen("AllScheduledDispatchedWorkingToday", visits);
    REQUIRE(ids.size() == 500);
    CHECK(ids.front() == 1);
    CHECK(ids.back() == 500);
}

}  // namespace outrider::api
