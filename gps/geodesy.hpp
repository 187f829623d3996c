#pragma once
// Distances between nearby places.

#include <cmath>

namespace outrider::gps {

inline constexpr double mean_radius_m = 6'371'008.8;  // of the earth

// Metres along the great circle (haversine, mean radius: within 0.5 % of the ellipsoid). Degrees
// in.
double distance_m(double latitude_a, double longitude_a, double latitude_b, double longitude_b);

// Whether distance_m() is at most so much: the same answer, and ten times cheaper where they are
// clearly near.
bool no_farther(double latitude_a, double longitude_a, double latitude_b, double longitude_b,
                double metres);

// A difference of longitudes, the short way round: std::remainder by 360, which is slow.
inline double short_way_deg(double degrees) {
    return std::abs(degrees) <= 180 ? degrees : std::remainder(degrees, 360.0);
}

}  // namespace outrider::gps
