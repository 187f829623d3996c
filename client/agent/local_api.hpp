#pragma once
// What the agent answers on its unix socket: GET /v1/status, /v1/audit, /v1/custody, /v1/tail,
// /v1/track, /v1/why, /v1/queue and /v1/dead; POST /v1/queue/flush, /v1/queue/pause,
// /v1/queue/resume, /v1/dead/retry and /v1/dead/drop; and the technician's part, see local_day.hpp.
// Readable with curl --unix-socket. The socket's file mode says who may ask.

#include "client/agent/agent.hpp"
#include "platform/http.hpp"

namespace outrider::agent {

// The handler for an http::Server; the agent and the clock outlive it.
http::Handler local_api(Agent&, Clock&);

}  // namespace outrider::agent
