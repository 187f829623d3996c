#include "client/fleet/driver.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace outrider::fleet {
namespace {

constexpr double brake_mps2 = 2.2, hardest_mps2 = 3, pull_mps2 = 1.7;
constexpr double fastest_pull_mps = 45;  // where the engine has nothing left
constexpr double turn_mps = 5.5;
constexpr double near_m = 0.6;  // to a block's end
// For which somebody takes the motorway; to the next exit; and before the stretch's end.
constexpr double shortest_run_m = 3000, longest_run_m = 6000, ramp_m = 800;

struct Streets {
    double motorway, arterial, collector;  // shares of blocks; the rest are side streets
    double shortest_block_m, longest_block_m;
    double lights, turns;     // shares of crossings to stop or slow down at
    double slowest, fastest;  // of the limit, as the traffic has it
};

constexpr std::array<Streets, 3> streets_of = {{
    {0.035, 0.22, 0.30, 110, 210, 0.21, 0.20, 0.80, 1.10},
    {0.00, 0.05, 0.25, 80, 150, 0.36, 0.22, 0.45, 1.00},
    {0.34, 0.22, 0.24, 150, 320, 0.14, 0.15, 0.85, 1.10},
}};

const Streets& streets(Ground ground) { return streets_of.at(static_cast<std::size_t>(ground)); }

}  // namespace

double metres_between(const Place& a, const Place& b) {
    return std::hypot(a.east_m - b.east_m, a.north_m - b.north_m);
}

Driver::Driver(Ground ground, std::uint64_t seed, Place start)
    : ground_(ground), chance_(seed), place_(start), target_(start) {}

double Driver::heading_deg() const {
    constexpr std::array<double, 4> degrees = {90, 0, 270, 180};
    return degrees.at(static_cast<std::size_t>(way_));
}

void Driver::set_off(Place to) {
    target_ = to;
    on_the_way_ = true;
    last_block_ = false;
    plan_block();
}

// Along the streets, the longer stretch rather first, but not always.
Driver::Way Driver::way_on() {
    const double east = target_.east_m - place_.east_m, north = target_.north_m - place_.north_m;
    const bool level = std::abs(north) < near_m ||
                       (std::abs(east) >= near_m &&
                        chance_.happens(std::abs(east) / (std::abs(east) + std::abs(north))));
    if (level) return east > 0 ? Way::east : Way::west;
    return north > 0 ? Way::north : Way::south;
}

void Driver::plan_block() {
    const Streets& here = streets(ground_);
    const double east = std::abs(target_.east_m - place_.east_m);
    const double north = std::abs(target_.north_m - place_.north_m);
    if (std::max(east, north) < near_m) {
        on_the_way_ = false;
        speed_mps_ = 0;
        return;
    }
    way_ = way_on();
    const bool level = way_ == Way::east || way_ == Way::west;
    const double stretch = level ? east : north;
    const double sort = chance_.uniform();
    if (sort < here.motorway && stretch > shortest_run_m) {
        block_m_ = std::min(stretch - ramp_m, chance_.between(1500, longest_run_m));
        limit_mps_ = chance_.between(26, 31);
    } else {
        const double block = chance_.between(here.shortest_block_m, here.longest_block_m);
        block_m_ = std::min(stretch, block);
        limit_mps_ = sort < here.arterial ? 20.1 : sort < here.collector ? 15.6 : 11.2;
        limit_mps_ *= chance_.between(here.slowest, here.fastest);
    }
    last_block_ = stretch - block_m_ < near_m && std::min(east, north) < near_m;
    const double crossing = chance_.uniform();
    if (last_block_ || crossing < here.lights) {
        end_speed_mps_ = 0;
    } else if (crossing < here.lights + here.turns || stretch - block_m_ < near_m) {
        end_speed_mps_ = turn_mps;
    } else {
        end_speed_mps_ = limit_mps_;
    }
}

void Driver::pass(double seconds) {
    if (!on_the_way_) return;
    if (light_s_ > 0) {
        light_s_ -= seconds;
        speed_mps_ = 0;
        return;
    }
    drive(seconds);
}

void Driver::drive(double seconds) {
    const double can_stop =
        std::sqrt(end_speed_mps_ * end_speed_mps_ + 2 * brake_mps2 * std::max(0.0, block_m_));
    const double wanted = std::min(limit_mps_, can_stop);
    const double pull = pull_mps2 * std::max(0.1, 1 - speed_mps_ / fastest_pull_mps);
    double change = std::clamp((wanted - speed_mps_) / seconds, -hardest_mps2, pull);
    change += 0.25 * chance_.normal();
    speed_mps_ = std::max(0.5, speed_mps_ + change * seconds);  // creeping, at the least
    const double metres = std::min(speed_mps_ * seconds, block_m_);
    constexpr std::array<Place, 4> steps = {{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}};
    const Place& step = steps.at(static_cast<std::size_t>(way_));
    place_.east_m += metres * step.east_m;
    place_.north_m += metres * step.north_m;
    block_m_ -= metres;
    if (block_m_ <= near_m) end_block();
}

void Driver::end_block() {
    if (last_block_) {
        on_the_way_ = false;
        speed_mps_ = 0;
        return;
    }
    if (end_speed_mps_ == 0) {
        light_s_ = chance_.between(3, 25);
        speed_mps_ = 0;
    }
    plan_block();
}

}  // namespace outrider::fleet
