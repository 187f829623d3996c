#pragma once
// What a misbehaving office does to a request.

#include "client/office/faults.hpp"
#include "platform/http.hpp"

#include <optional>

namespace outrider::office {

// What it does without acting on the request at all; nothing when it does act on it first. `hit`
// numbers the requests hit, so that wrong answers vary.
std::optional<http::Response> instead_of_acting(Mode, const FaultSettings&, std::int64_t hit,
                                                Clock&);
// What it makes of the true answer after having acted.
http::Response spoil(Mode, http::Response answer, Clock&);

}  // namespace outrider::office
