#pragma once
// A load without an endpoint: each hundred technicians report to a stand-in of their own, in memory
// and on virtual time. So a fleet of any size plays anywhere, and comes to the same however it was
// divided.

#include "client/fleet/figures.hpp"
#include "client/fleet/load.hpp"
#include "client/fleet/plan.hpp"
#include "platform/result.hpp"

#include <cstdint>
#include <string_view>

namespace outrider::fleet {

inline constexpr std::string_view in_memory = "memory";  // instead of an endpoint's URL

std::int64_t branches_of(std::int64_t technicians);

// One of them, by its number: a queue, a courier and a connection, with what faults there are to
// the network: no signal, requests and answers that are lost, slow ones, resets, portals. Of the
// options those that tell of an endpoint mean nothing. Beyond what a load counts: "duplicates", and
// "lost" by the stand-in's own books.
Result<Figures> run_branch(const LoadOptions&, Faults, std::int64_t number);

}  // namespace outrider::fleet
