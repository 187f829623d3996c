#include "gps/travel.hpp"

#include "tests/gps/fixes.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::gps;
using namespace outrider::test;
using namespace std::chrono_literals;

namespace {

// Straight on, a fix every ten seconds; `from` in seconds.
void drive(Travel& travel, int from, int seconds, double pace_mps) {
    for (int i = 0; i <= seconds; i += 10) {
        travel.add(fix_at(from + i, i * pace_mps), MotionState::moving);
    }
}

}  // namespace

TEST_SUITE("gps/travel") {
    TEST_CASE("until something is learned, a default pace, with a band around it") {
        const Travel travel;
        const Eta eta = travel.to(12'000);
        CHECK(eta.likely == 1460s);  // 1.4 x 12 km at 12 m/s, and a minute
        CHECK(eta.low < eta.likely);
        CHECK(eta.likely < eta.high);
        CHECK(travel.to(24'000).likely == 2 * eta.likely - 60s);
    }

    TEST_CASE("the pace of the day's own drives is learned, and what is assumed fades") {
        Travel travel;
        const double assumed = travel.pace_mps();
        drive(travel, 0, 600, 16);
        const double once = travel.pace_mps();
        CHECK(once > assumed + 2);
        CHECK(once < 16);
        for (int i = 1; i < 12; ++i) drive(travel, i * 1000, 600, 16);
        CHECK(travel.pace_mps() == doctest::Approx(16).epsilon(0.03));
        // A city in the afternoon: the last hour counts.
        for (int i = 20; i < 32; ++i) drive(travel, i * 1000, 600, 5);
        CHECK(travel.pace_mps() < 7);
    }

    TEST_CASE("what is learned stays within bounds") {
        Travel crawl;
        for (int i = 0; i < 100; ++i) drive(crawl, i * 1000, 600, 0.2);
        CHECK(crawl.pace_mps() == 3);
        Travel flight;
        for (int i = 0; i < 100; ++i) drive(flight, i * 1000, 600, 250);
        CHECK(flight.pace_mps() == 30);
    }

    TEST_CASE("standing, a hole in the fixes and a clock put back teach nothing") {
        Travel travel;
        const double assumed = travel.pace_mps();
        for (int i = 0; i < 3600; i += 10) travel.add(fix_at(i), MotionState::parked);
        for (int i = 0; i < 20; ++i) travel.add(fix_at(5000 + i * 400, i), MotionState::moving);
        drive(travel, 20'000, 290, 25);
        drive(travel, 20'100, 290, 25);
        CHECK(travel.pace_mps() == assumed);
    }
}
