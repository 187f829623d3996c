#pragma once
// The subcommands, one .cpp each. Every one returns its exit code.

#include "client/cli/agent_link.hpp"
#include "client/cli/command_line.hpp"
#include "client/cli/console.hpp"
#include "client/cli/surroundings.hpp"

namespace outrider::cli {

// What a subcommand that waits for something works with; outlives it.
struct Context {
    Executor executor;
    Clock& clock;
    const Console& console;
    const Surroundings& surroundings;
};
Async<int> run(Context&, OfficeCommand);
Async<int> run(Context&, StatusCommand);
Async<int> run(Context&, AuditCommand);
Async<int> run(Context&, TailCommand);
Async<int> run(Context&, ExportCommand);
Async<int> run(Context&, QueueCommand);
Async<int> run(Context&, DayCommand);
Async<int> run(Context&, TapCommand);
Async<int> run(Context&, WhyCommand);
Async<int> run(Context&, PrivateCommand);
Async<int> run(Context&, PrivacyCommand);
Async<int> run(Context&, ForgetCommand);
Async<int> run(Context&, CardCommand);

// The same, with the agent at the other end of `link`.
Async<int> status(Context&, AgentLink& link, StatusCommand);
Async<int> audit(Context&, AgentLink& link, AuditCommand);
Async<int> tail(Context&, AgentLink& link, TailCommand);
Async<int> export_track(Context&, AgentLink& link, ExportCommand);
Async<int> queue(Context&, AgentLink& link, QueueCommand);
Async<int> day(Context&, AgentLink& link, DayCommand);
Async<int> tap(Context&, AgentLink& link, TapCommand);
Async<int> why(Context&, AgentLink& link, WhyCommand);
Async<int> private_mode(Context&, AgentLink& link, PrivateCommand);
Async<int> privacy(Context&, AgentLink& link, PrivacyCommand);
Async<int> forget(Context&, AgentLink& link, ForgetCommand);
Async<int> answer_card(Context&, AgentLink& link, CardCommand);
AgentLink link_to(const Context&, const Where&);

int run(const Console&, const Surroundings&, const ConfigCommand&);
int run(const Console&, const Surroundings&, const ReplayCommand&);
// The agent has a loop of its own, which ends by a deadline of its own.
int run_agent_command(const agent::Settings&);

// Says all of them; 78, or 64 when all came from flags.
int complain(const Console&, const std::vector<Problem>&);

// The whole program: from the arguments without the program's name to the exit code.
int run_program(const std::vector<std::string>& arguments);

}  // namespace outrider::cli
