#include "client/fleet/sketch.hpp"

#include <cmath>

namespace outrider::fleet {

void Sketch::drove(const Place& place) { add(trail_.driven, driven_, place.east_m, place.north_m); }

void Sketch::reported(double latitude, double longitude) {
    const Place place = chart_.place(latitude, longitude);
    add(trail_.reported, reported_, place.east_m, place.north_m);
}

void Sketch::add(std::vector<Spot>& spots, Pace& pace, double east_m, double north_m) {
    if (pace.seen++ % pace.every != 0) return;
    spots.push_back({std::llround(east_m), std::llround(north_m)});
    if (spots.size() < 2 * Figures::most_spots) return;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < spots.size(); i += 2) spots[kept++] = spots[i];
    spots.resize(kept);
    pace.every *= 2;
}

}  // namespace outrider::fleet
