#pragma once
// The agent's status as one screen, for the person at 06:30 in a cold van.

#include "client/api/local.hpp"
#include "client/cli/console.hpp"

#include <string>

namespace outrider::cli {

std::string render(const api::Status&, Style);
// The screen when no agent answers, or none that can be understood.
std::string no_agent(const Error&, Style);

}  // namespace outrider::cli
