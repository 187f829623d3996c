#include "client/cli/fleet.hpp"

namespace outrider::cli {

namespace {

Error absent(std::string_view what) {
    return Error(Fault::refused, std::string(what) + " is not in this build");
}

}  // namespace

FleetPlayers fleet_players() {
    FleetPlayers players;
    players.judge = [](const FleetCommand&, std::int64_t) -> FleetPlayers::Figures {
        return absent("the judge");
    };
    players.replay = [](const FleetCommand&, const FleetPlayers::Tell&) -> FleetPlayers::Figures {
        return absent("the judge");
    };
    players.load = [](const FleetCommand&, fleet::Range,
                      const FleetPlayers::Tell&) -> FleetPlayers::Figures {
        return absent("the load");
    };
    players.herd = [](const FleetCommand&) -> FleetPlayers::Figures { return absent("the herd"); };
    return players;
}

}  // namespace outrider::cli
