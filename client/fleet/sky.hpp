#pragma once
// What a receiver makes of where a vehicle is: its errors as they were measured on recordings, and
// its bad hours.

#include "client/fleet/driver.hpp"
#include "gps/fix.hpp"

#include <optional>

namespace outrider::fleet {

struct SkySettings {
    // Between tall buildings, on the average, and from one to the next.
    double canyon_s = 28, open_s = 900;
    double tunnel_every_s = 0;  // on the average; 0: none
};
SkySettings sky_over(Ground);

// Where a town lies: places become degrees. The town is small beside the earth.
struct Town {
    double latitude = 47.6062, longitude = -122.3321;
};

// Position errors are first-order Gauss-Markov processes: a slow one, one of the canyon's echoes,
// and what is left of a cold start.
class Sky {
public:
    Sky(SkySettings, std::uint64_t seed);
    void switch_on();  // cold: no fix for half a minute, and bad ones after it
    void pass(double seconds);
    // What gpsd would report now. `time` and `seen` are the caller's.
    gps::Fix observe(const Driver&, const Town&);

private:
    enum class Around : std::uint8_t { open, canyon, tunnel };
    struct Error {
        double east_m = 0, north_m = 0;
    };
    void wander(Error&, double deviation_m, double memory_s, double seconds);
    void change_surroundings();
    bool blind() const { return until_first_s_ > 0 || around_ == Around::tunnel || shadowed_; }

    SkySettings settings_;
    Around around_ = Around::open;
    bool shadowed_ = false;  // in the canyon: no solution just now
    Chance chance_;
    Error slow_, echo_;
    double around_left_s_ = 0, shadow_left_s_ = 0;
    double until_first_s_ = 0, cold_m_ = 0, cold_course_ = 0;
};

}  // namespace outrider::fleet
