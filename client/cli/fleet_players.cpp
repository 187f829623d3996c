#include "client/cli/fleet.hpp"
#include "client/fleet/branch.hpp"
#include "client/fleet/herd.hpp"
#include "client/fleet/judge.hpp"
#include "client/fleet/load.hpp"
#include "platform/log.hpp"

#include <sstream>
#include <string>
#include <utility>

namespace outrider::cli {

namespace {

using Figures = FleetPlayers::Figures;

Figures judge(const FleetCommand& command, std::int64_t history) {
    fleet::VirtualOptions options;
    options.seed = command.seed.value_or(0);
    options.first = history;
    options.last = history + 1;
    options.faults = command.faults;
    return fleet::run_virtual(options, nullptr);
}

Figures replay(const FleetCommand& command, const FleetPlayers::Tell& tell) {
    const auto told = fleet::tell_history(command.replayed, command.faults);
    if (!told) return told.error();
    std::istringstream lines(told->trace);
    for (std::string line; std::getline(lines, line);) tell(line);
    fleet::Figures figures;
    figures.counts["events"] = told->events;
    if (told->complaint.empty()) return figures;
    fleet::Violation violation;
    violation.seed = command.replayed;
    violation.technician = told->complains;
    violation.words = told->complaint;
    figures.keep(std::move(violation));
    return figures;
}

fleet::LoadOptions load_options(const FleetCommand& command) {
    fleet::LoadOptions options;
    options.technicians = command.technicians;
    options.speed = command.speed;
    options.duration = command.length;
    options.interval = command.interval;
    options.seed = command.seed.value_or(0);
    options.endpoint = command.endpoint;
    options.auth = command.auth;
    options.tenant = command.tenant;
    options.provider = command.provider;
    options.ca_file = command.ca_file;
    options.client_id = command.client_id;
    options.client_secret_file = command.client_secret_file;
    options.app_key_file = command.app_key_file;
    options.own_this_endpoint = command.own_this_endpoint;
    options.connections = static_cast<int>(command.connections);
    options.batch = static_cast<int>(command.batch);
    options.state = command.state;
    options.find_limit = command.find_limit;
    return options;
}

Figures load(const FleetCommand& command, fleet::Range technicians,
             const FleetPlayers::Tell& tell) {
    fleet::LoadOptions options = load_options(command);
    options.share = technicians;
    if (const Result<> possible = fleet::check(options); !possible) return possible.error();
    return fleet::run_load(options, tell);
}

Figures branch(const FleetCommand& command, std::int64_t number) {
    return fleet::run_branch(load_options(command), command.faults, number);
}

Figures herd(const FleetCommand& command) {
    set_log_level(Level::error);  // a thousand complaints of an outage say no more than one
    fleet::HerdOptions options;
    options.seed = command.seed.value_or(0);
    return fleet::run_herd(options);
}

}  // namespace

FleetPlayers fleet_players() {
    FleetPlayers players;
    players.judge = judge;
    players.replay = replay;
    players.load = load;
    players.branch = branch;
    players.herd = herd;
    return players;
}

}  // namespace outrider::cli
