#pragma once

#include <cstdlib>

namespace outrider::test {

// The longest loops of faults leave out most of their turns, but for different ones in each test,
// unless OUTRIDER_THOROUGH is set, as `./dev thorough` does.
inline bool thorough() { return std::getenv("OUTRIDER_THOROUGH") != nullptr; }

}  // namespace outrider::test
