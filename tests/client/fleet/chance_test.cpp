#include "client/fleet/chance.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace outrider::fleet;

TEST_CASE("the numbers are the same on every machine") {
    Chance chance(0);  // as published for SplitMix64
    CHECK(chance.next() == 0xE220A8397B1DCDAFU);
    CHECK(chance.next() == 0x6E789E6AA1B965F4U);
    CHECK(mix(1, 2) == 583880340377267059U);
}

TEST_CASE("a normal number is one, as far as three deviations") {
    Chance chance(3);
    constexpr int count = 200'000;
    double sum = 0, squares = 0, farthest = 0;
    int beyond_1 = 0, beyond_2 = 0;
    for (int i = 0; i < count; ++i) {
        const double number = chance.normal();
        sum += number;
        squares += number * number;
        farthest = std::max(farthest, std::abs(number));
        beyond_1 += std::abs(number) > 1 ? 1 : 0;
        beyond_2 += std::abs(number) > 2 ? 1 : 0;
    }
    CHECK(std::abs(sum / count) < 0.01);
    CHECK(squares / count == doctest::Approx(1).epsilon(0.01));
    CHECK(beyond_1 == doctest::Approx(0.317 * count).epsilon(0.05));
    CHECK(beyond_2 == doctest::Approx(0.0455 * count).epsilon(0.15));
    CHECK(farthest > 3);
    CHECK(farthest < 3.47);
}

TEST_CASE("seeds made from seeds are different ones, in either order") {
    CHECK(mix(1, 2) != mix(2, 1));
    CHECK(mix(1, 2) != mix(1, 3));
    CHECK(mix(0, 0) != 0);
}
