#pragma once
// One report of a receiver, as it came: nothing judged yet.

#include "gps/device.hpp"
#include "platform/clock.hpp"

#include <cstdint>
#include <optional>

namespace outrider::gps {

enum class Mode : std::uint8_t { unknown = 0, none = 1, two_d = 2, three_d = 3 };

inline constexpr int simulated_status = 8;  // of gpsd's statuses

struct Fix {
    Mode mode = Mode::unknown;
    std::optional<Instant> time;         // UTC by the receiver
    Uptime seen{};                       // when it reached us
    double latitude = 0, longitude = 0;  // degrees, WGS 84; anything, NaN included, until judged
    std::optional<double> speed_mps, track_deg, altitude_m, climb_mps;  // finite when present
    std::optional<double>
        accuracy_m;  // estimated horizontal error (gpsd's eph or epx/epy): a ranking
    std::optional<int> satellites_used;  // of the SKY report next to it, at most 5 s old
    int status = 0;          // gpsd's: 8 is simulated; never says whether there is a fix
    int repaired_weeks = 0;  // added to the receiver's time, which had forgotten them
    Device device;           // the receiver

    bool usable() const { return mode == Mode::two_d || mode == Mode::three_d; }
    // Good enough for the trail, but nothing may be concluded from it: between houses, fewer than
    // five satellites are some 36 m off. A receiver that tells of none does not count them, and one
    // that reckons by its own sensors (5, 6) does not need them.
    bool weak() const {
        const int satellites = satellites_used.value_or(0);
        return satellites > 0 && satellites < 5 && status != 5 && status != 6;
    }
};

}  // namespace outrider::gps
