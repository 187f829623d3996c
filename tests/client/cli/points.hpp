#pragma once
// Track points for tests: a minute is an index, a verdict a word.

#include "client/api/local.hpp"

#include <vector>

namespace outrider::test {

inline Instant at(int seconds) {
    return std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::hours(14) +
           std::chrono::seconds(seconds);
}

// Driving north-east from Mountain View, ten metres a second.
inline api::TrackPoint point(int seconds, gps::Verdict verdict = gps::Verdict::held) {
    api::TrackPoint p;
    p.time = at(seconds);
    p.latitude = 37.4 + seconds * 7e-5;
    p.longitude = -122.1 + seconds * 8e-5;
    p.speed_mps = 10.5;
    p.track_deg = 45;
    p.judgement.verdict = verdict;
    return p;
}

inline api::TrackPoint ping(int seconds, std::int64_t sequence,
                            std::optional<int> delivered_after = 5) {
    api::TrackPoint p = point(seconds, gps::Verdict::reported);
    p.judgement.cause = gps::Cause::turn;
    p.judgement.measured = 51;
    p.judgement.limit = 50;
    p.sequence = sequence;
    if (delivered_after) p.delivered = at(seconds + *delivered_after);
    return p;
}

}  // namespace outrider::test
