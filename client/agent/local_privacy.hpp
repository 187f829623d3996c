#pragma once
// The local API's part about what is kept of the technician, and what is forgotten.

#include "client/agent/agent.hpp"
#include "platform/http.hpp"
#include "platform/stream.hpp"

#include <optional>

namespace outrider::agent {

// The answer to what is asked about privacy; nothing when it is about something else.
std::optional<http::Response> answer_privacy(Agent&, const http::Request&,
                                             const std::optional<net::Peer>&);

}  // namespace outrider::agent
