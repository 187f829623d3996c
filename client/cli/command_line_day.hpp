#pragma once
// The technician's subcommands: day, next, waiting, cards and the taps.

#include "client/cli/command_line.hpp"

namespace CLI {
class App;
}

namespace outrider::cli {

void add_day(CLI::App&, Command& chosen);

// What most subcommands have.
void add_where(CLI::App&, Where&);
void add_json(CLI::App&, Form&);

}  // namespace outrider::cli
