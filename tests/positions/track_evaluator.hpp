#pragma once
// How far believed fixes lie from the reported track: a second opinion on the cadence, which shares
// nothing with it but the definition.

#include "gps/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace outrider::test {

struct Place {
    double x, y, z;  // of a sphere with the earth's radius, metres
};

inline Place place_of(double latitude, double longitude) {
    constexpr double radius = 6'371'008.8, radians = std::numbers::pi / 180;
    const double lat = latitude * radians, lon = longitude * radians;
    return {radius * std::cos(lat) * std::cos(lon), radius * std::cos(lat) * std::sin(lon),
            radius * std::sin(lat)};
}

// Of a fix from the way between two pings, at its own time.
inline double synchronised_distance_m(const gps::Fix& from, const gps::Fix& fix,
                                      const gps::Fix& to) {
    using Seconds = std::chrono::duration<long double>;
    const long double share =
        Seconds(*fix.time - *from.time).count() / Seconds(*to.time - *from.time).count();
    double east = to.longitude - from.longitude;
    if (east > 180) east -= 360;
    if (east < -180) east += 360;
    const auto part = static_cast<double>(share);
    const Place there = place_of(from.latitude + part * (to.latitude - from.latitude),
                                 from.longitude + part * east);
    const Place here = place_of(fix.latitude, fix.longitude);
    return std::hypot(there.x - here.x, there.y - here.y, there.z - here.z);
}

struct TrackErrors {
    double largest_m = 0;
    int beyond = 0, believed = 0, pings = 0;
};

// Each believed fix beside the pings before and after it. A ping that is not younger than the one
// before begins a new track; after the last ping nothing is measured.
inline TrackErrors errors_of(std::vector<gps::Judged> judged, double bound_m) {
    std::erase_if(judged, [](const gps::Judged& one) { return !believed(one.judgement.verdict); });
    TrackErrors errors;
    const gps::Fix* last = nullptr;
    std::vector<const gps::Fix*> between;
    for (const gps::Judged& one : judged) {
        ++errors.believed;
        if (one.judgement.verdict != gps::Verdict::reported) {
            between.push_back(&one.fix);
            continue;
        }
        ++errors.pings;
        for (const gps::Fix* fix : between) {
            const double away = last && *last->time < *one.fix.time
                                    ? synchronised_distance_m(*last, *fix, one.fix)
                                    : 2 * bound_m;  // on no track at all
            errors.largest_m = std::max(errors.largest_m, away);
            if (away > bound_m) ++errors.beyond;
        }
        between.clear();
        last = &one.fix;
    }
    return errors;
}

}  // namespace outrider::test
