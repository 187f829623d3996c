#include "client/cli/agent_time.hpp"

#include "client/api/local.hpp"

#include <string>
#include <utility>

namespace outrider::cli {

Async<Instant> time_by_agent(Context& context, AgentLink& link) {
    std::string target = "/v1/status";
    const auto json = co_await link.ask(std::move(target));
    if (json) {
        const auto status = api::parse_status(*json);
        if (status) co_return status->now;
    }
    co_return context.clock.now();
}

}  // namespace outrider::cli
