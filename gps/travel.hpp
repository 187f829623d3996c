#pragma once
// How long the way to a place takes, without a map: by its distance as the crow flies and the pace
// of the vehicle's own drives. Pure, and of constant cost.

#include "gps/motion.hpp"

#include <optional>

namespace outrider::gps {

struct TravelSettings {
    double detour = 1.4;     // of roads, beside the crow's way: until something is learned,
    double pace_mps = 12;    // with the pace on them, lights included
    double slowest_mps = 3;  // as the crow flies: what is learned stays within
    double fastest_mps = 30;
    Duration last_yards = std::chrono::seconds(60);  // the last corner, and a place to park
    Duration leg = std::chrono::minutes(5);          // of driving: a piece to learn from
    Duration prior = std::chrono::minutes(10);       // what is assumed weighs as much driving,
    Duration memory = std::chrono::hours(1);         // and all that is learned no more than this
    double soonest = 0.55, latest = 1.7;             // of it: the band holds four of five drives
};

struct Eta {
    Duration low{}, likely{}, high{};
};

class Travel {
public:
    explicit Travel(TravelSettings settings = {});
    // A believed fix, with what is thought of the vehicle's motion after it.
    void add(const Fix& believed, MotionState);
    // From here, as the crow flies.
    Eta to(double distance_m) const;
    double pace_mps() const;  // as the crow flies

private:
    struct Leg {
        Instant begun{}, last{};
        double latitude = 0, longitude = 0;
    };
    void learn(double metres, Duration time);

    TravelSettings settings_;
    double metres_, seconds_;  // learned, the assumption included
    std::optional<Leg> leg_;   // of the one under way
};

}  // namespace outrider::gps
