#include "client/agent/thinning.hpp"

#include "gps/geodesy.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace outrider::agent {
namespace {

// How far `point` lies from where one is at its time when going straight from `a` to `b`.
double off(const Waypoint& a, const Waypoint& b, const Waypoint& point) {
    const auto whole = static_cast<double>((b.time - a.time).count());
    const auto part = static_cast<double>((point.time - a.time).count());
    const double share = whole > 0 ? std::clamp(part / whole, 0.0, 1.0) : 0.0;
    const double east = std::remainder(b.longitude - a.longitude, 360);
    return gps::distance_m(a.latitude + share * (b.latitude - a.latitude),
                           a.longitude + share * east, point.latitude, point.longitude);
}

}  // namespace

// Ramer, Douglas and Peucker, with a point's own time instead of its nearest place.
std::vector<std::int64_t> superfluous(std::span<const Waypoint> way, double tolerance_m) {
    std::vector<std::int64_t> found;
    if (way.size() < 3) return found;
    std::vector<bool> kept(way.size());
    std::vector<std::pair<std::size_t, std::size_t>> stretches = {{0, way.size() - 1}};
    while (!stretches.empty()) {
        const auto [first, last] = stretches.back();
        stretches.pop_back();
        kept[first] = kept[last] = true;
        double farthest = tolerance_m;
        std::size_t turn = first;
        for (std::size_t i = first + 1; i < last; ++i) {
            const double distance = off(way[first], way[last], way[i]);
            // What is no number is no place: it stays for somebody to look at.
            if (distance <= farthest) continue;
            farthest = distance;
            turn = i;
            if (std::isnan(distance)) break;
        }
        if (turn == first) continue;
        stretches.emplace_back(first, turn);
        stretches.emplace_back(turn, last);
    }
    for (std::size_t i = 0; i < way.size(); ++i) {
        if (!kept[i]) found.push_back(way[i].sequence);
    }
    return found;
}

}  // namespace outrider::agent
