#pragma once
// The two clocks beside a recording that is played: when each fix came, and what the wall clock
// showed. Both follow from the recording alone, so that it always plays the same.

#include "gps/recording.hpp"

#include <optional>
#include <vector>

namespace outrider::gps {

// What the device's wall clock showed at the beginning: it goes on from there as time passes.
struct WallClock {
    std::optional<Instant> begins;  // exactly this
    Duration ahead{};               // else, of the recording
};

struct Played {
    std::vector<Fix> fixes;      // `seen` increases strictly
    std::vector<Instant> walls;  // one for each
    Duration moved{};            // added to every time, see play_back
};

// Time passes as the fixes arrived, or else as their own times do. A step of those back, or far
// ahead and back again, is the receiver's clock and no time at all. A wall clock that nobody set is
// right: it shows the time that passes.
//
// A clock that shows an earlier date than this program's was never set. So a recording of earlier
// than `time_floor` is played as if it had been made on later days, at the same time of day, unless
// the wall clock's beginning is given.
Played play_back(Recording, const WallClock&);

}  // namespace outrider::gps
