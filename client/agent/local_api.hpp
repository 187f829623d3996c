#pragma once
// What the agent answers on its unix socket: GET /v1/status, /v1/audit, /v1/tail and /v1/track.
// Readable with curl --unix-socket. The socket's file mode says who may ask.

#include "client/agent/agent.hpp"
#include "platform/http.hpp"

namespace outrider::agent {

// The handler for an http::Server; the agent and the clock outlive it.
http::Handler local_api(Agent&, Clock&);

}  // namespace outrider::agent
