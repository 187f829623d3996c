#pragma once
// Where the next ping may lie, so that the straight way to it from the last one passes every fix
// between them within a bound, each at its own time: their synchronised distance. (CISED: Lin,
// Jiang, Ma, Huai, Wo, "One-pass trajectory simplification using the synchronous Euclidean
// distance", VLDB Journal 2019.)

#include "gps/fix.hpp"

#include <array>

namespace outrider::gps {

// Velocities from the anchor, in metres a second east and north, held in a polygon of fixed sides:
// O(1) memory and time for each fix, however long the way is. The polygon lies inside the true
// shape, so that what it lets through keeps the bound for certain. "Straight" is straight in
// latitude and longitude; the date line is no obstacle.
class Cone {
public:
    Cone(double bound_m, const Fix& anchor);
    // Whether the way to this fix keeps the bound for all that it has to pass. Times are after the
    // anchor's.
    bool fits(const Fix&) const;
    // The way has to pass this one, too.
    void pass(const Fix&);

private:
    struct Velocity {
        double east = 0, north = 0;
    };
    double seconds_to(const Fix&) const;
    Velocity velocity_to(const Fix&) const;

    static constexpr std::size_t sides = 16;
    double bound_m_, cosine_;
    Instant time_;
    double latitude_, longitude_;
    std::array<double, sides> limits_;  // of the velocity's component along each side's normal
};

}  // namespace outrider::gps
