#pragma once
// Whether stops are noticed.

#include "tests/positions/drives.hpp"
#include "tests/positions/figures.hpp"

namespace outrider::positions {

// Stops of three minutes: those of the drives, and five minutes of a standing receiver's noise put
// in where a drive stood still for some seconds, for recorded stops are few.
void measure_stops(const Drives&, const std::vector<Fixes>& standing, std::vector<Figure>&);

}  // namespace outrider::positions
