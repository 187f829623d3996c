#include "gps/geodesy.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using outrider::gps::distance_m;

TEST_SUITE("gps/geodesy") {
    TEST_CASE("distances are those of the sphere") {
        CHECK(distance_m(0, 0, 0, 1) == doctest::Approx(111'195).epsilon(1e-5));
        CHECK(distance_m(0, 0, 1, 0) == doctest::Approx(111'195).epsilon(1e-5));
        CHECK(distance_m(60, 0, 60, 1) == doctest::Approx(55'597).epsilon(1e-4));
        CHECK(distance_m(37.4, -122.1, 37.4, -122.1) == 0);
        // Half a metre keeps its digits.
        CHECK(distance_m(37.4, -122.1, 37.4000045, -122.1) ==
              doctest::Approx(0.5004).epsilon(1e-3));
    }

    TEST_CASE("what is no farther is so to the last digit, at every latitude") {
        using outrider::gps::no_farther;
        for (double latitude = -90; latitude <= 90; latitude += 0.7) {
            for (double angle = 0; angle < 6.28; angle += 0.31) {
                for (const double span : {1e-9, 1e-5, 3e-4, 0.02, 5.0}) {
                    const double other = std::clamp(latitude + span * std::sin(angle), -90.0, 90.0);
                    const double longitude = 12 + span * std::cos(angle);
                    const double metres = distance_m(latitude, 12, other, longitude);
                    CHECK(no_farther(latitude, 12, other, longitude, metres));
                    CHECK(no_farther(latitude, 12, other, longitude, metres * (1 + 1e-7)));
                    const double less = std::nextafter(metres, -1);
                    CHECK_FALSE(no_farther(latitude, 12, other, longitude, less));
                }
            }
        }
        CHECK(no_farther(3, 179.9999, 3, -179.9999, 23));
        CHECK_FALSE(no_farther(3, 179.9999, 3, -179.9999, 22));
        CHECK_FALSE(no_farther(3, 4, 3, 4, -1));
    }

    TEST_CASE("a difference of longitudes goes the short way round") {
        for (const double degrees : {0.0, 12.5, 180.0, -180.0, 180.5, 359.0, -359.5, 719.0}) {
            CHECK(outrider::gps::short_way_deg(degrees) == std::remainder(degrees, 360.0));
        }
    }

    TEST_CASE("the date line and the poles are places like others") {
        CHECK(distance_m(0, 179.9, 0, -179.9) == doctest::Approx(22'239).epsilon(1e-4));
        CHECK(distance_m(90, 0, 90, 123) == doctest::Approx(0).scale(1));
        CHECK(distance_m(0, 0, 0, 180) == doctest::Approx(20'015'115).epsilon(1e-5));
        CHECK(distance_m(45, 10, -45, -170) == doctest::Approx(20'015'115).epsilon(1e-5));
    }
}
