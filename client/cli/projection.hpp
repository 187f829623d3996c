#pragma once
// From degrees to a picture's pixels: a flat map of a small place, the same scale both ways.

#include "client/cli/track.hpp"

namespace outrider::cli {

struct Pixel {
    double x = 0, y = 0;
};
struct Box {
    double left = 0, top = 0, width = 0, height = 0;
    bool contains(Pixel) const;
};

class Projection {
public:
    // Fits the points into the box; never closer than 0.05 m to a pixel.
    Projection(const Points&, Box);
    Pixel operator()(const api::TrackPoint&) const;
    double metres_per_pixel() const { return metres_per_pixel_; }

private:
    Pixel metres(const api::TrackPoint&) const;  // east and south of the first point

    Box box_;
    double latitude_ = 0, longitude_ = 0;
    Pixel centre_;  // metres
    double metres_per_pixel_ = 1;
};

}  // namespace outrider::cli
