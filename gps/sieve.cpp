#include "gps/sieve.hpp"

#include "gps/geodesy.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace outrider::gps {
namespace {

constexpr int simulated_status = 8;
constexpr double null_island_deg = 1e-4;
constexpr double highest_speed_mps = 100;
constexpr double default_accuracy_m = 5;    // of a fix that does not tell
constexpr double largest_allowance_m = 60;  // for the errors of two fixes
constexpr double hardest_mps2 = 6;          // braking or driving off
constexpr double longest_change_s = 8;      // at that
constexpr double doppler_share = 1.3;       // of the measured speed, for what lies between two
constexpr double closest_s = 3;             // for what moves on as it did
constexpr int convincing = 4;               // doubted fixes in a row that agree
constexpr Duration receiver_silence = std::chrono::seconds(5);
constexpr double largest_drift_s = 1;
constexpr Duration shortest_step = std::chrono::seconds(2);
constexpr Duration tick_life = std::chrono::minutes(1);
constexpr Duration longest_future = std::chrono::hours(24) * 365 * 10;  // after time_floor

// In floating point, so that no pair of times overflows.
double seconds_between(Instant earlier, Instant later) {
    using Seconds = std::chrono::duration<double>;
    return Seconds(later.time_since_epoch()).count() - Seconds(earlier.time_since_epoch()).count();
}

double in_seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

Judgement verdict(Verdict verdict, double measured = 0, double limit = 0) {
    return {verdict, Cause::none, measured, limit};
}

void keep_within(std::optional<double>& field, double least, double most) {
    if (field && !(*field >= least && *field <= most)) field.reset();
}

// A wrong speed does not make a wrong place: the field goes, the fix stays.
Fix without_nonsense(Fix fix) {
    constexpr double anything = 1e9;  // but a finite number
    keep_within(fix.speed_mps, 0, highest_speed_mps);
    keep_within(fix.track_deg, 0, 360);
    keep_within(fix.accuracy_m, 0, anything);
    keep_within(fix.altitude_m, -anything, anything);
    keep_within(fix.climb_mps, -highest_speed_mps, highest_speed_mps);
    return fix;
}

// Of what may be true at all, whatever the wall clock says.
std::optional<Judgement> judge_date(Instant time) {
    const double ahead = seconds_between(time_floor, time);
    const double limit = in_seconds(longest_future);
    if (ahead >= 0 && ahead <= limit) return std::nullopt;
    return verdict(Verdict::implausible_time, ahead, limit);
}

std::optional<Judgement> judge_time(Instant time, Instant wall, const SieveSettings& settings) {
    const double ahead = seconds_between(wall, time);
    const double limit = in_seconds(ahead > 0 ? settings.future : settings.past);
    if (std::abs(ahead) <= limit) return std::nullopt;
    return verdict(Verdict::implausible_time, ahead, limit);
}

// What the errors of two fixes may add to their distance.
double allowance_m(const Fix& a, const Fix& b) {
    const double sigmas = std::hypot(a.accuracy_m.value_or(default_accuracy_m),
                                     b.accuracy_m.value_or(default_accuracy_m));
    return std::min(largest_allowance_m, 3 * sigmas);
}

struct Step {
    double east_m, north_m;
};

Step step_between(const Fix& a, const Fix& b) {
    constexpr double radians = std::numbers::pi / 180;
    constexpr double metres = mean_radius_m * radians;
    return {
        std::remainder(b.longitude - a.longitude, 360.0) * metres * std::cos(b.latitude * radians),
        (b.latitude - a.latitude) * metres};
}

// It may be the one before it that was wrong.
bool doubtful(Verdict verdict) {
    return verdict == Verdict::impossible_speed || verdict == Verdict::jump ||
           verdict == Verdict::against_doppler || verdict == Verdict::backwards;
}

}  // namespace

Sieve::Sieve(SieveSettings settings) : settings_(settings) {}

void Sieve::add(const Fix& raw, Instant wall, std::vector<Fix>& believed,
                std::vector<Judged>& rejected) {
    Fix fix = without_nonsense(raw);
    std::optional<Judgement> against = alone(fix, wall);
    if (!against) {
        against = beside_others(fix);
        if (against && doubtful(against->verdict)) {
            if (doubted_ && fix.time == doubted_->time)
                against = verdict(Verdict::duplicate);
            else if (convinces(fix)) {
                against.reset();
                last_.reset();  // what it was has been wrong
                pace_mps_.reset();
            }
        }
    }
    if (against) {
        Judged judged{std::move(fix), *against};
        rejected.push_back(std::move(judged));
        return;
    }
    believe(fix);
    believed.push_back(std::move(fix));
}

