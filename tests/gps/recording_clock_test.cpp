#include "gps/recording_clock.hpp"
#include "gps/sieve.hpp"
#include "tests/gps/fixes.hpp"
#include "tests/support/result.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace outrider;
using namespace outrider::gps;
using namespace outrider::test;
using namespace std::chrono_literals;

namespace {

// At these seconds after fixes_begin; a NaN has no time.
Recording recorded(const std::vector<double>& times, Instant begin = fixes_begin) {
    Recording recording;
    for (const double time : times) {
        Fix fix = fix_at(std::isnan(time) ? 0 : time);
        *fix.time += begin - fixes_begin;
        if (std::isnan(time)) fix.time.reset();
        fix.seen = Uptime();
        recording.fixes.push_back(fix);
    }
    return recording;
}

// Since the first, in seconds.
std::vector<double> seen(const Played& played) {
    std::vector<double> seconds;
    for (const Fix& fix : played.fixes) {
        const Duration since = fix.seen - played.fixes.front().seen;
        seconds.push_back(static_cast<double>(since.count()) / 1000);
    }
    return seconds;
}

constexpr double none = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_SUITE("gps/recording_clock") {
    TEST_CASE("time passes as the fixes' times do, and the wall clock is right") {
        const Played played = play_back(recorded({0, 1, 2, 62, 3600, 3601}), {});
        CHECK(seen(played) == std::vector<double>{0, 1, 2, 62, 3600, 3601});
        CHECK(played.moved == 0s);
        for (std::size_t i = 0; i < played.fixes.size(); ++i)
            CHECK(played.walls[i] == *played.fixes[i].time);
    }

    TEST_CASE("no two fixes come at once") {
        const Played played = play_back(recorded({0, 0, none, 1, 1, 2}), {});
        CHECK(seen(played) == std::vector<double>{0, 0.001, 0.002, 1, 1.001, 2});
    }

    TEST_CASE("a receiver's slip, far ahead or back for a moment, is no time") {
        const Played ahead = play_back(recorded({0, 1, 86'000, 3, 4, 5, 6, 7}), {});
        CHECK(seen(ahead).back() == 7);
        CHECK(ahead.walls[2] == fixes_begin + 1s);
        const Played back = play_back(recorded({0, 1, -5000, 3, 4, 5, 6, 7}), {});
        CHECK(seen(back).back() == 7);
        CHECK(back.walls[2] == fixes_begin + 1s);
        const Played first = play_back(recorded({9e8, 1, 2, 3, 4, 5}), {});
        CHECK(first.walls[0] == fixes_begin + 1s);
        CHECK(seen(first).back() == 4);
    }

    TEST_CASE("a step back that lasts is where the recording goes on from") {
        const Played played = play_back(recorded({9000, 9001, 9002, 0, 1, 2, 3, 4}), {});
        CHECK(played.walls[3] == fixes_begin);
        CHECK(played.walls[7] == fixes_begin + 4s);
        CHECK(seen(played) == std::vector<double>{0, 1, 2, 2.001, 3, 4, 5, 6});
    }

    TEST_CASE("at the end a step of more than a day is a slip") {
        CHECK(play_back(recorded({0, 1, 2, 3600}), {}).walls.back() == fixes_begin + 3600s);
        CHECK(play_back(recorded({0, 1, 2, 1e9}), {}).walls.back() == fixes_begin + 2s);
    }

    TEST_CASE("arrivals are both clocks, also where the receiver's stands") {
        Recording recording = recorded({0, 1, none, 2});
        for (const int second : {10, 11, 12, 20})
            recording.arrivals.push_back(fixes_begin + std::chrono::seconds(second));
        const Played played = play_back(std::move(recording), {});
        CHECK(seen(played) == std::vector<double>{0, 1, 2, 10});
        CHECK(played.walls[2] == fixes_begin + 12s);
    }

    TEST_CASE("what is older than the program is played later, at the same time of day") {
        const Instant old = std::chrono::sys_days(std::chrono::year(2011) / 3 / 4) + 14h;
        const Played played = play_back(recorded({0, 1, 2}, old), {});
        CHECK(played.moved > 0s);
        CHECK(played.moved % 24h == 0s);
        CHECK(*played.fixes[0].time == old + played.moved);
        CHECK(*played.fixes[0].time >= time_floor);
        CHECK(played.walls[0] == *played.fixes[0].time);
        CHECK(play_back(recorded({0, 1}, time_floor), {}).moved == 0s);
    }

    TEST_CASE("a wall clock that was wrong stays so by as much") {
        WallClock behind;
        behind.ahead = -8h;
        const Played played = play_back(recorded({0, 1, 2}), behind);
        CHECK(played.walls[2] == fixes_begin + 2s - 8h);
        WallClock unset;
        unset.begins = Instant(5s);
        const Instant old = std::chrono::sys_days(std::chrono::year(2011) / 3 / 4);
        const Played told = play_back(recorded({0, 1, 60}, old), unset);
        CHECK(told.moved == 0s);
        CHECK(told.walls[2] == Instant(65s));
    }

    TEST_CASE("times at both ends of what can be written do no harm") {
        const double far = 2.5e11;
        const Played played = play_back(recorded({-1.7e9, far, -1.7e9, far, 0, far, far}), {});
        for (std::size_t i = 1; i < played.fixes.size(); ++i)
            CHECK(played.fixes[i].seen > played.fixes[i - 1].seen);
    }
}
