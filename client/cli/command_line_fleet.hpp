#pragma once
// The command line of `outrider fleet`.

#include "client/cli/command_line.hpp"

namespace CLI {
class App;
}

namespace outrider::cli {

void add_fleet(CLI::App&, Command& chosen);

}  // namespace outrider::cli
