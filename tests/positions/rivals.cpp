#include "tests/positions/rivals.hpp"

#include "gps/geodesy.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace outrider::positions {
namespace {

using gps::Fix;
using Due = std::function<bool(const Fix& last, const Fix& fix)>;

double seconds_between(const Fix& a, const Fix& b) {
    return std::chrono::duration<double>(*b.time - *a.time).count();
}

double metres_between(const Fix& a, const Fix& b) {
    return gps::distance_m(a.latitude, a.longitude, b.latitude, b.longitude);
}

// A speed and course for those that came without, from where the one before was.
std::vector<Fix> with_motion(std::vector<Fix> fixes) {
    for (std::size_t i = 1; i < fixes.size(); ++i) {
        const Fix& before = fixes[i - 1];
        Fix& fix = fixes[i];
        const double north = fix.latitude - before.latitude;
        const double east = std::remainder(fix.longitude - before.longitude, 360.0) *
                            std::cos(fix.latitude * std::numbers::pi / 180);
        if (!fix.speed_mps)
            fix.speed_mps = metres_between(before, fix) / seconds_between(before, fix);
        if (!fix.track_deg) {
            fix.track_deg = std::fmod(std::atan2(east, north) * 180 / std::numbers::pi + 360, 360);
        }
    }
    return fixes;
}

// The first, those that are due beside the last one sent, and the last.
std::vector<gps::Judged> send(const std::vector<Fix>& fixes, const Due& due) {
    std::vector<gps::Judged> judged;
    const Fix* last = nullptr;
    for (const Fix& fix : fixes) {
        const bool sent = !last || &fix == &fixes.back() || due(*last, fix);
        judged.push_back({fix, {sent ? gps::Verdict::reported : gps::Verdict::held}});
        if (sent) last = &fix;
    }
    return judged;
}

Rival rival(std::string name, Due due) {
    return {std::move(name), [due = std::move(due)](const std::vector<Fix>& fixes) {
                return send(with_motion(fixes), due);
            }};
}

Due every(double seconds) {
    return [=](const Fix& last, const Fix& fix) { return seconds_between(last, fix) >= seconds; };
}

// 10 m, and as many times more as the speed is times 5 m/s, in steps of 5.
bool elastic(const Fix& last, const Fix& fix) {
    const double steps = std::max(1.0, std::round(fix.speed_mps.value_or(0) / 5));
    return metres_between(last, fix) >= 10 * steps;
}

// 30 s, 50 m or 15 degrees; the difference of courses is not wrapped at north.
bool traccar(const Fix& last, const Fix& fix) {
    return seconds_between(last, fix) >= 30 || metres_between(last, fix) >= 50 ||
           std::abs(fix.track_deg.value_or(0) - last.track_deg.value_or(0)) >= 15;
}

// Beyond 10 m of where the last one's speed and course would have taken it.
bool dead_reckoning(const Fix& last, const Fix& fix) {
    constexpr double radians = std::numbers::pi / 180;
    const double course = last.track_deg.value_or(0) * radians;
    const double metres = last.speed_mps.value_or(0) * seconds_between(last, fix);
    const double degrees = metres / (gps::mean_radius_m * radians);
    const double latitude = last.latitude + degrees * std::cos(course);
    const double longitude =
        last.longitude + degrees * std::sin(course) / std::cos(last.latitude * radians);
    return gps::distance_m(latitude, longitude, fix.latitude, fix.longitude) > 10;
}

}  // namespace

std::vector<Rival> rivals() {
    return {rival("every 10 s", every(10)), rival("every 30 s", every(30)),
            rival("10 m, elastic", elastic), rival("Traccar 30 s / 50 m / 15°", traccar),
            rival("dead reckoning 10 m", dead_reckoning)};
}

}  // namespace outrider::positions
