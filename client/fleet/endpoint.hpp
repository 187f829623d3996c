#pragma once
// The real way to an office: who we are there, and a connection for each queue.

#include "client/api/servicetitan.hpp"
#include "client/fleet/load.hpp"
#include "platform/stream.hpp"

namespace outrider::fleet {

struct Endpoint {
    net::Origin api, auth;
    net::TlsTrust trust;
    api::Credentials credentials;
    std::size_t connections = 0;
};
// Reads the credentials' files. What is wrong with an endpoint or a file is the error.
Result<Endpoint> read_endpoint(const LoadOptions&);

// The endpoint outlives what the way leads to.
Way way_to(Executor, Clock&, const Endpoint&);

// Whether it lets us in at all: fetches one token.
Async<Result<>> knock(Executor, Clock&, const Endpoint&);

}  // namespace outrider::fleet
