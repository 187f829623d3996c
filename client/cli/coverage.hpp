#pragma once
// How much of the time was tracked, and where the gaps are, for people.

#include "client/api/local_coverage.hpp"
#include "client/cli/console.hpp"

#include <string>
#include <vector>

namespace outrider::cli {

// One line: "98.7 % of 6 h 12 min, missing: no fix 14:02 to 14:06"; "" when nothing was expected.
std::string in_a_line(const api::Coverage&, Style);
// A table by days, each gap on a line of its own; "" without days.
std::string render(const std::vector<api::Coverage>& days, Style);

}  // namespace outrider::cli