std::optional<Judgement> Sieve::alone(const Fix& fix, Instant wall) {
    if (!fix.usable()) return verdict(Verdict::no_fix);
    if (!std::isfinite(fix.latitude) || !std::isfinite(fix.longitude))
        return verdict(Verdict::not_finite);
    if (std::abs(fix.latitude) > 90) return verdict(Verdict::out_of_range, fix.latitude, 90);
    if (std::abs(fix.longitude) > 180) return verdict(Verdict::out_of_range, fix.longitude, 180);
    if (std::hypot(fix.latitude, fix.longitude) < null_island_deg)
        return verdict(Verdict::null_island);
    if (fix.status == simulated_status) return verdict(Verdict::simulated);
    if (!fix.time) return verdict(Verdict::no_time);
    const bool steady = keeps_time(fix);
    if (wall < time_floor) return judge_date(*fix.time);
    const auto beside_wall = judge_time(*fix.time, wall, settings_);
    if (!beside_wall || !steady) return beside_wall;
    return judge_date(*fix.time) ? beside_wall : std::nullopt;
}

// A wall clock can be anything. A receiver that has the time goes on as our monotonic clock does.
bool Sieve::keeps_time(const Fix& fix) {
    const Tick now{*fix.time, fix.seen};
    const double drift =
        tick_
            ? std::abs(seconds_between(tick_->time, now.time) - in_seconds(now.seen - tick_->seen))
            : 2 * largest_drift_s;
    if (!(drift <= largest_drift_s)) {
        tick_ = now;
        in_step_since_ = now.seen;
        in_step_ = 0;
        return false;
    }
    in_step_ = std::min(convincing, in_step_ + 1);
    if (now.seen - tick_->seen > tick_life) tick_ = now;  // the two drift apart, by milliseconds
    return in_step_ >= convincing && now.seen - in_step_since_ >= shortest_step;
}

std::optional<Judgement> Sieve::beside_others(const Fix& fix) const {
    if (last_ && fix.device != last_->device) {
        const Duration silence = fix.seen - last_->seen;
        if (silence <= receiver_silence)
            return verdict(Verdict::other_receiver, in_seconds(silence),
                           in_seconds(receiver_silence));
    }
    if (last_ && fix.time == last_->time) return verdict(Verdict::duplicate);
    if (fix.accuracy_m && *fix.accuracy_m > settings_.accuracy_m)
        return verdict(Verdict::inaccurate, *fix.accuracy_m, settings_.accuracy_m);
    if (!last_) return std::nullopt;
    const auto against = after(*last_, fix);
    return against ? against : off_the_way(fix);
}

std::optional<Judgement> Sieve::after(const Fix& earlier, const Fix& fix) const {
    const double seconds = seconds_between(*earlier.time, *fix.time);
    if (seconds < 0) return verdict(Verdict::backwards, -seconds);
    const double distance =
        distance_m(earlier.latitude, earlier.longitude, fix.latitude, fix.longitude);
    const double allowance = allowance_m(earlier, fix);
    const double metres = distance - allowance;
    const double limit = settings_.max_implied_speed_mps;
    if (metres <= 0) return std::nullopt;
    const double implied = metres / seconds;
    if (implied > limit) return verdict(Verdict::impossible_speed, implied, limit);
    const double changing = std::min(seconds, longest_change_s);
    if (earlier.speed_mps && fix.speed_mps) {
        const double measured = std::max(*earlier.speed_mps, *fix.speed_mps);
        // Driving off for half the time, and braking for the other.
        const double by_doppler =
            doppler_share * measured + hardest_mps2 / 4 * changing * changing / seconds;
        if (implied > by_doppler) return verdict(Verdict::against_doppler, implied, measured);
    }
    const double by_pace = pace_mps_.value_or(limit) + hardest_mps2 * changing;
    if (implied > by_pace) return verdict(Verdict::jump, distance, by_pace * seconds + allowance);
    return std::nullopt;
}

// What moves does not turn or brake at once.
std::optional<Judgement> Sieve::off_the_way(const Fix& fix) const {
    const double seconds = seconds_between(*last_->time, *fix.time);
    if (!velocity_ || seconds > closest_s) return std::nullopt;
    const Step step = step_between(*last_, fix);
    const double metres = std::hypot(step.east_m - velocity_->east_mps * seconds,
                                     step.north_m - velocity_->north_mps * seconds);
    const double limit = allowance_m(*last_, fix) + hardest_mps2 * seconds * seconds;
    if (metres <= limit) return std::nullopt;
    return verdict(Verdict::jump, metres, limit);
}

void Sieve::believe(const Fix& fix) {
    velocity_.reset();
    if (last_) {
        const double seconds = seconds_between(*last_->time, *fix.time);
        const double metres =
            distance_m(last_->latitude, last_->longitude, fix.latitude, fix.longitude);
        const double limit = settings_.max_implied_speed_mps;
        const double now = fix.speed_mps.value_or(seconds > 0 ? metres / seconds : limit);
        if (seconds > 0 && seconds <= closest_s) {
            const Step step = step_between(*last_, fix);
            velocity_ = Velocity{step.east_m / seconds, step.north_m / seconds};
        }
        pace_mps_ = std::min(limit, pace_mps_ ? 0.6 * *pace_mps_ + 0.4 * now : now);
    }
    last_ = fix;
    doubted_.reset();
}

bool Sieve::convinces(const Fix& fix) {
    const bool agrees = doubted_ && !after(*doubted_, fix);
    agreeing_ = agrees ? agreeing_ + 1 : 1;
    doubted_ = fix;
    return agreeing_ >= convincing;
}

}  // namespace outrider::gps
