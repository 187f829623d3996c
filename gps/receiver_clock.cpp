#include "gps/receiver_clock.hpp"

#include "gps/between.hpp"

#include <algorithm>
#include <cmath>

namespace outrider::gps {
namespace {

constexpr int convincing = 4;  // steps that agree
constexpr double largest_drift_s = 1;
constexpr Duration shortest_step = std::chrono::seconds(2);
constexpr Duration tick_life = std::chrono::minutes(1);
constexpr Duration longest_future = std::chrono::hours(24) * 365 * 10;  // after time_floor
constexpr int weeks_around = 1024;
constexpr Duration around = std::chrono::hours(24) * 7 * weeks_around;
constexpr double most_around = 8;  // 1999 to 2137 takes 7
constexpr double repaired_within_s = 86'400;

// So of a time and the same put right, one at most is plausible: no repair spoils a good time,
// however wrong the wall clock is.
static_assert(longest_future < around);

std::optional<Judgement> beyond(double ahead, double limit) {
    if (std::abs(ahead) <= limit) return std::nullopt;
    return Judgement{Verdict::implausible_time, Cause::none, ahead, limit};
}

// Of what may be true at all, whatever the wall clock says.
std::optional<Judgement> judge_date(Instant time) {
    const double ahead = seconds_between(time_floor, time);
    return ahead >= 0 ? beyond(ahead, in_seconds(longest_future)) : beyond(ahead, 0);
}

}  // namespace

std::optional<Judgement> ReceiverClock::judge(Fix& fix, Instant wall) {
    const bool steady = keeps_time(fix);
    std::optional<Judgement> beside_wall;
    if (wall >= time_floor) {
        const double ahead = seconds_between(wall, *fix.time);
        beside_wall = beyond(ahead, in_seconds(ahead > 0 ? future_ : past_));
        if (!beside_wall) return std::nullopt;
    }
    const auto by_date = judge_date(*fix.time);
    if (by_date && repair(fix, wall, steady)) return std::nullopt;
    return steady && !by_date ? std::nullopt : beside_wall ? beside_wall : by_date;
}

// A wall clock can be anything. A receiver that has the time goes on as our monotonic clock does.
bool ReceiverClock::keeps_time(const Fix& fix) {
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

// By a wall clock that was set. When that turns out to jump, by what it said before: the receiver
// that keeps time has not lost further weeks.
bool ReceiverClock::repair(Fix& fix, Instant wall, bool steady) {
    const double behind = seconds_between(*fix.time, wall);
    const double times = std::round(behind / in_seconds(around));
    const bool explains = !judge_date(wall) && std::abs(times) >= 1 &&
                          std::abs(times) <= most_around &&
                          std::abs(behind - times * in_seconds(around)) <= repaired_within_s;
    if (explains)
        missing_weeks_ = static_cast<int>(times) * weeks_around;
    else if (!steady)
        missing_weeks_ = 0;
    if (missing_weeks_ == 0) return false;
    const Instant repaired = *fix.time + around / weeks_around * missing_weeks_;
    if (!explains && judge_date(repaired)) return false;
    fix.time = repaired;
    fix.repaired_weeks = missing_weeks_;
    return true;
}

}  // namespace outrider::gps
