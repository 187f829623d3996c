#pragma once
// An hour of standing, of each receiver that has a recording of it.

#include "tests/positions/drives.hpp"
#include "tests/positions/figures.hpp"

namespace outrider::positions {

// Appends the most pings of any, and all departures that were none.
void measure_parked(const std::vector<Fixes>& receivers, std::vector<Figure>&);

}  // namespace outrider::positions
