#include "gps/geodesy.hpp"

#include <doctest/doctest.h>

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

    TEST_CASE("the date line and the poles are places like others") {
        CHECK(distance_m(0, 179.9, 0, -179.9) == doctest::Approx(22'239).epsilon(1e-4));
        CHECK(distance_m(90, 0, 90, 123) == doctest::Approx(0).scale(1));
        CHECK(distance_m(0, 0, 0, 180) == doctest::Approx(20'015'115).epsilon(1e-5));
        CHECK(distance_m(45, 10, -45, -170) == doctest::Approx(20'015'115).epsilon(1e-5));
    }
}
