// Dates that receivers and gpsd have been seen to give, and more.

#include "gps/receiver_clock.hpp"

#include "gps/gpsd.hpp"
#include "gps/judge.hpp"
#include "tests/gps/fixes.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace outrider;
using namespace outrider::gps;
using namespace outrider::test;
using namespace std::chrono_literals;

namespace {

constexpr Duration around = 1024 * 7 * 24h;

Instant day(int year, unsigned month = 1, unsigned d = 1) {
    return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                                 std::chrono::day(d));
}

struct Receiver {
    ReceiverClock clock{24h, 24h};
    Fix fix;

    // Says this, a second after what it said before.
    bool believed(double second, Duration off, Instant wall) {
        fix = fix_at(second);
        *fix.time += off;
        return !clock.judge(fix, wall);
    }
};

}  // namespace

TEST_SUITE("gps/receiver_clock") {
    TEST_CASE("a week number that rolled over is put right by the wall clock, and marked") {
        for (const int times : {-5, -2, -1, 1, 2, 5}) {
            for (const Duration more : {Duration(-23h), Duration(0), Duration(23h)}) {
                CAPTURE(times);
                CAPTURE(more.count());
                Receiver receiver;
                CHECK(receiver.believed(7, times * around + more, fixes_begin + 7s));
                CHECK(receiver.fix.time == fixes_begin + 7s + more);
                CHECK(receiver.fix.repaired_weeks == -times * 1024);
            }
            for (const Duration more : {Duration(-25h), Duration(25h)}) {
                Receiver receiver;
                CHECK(!receiver.believed(7, times * around + more, fixes_begin + 7s));
                CHECK(receiver.fix.repaired_weeks == 0);
            }
        }
        Receiver right;
        CHECK(right.believed(0, 0s, fixes_begin));
        CHECK(right.fix.repaired_weeks == 0);
    }

    TEST_CASE("a wall clock that was never set repairs nothing") {
        for (const Instant wall : {day(1970), day(2007, 4, 7), fixes_begin - around,
                                   fixes_begin + around, day(2025, 12, 31), Instant::max()}) {
            Receiver receiver;
            for (int second = 0; second < 30; ++second) {
                CHECK(!receiver.believed(second, -around, wall));
                CHECK(receiver.fix.repaired_weeks == 0);
            }
        }
    }

    TEST_CASE("no wall clock can spoil a receiver's good time") {
        for (int years = -20; years <= 40; ++years) {
            CAPTURE(years);
            Receiver receiver;
            const Instant wall = fixes_begin + years * 365 * 24h;
            for (int second = 0; second < 30; ++second) {
                receiver.believed(second, 0s, wall);
                CHECK(receiver.fix.time == fixes_begin + second * 1s);
            }
            CHECK(receiver.believed(30, 0s, wall));
        }
        Receiver receiver;
        for (const int times : {-1, 1}) {
            for (int second = 0; second < 30; ++second) {
                receiver.believed(second, 0s, fixes_begin + times * around);
                CHECK(receiver.fix.repaired_weeks == 0);
            }
        }
    }

    TEST_CASE("while the wall clock jumps the weeks stay as many as they were") {
        Receiver receiver;
        for (int second = 0; second < 10; ++second)
            CHECK(receiver.believed(second, -around, fixes_begin + second * 1s));
        for (const Instant wall : {day(1970), day(2031), Instant::max(), Instant::min()}) {
            CHECK(receiver.believed(10, -around, wall));
            CHECK(receiver.fix.time == fixes_begin + 10s);
        }
        CHECK(!receiver.believed(11, 3h - around, day(2031)));  // which is not how it went on
        CHECK(!receiver.believed(12, 3h - around, day(2031)));
    }

    TEST_CASE("any year is read, and none but the present one believed") {
        GpsdReader reader;
        Judge judge{JudgeSettings{}};
        std::vector<Judged> out;
        int years = 0, repaired = 0;
        for (int year = 1999; year <= 2137; ++year) {
            for (const char* date : {"01-01T00:00:00.000Z", "06-30T23:59:60.000Z",
                                     "11-21T06:00:00.000Z", "12-31T23:59:59.999Z"}) {
                const GpsdLine line = reader.read(fmt::format(
                    R"({{"class":"TPV","device":"/dev/ttyACM0","mode":3,"time":"{}-{}","lat":37.4,"lon":-122.1}})",
                    year, date));
                REQUIRE(line.kind == GpsdLine::Kind::report);
                REQUIRE(line.fix.time);
                CHECK(*line.fix.time >= day(year));
                CHECK(*line.fix.time < day(year + 1));
                judge.add(line.fix, fixes_begin, out);
                ++years;
            }
        }
        judge.finish(out);
        CHECK(out.size() == static_cast<std::size_t>(years));
        for (const Judged& one : out) {
            repaired += one.fix.repaired_weeks != 0 ? 1 : 0;
            if (one.judgement.verdict == Verdict::implausible_time) continue;
            CHECK(*one.fix.time >= fixes_begin - 24h);
            CHECK(*one.fix.time <= fixes_begin + 24h);
        }
        CHECK(repaired <= 2);
    }

    TEST_CASE("a drive by a receiver of 2007 is told under its true dates") {
        Judge judge{JudgeSettings{}};
        std::vector<Judged> out;
        for (int second = 0; second < 120; ++second) {
            Fix fix = fix_at(second, 12 * second);
            *fix.time -= around;
            judge.add(fix, fixes_begin + second * 1s, out);
        }
        judge.finish(out);
        CHECK(out.size() == 120);
        for (const Judged& one : out) {
            CHECK(believed(one.judgement.verdict));
            CHECK(one.fix.repaired_weeks == 1024);
            CHECK(*one.fix.time >= fixes_begin);
        }
    }
}
