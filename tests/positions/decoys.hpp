#pragma once
// Whether a vehicle is thought to have arrived where it only passed by.

#include "tests/positions/drives.hpp"
#include "tests/positions/figures.hpp"

namespace outrider::positions {

// Places every 400 m along the drives, 20 m off the road, but for those within 300 m of a stop of
// three minutes: there the vehicle may have been.
void measure_decoys(const Drives&, std::vector<Figure>&);

}  // namespace outrider::positions
