#include "client/cli/track.hpp"

#include "client/cli/projection.hpp"
#include "tests/client/cli/points.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace outrider;
using namespace outrider::cli;
using namespace outrider::test;

TEST_CASE("a track is cut at gaps of more than a minute and wherever time steps back") {
    const std::vector<api::TrackPoint> points = {point(0), point(60), point(121), point(120)};
    const auto cut = segments(points);
    REQUIRE(cut.size() == 3);
    CHECK(cut[0].size() == 2);
}

TEST_CASE("rejected fixes and fixes without position are no part of the way") {
    auto nowhere = point(2);
    nowhere.latitude = std::numeric_limits<double>::quiet_NaN();
    const std::vector<api::TrackPoint> points = {point(0), point(1, gps::Verdict::impossible_speed),
                                                 nowhere, ping(3, 1)};
    const auto cut = segments(points);
    REQUIRE(cut.size() == 1);
    CHECK(cut[0].size() == 2);
    CHECK(pings(points).size() == 1);
}

TEST_CASE("a ping is late when the office confirmed it more than a minute after it was made") {
    CHECK_FALSE(is_late(ping(0, 1, 60), {at(1000)}));
    CHECK(is_late(ping(0, 1, 61), {at(1000)}));
    CHECK(is_late(ping(0, 1, std::nullopt), {at(61)}));
    CHECK_FALSE(is_late(ping(0, 1, std::nullopt), {at(60)}));
}

TEST_CASE("a projection has the same scale both ways and keeps north up") {
    auto origin = point(0);
    auto east = origin, north = origin;
    east.longitude += 0.01 / std::cos(37.4 * 3.14159265 / 180);
    north.latitude += 0.01;
    const Projection project({&origin, &east, &north}, Box{100, 100, 400, 800});
    const Pixel o = project(origin), e = project(east), n = project(north);
    CHECK(e.x - o.x == doctest::Approx(400));
    CHECK(o.y - n.y == doctest::Approx(400));
    CHECK(e.y == doctest::Approx(o.y));
    CHECK(project.metres_per_pixel() * 400 == doctest::Approx(1112).epsilon(0.01));
}

TEST_CASE("a way across the 180th meridian stays in one piece, and a single place in the middle") {
    auto west = point(0), east = point(1);
    west.longitude = 179.999;
    east.longitude = -179.999;
    const Projection project({&west, &east}, Box{0, 0, 100, 100});
    CHECK(project(east).x > project(west).x);
    CHECK(project.metres_per_pixel() < 3);
    const Projection still({&west}, Box{0, 0, 100, 100});
    CHECK(still(west).x == doctest::Approx(50));
    CHECK(std::isfinite(still.metres_per_pixel()));
}
