#pragma once
// Fixes for tests: on a flat patch of road near Mountain View.

#include "gps/fix.hpp"

#include <cmath>
#include <numbers>

namespace outrider::test {

constexpr Instant fixes_begin =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::hours(6);

// `seconds` after fixes_begin, so many metres away from the origin.
inline gps::Fix fix_at(double seconds, double east_m = 0, double north_m = 0) {
    constexpr double metres_per_degree = 111'195;
    constexpr double latitude = 37.4, longitude = -122.1;
    const auto after = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
    gps::Fix fix;
    fix.mode = gps::Mode::three_d;
    fix.time = fixes_begin + after;
    fix.seen = Uptime(std::chrono::hours(1)) + after;
    fix.latitude = latitude + north_m / metres_per_degree;
    fix.longitude =
        longitude + east_m / metres_per_degree / std::cos(latitude * std::numbers::pi / 180);
    fix.device = "/dev/ttyACM0";
    return fix;
}

}  // namespace outrider::test
