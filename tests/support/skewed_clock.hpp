#pragma once
// A device whose wall clock is wrong, beside a clock that is right.

#include "platform/clock.hpp"

#include <memory>

namespace outrider::test {

class SkewedClock final : public Clock {
public:
    explicit SkewedClock(Clock& truth, Duration ahead = {}) : by(ahead), truth_(truth) {}
    Instant now() const override { return truth_.now() + by; }
    Uptime uptime() const override { return truth_.uptime() - booted; }
    std::unique_ptr<Alarm> alarm() override { return truth_.alarm(); }

    Duration by;
    Duration booted{};  // after the true one began: uptime counts from then

private:
    Clock& truth_;
};

}  // namespace outrider::test
