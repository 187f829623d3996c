#pragma once
// The technician's part of the local API: the day, what waits, the cards, and the taps.

#include "client/agent/agent.hpp"
#include "platform/http.hpp"

#include <optional>

namespace outrider::agent {

// GET /v1/day, /v1/waiting, /v1/cards; POST /v1/appointments/{id}/{verb}, where {id} may be "only":
// the only one it is possible for; POST /v1/suggestions/{verb}/{id}/accept and .../dismiss.
// Nothing: the path is none of these.
std::optional<http::Response> answer_day(Agent&, const http::Request&);
// For GET /v1/day?after=REVISION: returns when the day is another one than that, at the latest
// after 25 s; at once for everything else.
Async<> until_changed(Agent&, Clock&, http::Request);

}  // namespace outrider::agent
