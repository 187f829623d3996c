#pragma once
// What a load comes to, counted while it runs.

#include "client/api/uplink.hpp"
#include "client/fleet/figures.hpp"
#include "platform/clock.hpp"

#include <cstdint>
#include <functional>

namespace outrider::fleet {

inline constexpr Duration late_after = std::chrono::seconds(2);  // behind plan

struct Tally {
    Uptime start{};
    Instant start_wall{};  // the plan's times count from here
    std::int64_t captured = 0, reported = 0, accepted = 0, refused = 0;
    std::int64_t late = 0, late_handed = 0, unmade = 0;
    std::int64_t requests = 0, retries = 0, doubtful = 0;
    Histogram latency_us, late_us, handed_us, batch;
    Series handed_at, accepted_at, late_at, retries_at, doubtful_at, ages_s, age_samples;
    Peaks oldest_s;

    std::int64_t second(Uptime now) const {
        return std::chrono::duration_cast<std::chrono::seconds>(now - start).count();
    }
    Duration behind(Instant planned, Uptime now) const {
        return (now - start) - (planned - start_wall);
    }
    void handed(Instant planned, Uptime now);
    Figures figures() const;
};

// Counts what goes over an uplink, and tells of each envelope the office has accepted.
class Meter final : public api::Uplink {
public:
    using Accepted = std::function<void(const offline::Envelope&)>;
    Meter(api::Uplink& uplink, Clock& clock, Tally& tally, Accepted accepted)
        : uplink_(uplink), clock_(clock), tally_(tally), accepted_(std::move(accepted)) {}

    Async<Result<std::vector<api::Answer>>> deliver(
        std::span<const offline::Envelope> envelopes) override;
    bool together(std::int64_t destination, std::int64_t other) override {
        return uplink_.together(destination, other);
    }
    std::size_t most_bytes(std::int64_t destination) override {
        return uplink_.most_bytes(destination);
    }

private:
    void count(std::span<const offline::Envelope>, const std::vector<api::Answer>&);
    api::Uplink& uplink_;
    Clock& clock_;
    Tally& tally_;
    Accepted accepted_;
};

}  // namespace outrider::fleet
