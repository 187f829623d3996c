#include "gps/recording_clock.hpp"

#include "gps/sieve.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

namespace outrider::gps {
namespace {

constexpr Duration ordinary_step = std::chrono::minutes(1);
constexpr Duration longest_step = std::chrono::hours(24);  // at the end, where nothing follows
constexpr Duration longest_pause = std::chrono::hours(24 * 366);  // so that they add up
constexpr std::size_t witnesses = 4;  // fixes after a step, by which it is known

// The times of a recording one after the other, and what of their steps is time.
class Course {
public:
    explicit Course(const std::vector<Fix>& fixes) {
        for (const Fix& fix : fixes)
            if (fix.time) times_.push_back(*fix.time);
        now_ = beginning();
    }
    Instant now() const { return now_; }
    // The next time. Returns how much has passed.
    Duration advance() {
        const std::size_t i = next_++;
        const Instant time = times_[i];
        const Duration step = time - now_;
        const bool passes = step >= Duration::zero() && (step <= ordinary_step || stays(i));
        const bool begins_anew = step < Duration::zero() && falls_back(i);
        if (!passes && !begins_anew) return Duration::zero();
        now_ = time;
        return std::max(step, Duration::zero());
    }

private:
    // The first that most of those after it go on from.
    Instant beginning() const {
        for (std::size_t i = 0; i < times_.size(); ++i) {
            const std::size_t following = count_after(i, [&](Instant later) {
                return later >= times_[i] && later - times_[i] < longest_step;
            });
            if (2 * following >= after(i)) return times_[i];
        }
        return times_.empty() ? time_floor : times_.front();
    }
    std::size_t after(std::size_t i) const { return std::min(witnesses, times_.size() - i - 1); }
    template <class Test>
    std::size_t count_after(std::size_t i, Test test) const {
        const auto first = times_.begin() + static_cast<std::ptrdiff_t>(i) + 1;
        const auto last = first + static_cast<std::ptrdiff_t>(after(i));
        return static_cast<std::size_t>(std::count_if(first, last, test));
    }
    bool stays(std::size_t i) const {
        if (after(i) == 0) return times_[i] - now_ <= longest_step;
        return count_after(i, [&](Instant later) { return later < times_[i]; }) == 0;
    }
    bool falls_back(std::size_t i) const {
        return after(i) > 0 && count_after(i, [&](Instant later) { return later >= now_; }) == 0;
    }

    std::vector<Instant> times_;
    std::size_t next_ = 0;
    Instant now_{};
};

// Whole days, to some days after the floor.
Duration needed_move(Instant beginning) {
    if (beginning >= time_floor) return Duration::zero();
    constexpr auto first_day = time_floor + std::chrono::days(31);
    return first_day - std::chrono::floor<std::chrono::days>(beginning);
}

}  // namespace

Played play_back(Recording recording, const WallClock& wall) {
    Played played;
    played.fixes = std::move(recording.fixes);
    played.walls.reserve(played.fixes.size());
    Course course(played.fixes);
    const bool stamped = !recording.arrivals.empty();
    const Instant begins = stamped ? recording.arrivals.front() : course.now();
    if (!wall.begins) played.moved = needed_move(begins);
    Instant right = begins;
    constexpr Uptime start{std::chrono::hours(1)};
    Uptime seen = start;
    Duration elapsed{};
    for (std::size_t i = 0; i < played.fixes.size(); ++i) {
        Fix& fix = played.fixes[i];
        Duration passed{};
        if (stamped) {
            passed = std::max(recording.arrivals[i] - right, Duration::zero());
            right = recording.arrivals[i];
        } else if (fix.time) {
            passed = course.advance();
            right = course.now();
        }
        elapsed += std::min(passed, longest_pause);
        // No two come at once.
        seen = i == 0 ? start + elapsed : std::max(seen + Duration(1), start + elapsed);
        fix.seen = seen;
        if (fix.time) *fix.time += played.moved;
        played.walls.push_back(wall.begins ? *wall.begins + elapsed
                                           : right + wall.ahead + played.moved);
    }
    return played;
}

}  // namespace outrider::gps
