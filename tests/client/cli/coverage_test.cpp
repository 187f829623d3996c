#include "client/cli/coverage.hpp"

#include "tests/client/cli/points.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::cli;
using test::at;

namespace {

api::Coverage::Gap gap(int minute, int length, const char* cause) {
    return {at(minute * 60), at((minute + length) * 60), cause};
}

api::Coverage shift() {
    api::Coverage coverage;
    coverage.from = at(0);
    coverage.to = at(450 * 60);
    coverage.expected_min = 420;
    coverage.covered_min = 414;
    coverage.private_min = 30;
    coverage.share = 414.0 / 420;
    coverage.gaps = {gap(2, 1, "gpsd down"), gap(9, 4, "no fix"), gap(60, 30, "private"),
                     gap(200, 1, "agent down")};
    return coverage;
}

}  // namespace

TEST_CASE("a line has the share, the latest gaps and how many more there are") {
    CHECK(in_a_line(shift(), Style{}) ==
          "98.5 % of 7 h, missing: no fix 14:09 to 14:13, agent down 17:20 to 17:21, and 1 more: "
          "see `outrider audit`");
    auto coverage = shift();
    coverage.gaps.clear();
    coverage.covered_min = 420;
    coverage.share = 1;
    CHECK(in_a_line(coverage, Style{}) == "100.0 % of 7 h");
    coverage.expected_min = 0;
    CHECK(in_a_line(coverage, Style{}).empty());
}

TEST_CASE("while something is missing it is never all of it") {
    auto coverage = shift();
    coverage.expected_min = 10'000;
    coverage.covered_min = 9'999;
    coverage.share = 0.9999;
    CHECK(in_a_line(coverage, Style{}).starts_with("99.9 % of "));
}

TEST_CASE("each day has its gaps with their causes, and those left out are counted") {
    auto day = shift();
    day.more_gaps = 3;
    day.more_gaps_min = 3;
    CHECK(render({day}, Style{}) == R"(Of the minutes that should have been tracked (UTC)
  2026-11-21  98.5 % of 7 h
    14:02 to 14:03         60 s  gpsd down
    14:09 to 14:13        4 min  no fix
    15:00 to 15:30       30 min  private, not counted
    17:20 to 17:21         60 s  agent down
    and 3 shorter gaps, 3 min together
)");
    day.expected_min = 0;
    day.gaps = {gap(60, 30, "private")};
    day.more_gaps = 0;
    CHECK(render({day}, Style{}).find("2026-11-21  none, it was private\n") != std::string::npos);
    CHECK(render(std::vector<api::Coverage>(), Style{}).empty());
}
