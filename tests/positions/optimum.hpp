#pragma once
// The fewest of the given fixes that keep a bound, found with hindsight: what no rule that decides
// as it goes can beat. Shares no code with the cadence.

#include "gps/fix.hpp"

#include <optional>
#include <vector>

namespace outrider::positions {

// Of fixes with increasing times, first and last included. With `cap`, no two neighbours of those
// kept are further apart in time, unless they are neighbours in the recording.
std::size_t fewest_pings(const std::vector<gps::Fix>&, double bound_m, std::optional<Duration> cap);

}  // namespace outrider::positions
