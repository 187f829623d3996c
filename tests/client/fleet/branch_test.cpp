#include "client/fleet/branch.hpp"

#include "client/fleet/part.hpp"
#include "tests/support/result.hpp"

#include <doctest/doctest.h>

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
    for (const char* none : {"lost", "waiting", "unmade", "dead_letters", "interrupted"}) {
        CAPTURE(none);
        CHECK(all.count(none) == 0);
    }
    CHECK(all.count("retries") > 0);
    CHECK(all.count("duplicates") > 0);
    CHECK(all.count("duplicates") <= all.count("doubtful"));
    CHECK(all.trails.size() == Figures::most_trails);
    CHECK(all.trails.front().reported.size() == 90);
}

TEST_CASE("a branch comes to the same each time, and another seed to something else") {
    LoadOptions options = three_minutes(100);
    const std::string once = without_timings(*run_branch(options, Faults::all, 0));
    CHECK(once == without_timings(*run_branch(options, Faults::all, 0)));
    options.seed = 12;
    CHECK(once != without_timings(*run_branch(options, Faults::all, 0)));
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
