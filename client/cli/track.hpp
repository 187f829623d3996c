#pragma once
// A track as every export looks at it: stretches between gaps, pings, dead zones.

#include "client/api/local.hpp"

#include <span>
#include <vector>

namespace outrider::cli {

using Track = std::span<const api::TrackPoint>;
using Points = std::vector<const api::TrackPoint*>;

// Two believed fixes further apart than this have a gap between them.
inline constexpr Duration gap_limit = std::chrono::seconds(60);

// A ping the office confirmed later than `after` it was made crossed a dead zone; and so does one
// that waits longer than that `now`.
struct Lateness {
    Instant now{};
    Duration after = std::chrono::seconds(60);
};

bool has_position(const api::TrackPoint&);
bool is_believed(const api::TrackPoint&);  // and has a position
bool is_ping(const api::TrackPoint&);
bool is_late(const api::TrackPoint&, const Lateness&);

Points pings(Track);
// The believed fixes in the order they came, cut at gaps and wherever time steps back.
std::vector<Points> segments(Track);

}  // namespace outrider::cli
