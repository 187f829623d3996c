#pragma once
// Whether the vehicle is standing, judged from believed fixes.

#include "gps/fix.hpp"

#include <deque>
#include <string_view>

namespace outrider::gps {

enum class MotionState { unknown, moving, parked };
std::string_view name(MotionState);

struct MotionSettings {
    double stationary_radius_m = 15;                 // all fixes of
    Duration stop_after = std::chrono::seconds(25);  // this long within it: parked
    double leave_radius_m = 30;                      // away from where it stood,
    int leave_confirmations = 3;                     // so many fixes in a row: moving
    double leave_speed_mps = 2.5;                    // or this fast by Doppler,
    int leave_speed_confirmations = 4;               // so many fixes in a row
};

// A weak fix shows no stand, and a departure only from far away.
class Motion {
public:
    explicit Motion(MotionSettings);
    MotionState update(const Fix& believed);
    MotionState state() const { return state_; }

private:
    struct Spot {  // all of a fix that counts here: a fleet has many of these
        explicit Spot(const Fix& fix)
            : time(fix.time.value_or(Instant{})),
              latitude(fix.latitude),
              longitude(fix.longitude) {}
        Instant time;
        double latitude, longitude;
    };
    static double metres_between(const Spot&, const Fix&);
    Spot centre() const;
    void remember(const Fix&);
    bool stands(const Fix&) const;
    bool leaves(const Fix&);

    MotionSettings settings_;
    MotionState state_ = MotionState::unknown;
    std::deque<Spot> recent_;  // of the last stop_after while not parked
    Spot stood_{Fix()};        // where it parked
    int outside_ = 0, fast_ = 0;
};

}  // namespace outrider::gps
