#pragma once
// What lies between two fixes, in metres and in seconds.

#include "gps/fix.hpp"

namespace outrider::gps {

double metres_between(const Fix&, const Fix&);
bool no_farther(const Fix&, const Fix&, double metres);  // as of places, see geodesy.hpp
double in_seconds(Duration);
// In floating point, so that no pair of times overflows.
double seconds_between(Instant earlier, Instant later);

}  // namespace outrider::gps
