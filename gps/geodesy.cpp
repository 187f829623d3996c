#include "gps/geodesy.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace outrider::gps {

double distance_m(double latitude_a, double longitude_a, double latitude_b, double longitude_b) {
    constexpr double radians = std::numbers::pi / 180;
    const double half_north = std::sin((latitude_b - latitude_a) * radians / 2);
    const double half_east = std::sin((longitude_b - longitude_a) * radians / 2);
    const double h = half_north * half_north + std::cos(latitude_a * radians) *
                                                   std::cos(latitude_b * radians) * half_east *
                                                   half_east;
    // Rounding can carry h just past 1 for antipodes.
    return 2 * mean_radius_m * std::asin(std::sqrt(std::min(h, 1.0)));
}

// A way that is straight on the chart is no shorter than the great circle, and no longer than with
// degrees of longitude as wide as they are nearest to the equator: the cosine is at most the three
// terms of its series.
bool no_farther(double latitude_a, double longitude_a, double latitude_b, double longitude_b,
                double metres) {
    constexpr double radians = std::numbers::pi / 180;
    constexpr double rounding = 1e-9;
    const bool across = latitude_a * latitude_b <= 0;
    const double low = across ? 0 : std::min(std::abs(latitude_a), std::abs(latitude_b)) * radians;
    const double widest = 1 - low * low / 2 + low * low * low * low / 24;
    const double north = (latitude_b - latitude_a) * radians;
    const double east = (longitude_b - longitude_a) * radians * widest;
    const double reach = metres / mean_radius_m * (1 - rounding);
    if (metres >= 0 && north * north + east * east <= reach * reach) return true;
    return distance_m(latitude_a, longitude_a, latitude_b, longitude_b) <= metres;
}

}  // namespace outrider::gps
