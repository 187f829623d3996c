#include "gps/cadence.hpp"

#include "tests/gps/fixes.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::gps;
using namespace outrider::test;

namespace {

struct Bench {
    Cadence cadence{CadenceSettings{}};
    std::vector<Judged> out;

    // What becomes of this one: it is followed by finish() on a copy.
    Judgement operator()(const Fix& fix, MotionState motion = MotionState::moving) {
        cadence.add(fix, motion, out);
        if (!out.empty() && out.back().fix.time == fix.time) return out.back().judgement;
        Cadence copy = cadence;
        std::vector<Judged> rest;
        Fix next = fix;
        next.time = *fix.time + Duration(1);
        copy.add(next, motion, rest);
        REQUIRE(!rest.empty());
        return rest.front().judgement;
    }
};

Fix heading(double seconds, double track_deg, double speed_mps) {
    Fix fix = fix_at(seconds);
    fix.track_deg = track_deg;
    fix.speed_mps = speed_mps;
    return fix;
}

}  // namespace

TEST_SUITE("gps/cadence") {
    TEST_CASE("courses differ by the smaller angle") {
        CHECK(course_difference(359, 1) == doctest::Approx(2));
        CHECK(course_difference(1, 359) == doctest::Approx(2));
        CHECK(course_difference(0, 360) == doctest::Approx(0));
        CHECK(course_difference(90, 270) == doctest::Approx(180));
        CHECK(course_difference(10, 40) == doctest::Approx(30));
    }

    TEST_CASE("the first fix is reported") {
        Bench judge;
        const Judgement first = judge(fix_at(0), MotionState::unknown);
        CHECK(first.verdict == Verdict::reported);
        CHECK(first.cause == Cause::first);
    }

    TEST_CASE("on the move a ping is due after 30 s") {
        Bench judge;
        judge(fix_at(0));
        for (int i = 1; i < 30; ++i) CHECK(judge(fix_at(i, i)).verdict == Verdict::held);
        CHECK(judge(fix_at(30, 30)).cause == Cause::interval);
        CHECK(judge(fix_at(31, 31)).verdict == Verdict::held);
    }

    TEST_CASE("on the move a ping is due after 50 m, but not within 5 s") {
        Bench judge;
        judge(fix_at(0));
        for (int i = 1; i < 5; ++i) CHECK(judge(fix_at(i, i * 30)).verdict == Verdict::held);
        const Judgement due = judge(fix_at(5, 150));
        CHECK(due.cause == Cause::distance);
        CHECK(due.measured == doctest::Approx(150).epsilon(0.01));
        CHECK(judge(fix_at(10, 199)).verdict == Verdict::held);
        CHECK(judge(fix_at(11, 201)).cause == Cause::distance);
    }

    TEST_CASE("a turn of 30 degrees calls for a ping, also through north") {
        Bench judge;
        judge(heading(0, 350, 5));
        CHECK(judge(heading(5, 8, 5)).verdict == Verdict::held);
        CHECK(judge(heading(6, 21, 5)).cause == Cause::turn);
        CHECK(judge(heading(8, 80, 5)).verdict == Verdict::held);     // within 5 s
        CHECK(judge(heading(11, 80, 1.4)).verdict == Verdict::held);  // no course below a walk
        CHECK(judge(heading(12, 80, 1.6)).cause == Cause::turn);
    }

    TEST_CASE("parking is told once, a heartbeat follows every 300 s, moving off is told at once") {
        Bench judge;
        judge(fix_at(0));
        CHECK(judge(fix_at(2), MotionState::parked).cause == Cause::stopped);
        for (int i = 3; i < 302; ++i)
            CHECK(judge(fix_at(i), MotionState::parked).verdict == Verdict::parked);
        const Judgement beat = judge(fix_at(302, 4), MotionState::parked);
        CHECK(beat.cause == Cause::heartbeat);
        CHECK(judge.out.back().fix.longitude == fix_at(302, 4).longitude);  // where it is
        CHECK(judge(fix_at(303), MotionState::parked).verdict == Verdict::parked);
        CHECK(judge(fix_at(304, 40)).cause == Cause::moved_off);
        CHECK(judge(fix_at(305, 60)).verdict == Verdict::held);
    }

    TEST_CASE("a step back in time starts the count anew") {
        Bench judge;
        judge(fix_at(10'000));
        CHECK(judge(fix_at(0)).cause == Cause::first);
        CHECK(judge(fix_at(1)).verdict == Verdict::held);
        CHECK(judge(fix_at(30)).cause == Cause::interval);
    }

    TEST_CASE("at the end the last fix is reported when it is away from the last ping") {
        for (const double away : {5.0, 15.0}) {
            CAPTURE(away);
            Cadence cadence{CadenceSettings{}};
            std::vector<Judged> out;
            cadence.add(fix_at(0), MotionState::moving, out);
            cadence.add(fix_at(1, away / 2), MotionState::moving, out);
            cadence.add(fix_at(2, away), MotionState::moving, out);
            cadence.finish(out);
            REQUIRE(out.size() == 3);
            CHECK(out[1].judgement.verdict == Verdict::held);
            CHECK(out[2].fix.time == fix_at(2).time);
            CHECK((out[2].judgement.cause == Cause::last) == (away > 10));
            cadence.finish(out);
            CHECK(out.size() == 3);
        }
    }

    TEST_CASE("an end without a beginning is nothing") {
        Cadence cadence{CadenceSettings{}};
        std::vector<Judged> out;
        cadence.finish(out);
        CHECK(out.empty());
    }
}
