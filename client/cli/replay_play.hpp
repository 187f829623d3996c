#pragma once
// A recording through the agent's own judge, and what came of it in figures. Pure.

#include "gps/judge.hpp"
#include "gps/recording_clock.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace outrider::cli {

struct Replayed {
    std::vector<gps::Judged> judged;  // every fix that was taken, in the recording's order
};
// Fixes of other receivers than `device` are not taken, as gpsd would not send them; those that
// name none are, and "" takes all.
Replayed replay(const gps::Played&, const gps::JudgeSettings&, const std::string& device);

struct Stay {
    Duration length{};
    Instant from{};
};

struct ReplayFigures {
    std::size_t fixes = 0, believed = 0, pings = 0;
    std::map<gps::Verdict, std::size_t> verdicts;
    // Of the believed track. Silences longer than `longest_silence` are in neither, and while it is
    // parked it covers no way.
    double hours = 0, metres = 0;
    // Of a believed fix from the straight way between the pings around it, at its own time; where
    // none follows, from the last ping.
    double largest_error_m = 0;
    std::optional<std::size_t> worst;  // that fix, in `judged`
    std::size_t beyond = 0;            // so many are farther than the bound
    Stay without_ping, without_fix;    // the longest, silences of the recording included

    double pings_per_hour() const { return hours > 0 ? static_cast<double>(pings) / hours : 0; }
    double pings_per_km() const {
        return metres > 0 ? static_cast<double>(pings) * 1000 / metres : 0;
    }
};
inline constexpr Duration longest_silence = std::chrono::minutes(5);
ReplayFigures figures_of(const Replayed&, double bound_m);

// A fix that two configurations judge differently; nothing where one of them did not take it.
struct Difference {
    const gps::Judged* one = nullptr;
    const gps::Judged* other = nullptr;
};
// In the recording's order. Another cause of a ping is no difference.
std::vector<Difference> differences(const Replayed& one, const Replayed& other);

}  // namespace outrider::cli
