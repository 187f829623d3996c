#pragma once
// What to think of the times of one receiver.

#include "gps/verdict.hpp"

#include <optional>

namespace outrider::gps {

// A wall clock that shows an earlier date than this was never set, for this program is younger; nor
// was a receiver's.
inline constexpr Instant time_floor = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

class ReceiverClock {
public:
    // How far a fix may lie from the wall clock.
    ReceiverClock(Duration past, Duration future) : past_(past), future_(future) {}
    // What speaks against the fix's time, which it has. A receiver counts weeks by 10 bits and may
    // have forgotten how often they ran over: then the fix's time is put right, and marked.
    std::optional<Judgement> judge(Fix&, Instant wall);

private:
    bool keeps_time(const Fix&);
    bool repair(Fix&, Instant wall, bool steady);

    Duration past_, future_;
    // The receiver's clock beside the one here that never jumps: together since `in_step_since_`.
    struct Tick {
        Instant time{};
        Uptime seen{};
    };
    std::optional<Tick> tick_;
    Uptime in_step_since_{};
    int in_step_ = 0;
    int missing_weeks_ = 0;  // by the newest fix that could be compared
};

}  // namespace outrider::gps
