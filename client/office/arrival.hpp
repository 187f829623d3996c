#pragma once
// Where technicians are by their units' pings, and being taken for arrived by that.

#include "client/office/books.hpp"
#include "client/office/gps_pings.hpp"

#include <span>
#include <string>

namespace outrider::office {

double distance_m(double latitude1, double longitude1, double latitude2, double longitude2);

// After these pings have been kept; those with a refusal count for nothing. When the office wants
// it so, whoever is on the way and by their unit's newest position within 125 m of the verified
// address has arrived, at that position's eventTime: as ServiceTitan's Arrive by GPS does it.
Result<> arrive_by_gps(Books&, std::span<const ReceivedPing>,
                       std::span<const std::string> refusals);

}  // namespace outrider::office
