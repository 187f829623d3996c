#include "client/fleet/driver.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace outrider::fleet;

namespace {

struct Drive {
    std::vector<double> speeds;  // while it lasts, each second
    double metres = 0;
    bool arrived = false;
    Place end;
};

Drive drive(Ground ground, std::uint64_t seed, Place to, int seconds = 7200) {
    Driver driver(ground, seed, {});
    driver.set_off(to);
    Drive drive;
    for (int i = 0; i < seconds && driver.on_the_way(); ++i) {
        const Place before = driver.place();
        driver.pass(1);
        drive.metres += metres_between(before, driver.place());
        drive.speeds.push_back(driver.speed_mps());
    }
    drive.arrived = !driver.on_the_way();
    drive.end = driver.place();
    return drive;
}

constexpr Ground grounds[] = {Ground::suburb, Ground::downtown, Ground::motorway};

}  // namespace

TEST_CASE("a driver gets there, along the streets, from wherever it is") {
    for (const Ground ground : grounds) {
        for (std::uint64_t seed = 1; seed <= 40; ++seed) {
            Chance chance(seed);
            const Place to{chance.between(-7000, 7000), chance.between(-7000, 7000)};
            const Drive way = drive(ground, seed, to);
            CAPTURE(seed);
            REQUIRE(way.arrived);
            CHECK(metres_between(way.end, to) < 2);
            const double along = std::abs(to.east_m) + std::abs(to.north_m);
            CHECK(way.metres > along - 2);
            CHECK(way.metres < along + 2);
        }
    }
}

TEST_CASE("a driver brakes and pulls as people do, and stops at lights") {
    for (const Ground ground : grounds) {
        const Drive way = drive(ground, 7, {9000, 4000});
        int stops = 0;
        for (std::size_t i = 1; i < way.speeds.size(); ++i) {
            CHECK(way.speeds[i] < 36);
            CHECK(way.speeds[i] - way.speeds[i - 1] < 4);
            stops += way.speeds[i] == 0 && way.speeds[i - 1] > 0 ? 1 : 0;
        }
        CHECK(stops >= 1);
    }
}

TEST_CASE("a motorway is faster than downtown") {
    const Drive fast = drive(Ground::motorway, 3, {15000, 6000});
    const Drive slow = drive(Ground::downtown, 3, {15000, 6000});
    REQUIRE(fast.arrived);
    REQUIRE(slow.arrived);
    CHECK(2 * fast.speeds.size() < 1.6 * static_cast<double>(slow.speeds.size()));
    CHECK(std::ranges::max(fast.speeds) > 25);
}

TEST_CASE("the same seed drives the same way, another one another") {
    const Place to{4000, 2500};
    CHECK(drive(Ground::suburb, 5, to).speeds == drive(Ground::suburb, 5, to).speeds);
    CHECK(drive(Ground::suburb, 5, to).speeds != drive(Ground::suburb, 6, to).speeds);
}

TEST_CASE("a driver who is there already sets off for nowhere") {
    Driver driver(Ground::suburb, 1, {100, 100});
    driver.set_off({100, 100});
    CHECK_FALSE(driver.on_the_way());
    driver.pass(1);
    CHECK(driver.speed_mps() == 0);
}

// As measured on recorded drives: in a city and its suburbs half of the time below 28 to 41 km/h,
// a tenth above 50 to 95, one or two stops a kilometre; on fast roads 89 and 105, and none.
TEST_CASE("speeds and stops are those of the ground") {
    struct Range {
        Ground ground;
        double median_least, median_most, fast_least, fast_most, stops_least, stops_most;
    };
    constexpr Range ranges[] = {{Ground::suburb, 30, 45, 55, 95, 0.8, 2},
                                {Ground::downtown, 20, 32, 35, 55, 2, 5},
                                {Ground::motorway, 38, 90, 90, 112, 0.1, 0.6}};
    for (const Range& range : ranges) {
        std::vector<double> speeds;
        double km = 0;
        int stops = 0;
        for (std::uint64_t seed = 1; seed <= 100; ++seed) {
            Chance chance(seed);
            const Place to{chance.between(-6000, 6000), chance.between(-6000, 6000)};
            const Drive way = drive(range.ground, seed, to);
            km += way.metres / 1000;
            int still = 0;
            for (const double speed : way.speeds) {
                if (speed > 1) speeds.push_back(3.6 * speed);
                stops += speed > 0.5 && still >= 4 ? 1 : 0;
                still = speed > 0.5 ? 0 : still + 1;
            }
        }
        std::ranges::sort(speeds);
        const double median = speeds[speeds.size() / 2], fast = speeds[speeds.size() * 9 / 10];
        CAPTURE(static_cast<int>(range.ground));
        CHECK(median > range.median_least);
        CHECK(median < range.median_most);
        CHECK(fast > range.fast_least);
        CHECK(fast < range.fast_most);
        CHECK(stops / km > range.stops_least);
        CHECK(stops / km < range.stops_most);
    }
}
