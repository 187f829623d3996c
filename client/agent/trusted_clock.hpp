#pragma once
// The time the agent goes by: the device's clock, until GPS shows that it is wrong; then GPS's.

#include "gps/clock_trust.hpp"
#include "gps/fix.hpp"
#include "platform/clock.hpp"

#include <memory>
#include <optional>
#include <string>

namespace outrider::agent {

class TrustedClock final : public Clock {
public:
    // `device` is this machine's, and outlives this.
    explicit TrustedClock(Clock& device) : device_(device) {}

    Instant now() const override;
    Uptime uptime() const override { return device_.uptime(); }
    std::unique_ptr<Alarm> alarm() override { return device_.alarm(); }
    std::string doubts() const override;

    // Takes a believed fix. True when the time is known from now on, or is another one.
    bool hear(const gps::Fix&);
    Instant by_device() const { return device_.now(); }
    std::optional<Instant> by_gps(Uptime at) const { return trust_.at(at); }
    // By how much the device's clock is ahead of GPS, when that is more than a minute.
    std::optional<Duration> off() const;
    // A warning about the device's clock; empty when there is nothing to say.
    std::string complaint() const;

private:
    Clock& device_;
    gps::ClockTrust trust_;
};

}  // namespace outrider::agent
