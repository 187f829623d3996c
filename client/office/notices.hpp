#pragma once
// What a customer would be told when somebody is on the way to them, and whether.

#include "client/office/books.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace outrider::office {

// Somebody has become Dispatched.
struct Dispatched {
    Id technician = 0, appointment = 0;
    Instant happened{};
    std::string action_id;
};
// Within the transaction of the move. Writes the message the office would have sent, unless
// notifications are off, the job's customer wants none, or another technician is on the way to the
// place or at it; with the limit on, not twice on one of the office's days, but for a place where
// somebody has worked since and all have stopped.
Result<> tell_customer(Books&, const Dispatched&);

// In the order they would have been sent, after `id`.
Result<std::vector<Notification>> notifications(Books&, std::int64_t id, std::size_t limit);

// Fault::malformed naming a {token} there is none of.
Result<> check_template(std::string_view text);

// From four stars on customers see a technician's rating.
inline constexpr double shown_from_stars = 4.0;

}  // namespace outrider::office
