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

}  // namespace outrider::gps
