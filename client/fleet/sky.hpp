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

struct Town {
    double latitude = 47.6062, longitude = -122.3321;
};
// Places in degrees. The town is small beside the earth.
class Chart {
public:
    explicit Chart(const Town&);
    double latitude(double north_m) const { return town_.latitude + north_m * per_north_m_; }
    double longitude(double east_m) const;  // also where the day begins
    Place place(double latitude, double longitude) const;

private:
    Town town_;
    double per_north_m_, per_east_m_;
};

// Position errors are first-order Gauss-Markov processes: a slow one, one of the canyon's echoes,
// and what is left of a cold start.
class Sky {
public:
    Sky(SkySettings, std::uint64_t seed);
    void switch_on();  // cold: no fix for half a minute, and bad ones after it
    void settle();     // as if it had been on for long
    void pass(double seconds);
    // What gpsd would report now. `time` and `seen` are the caller's.
    gps::Fix observe(const Driver&, const Chart&);

private:
    enum class Around : std::uint8_t { open, canyon, tunnel };
    struct Error {
        double east_m = 0, north_m = 0;
    };
    // What a step of so many seconds leaves of errors, and adds to them.
    struct Step {
        double seconds = 0;
        double slow_kept = 1, slow_fresh = 0, echo_kept = 1, echo_fresh = 0, cold_kept = 1;
    };
    static Step step(double seconds);
    void wander(Error&, double kept, double fresh);
    void warm_up();
    void change_surroundings();
    bool blind() const { return until_first_s_ > 0 || around_ == Around::tunnel || shadowed_; }

    SkySettings settings_;
    Around around_ = Around::open;
    bool shadowed_ = false;  // in the canyon: no solution just now
    bool echoes_ = false;
    Chance chance_;
    Step step_;
    Error slow_, echo_;
    double around_left_s_ = 0, shadow_left_s_ = 0;
    double until_first_s_ = 0, cold_m_ = 0, cold_course_ = 0;
};

}  // namespace outrider::fleet
