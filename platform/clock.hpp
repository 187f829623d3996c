#pragma once
// Time as the program sees it, so that a test can own it.

#include "platform/async.hpp"
#include "platform/result.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace outrider {

using Duration = std::chrono::milliseconds;
using Instant = std::chrono::sys_time<Duration>;  // UTC; may jump

// Time since boot: never jumps, and goes on while the machine sleeps (CLOCK_BOOTTIME).
struct BootClock {
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<BootClock, duration>;
    static constexpr bool is_steady = true;
};
using Uptime = BootClock::time_point;  // for every interval

// One sleeper's timer. Ringing it ends the sleep early; ringing it awake is remembered once.
class Alarm {
public:
    virtual ~Alarm() = default;
    // Returns at the end of `d` or when rung; Fault::cancelled when the sleeper is cancelled.
    virtual Async<Result<>> sleep(Duration d) = 0;
    virtual void ring() = 0;
};

class Clock {
public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0;
    // How now() may be wrong and what helps, for an error that hangs on it.
    virtual std::string doubts() const;
    virtual Uptime uptime() const = 0;
    virtual std::unique_ptr<Alarm> alarm() = 0;
};

// The machine's own clocks.
std::unique_ptr<Clock> make_system_clock(Executor);

// Names the boot that uptimes count from; empty when the machine cannot tell.
std::string boot_id();

// The midnight that a day began with, by the machine's time zone.
Instant local_midnight(Instant);

// RFC 3339, UTC, milliseconds: "2026-11-21T06:30:00.000Z".
std::string to_rfc3339(Instant);
// Accepts any RFC 3339 date-time (0 to 9 fraction digits, any offset); years 1970 to 9999.
Result<Instant> parse_rfc3339(std::string_view);

}  // namespace outrider
