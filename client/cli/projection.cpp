#include "client/cli/projection.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace outrider::cli {

bool Box::contains(Pixel p) const {
    return p.x >= left && p.x <= left + width && p.y >= top && p.y <= top + height;
}

Projection::Projection(const Points& points, Box box) : box_(box) {
    if (points.empty()) return;
    latitude_ = points.front()->latitude;
    longitude_ = points.front()->longitude;
    constexpr double far = std::numeric_limits<double>::infinity();
    Pixel least{far, far}, most{-far, -far};
    for (const auto* point : points) {
        const Pixel at = metres(*point);
        least = {std::min(least.x, at.x), std::min(least.y, at.y)};
        most = {std::max(most.x, at.x), std::max(most.y, at.y)};
    }
    centre_ = {(least.x + most.x) / 2, (least.y + most.y) / 2};
    metres_per_pixel_ =
        std::max({(most.x - least.x) / box.width, (most.y - least.y) / box.height, 0.05});
}

Pixel Projection::metres(const api::TrackPoint& point) const {
    constexpr double metres_per_degree = 6'371'000 * std::numbers::pi / 180;
    // A track across the 180th meridian stays in one piece.
    const double east = std::remainder(point.longitude - longitude_, 360);
    return {east * std::cos(latitude_ * std::numbers::pi / 180) * metres_per_degree,
            (latitude_ - point.latitude) * metres_per_degree};
}

Pixel Projection::operator()(const api::TrackPoint& point) const {
    const Pixel at = metres(point);
    return {box_.left + box_.width / 2 + (at.x - centre_.x) / metres_per_pixel_,
            box_.top + box_.height / 2 + (at.y - centre_.y) / metres_per_pixel_};
}

}  // namespace outrider::cli
