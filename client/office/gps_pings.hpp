#pragma once
// The body of a gps-pings request, taken apart as strictly as the contract allows.

#include "client/office/json.hpp"
#include "platform/clock.hpp"
#include "platform/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace outrider::office {

struct ReceivedPing {
    std::string external_id, unit_id, unit_name;
    Instant event_time{};
    std::optional<double> latitude, longitude, speed;
    std::string_view json;  // its own bytes within the request's body
};

inline constexpr std::size_t most_pings = 10'000;  // in one request

// The pings in their order, or what is wrong by "[i].member", at most 100 of them; a body that is
// no array of pings at all is told under "$". The views point into `body`.
std::variant<std::vector<ReceivedPing>, FieldErrors> parse_gps_pings(std::string_view body);

}  // namespace outrider::office
