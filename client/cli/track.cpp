#include "client/cli/track.hpp"

#include <cmath>

namespace outrider::cli {

bool has_position(const api::TrackPoint& point) {
    return std::abs(point.latitude) <= 90 && std::abs(point.longitude) <= 180;
}

bool is_believed(const api::TrackPoint& point) {
    return gps::believed(point.judgement.verdict) && has_position(point);
}

bool is_ping(const api::TrackPoint& point) {
    return point.judgement.verdict == gps::Verdict::reported && has_position(point);
}

bool is_late(const api::TrackPoint& point, const Lateness& lateness) {
    return point.delivered.value_or(lateness.now) - point.time > lateness.after;
}

Points pings(Track track) {
    Points found;
    for (const auto& point : track) {
        if (is_ping(point)) found.push_back(&point);
    }
    return found;
}

std::vector<Points> segments(Track track) {
    std::vector<Points> found;
    const api::TrackPoint* last = nullptr;
    for (const auto& point : track) {
        if (!is_believed(point)) continue;
        const bool follows =
            last != nullptr && point.time >= last->time && point.time - last->time <= gap_limit;
        if (!follows) found.emplace_back();
        found.back().push_back(&point);
        last = &point;
    }
    return found;
}

}  // namespace outrider::cli
