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
