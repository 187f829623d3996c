#pragma once
// The last gate before the network, and the meter on it. Whatever else goes wrong, no more goes
// through in an hour than it lets; what a month may cost stretches the pauses between uploads, and
// never what is recorded.

#include "platform/http.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace outrider::agent {

struct TrafficLimits {
    std::int64_t requests_per_hour = 3600;
    std::int64_t bytes_per_hour = 64 * 1024 * 1024;
    std::int64_t bytes_per_month = 0;  // 0: as much as it takes
};

class Traffic {
public:
    Traffic(Clock&, TrafficLimits);

    // Whether a request of so many bytes may go now: Fault::busy with the wait when not. An hour's
    // worth may go at once; after that it comes back evenly.
    Result<> admit(std::size_t bytes);
    void received(std::size_t bytes);
    // Sent and received since this was asked last, with what the layers below add, about.
    std::int64_t take_bytes();
    // How long to let pings wait for company, so that the month's budget lasts: `normal`, or longer
    // up to an hour. `used` is what this month (UTC) has cost so far.
    Duration interval(Duration normal, Instant now, std::int64_t used) const;
    std::int64_t budget() const { return limits_.bytes_per_month; }

private:
    struct Bucket {
        double most, left;
        void refill(Duration passed);
        std::optional<Duration> wait_for(double amount) const;
    };
    Clock& clock_;
    TrafficLimits limits_;
    Bucket requests_, bytes_;
    Uptime refilled_;
    std::int64_t untaken_ = 0;
    double each_ = 4096;  // bytes a request costs, lately
};

// "data:2026-11": the ledger's account of what this month cost.
std::string data_account(Instant now);

// `client` behind the gate. Both outlive it.
std::unique_ptr<http::Client> governed(http::Client& client, Traffic&);

}  // namespace outrider::agent
