#pragma once
// What the office does for each operation; by name they are the OpenAPI document's operationIds.

#include "client/office/call.hpp"

namespace outrider::office {

http::Response token_create(const Call&);

http::Response gps_pings_create(const Call&);
http::Response gps_pings_list(const Call&);

}  // namespace outrider::office
