#pragma once
// How far a technician is on an appointment and since when, with what needs not be suggested of it
// any more: the notebook's page, so that a restart asks nothing twice.

#include "client/dispatch/day.hpp"
#include "platform/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace outrider::api {

struct Episode {
    dispatch::Id appointment = 0;
    dispatch::Assignment now;
    Instant since{};  // as this device saw it
    // Answered, or tapped without being asked: to arrive, to set out, and that it is done.
    bool arrive = false, set_out = false, done = false;
    bool operator==(const Episode&) const = default;
};
std::string encode(const std::vector<Episode>&);
Result<std::vector<Episode>> decode_episodes(std::string_view text);

}  // namespace outrider::api
