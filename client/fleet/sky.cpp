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
constexpr double gone_m = 0.05;  // an echo
constexpr double course_known_mps = 0.8;
constexpr double degrees_of = 180 / std::numbers::pi;

}  // namespace

Chart::Chart(const Town& town)
    : town_(town),
      per_north_m_(degrees_of / gps::mean_radius_m),
      per_east_m_(per_north_m_ / std::cos(town.latitude / degrees_of)) {}

double Chart::longitude(double east_m) const {
    const double degrees = town_.longitude + east_m * per_east_m_;
    return degrees >= 180 ? degrees - 360 : degrees < -180 ? degrees + 360 : degrees;
}

Place Chart::place(double latitude, double longitude) const {
    const double east = std::remainder(longitude - town_.longitude, 360);
    return {east / per_east_m_, (latitude - town_.latitude) / per_north_m_};
}

SkySettings sky_over(Ground ground) {
    switch (ground) {
        case Ground::suburb: return {};
        case Ground::downtown: return {28, 240, 0};
        case Ground::motorway: return {15, 900, 1800};
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

void Sky::settle() {
    until_first_s_ = 0;
    cold_m_ = 0;
}

Sky::Step Sky::step(double seconds) {
    const auto fresh = [](double kept, double deviation) {
        return deviation * std::sqrt(1 - kept * kept);
    };
    Step step;
    step.seconds = seconds;
    step.slow_kept = std::exp(-seconds / slow_memory_s);
    step.slow_fresh = fresh(step.slow_kept, slow_m);
    step.echo_kept = std::exp(-seconds / echo_memory_s);
    step.echo_fresh = fresh(step.echo_kept, echo_m);
    step.cold_kept = std::exp(-seconds / cold_memory_s);
    return step;
}

void Sky::wander(Error& error, double kept, double fresh) {
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
    echoes_ = true;
}

void Sky::pass(double seconds) {
    if (seconds != step_.seconds) step_ = step(seconds);
    around_left_s_ -= seconds;
    if (around_left_s_ <= 0) change_surroundings();
    wander(slow_, step_.slow_kept, step_.slow_fresh);
    if (around_ == Around::canyon) {
        wander(echo_, step_.echo_kept, step_.echo_fresh);
        shadow_left_s_ -= seconds;
        if (shadow_left_s_ <= 0) {
            shadowed_ = !shadowed_;
            shadow_left_s_ = 1 + chance_.exponential(shadowed_ ? 4 : 6);
        }
    } else if (echoes_) {
        shadowed_ = false;
        echo_.east_m *= step_.echo_kept;
        echo_.north_m *= step_.echo_kept;
        echoes_ = std::abs(echo_.east_m) + std::abs(echo_.north_m) > gone_m;
        if (!echoes_) echo_ = {};
    }
    if (cold_m_ > 0) warm_up();
}

void Sky::warm_up() {
    if (until_first_s_ > 0)
        until_first_s_ -= step_.seconds;
    else
        cold_m_ = cold_m_ > hardly_cold_m ? cold_m_ * step_.cold_kept : 0;
}

gps::Fix Sky::observe(const Driver& driver, const Chart& chart) {
    gps::Fix fix;
    if (blind()) {
        fix.mode = gps::Mode::none;
        fix.satellites_used = 2;
        return fix;
    }
    const bool canyon = around_ == Around::canyon;
    double east = slow_.east_m + echo_.east_m + white_m * chance_.normal();
    double north = slow_.north_m + echo_.north_m + white_m * chance_.normal();
    if (cold_m_ > 0) {
        east += cold_m_ * std::cos(cold_course_);
        north += cold_m_ * std::sin(cold_course_);
    }
    fix.mode = gps::Mode::three_d;
    fix.latitude = chart.latitude(driver.place().north_m + north);
    fix.longitude = chart.longitude(driver.place().east_m + east);
    fix.satellites_used = static_cast<int>(canyon ? chance_.between(4, 7) : chance_.between(8, 13));
    fix.speed_mps = std::max(0.0, driver.speed_mps() + (canyon ? 0.5 : 0.08) * chance_.normal());
    if (*fix.speed_mps > course_known_mps) {
        const double course = driver.heading_deg() + (canyon ? 15 : 1.5) * chance_.normal();
        fix.track_deg = course < 0 ? course + 360 : course >= 360 ? course - 360 : course;
    }
    fix.accuracy_m = canyon ? chance_.between(15, 45)
                            : chance_.between(4, 6) + (cold_m_ > 0 ? 16 + 2 * cold_m_ : 0);
    return fix;
}

}  // namespace outrider::fleet
