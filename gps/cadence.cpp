#include "gps/cadence.hpp"

#include "gps/between.hpp"

#include <algorithm>
#include <utility>

namespace outrider::gps {
namespace {

constexpr std::size_t most_aside = 64;        // on the move, whatever the receiver's rate
constexpr std::size_t most_aside_parked = 8;  // that may have been leaving

Judgement because(Cause cause, double measured = 0, double limit = 0) {
    return {Verdict::reported, cause, measured, limit};
}

}  // namespace

Cadence::Cadence(CadenceSettings settings) : settings_(settings) {}

void Cadence::add(const Fix& fix, MotionState motion, Verdicts& out) {
    const bool was_parked = motion_ == MotionState::parked;
    const bool parked = motion == MotionState::parked;
    const Fix& newest = !aside_.empty() ? aside_.back() : good_ ? *good_ : reported_;
    if (!cone_ || *fix.time <= *newest.time) {
        end_track(out);  // as the vehicle was then
        motion_ = motion;
        return report(fix, because(Cause::first), out);
    }
    motion_ = motion;
    if (parked && was_parked) return stand(fix, out);
    if (was_parked) return leave(fix, out);
    travel(fix, out);
    if (!parked) return;
    while (!aside_.empty()) report_good(because(Cause::turn, 0, settings_.bound_m), out);
    // A ping from here tells it already, when there is one.
    const double away = good_ ? metres_between(reported_, *good_) : 0;
    if (away > settings_.bound_m) report_good(because(Cause::stopped), out);
}

void Cadence::finish(Verdicts& out) { end_track(out); }

void Cadence::travel(const Fix& fix, Verdicts& out) {
    follow(fix, out);
    const Duration wait = longest_wait();
    const Duration since = *fix.time - *reported_.time;
    if (!good_ || since < wait) return;
    report_good(because(Cause::interval, in_seconds(since), in_seconds(wait)), out);
}

// A vehicle that rolls on while its pings are watched is seen somewhere new. While nobody can see
// them, a power cut must not cost the end of the way.
Duration Cadence::longest_wait() const {
    switch (audience_) {
        case Audience::nobody: return settings_.heartbeat_interval;
        case Audience::office: return settings_.interval;
        case Audience::customer: return std::min(settings_.followed_interval, settings_.interval);
    }
    return settings_.interval;
}

void Cadence::follow(const Fix& fix, Verdicts& out) {
    again_.push_back(fix);
    follow_again(out);
}

void Cadence::follow_again(Verdicts& out) {
    while (!again_.empty()) {
        const Fix fix = std::move(again_.front());
        again_.erase(again_.begin());
        const bool fits = cone_->fits(fix);
        cone_->pass(fix);
        if (fits) {
            accept(fix, Verdict::held, Verdict::held, out);
            continue;
        }
        aside_.push_back(fix);
        // Those after it may come back into the cone, but not for ever.
        if (*fix.time - *good_->time > settings_.wait || aside_.size() >= most_aside) {
            again_.insert(again_.begin(), aside_.begin(), aside_.end());
            aside_.clear();
            report(*good_, because(Cause::turn, 0, settings_.bound_m), out);
        }
    }
}

// The newest of those that can be the next ping: the ones before it are not.
void Cadence::accept(const Fix& fix, Verdict passed, Verdict aside, Verdicts& out) {
    if (good_) out.push_back({*good_, judgement_of(*good_, passed)});
    for (const Fix& one : aside_) out.push_back({one, judgement_of(one, aside)});
    aside_.clear();
    good_ = fix;
}

Judgement Cadence::judgement_of(const Fix& fix, Verdict verdict) const {
    return {verdict, Cause::none,
            verdict == Verdict::drift ? metres_between(reported_, fix) : settings_.bound_m,
            settings_.bound_m};
}

void Cadence::report(const Fix& fix, Judgement judgement, Verdicts& out) {
    reported_ = fix;
    good_.reset();
    cone_.emplace(settings_.bound_m, reported_);
    out.push_back({reported_, judgement});
}

void Cadence::report_good(Judgement judgement, Verdicts& out) {
    again_.insert(again_.end(), aside_.begin(), aside_.end());
    aside_.clear();
    report(Fix(*good_), judgement, out);
    follow_again(out);
}

bool Cadence::stays(const Fix& fix) const {
    return no_farther(reported_, fix, settings_.bound_m) && cone_->fits(fix);
}

void Cadence::stand(const Fix& fix, Verdicts& out) {
    if (stays(fix)) {
        cone_->pass(fix);
        accept(fix, Verdict::parked, Verdict::drift, out);
    } else {
        aside_.push_back(fix);
        if (aside_.size() > most_aside_parked) drop_oldest_aside(out);
    }
    const Duration since = *fix.time - *reported_.time;
    if (since < settings_.heartbeat_interval) return;
    // Where it is by the newest fix that we believe; when there was none, the receiver has settled
    // on another place.
    while (good_ && !aside_.empty()) drop_oldest_aside(out);
    if (!good_) good_ = take_newest_aside(out);
    report(Fix(*good_),
           because(Cause::heartbeat, in_seconds(since), in_seconds(settings_.heartbeat_interval)),
           out);
}

void Cadence::drop_oldest_aside(Verdicts& out) {
    out.push_back({aside_.front(), judgement_of(aside_.front(), Verdict::drift)});
    aside_.erase(aside_.begin());
}

Fix Cadence::take_newest_aside(Verdicts& out) {
    const Fix newest = aside_.back();
    aside_.pop_back();
    while (!aside_.empty()) drop_oldest_aside(out);
    return newest;
}

void Cadence::leave(const Fix& fix, Verdicts& out) {
    again_.insert(again_.end(), aside_.begin(), aside_.end());
    aside_.clear();
    if (good_) report(Fix(*good_), because(Cause::moved_off), out);
    travel(fix, out);
}

// Ends with a ping at the newest believed fix.
void Cadence::end_track(Verdicts& out) {
    if (motion_ == MotionState::parked) {
        while (!aside_.empty()) drop_oldest_aside(out);
    }
    while (!aside_.empty()) report_good(because(Cause::turn, 0, settings_.bound_m), out);
    if (good_) report_good(because(Cause::last, metres_between(reported_, *good_), 0), out);
}

}  // namespace outrider::gps
