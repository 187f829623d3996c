#include "tests/positions/decoys.hpp"

#include "gps/arrival.hpp"
#include "gps/geodesy.hpp"
#include "tests/positions/stands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace outrider::positions {
namespace {

constexpr double apart_m = 400, beside_m = 20, stop_s = 180, near_a_stop_m = 300, slept_s = 300,
                 walking_mps = 3;

// To the left of the way from one fix to the next.
gps::Place beside(const gps::Fix& from, const gps::Fix& to) {
    constexpr double radians = std::numbers::pi / 180;
    const double narrow = std::cos(to.latitude * radians);
    const double north = to.latitude - from.latitude;
    const double east = std::remainder(to.longitude - from.longitude, 360.0) * narrow;
    const double degrees = beside_m / (gps::mean_radius_m * radians);
    const double length = std::hypot(north, east);
    return {1, to.latitude + degrees * east / length,
            to.longitude - degrees * north / length / narrow};
}

std::vector<gps::Place> decoys_of(const Fixes& drive) {
    const std::vector<Stand> stops = stands_of(drive, stop_s, slept_s);
    std::vector<gps::Place> decoys;
    double way_m = 0;
    for (std::size_t i = 1; i < drive.size(); ++i) {
        const gps::Fix &before = drive[i - 1], &fix = drive[i];
        const double step_m =
            gps::distance_m(before.latitude, before.longitude, fix.latitude, fix.longitude);
        if (step_m <= walking_mps * seconds_between(before, fix)) continue;
        way_m += step_m;
        if (way_m < apart_m) continue;
        way_m = 0;
        const gps::Place place = beside(before, fix);
        const bool near = std::ranges::any_of(stops, [&](const Stand& stop) {
            return gps::distance_m(stop.latitude, stop.longitude, place.latitude,
                                   place.longitude) <= near_a_stop_m;
        });
        if (!near) decoys.push_back(place);
    }
    return decoys;
}

}  // namespace

void measure_decoys(const Drives& all, std::vector<Figure>& figures) {
    std::size_t passes = 0, asked = 0, arrivals = 0;
    for (const Fixes& drive : all.drives) {
        gps::Motion motion{gps::MotionSettings{}};
        std::vector<gps::MotionState> states;
        for (const gps::Fix& fix : drive) states.push_back(motion.update(fix));
        for (const gps::Place& place : decoys_of(drive)) {
            gps::Arrival arrival;
            arrival.expect({&place, 1});
            bool stood = false, certain = false;
            for (std::size_t i = 0; i < drive.size(); ++i) {
                if (!arrival.update(drive[i], states[i])) continue;
                const gps::Presence* presence = arrival.at(place.id);
                stood |= presence->state == gps::Presence::State::stood;
                certain |= presence->certain;
            }
            ++passes;
            if (stood) ++asked;
            if (certain) ++arrivals;
        }
    }
    // Of a few places a single one is too large a share.
    const double limit = std::max(0.002, passes == 0 ? 0 : 1.0 / static_cast<double>(passes));
    figures.push_back(
        {"decoy_arrivals", share(arrivals, passes), Figure::Asked::at_most, limit,
         fmt::format("{} of {} places passed; at {} it would be asked", arrivals, passes, asked)});
}

}  // namespace outrider::positions
