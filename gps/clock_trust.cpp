#include "gps/clock_trust.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace outrider::gps {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int convincing = 5;  // fixes in a row
constexpr Duration long_enough = seconds(4);
constexpr Duration tolerance = milliseconds(1500);  // a second, and what a serial line takes
constexpr int drift_share = 10'000;                 // the clock here: a ten thousandth
constexpr Duration most_drift = minutes(1);         // that a single fix may make up for
// A receiver without an almanac counts the leap seconds wrongly, for a while, and learns them once.
constexpr Duration learning = minutes(15), most_leap_seconds = seconds(18);
constexpr int confirming = 2;
constexpr Instant earliest = std::chrono::sys_days(std::chrono::year(1970) / 1 / 2);
constexpr Instant latest = std::chrono::sys_days(std::chrono::year(2200) / 1 / 1);

bool within(Duration a, Duration b, Duration limit) { return std::chrono::abs(a - b) <= limit; }

}  // namespace

ClockTrust::Change ClockTrust::add(Instant time, Uptime seen) {
    if (time < earliest || time > latest) return Change::none;
    const Duration offset = time.time_since_epoch() - seen.time_since_epoch();
    const Duration drifted = std::min(drift(seen), most_drift);
    if (offset_ && within(offset, *offset_, tolerance + drifted)) {
        follow(offset);
        agreed_ = seen;
        candidate_.reset();
        return Change::none;
    }
    if (!candidate_ || !within(offset, candidate_->offset, tolerance)) {
        candidate_ = Candidate{offset, seen, 0};
    }
    ++candidate_->fixes;
    const bool leap = offset_ && !learnt_ && seen - gained_ <= learning &&
                      within(offset, *offset_, most_leap_seconds + tolerance);
    const bool convinced =
        leap ? candidate_->fixes >= confirming
             : candidate_->fixes >= convincing && seen - candidate_->since >= long_enough;
    if (!convinced) return Change::none;
    const Change change = leap ? Change::corrected : offset_ ? Change::replaced : Change::gained;
    if (!leap) gained_ = seen;
    learnt_ = leap;
    offset_ = offset;
    agreed_ = seen;
    candidate_.reset();
    return change;
}

// A line can only be late: the earliest fix tells the time best. The rest is drift: little by
// little, or all of it when no fix has come for long.
void ClockTrust::follow(Duration offset) {
    if (offset > *offset_ || !within(offset, *offset_, tolerance)) {
        offset_ = offset;
    } else {
        *offset_ -= (*offset_ - offset) / 8;
    }
}

std::optional<Instant> ClockTrust::at(Uptime uptime) const {
    if (!offset_) return std::nullopt;
    return Instant(uptime.time_since_epoch() + *offset_);
}

Duration ClockTrust::drift(Uptime now) const {
    return std::max(Duration::zero(), now - agreed_) / drift_share;
}

std::optional<Duration> ClockTrust::ahead(Instant wall, Uptime now) const {
    const auto here = at(now);
    if (!here) return std::nullopt;
    return wall - *here;
}

std::string beside_gps(Duration ahead) {
    struct Unit {
        std::string_view name;
        std::int64_t seconds, most;  // of them
    };
    constexpr std::int64_t hour = 3600, day = 24 * hour;
    static constexpr Unit units[] = {{"s", 1, 120},
                                     {"min", 60, 120},
                                     {"h", hour, 48},
                                     {"days", day, 730},
                                     {"years", 365 * day + day / 4, 0}};
    const std::int64_t off = std::chrono::round<seconds>(std::chrono::abs(ahead)).count();
    const Unit* unit = units;
    while (unit->most != 0 && off >= unit->most * unit->seconds) ++unit;
    return fmt::format("{} {} {} GPS", (off + unit->seconds / 2) / unit->seconds, unit->name,
                       ahead < Duration::zero() ? "behind" : "ahead of");
}

}  // namespace outrider::gps
