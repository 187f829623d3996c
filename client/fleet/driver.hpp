#pragma once
// A vehicle on streets without a map: blocks, turns, lights, arterial roads and motorways, as their
// seed has it. What is true of it; what a receiver makes of that is Sky's.

#include "client/fleet/chance.hpp"

#include <cstdint>

namespace outrider::fleet {

enum class Ground : std::uint8_t { suburb, downtown, motorway };

struct Place {  // metres from the middle of the town
    double east_m = 0, north_m = 0;
};
double metres_between(const Place&, const Place&);

class Driver {
public:
    Driver(Ground, std::uint64_t seed, Place start);
    void set_off(Place to);
    bool on_the_way() const { return on_the_way_; }
    void pass(double seconds);  // at most a few

    const Place& place() const { return place_; }
    double speed_mps() const { return speed_mps_; }
    double heading_deg() const;  // clockwise from north; of the street, while standing too

private:
    enum class Way : std::uint8_t { east, north, west, south };
    void plan_block();
    Way way_on();
    void end_block();
    void drive(double seconds);

    Ground ground_;
    Way way_ = Way::north;
    bool on_the_way_ = false, last_block_ = false;
    Chance chance_;
    Place place_, target_;
    double speed_mps_ = 0;
    double block_m_ = 0;        // left of this block
    double limit_mps_ = 0;      // on it
    double end_speed_mps_ = 0;  // at its end
    double light_s_ = 0;        // red for so long
};

}  // namespace outrider::fleet
