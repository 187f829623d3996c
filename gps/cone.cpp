#include "gps/cone.hpp"

#include "gps/between.hpp"
#include "gps/geodesy.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace outrider::gps {
namespace {

constexpr double radians = std::numbers::pi / 180;
constexpr double least_cosine = 1e-6;  // at the poles every way is short
// What floating point may add up to.
constexpr double within = 1 - 1e-5;

template <std::size_t Sides>
std::array<std::array<double, 2>, Sides> normals_of() {
    std::array<std::array<double, 2>, Sides> normals{};
    for (std::size_t i = 0; i < Sides; ++i) {
        const double angle =
            2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(Sides);
        normals[i] = {std::cos(angle), std::sin(angle)};
    }
    return normals;
}

double cosine_at(double latitude) { return std::max(std::cos(latitude * radians), least_cosine); }

}  // namespace

Cone::Cone(double bound_m, const Fix& anchor)
    : bound_m_(bound_m * within),
      cosine_(cosine_at(anchor.latitude)),
      time_(*anchor.time),
      latitude_(anchor.latitude),
      longitude_(anchor.longitude) {
    limits_.fill(std::numeric_limits<double>::infinity());
}

double Cone::seconds_to(const Fix& fix) const { return in_seconds(*fix.time - time_); }

Cone::Velocity Cone::velocity_to(const Fix& fix) const {
    const double metres = radians * mean_radius_m / seconds_to(fix);
    return {short_way_deg(fix.longitude - longitude_) * cosine_ * metres,
            (fix.latitude - latitude_) * metres};
}

bool Cone::fits(const Fix& fix) const {
    static const auto normals = normals_of<sides>();
    const Velocity v = velocity_to(fix);
    bool all = true;
    for (std::size_t i = 0; i < sides; ++i) {
        all &= normals[i][0] * v.east + normals[i][1] * v.north <= limits_[i];
    }
    return all;
}

void Cone::pass(const Fix& fix) {
    static const auto normals = normals_of<sides>();
    static const double apothem = std::cos(std::numbers::pi / sides);
    const Velocity v = velocity_to(fix);
    // Nearer to the equator a degree of longitude is longer than at the anchor.
    const double shrunk = std::min(1.0, cosine_ / cosine_at(fix.latitude));
    const double reach = bound_m_ * shrunk * apothem / seconds_to(fix);
    for (std::size_t i = 0; i < sides; ++i) {
        limits_[i] = std::min(limits_[i], normals[i][0] * v.east + normals[i][1] * v.north + reach);
    }
}

}  // namespace outrider::gps
