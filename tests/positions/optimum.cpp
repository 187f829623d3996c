#include "tests/positions/optimum.hpp"

#include "tests/positions/track_evaluator.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace outrider::positions {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

struct Velocity {
    double x, y;
};

// From one fix: the velocities that pass every later one within the bound are the intersection of
// discs. Two polygons stand for it, one inside and one around, so that only what falls between them
// is measured.
class Discs {
public:
    explicit Discs(const gps::Fix& from)
        : from_(from), narrow_(std::cos(from.latitude * std::numbers::pi / 180)) {
        inner_.fill(infinity);
        outer_.fill(infinity);
    }

    Velocity velocity(const gps::Fix& to) const {
        constexpr double metres = 6'371'008.8 * std::numbers::pi / 180;
        const double seconds = std::chrono::duration<double>(*to.time - *from_.time).count();
        double east = to.longitude - from_.longitude;
        if (east > 180) east -= 360;
        if (east < -180) east += 360;
        return {east * narrow_ * metres / seconds,
                (to.latitude - from_.latitude) * metres / seconds};
    }
    void add(const gps::Fix& fix, double bound_m) {
        const double seconds = std::chrono::duration<double>(*fix.time - *from_.time).count();
        const double radius = bound_m / seconds;
        const Velocity v = velocity(fix);
        for (std::size_t i = 0; i < corners; ++i) {
            const double along = normals()[i].x * v.x + normals()[i].y * v.y;
            // A little of each is left to measuring, for the earth is round.
            inner_[i] = std::min(inner_[i], along + radius * std::cos(half_corner) * 0.99);
            outer_[i] = std::min(outer_[i], along + radius * 1.01);
        }
    }
    bool surely(Velocity v) const { return within(v, inner_); }
    bool perhaps(Velocity v) const { return within(v, outer_); }
    // Opposite sides that have passed each other leave nothing between them.
    bool nothing() const {
        for (std::size_t i = 0; i < corners / 2; ++i) {
            if (outer_[i] + outer_[i + corners / 2] < 0) return true;
        }
        return false;
    }

private:
    static constexpr std::size_t corners = 48;
    static constexpr double half_corner = std::numbers::pi / corners;
    using Limits = std::array<double, corners>;
    static const std::array<Velocity, corners>& normals() {
        static const auto all = [] {
            std::array<Velocity, corners> made{};
            for (std::size_t i = 0; i < corners; ++i) {
                made[i] = {std::sin(2 * half_corner * static_cast<double>(i)),
                           std::cos(2 * half_corner * static_cast<double>(i))};
            }
            return made;
        }();
        return all;
    }
    static bool within(Velocity v, const Limits& limits) {
        bool all = true;
        for (std::size_t i = 0; i < corners; ++i) {
            all &= normals()[i].x * v.x + normals()[i].y * v.y <= limits[i];
        }
        return all;
    }

    const gps::Fix& from_;
    double narrow_;
    Limits inner_, outer_;
};

bool measured(const std::vector<gps::Fix>& fixes, std::size_t from, std::size_t to,
              double bound_m) {
    for (std::size_t i = from + 1; i < to; ++i) {
        if (test::synchronised_distance_m(fixes[from], fixes[i], fixes[to]) > bound_m) return false;
    }
    return true;
}

}  // namespace

std::size_t fewest_pings(const std::vector<gps::Fix>& fixes, double bound_m,
                         std::optional<Duration> cap) {
    if (fixes.empty()) return 0;
    std::vector<std::size_t> fewest(fixes.size(), fixes.size());
    fewest[0] = 1;
    for (std::size_t from = 0; from + 1 < fixes.size(); ++from) {
        Discs discs(fixes[from]);
        for (std::size_t to = from + 1; to < fixes.size() && !discs.nothing(); ++to) {
            const bool neighbour = to == from + 1;
            if (!neighbour && cap && *fixes[to].time - *fixes[from].time > *cap) break;
            const Velocity v = discs.velocity(fixes[to]);
            const bool reaches =
                discs.surely(v) || (discs.perhaps(v) && measured(fixes, from, to, bound_m));
            if (reaches) fewest[to] = std::min(fewest[to], fewest[from] + 1);
            discs.add(fixes[to], bound_m);
        }
    }
    return fewest.back();
}

}  // namespace outrider::positions
