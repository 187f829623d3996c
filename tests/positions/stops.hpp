#pragma once
// Whether stops are noticed.

#include "tests/positions/drives.hpp"
#include "tests/positions/figures.hpp"

namespace outrider::positions {

// Stops of three minutes: those of the drives and, for recorded ones are few, five minutes of each
// standing receiver's noise put in wherever a drive stood still for some seconds or its recorder
// slept, and at its end.
void measure_stops(const Drives&, const std::vector<Fixes>& standing, std::vector<Figure>&);

}  // namespace outrider::positions
