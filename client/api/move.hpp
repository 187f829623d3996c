#pragma once
// A move as the stand-in office's own protocol has it. Plainly not ServiceTitan's: its public API
// has no dispatch, arrive or check-in operation.

#include "client/dispatch/rule.hpp"
#include "platform/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::api {

// A verb in one word: "check_in", "dispatch", "cancel", "complete", ...
std::string_view word(dispatch::Verb);
std::optional<dispatch::Verb> verb_of(std::string_view word);

// POST /office/v1/actions. On the office's port it is a technician's own; on its control socket the
// office's.
struct Move {
    std::string id;  // an id is carried out once, however often it is sent; 1 to 100 characters
    dispatch::Verb verb = dispatch::Verb::dispatch;
    dispatch::Id technician = 0;   // 0, the office's only: everybody on the appointment
    dispatch::Id appointment = 0;  // 0 for check_in and check_out
    Instant happened{};            // which may be long before it is sent
    bool quiet = false;            // tell no customer: it is too old, or not so any more
    bool automatic = false;        // made by the device, by where it stood, and by nobody's hand
    std::optional<double> latitude, longitude;  // where it happened
};
// {"id", "verb", "technician", "appointment", "happened", "quiet", "automatic", "latitude",
// "longitude"}; null for 0 and for an unknown place. All but "id", "verb" and "happened" may be
// left out.
std::string to_json(const Move&);
// Fault::malformed naming the member; an unknown one, too.
Result<Move> parse_move(std::string_view json);

// The answer with status 200.
struct Moved {
    std::string id;
    bool repeated = false;                  // it was carried out before, and is not again
    Instant as_of{};                        // when it was carried out
    std::vector<dispatch::Id> technicians;  // for whom
};
std::string to_json(const Moved&);
Result<Moved> parse_moved(std::string_view json);

// The answer with status 409: nothing was changed, and the same id may be sent again.
// {"rule", "lifted", "reason", "as_of", "other"}.
std::string to_json(const dispatch::Refusal&);
Result<dispatch::Refusal> parse_refusal(std::string_view json);

// POST /office/v1/estimates: when the technician will be there, by their device.
struct Estimate {
    dispatch::Id technician = 0, appointment = 0;
    Instant at{};  // when it was made
    Instant low{}, likely{}, high{};
};
std::string to_json(const Estimate&);
Result<Estimate> parse_estimate(std::string_view json);

// GET /office/v1/technicians/{id}: what ServiceTitan's API cannot say of a technician.
struct Standing {
    dispatch::Id technician = 0;
    std::string name;
    dispatch::Technician rights;  // checked_in, may_dispatch, may_arrive, may_pause
    Instant as_of{};
};
std::string to_json(const Standing&);
Result<Standing> parse_standing(std::string_view json);

}  // namespace outrider::api
