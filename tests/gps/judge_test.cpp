#include "gps/judge.hpp"

#include "tests/gps/fixes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

using namespace outrider;
using namespace outrider::gps;
using namespace outrider::test;
using namespace std::chrono_literals;

namespace {

// Anything a receiver could say, mostly nearly right.
Fix hostile(std::mt19937_64& dice, int second) {
    const auto roll = [&](int sides) {
        return static_cast<int>(dice() % static_cast<unsigned>(sides));
    };
    const double strange[] = {std::numeric_limits<double>::quiet_NaN(),
                              std::numeric_limits<double>::infinity(),
                              -std::numeric_limits<double>::infinity(),
                              std::numeric_limits<double>::max(),
                              std::numeric_limits<double>::denorm_min(),
                              0,
                              -0.0,
                              91,
                              -181,
                              1e9};
    const auto any = [&] { return strange[roll(std::size(strange))]; };
    Fix fix = fix_at(second + roll(3) - 1, second * 8 + roll(20), roll(20));
    fix.speed_mps = roll(20);
    fix.track_deg = roll(360);
    fix.accuracy_m = roll(120);
    switch (roll(24)) {
        case 0: fix.mode = static_cast<Mode>(roll(256)); break;
        case 1: fix.latitude = any(); break;
        case 2: fix.longitude = any(); break;
        case 3: fix.time.reset(); break;
        case 4: fix.time = Instant(Duration(static_cast<Duration::rep>(dice()))); break;
        case 5: fix.speed_mps = any(); break;
        case 6: fix.track_deg = any(); break;
        case 7: fix.accuracy_m = any(); break;
        case 8: fix.status = static_cast<int>(dice()); break;
        case 9: fix.device = "/dev/tty" + std::to_string(roll(1000)); break;
        case 10: fix.latitude = roll(180) - 90; break;
        case 11: fix.altitude_m = any(); break;
        case 12: *fix.time += std::chrono::hours(roll(48) - 24); break;
        case 13: *fix.time += Duration(roll(1000)); break;
        default: break;
    }
    return fix;
}

// Standing, seen at another place for so long, until the receiver's clock steps back.
std::vector<Judged> steps_back_while_parked(double away_m) {
    Judge judge{JudgeSettings{}};
    std::vector<Judged> out;
    const auto say = [&](double at, double seen, double east) {
        Fix fix = fix_at(at, east);
        fix.seen = Uptime(Duration(static_cast<Duration::rep>(seen * 1000)));
        fix.accuracy_m = 5;
        fix.satellites_used = 9;
        fix.speed_mps = 0;
        judge.add(fix, fixes_begin, out);
    };
    int second = 0;
    for (; second < 340; ++second) say(second, second, 0);  // past a heartbeat
    REQUIRE(judge.motion() == MotionState::parked);
    for (; second < 342; ++second) say(second, second, away_m);
    for (int i = 0; i < 10; ++i, ++second) say(second - 20, second, away_m);
    judge.finish(out);
    CHECK(out.size() == static_cast<std::size_t>(second));
    return out;
}

}  // namespace

