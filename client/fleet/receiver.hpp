#pragma once
// A van's receivers behind a gpsd, as the agent sees them.

#include "client/fleet/van.hpp"
#include "gps/source.hpp"

#include <functional>
#include <memory>

namespace outrider::fleet {

// Of one run of the agent: the van outlives it, and goes on.
class Receiver final : public gps::Source {
public:
    // `device` is the agent's clock, `truth` the satellites'. All outlive it.
    Receiver(Clock& device, Clock& truth, Van&);
    ~Receiver() override;
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;

    Async<Result<gps::Fix>> next() override;
    gps::SourceView view(Uptime now) const override;

    // With where the van truly was.
    std::function<void(const gps::Fix&, const Place& truth)> on_report;

private:
    Duration until_due();
    std::optional<gps::Fix> report();

    Clock& device_;
    Clock& truth_;
    Van& van_;
    std::unique_ptr<Alarm> alarm_;
    Instant newest_{};            // report
    std::optional<Instant> due_;  // the next one; nothing: there is none to come
    bool of_second_ = false;      // and whose it is
    std::optional<gps::Fix> usable_;
    std::optional<Uptime> reported_;
};

}  // namespace outrider::fleet
