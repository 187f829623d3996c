#pragma once
// Which pings of a queue that has grown too long can go, so that the track keeps its shape.

#include "platform/clock.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace outrider::agent {

struct Waypoint {
    std::int64_t sequence = 0;
    Instant time{};
    double latitude = 0, longitude = 0;  // degrees
};

// Those whose place, at their own time, is within `tolerance_m` of where the way between the ones
// kept puts the vehicle. The first and the last always stay. In the order given, which is by time.
std::vector<std::int64_t> superfluous(std::span<const Waypoint>, double tolerance_m);

}  // namespace outrider::agent
