#pragma once
// `outrider fleet`: plays its share in as many processes as wanted, and reports.

#include "client/cli/console.hpp"
#include "client/cli/fleet_command.hpp"
#include "client/cli/surroundings.hpp"
#include "client/fleet/part.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace outrider::cli {

// Those who play. The command has its seed.
struct FleetPlayers {
    using Tell = std::function<void(std::string_view line)>;
    using Figures = Result<fleet::Figures>;
    std::function<Figures(const FleetCommand&, std::int64_t history)> judge;
    std::function<Figures(const FleetCommand&, const Tell&)> replay;  // tells what happens
    std::function<Figures(const FleetCommand&, fleet::Range technicians, const Tell&)> load;
    std::function<Figures(const FleetCommand&, std::int64_t number)>
        branch;  // see fleet/branch.hpp
    std::function<Figures(const FleetCommand&)> herd;
};
FleetPlayers fleet_players();

// A load that is played in memory, branch by branch.
bool in_memory(const FleetCommand&);

// As many as give each technician each day: crews are of two, on the average.
std::int64_t histories_of(const FleetCommand&);
// What decides the figures, by the names of flags; the command has its seed.
std::map<std::string, std::string, std::less<>> asked(const FleetCommand&);
// "outrider fleet --virtual --faults all --replay 42"
std::string replay_words(const FleetCommand&, std::uint64_t seed);

// The share's figures, played in processes of their own; a signal ends them (Fault::cancelled).
Result<fleet::Part> play(const Console&, const FleetCommand&, fleet::Shard, const FleetPlayers&);

// For people.
std::string fleet_table(const fleet::Part&, Style);
std::string fleet_violations(const FleetCommand&, const fleet::Part&, Style);

int run(const Console&, const Surroundings&, const FleetCommand&, const FleetPlayers&);

}  // namespace outrider::cli
