#pragma once
// Distances between nearby places.

namespace outrider::gps {

inline constexpr double mean_radius_m = 6'371'008.8;  // of the earth

// Metres along the great circle (haversine, mean radius: within 0.5 % of the ellipsoid). Degrees
// in.
double distance_m(double latitude_a, double longitude_a, double latitude_b, double longitude_b);

}  // namespace outrider::gps