TEST_SUITE("gps/judge") {
    TEST_CASE("every fix ends in exactly one verdict, whatever it is") {
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            CAPTURE(seed);
            std::mt19937_64 dice(seed);
            Judge judge{JudgeSettings{}};
            std::vector<Judged> out;
            std::vector<int> verdicts(3000, 0);
            Instant wall = fixes_begin;
            for (int i = 0; i < 3000; ++i) {
                Fix fix = hostile(dice, i);
                fix.seen = Uptime(1h) + Duration(i);  // also stands for the fix
                if (dice() % 500 == 0) wall = Instant(Duration(static_cast<Duration::rep>(dice())));
                if (dice() % 50 == 0) wall = fixes_begin + std::chrono::seconds(i);
                judge.add(fix, wall, out);
            }
            judge.finish(out);
            CHECK(out.size() == 3000);
            Instant newest = Instant::min();
            for (const Judged& judged : out) {
                const auto index = (judged.fix.seen - Uptime(1h)).count();
                ++verdicts.at(static_cast<std::size_t>(index));
                const auto& [verdict, cause, measured, limit] = judged.judgement;
                CHECK(name(verdict) != "unknown");
                CHECK((verdict == Verdict::reported) == (cause != Cause::none));
                CHECK(!explain(judged.judgement).empty());
                if (!believed(verdict)) continue;
                CHECK(judged.fix.usable());
                CHECK(std::abs(judged.fix.latitude) <= 90);
                CHECK(std::abs(judged.fix.longitude) <= 180);
                REQUIRE(judged.fix.time);
                CHECK(*judged.fix.time >= time_floor - 24h);
                CHECK(*judged.fix.time != newest);
                newest = *judged.fix.time;
            }
            CHECK(std::ranges::all_of(verdicts, [](int count) { return count == 1; }));
        }
    }

    TEST_CASE("a drive, a stop and a drive away tell their story in causes") {
        Judge judge{JudgeSettings{}};
        std::vector<Judged> out;
        int second = 0;
        double east = 0;
        const auto drive = [&](int seconds, double speed) {
            for (int i = 0; i < seconds; ++i, ++second, east += speed) {
                Fix fix = fix_at(second, east);
                fix.speed_mps = speed;
                fix.track_deg = 90;
                judge.add(fix, *fix.time, out);
            }
        };
        drive(70, 10);
        CHECK(judge.motion() == MotionState::moving);
        drive(690, 0);
        CHECK(judge.motion() == MotionState::parked);
        drive(60, 10);
        CHECK(judge.motion() == MotionState::moving);
        judge.finish(out);
        CHECK(out.size() == 820);
        const auto count = [&](Cause cause) {
            return std::ranges::count_if(
                out, [=](const Judged& one) { return one.judgement.cause == cause; });
        };
        CHECK(count(Cause::first) == 1);
        CHECK(count(Cause::interval) == 3);
        CHECK(count(Cause::turn) == 1);     // where it stops
        CHECK(count(Cause::stopped) == 0);  // that was told
        CHECK(count(Cause::heartbeat) == 2);
        CHECK(count(Cause::moved_off) == 1);
        CHECK(out.back().judgement.cause != Cause::none);  // it ends where it ended
    }

    TEST_CASE("few satellites make a trail, but no stop") {
        Judge judge{JudgeSettings{}};
        std::vector<Judged> out;
        double second = 0;
        const auto stay = [&](double seconds, double east_m, std::optional<int> satellites) {
            for (const double end = second + seconds; second < end; ++second) {
                Fix fix = fix_at(second, east_m);
                fix.satellites_used = satellites;
                judge.add(fix, *fix.time, out);
            }
        };
        stay(120, 0, 4);
        CHECK(judge.motion() == MotionState::unknown);
        REQUIRE(judge.newest());
        CHECK(judge.newest()->weak());
        stay(40, 0, 9);
        CHECK(judge.motion() == MotionState::parked);
        stay(40, 100, 4);  // a wall's echo
        CHECK(judge.motion() == MotionState::parked);
        stay(8, 250, 4);
        CHECK(judge.motion() == MotionState::moving);
        stay(60, 250, 3);
        CHECK(judge.motion() == MotionState::moving);
        judge.finish(out);
        CHECK(out.size() == 268);
    }

    TEST_CASE("first fixes that nothing confirms get their verdict at the end") {
        Judge judge{JudgeSettings{}};
        std::vector<Judged> out;
        judge.add(fix_at(0), fixes_begin, out);
        judge.add(fix_at(1), fixes_begin, out);
        CHECK(out.empty());
        CHECK(!judge.newest());
        judge.finish(out);
        REQUIRE(out.size() == 2);
        for (const Judged& one : out) CHECK(one.judgement.verdict == Verdict::unsettled);
    }

    TEST_CASE("a clock that steps back while what was seen last is doubted ends the track") {
        const auto judged = steps_back_while_parked(35);
        CHECK(std::ranges::count_if(judged, [](const Judged& one) {
                  return one.judgement.cause == Cause::first;
              }) == 2);
    }
}
