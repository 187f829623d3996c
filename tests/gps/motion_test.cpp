#include "gps/motion.hpp"

#include "tests/gps/fixes.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace outrider;
using namespace outrider::gps;
using namespace outrider::test;

namespace {

Fix moving(double seconds, double east_m, double speed_mps) {
    Fix fix = fix_at(seconds, east_m);
    fix.speed_mps = speed_mps;
    return fix;
}

Motion parked_at_zero() {
    Motion motion{MotionSettings{}};
    for (int i = 0; i <= 25; ++i) motion.update(moving(i, 0, 0.1));
    REQUIRE(motion.state() == MotionState::parked);
    return motion;
}

}  // namespace

TEST_SUITE("gps/motion") {
    TEST_CASE("nothing is known at first, and driving shows at once") {
        Motion motion{MotionSettings{}};
        CHECK(motion.state() == MotionState::unknown);
        CHECK(motion.update(moving(0, 0, 0.2)) == MotionState::unknown);
        CHECK(motion.update(moving(1, 5, 5)) == MotionState::moving);
    }

    TEST_CASE("without Doppler the distance tells") {
        Motion motion{MotionSettings{}};
        CHECK(motion.update(fix_at(0)) == MotionState::unknown);
        CHECK(motion.update(fix_at(1, 29)) == MotionState::unknown);
        CHECK(motion.update(fix_at(2, 31)) == MotionState::moving);
    }

    TEST_CASE("25 s within 15 m is parked, not a second less") {
        Motion motion{MotionSettings{}};
        for (int i = 0; i < 25; ++i)
            CHECK(motion.update(moving(i, i % 2 * 10, 0.3)) == MotionState::unknown);
        CHECK(motion.update(moving(25, 0, 0.3)) == MotionState::parked);
    }

    TEST_CASE("a crawl at walking speed is no stand") {
        Motion motion{MotionSettings{}};
        for (int i = 0; i < 120; ++i)
            CHECK(motion.update(moving(i, i * 1.2, 1.2)) != MotionState::parked);
    }

    TEST_CASE("a red light of 20 s is no stand") {
        Motion motion{MotionSettings{}};
        for (int i = 0; i < 30; ++i) motion.update(moving(i, i * 10, 10));
        for (int i = 30; i < 50; ++i)
            CHECK(motion.update(moving(i, 300, 0)) == MotionState::moving);
        for (int i = 50; i < 80; ++i)
            CHECK(motion.update(moving(i, 300 + (i - 50) * 10, 10)) == MotionState::moving);
    }

    TEST_CASE("drift that comes back is no departure") {
        Motion motion = parked_at_zero();
        for (int i = 26; i < 600; ++i)
            CHECK(motion.update(moving(i, i % 3 == 0 ? 5 : 40, 0.4)) == MotionState::parked);
    }

    TEST_CASE("three fixes beyond 30 m are a departure") {
        Motion motion = parked_at_zero();
        CHECK(motion.update(fix_at(26, 31)) == MotionState::parked);
        CHECK(motion.update(fix_at(27, 32)) == MotionState::parked);
        CHECK(motion.update(fix_at(28, 33)) == MotionState::moving);
    }

    TEST_CASE(
        "four fast fixes away from the spot are a departure, on the spot they are a bad sky") {
        Motion motion = parked_at_zero();
        for (int i = 26; i < 60; ++i) CHECK(motion.update(moving(i, 5, 5)) == MotionState::parked);
        for (int i = 60; i < 63; ++i)
            CHECK(motion.update(moving(i, 11 + i - 60, 3)) == MotionState::parked);
        CHECK(motion.update(moving(63, 14, 3)) == MotionState::moving);
    }

    TEST_CASE("slow fixes away from the spot are drift, until they are beyond 30 m") {
        Motion motion = parked_at_zero();
        for (int i = 26; i < 600; ++i)
            CHECK(motion.update(moving(i, 29, 1)) == MotionState::parked);
    }

    TEST_CASE("fixes of few satellites show no stand, and what they wander is no departure") {
        const auto weak = [](double seconds, double east_m, double speed_mps) {
            Fix fix = moving(seconds, east_m, speed_mps);
            fix.satellites_used = 4;
            return fix;
        };
        Motion unsure{MotionSettings{}};
        for (int i = 0; i <= 60; ++i) CHECK(unsure.update(weak(i, 0, 0)) == MotionState::unknown);
        Motion motion = parked_at_zero();
        for (int i = 26; i < 60; ++i) CHECK(motion.update(weak(i, 119, 5)) == MotionState::parked);
        for (int i = 60; i < 62; ++i) CHECK(motion.update(weak(i, 121, 5)) == MotionState::parked);
        CHECK(motion.update(weak(62, 121, 5)) == MotionState::moving);
    }

    TEST_CASE("fixes of five satellites count") {
        Motion motion{MotionSettings{}};
        for (int i = 0; i <= 25; ++i) {
            Fix fix = moving(i, 0, 0);
            fix.satellites_used = 5;
            motion.update(fix);
        }
        CHECK(motion.state() == MotionState::parked);
    }

    TEST_CASE("the date line is no trap") {
        Motion motion{MotionSettings{}};
        for (int i = 0; i <= 25; ++i) {
            Fix fix = fix_at(i);
            fix.latitude = 0;
            fix.longitude = i % 2 == 0 ? 179.99999 : -179.99999;
            motion.update(fix);
        }
        CHECK(motion.state() == MotionState::parked);
        Fix still = fix_at(26);
        still.latitude = 0;
        still.longitude = 180;
        for (int i = 0; i < 5; ++i) CHECK(motion.update(still) == MotionState::parked);
    }

    TEST_CASE("a crawl is no stand, however little way it makes") {
        Motion motion{MotionSettings{}};
        for (int i = 0; i < 60; ++i)
            CHECK(motion.update(moving(i, i % 10, 1.5)) != MotionState::parked);
    }

    TEST_CASE("any rate of fixes finds the same stand") {
        for (const double step : {0.001, 0.1, 0.2, 1.0, 5.0}) {
            CAPTURE(step);
            Motion motion{MotionSettings{}};
            double at = 0;
            while (motion.update(fix_at(at)) != MotionState::parked && at < 100) at += step;
            CHECK(at == doctest::Approx(25).epsilon(0.04));
        }
    }

    TEST_CASE("a clock that is put back starts the observation anew") {
        Motion motion{MotionSettings{}};
        for (int i = 0; i < 20; ++i) motion.update(fix_at(1000 + i));
        for (int i = 0; i < 25; ++i) CHECK(motion.update(fix_at(i)) == MotionState::unknown);
        CHECK(motion.update(fix_at(25)) == MotionState::parked);
    }
}
