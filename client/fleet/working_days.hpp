#pragma once
// When a technician of a load is at work. A load begins on the morning of the first of five working
// days, which two days off follow; every shift begins at the same hour.

#include "platform/clock.hpp"

#include <cstdint>

namespace outrider::fleet {

class WorkingDays {
public:
    explicit WorkingDays(std::uint64_t seed);  // of the technician: shifts of 8 to 9.5 h

    // All times are since the load's beginning, simulated, and not before it.
    bool at_work(Duration since) const;
    Duration end_of_shift(
        Duration since) const;                   // of the day's: it may have been, or not be at all
    static Duration next_shift(Duration since);  // the first to begin after this moment
    // So much of the time between two moments is work.
    Duration work_between(Duration from, Duration until) const;

private:
    Duration shift_;
};

}  // namespace outrider::fleet
