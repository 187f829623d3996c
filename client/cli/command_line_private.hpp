#pragma once
// The subcommands about what is kept of the technician: private, privacy report, forget.

#include "client/cli/command_line.hpp"

namespace CLI {
class App;
}

namespace outrider::cli {

void add_private(CLI::App&, Command& chosen);

}  // namespace outrider::cli
