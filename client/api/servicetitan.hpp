#pragma once
// ServiceTitan's GPS pings endpoint as an Uplink.

#include "client/api/line.hpp"
#include "client/api/ping.hpp"
#include "client/api/uplink.hpp"

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
    std::size_t most_bytes(std::int64_t destination) override;
    // The stand-in office has GET /dispatch/v2/tenant/{tenant}/gps-pings; ServiceTitan has not.
    void offers_read_back(bool offers) { reads_back_ = offers; }
    bool reads_back() const override { return reads_back_; }
    Async<Result<std::vector<std::int64_t>>> held(std::span<const offline::Envelope>) override;

private:
    Result<Destination> destination_of(std::int64_t id) const;
    Line line_;
    net::Origin origin_;
    std::uint64_t identity_;
    bool reads_back_ = false;
    std::function<Result<std::string>(std::int64_t)> text_of_;
};

}  // namespace outrider::api
