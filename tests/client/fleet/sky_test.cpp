#include "client/fleet/sky.hpp"

#include "gps/geodesy.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace outrider;
using namespace outrider::fleet;

namespace {

const Town town;
const Chart chart(town);

double error_of(const gps::Fix& fix) {
    return gps::distance_m(town.latitude, town.longitude, fix.latitude, fix.longitude);
}

double percentile(std::vector<double> values, double share) {
    std::ranges::sort(values);
    return values.at(static_cast<std::size_t>(share * static_cast<double>(values.size() - 1)));
}

}  // namespace

TEST_CASE("a receiver that is switched on says nothing for half a minute, and then settles") {
    const Driver standing(Ground::suburb, 1, {});
    Sky sky({28, 1e9, 0}, 2);
    int blind = 0;
    std::vector<double> first, settled;
    for (int i = 0; i < 900; ++i) {
        sky.pass(1);
        const gps::Fix fix = sky.observe(standing, chart);
        if (!fix.usable())
            ++blind;
        else
            (i < 50 ? first : settled).push_back(error_of(fix));
    }
    CHECK(blind >= 24);
    CHECK(blind <= 41);
    CHECK(first.front() > 30);
    CHECK(percentile(settled, 0.5) < 8);
}

TEST_CASE("between tall buildings fixes are far off, and half of them are missing") {
    const Driver standing(Ground::downtown, 1, {});
    Sky canyon({1e9, 1, 0}, 3);
    std::vector<double> errors;
    int seen = 0;
    for (int i = 0; i < 20'000; ++i) {
        canyon.pass(1);
        if (i < 300) continue;
        ++seen;
        const gps::Fix fix = canyon.observe(standing, chart);
        if (!fix.usable()) continue;
        errors.push_back(error_of(fix));
        CHECK(*fix.satellites_used <= 6);
    }
    const double share = static_cast<double>(errors.size()) / seen;
    CHECK(share > 0.4);
    CHECK(share < 0.8);
    CHECK(percentile(errors, 0.5) > 8);
    CHECK(percentile(errors, 0.95) > 25);
}

TEST_CASE("a tunnel is a hole") {
    const Driver standing(Ground::motorway, 1, {});
    Sky sky({10, 60, 60}, 4);
    int hole = 0, longest = 0;
    for (int i = 0; i < 7200; ++i) {
        sky.pass(1);
        hole = sky.observe(standing, chart).usable() ? 0 : hole + 1;
        if (i > 60) longest = std::max(longest, hole);
    }
    CHECK(longest >= 20);
}

TEST_CASE("a standing receiver shows next to no speed, and no course") {
    const Driver standing(Ground::suburb, 1, {});
    Sky sky({28, 1e9, 0}, 5);
    for (int i = 0; i < 600; ++i) {
        sky.pass(1);
        const gps::Fix fix = sky.observe(standing, chart);
        if (!fix.usable()) continue;
        CHECK(*fix.speed_mps < 0.5);
        CHECK_FALSE(fix.track_deg);
    }
}
