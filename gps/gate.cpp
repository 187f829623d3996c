#include "gps/gate.hpp"

#include "gps/between.hpp"
#include "gps/geodesy.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace outrider::gps {
namespace {

constexpr double default_accuracy_m = 5;    // of a fix that does not tell
constexpr double largest_allowance_m = 60;  // for the errors of two fixes
constexpr double hardest_mps2 = 6;          // braking or driving off
constexpr double longest_change_s = 8;      // at that
constexpr double doppler_share = 1.3;       // of the measured speed, for what lies between two
constexpr double closest_s = 3;             // for what moves on as it did

Judgement verdict(Verdict verdict, double measured = 0, double limit = 0) {
    return {verdict, Cause::none, measured, limit};
}

struct Step {
    double east_m, north_m;
};

Step step_between(const Fix& a, const Fix& b) {
    constexpr double radians = std::numbers::pi / 180;
    constexpr double metres = mean_radius_m * radians;
    return {short_way_deg(b.longitude - a.longitude) * metres * std::cos(b.latitude * radians),
            (b.latitude - a.latitude) * metres};
}

// What the errors of two fixes may add to their distance: three sigma, within reason.
double allowance_m(const Fix& a, const Fix& b) {
    const double sigmas = std::hypot(a.accuracy_m.value_or(default_accuracy_m),
                                     b.accuracy_m.value_or(default_accuracy_m));
    return std::min(largest_allowance_m, 3 * sigmas);
}

}  // namespace

bool same_place(const Fix& a, const Fix& b) { return no_farther(a, b, allowance_m(a, b)); }

std::optional<Judgement> Gate::against_step(const Fix& earlier, const Fix& later) const {
    const double seconds = seconds_between(*earlier.time, *later.time);
    if (seconds < 0) return verdict(Verdict::backwards, -seconds);
    const double allowance = allowance_m(earlier, later);
    if (no_farther(earlier, later, allowance)) return std::nullopt;
    const double distance = metres_between(earlier, later);
    const double metres = distance - allowance;
    const double limit = max_speed_mps_;
    const double implied = metres / seconds;
    if (implied > limit) return verdict(Verdict::impossible_speed, implied, limit);
    const double changing = std::min(seconds, longest_change_s);
    if (earlier.speed_mps && later.speed_mps) {
        const double measured = std::max(*earlier.speed_mps, *later.speed_mps);
        // Driving off for half the time, and braking for the other.
        const double by_doppler =
            doppler_share * measured + hardest_mps2 / 4 * changing * changing / seconds;
        if (implied > by_doppler) return verdict(Verdict::against_doppler, implied, measured);
    }
    const double by_pace = pace_mps_.value_or(limit) + hardest_mps2 * changing;
    if (implied > by_pace) return verdict(Verdict::jump, distance, by_pace * seconds + allowance);
    return std::nullopt;
}

std::optional<Judgement> Gate::judge(const Fix& fix) const {
    if (!last_) return std::nullopt;
    const auto against = against_step(*last_, fix);
    return against ? against : off_the_way(fix);
}

// What moves does not turn or brake at once.
std::optional<Judgement> Gate::off_the_way(const Fix& fix) const {
    const double seconds = seconds_between(*last_->time, *fix.time);
    if (!velocity_ || seconds > closest_s) return std::nullopt;
    const Step step = step_between(*last_, fix);
    const double metres = std::hypot(step.east_m - velocity_->east_mps * seconds,
                                     step.north_m - velocity_->north_mps * seconds);
    const double limit = allowance_m(*last_, fix) + hardest_mps2 * seconds * seconds;
    if (metres <= limit) return std::nullopt;
    return verdict(Verdict::jump, metres, limit);
}

void Gate::pass(const Fix& fix) {
    velocity_.reset();
    if (last_) {
        const double seconds = seconds_between(*last_->time, *fix.time);
        const double now = fix.speed_mps.value_or(
            seconds > 0 ? metres_between(*last_, fix) / seconds : max_speed_mps_);
        if (seconds > 0 && seconds <= closest_s) {
            const Step step = step_between(*last_, fix);
            velocity_ = Velocity{step.east_m / seconds, step.north_m / seconds};
        }
        pace_mps_ = std::min(max_speed_mps_, pace_mps_ ? 0.6 * *pace_mps_ + 0.4 * now : now);
        const Duration pause = *fix.time - *last_->time;
        earlier_pause_ = pause_ == Duration() ? pause : pause_;
        pause_ = pause;
    }
    last_ = fix;
}

void Gate::forget() {
    last_.reset();
    pace_mps_.reset();
    velocity_.reset();
}

}  // namespace outrider::gps
