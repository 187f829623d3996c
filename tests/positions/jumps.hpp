#pragma once
// Jumps put into real tracks: how many of them the sieve refuses, and how many good fixes.

#include "tests/positions/recording.hpp"

namespace outrider::positions {

struct Jumps {
    std::size_t made = 0, refused = 0, good = 0, good_refused = 0;
};

// Ten times over: one fix in a hundred begins a jump of 60 to 2,000 m that lasts for one to three
// fixes, which keep the speed that the receiver measured.
void count_jumps(const Recording&, Jumps& sum);

}  // namespace outrider::positions
