#pragma once
// The command line of `outrider replay`.

#include "client/cli/command_line.hpp"

namespace CLI {
class App;
}

namespace outrider::cli {

void add_replay(CLI::App&, Command& chosen);

}  // namespace outrider::cli
