#include "client/office/routes.hpp"

#include "client/office/operations.hpp"

#include <array>

namespace outrider::office {

std::span<const Route> routes() {
    using enum Entry;
    static constexpr std::array<Route, 3> table = {{
        {"POST", "/connect/token", "tokenCreate", nothing, token_create},
        {"POST", "/dispatch/v2/tenant/{tenant}/gps-provider/{gps_provider}/gps-pings",
         "gpsPingsCreate", token_and_app_key, gps_pings_create},
        // Of the founding documents only: ServiceTitan has no such operation.
        {"GET", "/dispatch/v2/tenant/{tenant}/gps-pings", "gpsPingsList", token_and_app_key,
         gps_pings_list},
    }};
    return table;
}

}  // namespace outrider::office
