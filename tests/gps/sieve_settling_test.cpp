// What a receiver says first, after the start and after a loss.

#include "gps/sieve.hpp"

#include "tests/gps/fixes.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace outrider;
using namespace outrider::gps;
using namespace outrider::test;
using namespace std::chrono_literals;

namespace {

struct Start {
    Sieve sieve{SieveSettings{}};
    std::vector<Fix> believed;
    std::vector<Judged> rejected;

    void operator()(const Fix& fix) { sieve.add(fix, fixes_begin, believed, rejected); }
    void drive(double from, double to, double step = 1) {
        for (double second = from; second <= to; second += step)
            (*this)(fix_at(second, 10 * second));
    }
    std::size_t unsettled() const {
        return static_cast<std::size_t>(std::ranges::count_if(rejected, [](const Judged& one) {
            return one.judgement.verdict == Verdict::unsettled;
        }));
    }
};

Fix no_fix_at(double second) {
    Fix fix = fix_at(second);
    fix.mode = Mode::none;
    return fix;
}

Fix good_at(double second, double east_m) {
    Fix fix = fix_at(second, east_m);
    fix.satellites_used = 8;
    fix.accuracy_m = 19;
    return fix;
}

}  // namespace

TEST_SUITE("gps/sieve settling") {
    TEST_CASE("three first fixes that agree are believed in their order, and then each at once") {
        Start start;
        start.drive(0, 1);
        CHECK(start.believed.empty());
        CHECK(start.rejected.empty());
        start.drive(2, 2);
        REQUIRE(start.believed.size() == 3);
        for (std::size_t i = 0; i < 3; ++i) {
            CHECK(start.believed[i].time == fixes_begin + static_cast<int>(i) * 1s);
        }
        start.drive(3, 3);
        CHECK(start.believed.size() == 4);
        CHECK(start.rejected.empty());
    }

    TEST_CASE("a first fix two kilometres off is never believed, and costs one fix of delay") {
        Start start;
        start(fix_at(0, 1'900));
        start.drive(1, 2);
        CHECK(start.believed.empty());
        REQUIRE(start.rejected.size() == 1);
        CHECK(start.rejected[0].judgement.verdict == Verdict::unsettled);
        CHECK(start.rejected[0].fix.time == fixes_begin);
        CHECK(explain(start.rejected[0].judgement) ==
              "rejected: a first fix, and only 1 in a row agreed, 3 are believed");
        start.drive(3, 3);
        REQUIRE(start.believed.size() == 3);
        CHECK(start.believed[0].time == fixes_begin + 1s);
    }

    TEST_CASE("a first fix 80 m off is found out by where the next ones lead") {
        Start start;
        start(fix_at(0, -80));
        start.drive(1, 3);
        REQUIRE(start.believed.size() == 3);
        CHECK(start.believed[0].time == fixes_begin + 1s);
        CHECK(start.unsettled() == 1);
    }

    TEST_CASE("two that agree wrongly give way to three that agree") {
        Start start;
        start(fix_at(0, 1'900));
        start(fix_at(1, 1'900));
        start.drive(2, 4);
        CHECK(start.unsettled() == 2);
        CHECK(start.believed.size() == 3);
    }

    TEST_CASE("a start that never agrees with itself is never believed") {
        Start start;
        for (int i = 0; i < 60; ++i) start(fix_at(i, i % 2 == 0 ? 0 : 500));
        CHECK(start.believed.empty());
        start.sieve.finish(start.believed, start.rejected);
        CHECK(start.unsettled() == 60);
    }

    TEST_CASE("what waits for others at the end was never confirmed") {
        Start start;
        start.drive(0, 1);
        start.sieve.finish(start.believed, start.rejected);
        CHECK(start.believed.empty());
        CHECK(start.unsettled() == 2);
        start.drive(2, 4);
        CHECK(start.believed.size() == 3);
    }

    TEST_CASE("a slow receiver needs two") {
        Start start;
        start.drive(0, 30, 30);
        CHECK(start.believed.size() == 2);
        start.drive(60, 300, 30);  // and its usual step is no loss
        CHECK(start.believed.size() == 11);
    }

    TEST_CASE("first fixes are not kept waiting for ever") {
        Start lost;
        lost.drive(0, 1);
        for (int i = 2; i <= 11; ++i) lost(no_fix_at(i));
        CHECK(lost.unsettled() == 0);
        lost(no_fix_at(12));
        CHECK(lost.unsettled() == 2);

        Start silent;
        silent.drive(0, 1);
        silent.drive(62, 64);
        CHECK(silent.unsettled() == 2);
        CHECK(silent.believed.size() == 3);
    }

    TEST_CASE("of two first reports of one time the one with more dimensions waits on") {
        Start start;
        Fix flat = fix_at(0);
        flat.mode = Mode::two_d;
        start(flat);
        start.drive(0, 2);
        REQUIRE(start.rejected.size() == 1);
        CHECK(start.rejected[0].judgement.verdict == Verdict::duplicate);
        CHECK(start.rejected[0].fix.mode == Mode::two_d);
        REQUIRE(start.believed.size() == 3);
        CHECK(start.believed[0].mode == Mode::three_d);
        start(flat);  // it is the first of them once more
        CHECK(start.rejected.back().judgement.verdict == Verdict::backwards);
    }

    TEST_CASE("inaccurate and impossible reports in between change nothing") {
        Start start;
        start.drive(0, 0);
        Fix vague = fix_at(0.5, 3'000);
        vague.accuracy_m = 1'899;
        start(vague);
        start(no_fix_at(0.7));
        start.drive(1, 2);
        CHECK(start.believed.size() == 3);
        CHECK(start.rejected.size() == 2);
    }

    TEST_CASE("after a loss the first fixes have to agree again") {
        Start start;
        start.drive(0, 10);
        REQUIRE(start.believed.size() == 11);
        start(fix_at(60, 1'500));  // no further than it may have driven
        start.drive(61, 62);
        CHECK(start.believed.size() == 11);
        CHECK(start.unsettled() == 1);
        start.drive(63, 63);
        REQUIRE(start.believed.size() == 14);
        CHECK(start.believed[11].time == fixes_begin + 61s);
    }

    TEST_CASE("after a loss older fixes are still older") {
        Start start;
        start.drive(0, 10);
        start(fix_at(60, 600));
        const auto late = [](double second) {
            Fix fix = fix_at(second, 10 * second);
            fix.seen = fix_at(60 + second).seen;
            return fix;
        };
        for (int i = 5; i < 8; ++i) {
            start(late(i));
            CHECK(start.rejected.back().judgement.verdict == Verdict::backwards);
        }
        start.drive(61, 62);
        CHECK(start.believed.size() == 14);
    }

    TEST_CASE("a short loss costs no delay, with a good fix not even half a minute") {
        Start start;
        start.drive(0, 10);
        start.drive(20, 20);
        CHECK(start.believed.size() == 12);
        start(fix_at(31, 310));
        CHECK(start.believed.size() == 12);  // poor
        Start good;
        good.drive(0, 10);
        good(good_at(39, 390));
        CHECK(good.believed.size() == 12);
        good(good_at(70, 700));
        CHECK(good.believed.size() == 12);
    }

    TEST_CASE("who is still where he was has nothing to prove") {
        Start start;
        start.drive(0, 10);
        start(fix_at(400, 105));
        CHECK(start.believed.size() == 12);
    }

    TEST_CASE("but not with a time that runs away from ours") {
        Start start;
        start.drive(0, 10);
        Fix ahead = fix_at(11, 100);
        *ahead.time += 20h;
        start(ahead);
        CHECK(start.believed.size() == 11);
        start.drive(12, 14);
        CHECK(start.believed.size() == 14);
        CHECK(start.unsettled() == 1);
    }

    TEST_CASE("nobody drives off like a rocket, also where fixes are too far apart for a course") {
        Start start;
        for (int i = 0; i <= 10; ++i) start(fix_at(5 * i, 5 * i));
        const std::size_t before = start.believed.size();
        CHECK(before >= 10);
        start(fix_at(55, 350));
        CHECK(start.believed.size() == before);
        REQUIRE_FALSE(start.rejected.empty());
        CHECK(start.rejected.back().judgement.verdict == Verdict::jump);
    }

    TEST_CASE("what follows a loss is held against what was before it, too") {
        Start start;
        start.drive(0, 10);
        start(fix_at(22, 220));  // held
        for (int i = 0; i < 3; ++i) start(fix_at(23 + i, 50'000 + 10 * i));
        CHECK(start.believed.size() == 11);
        for (int i = 3; i < 9; ++i) start(fix_at(23 + i, 50'000 + 10 * i));
        CHECK(start.believed.size() > 11);
    }

    TEST_CASE("a clock that had been ahead leaves no first fixes behind") {
        Start start;
        start.drive(3'600, 3'602);
        start(fix_at(4'000, 40'000));  // held
        for (int i = 0; i < 5; ++i) start(fix_at(i, 10 * i));
        CHECK(start.unsettled() == 1);
        REQUIRE(start.believed.size() == 4);
        CHECK(start.believed.back().time == fixes_begin + 4s);
        start.drive(5, 5);
        CHECK(start.believed.size() == 5);
    }
}
