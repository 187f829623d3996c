#pragma once
// What time it is by the agent, which may know better than this machine's clock.

#include "client/cli/commands.hpp"

namespace outrider::cli {

// This machine's when the agent does not tell.
Async<Instant> time_by_agent(Context&, AgentLink&);

}  // namespace outrider::cli
