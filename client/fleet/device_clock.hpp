#pragma once
// A device's own clock: it may be wrong, and counts anew from each boot.

#include "platform/simulated_clock.hpp"

#include <chrono>
#include <memory>

namespace outrider::fleet {

class DeviceClock final : public Clock {
public:
    // What is true; it outlives this.
    explicit DeviceClock(SimulatedClock& truth) : truth_(truth) {}
    Instant now() const override { return truth_.now() + wrong_by; }
    Uptime uptime() const override { return truth_.uptime() - booted_; }
    std::unique_ptr<Alarm> alarm() override { return truth_.alarm(); }
    void reboot() { booted_ = truth_.uptime() - Uptime(); }

    Duration wrong_by{};

private:
    SimulatedClock& truth_;
    Duration booted_{};
};

}  // namespace outrider::fleet
