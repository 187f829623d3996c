#include "client/cli/fleet.hpp"

namespace outrider::cli {

namespace {

Error absent(std::string_view what) {
    return Error(Fault::refused, std::string(what) + " is not in this build");
}

}  // namespace

FleetPlayers fleet_players() {
    FleetPlayers players;
    players.history = [](const FleetCommand&, std::uint64_t,
                         const FleetPlayers::Tell&) -> Result<fleet::Figures> {
        return absent("the judge");
    };
    players.load = [](const FleetCommand&, fleet::Range,
                      const FleetPlayers::Tell&) -> Result<fleet::Figures> {
        return absent("the load");
    };
    return players;
}

}  // namespace outrider::cli
