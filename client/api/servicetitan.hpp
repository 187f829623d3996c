#pragma once
// ServiceTitan's GPS pings endpoint as an Uplink.

#include "client/api/line.hpp"
#include "client/api/ping.hpp"
#include "client/api/uplink.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace outrider::api {

// POST /dispatch/v2/tenant/{tenant}/gps-provider/{gps_provider}/gps-pings with a bare array;
// results are matched by externalId. A 401 renews the token and tries once more. 2xx is believed
// only as JSON of the contract's shape: an array of {externalId, status Success|Fail, message}.
class ServiceTitan final : public Uplink {
public:
    // `text_of` gives the destination's text for its id (Outbox::destination_text). Envelopes owed
    // to another API than `origin` are not sent there: unauthorised, naming both.
    ServiceTitan(http::Client& api, net::Origin origin, TokenSource&, const Credentials&, Clock&,
                 std::uint64_t identity, std::function<Result<std::string>(std::int64_t)> text_of);
    Async<Result<std::vector<Answer>>> deliver(std::span<const offline::Envelope>) override;
    // Units of one tenant and provider may share requests: for who reports for many. A device's own
    // do not: that all pings of a request fail then says that its unit is not known there.
    void mixes_units(bool mixes) { mixes_units_ = mixes; }
    bool together(std::int64_t destination, std::int64_t other) override;
    std::size_t most_bytes(std::int64_t destination) override;
    // The stand-in office has GET /dispatch/v2/tenant/{tenant}/gps-pings; ServiceTitan has not.
    void offers_read_back(bool offers) { reads_back_ = offers; }
    bool reads_back() const override { return reads_back_; }
    Async<Result<std::vector<std::int64_t>>> held(std::span<const offline::Envelope>) override;

private:
    struct Known {
        Destination destination;
        std::size_t longest = 0;  // see longest_json
    };
    struct Batch;
    Result<const Known*> known(std::int64_t id);
    Batch render(std::span<const offline::Envelope>);
    Async<Result<std::vector<std::int64_t>>> held_of(
        Destination, std::vector<const offline::Envelope*> envelopes);
    Line line_;
    net::Origin origin_;
    std::uint64_t identity_;
    bool reads_back_ = false, mixes_units_ = false;
    std::function<Result<std::string>(std::int64_t)> text_of_;
    std::unordered_map<std::int64_t, Known> known_;  // a destination's text never changes
};

}  // namespace outrider::api
