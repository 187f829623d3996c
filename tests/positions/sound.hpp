#pragma once
// What must hold of every believed fix of any recording.

#include "tests/positions/recording.hpp"

namespace outrider::positions {

struct Sound {
    std::size_t recordings = 0, reports = 0, believed = 0, unreadable = 0;
    std::size_t timeless = 0, at_null = 0, a_day_off = 0, beyond = 0;
    std::size_t lost = 0;  // reports without a verdict, or with two

    std::size_t wrong() const { return timeless + at_null + a_day_off + beyond + lost; }
};

// By the whole judge, with its defaults. Names what is wrong on stderr.
void check_sound(const Recording&, Sound& sum);

}  // namespace outrider::positions
