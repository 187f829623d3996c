#pragma once
// Happy Eyeballs (RFC 8305): which of a host's addresses can be reached is found out by trying them
// side by side, so that one that swallows everything costs a quarter of a second and not the limit.

#include "platform/clock.hpp"
#include "platform/descriptor.hpp"
#include "platform/resolver.hpp"
#include "platform/result.hpp"

#include <functional>

namespace outrider::net {

// Connects to one address. Cancelled when it has lost.
using Attempt = std::function<Async<Result<Descriptor>>(Address)>;

constexpr Duration head_start = std::chrono::milliseconds(250);

// Starts the attempts in the order given, each a head start after the one before, or at once when
// one has failed. The first to connect wins; the others have ended, and are closed, on return.
// Fault::unreachable, telling what came of each address, when all have failed or at `end`.
Async<Result<Descriptor>> race(Clock&, Addresses, Attempt, Uptime end);

}  // namespace outrider::net
