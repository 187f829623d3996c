#include "client/cli/commands.hpp"

#include "client/cli/exit_code.hpp"
#include "client/cli/fleet.hpp"
#include "platform/loop.hpp"

#include <algorithm>

namespace outrider::cli {

namespace {

struct Program {
    const Console& console;
    const Surroundings& surroundings;

    int operator()(const Answer& answer) const {
        console.err(answer.err);
        return finish(console, console.out(answer.out), answer.exit_code);
    }
    int operator()(const VersionCommand&) const {
        return finish(console, console.out(std::string("outrider ") + OUTRIDER_VERSION + "\n"),
                      exit_ok);
    }
    int operator()(const ConfigCommand& command) const {
        return run(console, surroundings, command);
    }
    int operator()(const ReplayCommand& command) const {
        return run(console, surroundings, command);
    }
    int operator()(const FleetCommand& command) const {
        return run(console, surroundings, command, fleet_players());
    }
    int operator()(const AgentCommand& command) const {
        const auto configuration = load_configuration(command.config, surroundings);
        if (!configuration.problems.empty()) return complain(console, configuration.problems);
        return run_agent_command(configuration.settings);
    }
    template <class Waiting>
    int operator()(const Waiting& command) const {
        Loop loop;
        const auto clock = make_system_clock(loop.executor());
        Context context{loop.executor(), *clock, console, surroundings};
        return loop.run(run(context, command));
    }
};

}  // namespace

AgentLink link_to(const Context& context, const Where& where) {
    return AgentLink(context.executor, context.clock,
                     find_socket(where.socket, where.config, context.surroundings));
}

int complain(const Console& console, const std::vector<Problem>& problems) {
    for (const auto& problem : problems) console.err(to_string(problem) + "\n");
    const bool flags = std::all_of(problems.begin(), problems.end(), [](const Problem& problem) {
        return problem.place.file == command_line;
    });
    return flags ? exit_usage : exit_configuration;
}

int run_program(const std::vector<std::string>& arguments) {
    const Surroundings surroundings = Surroundings::of_this_process();
    const bool plain = !surroundings.get("NO_COLOR").empty() || surroundings.get("TERM") == "dumb";
    const Console console = standard_console(plain);
    const Command command = parse_command_line(arguments);
    return std::visit(Program{console, surroundings}, command);
}

}  // namespace outrider::cli
