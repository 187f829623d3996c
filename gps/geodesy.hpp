#pragma once
// Distances between nearby places.

namespace outrider::gps {

// Metres along the great circle (haversine, mean radius: within 0.5 % of the ellipsoid). Degrees
// in.
double distance_m(double latitude_a, double longitude_a, double latitude_b, double longitude_b);

}  // namespace outrider::gps
