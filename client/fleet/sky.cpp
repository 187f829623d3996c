#include "client/fleet/sky.hpp"

#include "gps/geodesy.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace outrider::fleet {
namespace {

constexpr double slow_m = 2.2, slow_memory_s = 180;
constexpr double echo_m = 16, echo_memory_s = 6;
constexpr double white_m = 0.25;
constexpr double cold_start_m = 60, cold_memory_s = 12, hardly_cold_m = 0.5;
constexpr double course_known_mps = 0.8;
constexpr double degrees_of = 180 / std::numbers::pi;

}  // namespace

SkySettings sky_over(Ground ground) {
    switch (ground) {
        case Ground::suburb: return {};
        case Ground::downtown: return {28, 240, 0};
        case Ground::motorway: return {15, 3600, 1800};
    }
    return {};
}

Sky::Sky(SkySettings settings, std::uint64_t seed) : settings_(settings), chance_(seed) {
    slow_ = {slow_m * chance_.normal(), slow_m * chance_.normal()};
    around_left_s_ = chance_.exponential(settings_.open_s);
    switch_on();
}

void Sky::switch_on() {
    until_first_s_ = chance_.between(25, 40);
    cold_m_ = cold_start_m;
    cold_course_ = chance_.between(0, 2 * std::numbers::pi);
}

void Sky::wander(Error& error, double deviation_m, double memory_s, double seconds) {
    const double kept = std::exp(-seconds / memory_s);
    const double fresh = deviation_m * std::sqrt(1 - kept * kept);
    error.east_m = kept * error.east_m + fresh * chance_.normal();
    error.north_m = kept * error.north_m + fresh * chance_.normal();
}

void Sky::change_surroundings() {
    if (around_ != Around::open) {
        around_ = Around::open;
        around_left_s_ = chance_.exponential(settings_.open_s);
        return;
    }
    const double tunnels =
        settings_.tunnel_every_s > 0 ? settings_.open_s / settings_.tunnel_every_s : 0;
    const bool tunnel = chance_.happens(std::min(1.0, tunnels));
    around_ = tunnel ? Around::tunnel : Around::canyon;
    around_left_s_ =
        tunnel ? chance_.between(20, 90) : 10 + chance_.exponential(settings_.canyon_s - 10);
    shadow_left_s_ = 0;
}

void Sky::pass(double seconds) {
    around_left_s_ -= seconds;
    if (around_left_s_ <= 0) change_surroundings();
    wander(slow_, slow_m, slow_memory_s, seconds);
    if (around_ == Around::canyon) {
        wander(echo_, echo_m, echo_memory_s, seconds);
        shadow_left_s_ -= seconds;
        if (shadow_left_s_ <= 0) {
            shadowed_ = !shadowed_;
            shadow_left_s_ = 1 + chance_.exponential(shadowed_ ? 4 : 6);
        }
    } else {
        shadowed_ = false;
        wander(echo_, 0, echo_memory_s, seconds);
    }
    if (until_first_s_ > 0) {
        until_first_s_ -= seconds;
    } else if (cold_m_ > hardly_cold_m) {
        cold_m_ *= std::exp(-seconds / cold_memory_s);
    } else {
        cold_m_ = 0;
    }
}

gps::Fix Sky::observe(const Driver& driver, const Town& town) {
    gps::Fix fix;
    if (blind()) {
        fix.mode = gps::Mode::none;
        fix.satellites_used = 2;
        return fix;
    }
    const bool canyon = around_ == Around::canyon;
    const double east = driver.place().east_m + slow_.east_m + echo_.east_m +
                        cold_m_ * std::cos(cold_course_) + white_m * chance_.normal();
    const double north = driver.place().north_m + slow_.north_m + echo_.north_m +
                         cold_m_ * std::sin(cold_course_) + white_m * chance_.normal();
    fix.mode = gps::Mode::three_d;
    fix.latitude = town.latitude + north / gps::mean_radius_m * degrees_of;
    fix.longitude = town.longitude +
                    east / gps::mean_radius_m * degrees_of / std::cos(town.latitude / degrees_of);
    fix.satellites_used = static_cast<int>(canyon ? chance_.between(4, 7) : chance_.between(8, 13));
    fix.speed_mps = std::max(0.0, driver.speed_mps() + (canyon ? 0.5 : 0.08) * chance_.normal());
    if (*fix.speed_mps > course_known_mps) {
        const double course = driver.heading_deg() + (canyon ? 15 : 1.5) * chance_.normal();
        fix.track_deg = std::fmod(course + 360, 360);
    }
    fix.accuracy_m = canyon ? chance_.between(15, 45)
                            : chance_.between(4, 6) + (cold_m_ > 0 ? 16 + 2 * cold_m_ : 0);
    return fix;
}

}  // namespace outrider::fleet
