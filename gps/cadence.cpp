#include "gps/cadence.hpp"

#include "gps/geodesy.hpp"

#include <cmath>
#include <utility>

namespace outrider::gps {
namespace {

constexpr double course_counts_mps = 1.5;  // below it a course is noise
constexpr double last_place_m = 10;        // closer to the last ping the last fix tells nothing new

double in_seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

double metres_between(const Fix& a, const Fix& b) {
    return distance_m(a.latitude, a.longitude, b.latitude, b.longitude);
}

Judgement report(Cause cause, double measured = 0, double limit = 0) {
    return {Verdict::reported, cause, measured, limit};
}

Judgement not_due(Verdict verdict, Duration since, Duration wait) {
    return {verdict, Cause::none, in_seconds(since), in_seconds(wait)};
}

std::optional<double> turn_between(const Fix& a, const Fix& b) {
    const bool known = a.track_deg && b.track_deg && a.speed_mps.value_or(0) > course_counts_mps &&
                       b.speed_mps.value_or(0) > course_counts_mps;
    if (!known) return std::nullopt;
    return course_difference(*a.track_deg, *b.track_deg);
}

}  // namespace

double course_difference(double a_deg, double b_deg) {
    return std::abs(std::remainder(a_deg - b_deg, 360.0));
}

Cadence::Cadence(CadenceSettings settings) : settings_(settings) {}

void Cadence::add(const Fix& believed, MotionState motion, std::vector<Judged>& out) {
    if (waiting_) out.push_back(*std::exchange(waiting_, std::nullopt));
    Judged judged{believed, judge(believed, motion)};
    motion_ = motion;
    if (judged.judgement.verdict == Verdict::reported) {
        reported_ = believed;
        out.push_back(std::move(judged));
    } else {
        waiting_ = std::move(judged);
    }
}

void Cadence::finish(std::vector<Judged>& out) {
    if (!waiting_) return;
    Judged last = *std::exchange(waiting_, std::nullopt);
    const double metres = metres_between(*reported_, last.fix);
    if (metres >= last_place_m) {
        last.judgement = report(Cause::last, metres, last_place_m);
        reported_ = last.fix;
    }
    out.push_back(std::move(last));
}

Judgement Cadence::judge(const Fix& fix, MotionState motion) const {
    if (!reported_) return report(Cause::first);
    const Duration since = *fix.time - *reported_->time;
    if (since <= Duration::zero()) return report(Cause::first);
    const bool parked = motion == MotionState::parked;
    const bool was_parked = motion_ == MotionState::parked;
    if (parked && !was_parked) return report(Cause::stopped);
    if (was_parked && !parked) return report(Cause::moved_off);
    if (!parked) return judge_on_the_move(fix, since);
    if (since < settings_.heartbeat_interval)
        return not_due(Verdict::parked, since, settings_.heartbeat_interval);
    return report(Cause::heartbeat, in_seconds(since), in_seconds(settings_.heartbeat_interval));
}

Judgement Cadence::judge_on_the_move(const Fix& fix, Duration since) const {
    if (since < settings_.fastest_interval)
        return not_due(Verdict::held, since, settings_.fastest_interval);
    if (since >= settings_.interval)
        return report(Cause::interval, in_seconds(since), in_seconds(settings_.interval));
    const double metres = metres_between(*reported_, fix);
    if (metres >= settings_.distance_filter_m)
        return report(Cause::distance, metres, settings_.distance_filter_m);
    const std::optional<double> turn = turn_between(*reported_, fix);
    if (turn && *turn >= settings_.angle_deg)
        return report(Cause::turn, *turn, settings_.angle_deg);
    return not_due(Verdict::held, since, settings_.interval);
}

}  // namespace outrider::gps
