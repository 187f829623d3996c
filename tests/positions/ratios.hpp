#pragma once
// Pings beside the fewest that keep the same bound, and beside what others would send.

#include "tests/positions/drives.hpp"
#include "tests/positions/figures.hpp"

namespace outrider::positions {

// Prints a row for each rule; appends the ratios. Returns how many believed fixes lay beyond the
// bound of the cadence alone.
int measure_ratios(const Drives&, std::vector<Figure>&);

// The rules of others, and the agent as it is.
void print_others(const Drives&);

}  // namespace outrider::positions
