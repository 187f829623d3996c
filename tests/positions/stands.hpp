#pragma once
// Where a vehicle stood, found with hindsight; and stands made longer. Shares nothing with the
// motion's own rule.

#include "tests/positions/drives.hpp"

namespace outrider::positions {

struct Stand {
    std::size_t first = 0, last = 0;  // of the drive's fixes
    double latitude = 0, longitude = 0;
};

// All that stays within 25 m of its middle for so long; wandering off for 90 s and coming back is
// no departure. A longer silence ends it: a recorder that slept did not see it.
std::vector<Stand> stands_of(const Fixes& drive, double least_s, double silence_s = 30);

// Recordings of receivers that stand still with a view of the sky: gpsd's logs with five satellites
// or more and Doppler near zero, and the cars' own stands of two minutes or more.
std::vector<Fixes> standing_receivers(const std::vector<Recording>&, const Drives&);

// A recording of a stand, played there and back until so many seconds are full: its noise without a
// jump where it begins anew.
Fixes made_to_last(const Fixes& stand, double seconds);

}  // namespace outrider::positions
