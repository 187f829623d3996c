#pragma once
// Whether a vehicle is thought to have arrived where it only passed by.

#include "tests/positions/drives.hpp"
#include "tests/positions/figures.hpp"

namespace outrider::positions {

// Places every 400 m of what was driven (loggers are carried about, too), 20 m off the road, but
// for those within 300 m of a stop of three minutes, seen or slept through: there the vehicle may
// have been.
void measure_decoys(const Drives&, std::vector<Figure>&);

}  // namespace outrider::positions
