#include "client/fleet/branch.hpp"

#include "client/fleet/part.hpp"
#include "tests/support/result.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>

namespace outrider::fleet {
namespace {

using namespace std::chrono_literals;

LoadOptions three_minutes(std::int64_t technicians) {
    LoadOptions options;
    options.technicians = technicians;
    options.interval = 2s;
    options.duration = 3min;
    options.seed = 11;
    options.endpoint = in_memory;
    return options;
}

std::string without_timings(const Figures& figures) {
    Part part;
    part.figures = figures;
    part.figures.timings.clear();
    return report_json(part);
}

}  // namespace

TEST_CASE("a branch is played in memory, and over a bad network nothing is lost") {
    const LoadOptions options = three_minutes(250);
    REQUIRE(branches_of(options.technicians) == 3);
    Figures all;
    for (std::int64_t branch = 0; branch < 3; ++branch) {
        const auto figures = run_branch(options, Faults::all, branch);
        REQUIRE(figures);
        CHECK(figures->count("technicians") == (branch < 2 ? 100 : 50));
        add(all, *figures);
    }
    CHECK(all.count("reported") == 250 * 90);
    CHECK(all.count("accepted") == 250 * 90);
    for (const char* none : {"lost", "undelivered", "unmade", "dead_letters", "interrupted"}) {
        CAPTURE(none);
        CHECK(all.count(none) == 0);
    }
    CHECK(all.count("retries") > 0);
    CHECK(all.count("duplicates") > 0);
    CHECK(all.count("duplicates") <= all.count("doubtful"));
    CHECK(all.trails.size() == Figures::most_trails);
    CHECK(all.trails.front().reported.size() == 90);
}

TEST_CASE("a branch whose day begins in a dead zone waits for its end") {
    LoadOptions options = three_minutes(50'000);
    options.seed = 2564408676;
    for (const std::int64_t branch : {156, 316}) {
        const auto figures = run_branch(options, Faults::all, branch);
        REQUIRE(figures);
        CHECK(figures->count("lost") == 0);
        CHECK(figures->count("accepted") == figures->count("reported"));
    }
}

TEST_CASE("a branch comes to the same each time, and another seed to something else") {
    LoadOptions options = three_minutes(100);
    const std::string once = without_timings(*run_branch(options, Faults::all, 0));
    CHECK(once == without_timings(*run_branch(options, Faults::all, 0)));
    options.seed = 12;
    CHECK(once != without_timings(*run_branch(options, Faults::all, 0)));
}

TEST_CASE("a fleet's working days come to the same however its branches are shared out") {
    LoadOptions options = three_minutes(330);
    options.interval.reset();
    options.duration = 25h;
    std::map<std::int64_t, Figures> branches;
    for (std::int64_t branch = 0; branch < 4; ++branch) {
        const auto figures = run_branch(options, Faults::all, branch);
        REQUIRE(figures);
        branches.emplace(branch, *figures);
    }
    std::set<std::string> reports;
    for (const std::int64_t shards : {1, 4, 7}) {
        Figures all;
        for (std::int64_t number = shards - 1; number >= 0; --number) {
            Figures part;
            const Range mine = share({0, 4}, {number, shards});
            for (std::int64_t one = mine.first; one < mine.last; ++one) {
                add(part, branches.at(one));
            }
            add(all, part);
        }
        reports.insert(without_timings(all));
        CHECK(all.count("lost") == 0);
        CHECK(all.count("captured") > 330 * 3600);
        CHECK(all.count("captured") < 330 * 9 * 3600);
    }
    CHECK(reports.size() == 1);
    CHECK(without_timings(branches.at(3)) == without_timings(*run_branch(options, Faults::all, 3)));
}

TEST_CASE("without faults a branch sends nothing twice and is never late") {
    const auto figures = run_branch(three_minutes(100), Faults::none, 0);
    REQUIRE(figures);
    for (const char* none : {"lost", "retries", "duplicates", "doubtful", "late"}) {
        CAPTURE(none);
        CHECK(figures->count(none) == 0);
    }
}

TEST_CASE("a branch that cannot be says why") {
    LoadOptions options = three_minutes(100);
    options.interval = 1ms;
    const auto figures = run_branch(options, Faults::none, 0);
    REQUIRE_FALSE(figures);
    CHECK(figures.error().detail.find("--interval") != std::string::npos);
}

}  // namespace outrider::fleet
