#include "client/fleet/working_days.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace outrider::fleet {

using namespace std::chrono_literals;

TEST_CASE("a technician works five days of seven, 8 to 9.5 hours from the same hour on") {
    Duration shortest = 24h, longest{};
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        const WorkingDays days(seed);
        const Duration shift = days.end_of_shift(0s);
        shortest = std::min(shortest, shift);
        longest = std::max(longest, shift);
        for (int day = 0; day < 15; ++day) {
            const Duration begins = day * 24h;
            const bool works = day % 7 < 5;
            CHECK(days.at_work(begins) == works);
            CHECK(days.at_work(begins + shift - 1ms) == works);
            CHECK_FALSE(days.at_work(begins + shift));
            CHECK_FALSE(days.at_work(begins + 24h - 1ms));
            CHECK(days.end_of_shift(begins + 20h) == begins + shift);
        }
    }
    CHECK(shortest >= 8h);
    CHECK(shortest < 8h + 5min);
    CHECK(longest <= 9h + 30min);
    CHECK(longest > 9h + 25min);
}

TEST_CASE("the next shift is tomorrow's, and on a Friday Monday's") {
    CHECK(WorkingDays::next_shift(0s) == 24h);
    CHECK(WorkingDays::next_shift(24h - 1ms) == 24h);
    CHECK(WorkingDays::next_shift(3 * 24h + 9h) == 4 * 24h);
    CHECK(WorkingDays::next_shift(4 * 24h + 9h) == 7 * 24h);
    CHECK(WorkingDays::next_shift(6 * 24h) == 7 * 24h);
}

TEST_CASE("the work between two moments leaves nights and days off out") {
    const WorkingDays days(7);
    const Duration shift = days.end_of_shift(0s);
    CHECK(days.work_between(0s, 7 * 24h) == 5 * shift);
    CHECK(days.work_between(0s, 1min) == 1min);
    CHECK(days.work_between(shift - 1s, 24h + 1s) == 2s);
    CHECK(days.work_between(4 * 24h + 10h, 7 * 24h) == 0s);
    CHECK(days.work_between(1h, 1h) == 0s);
}

}  // namespace outrider::fleet
