#pragma once
// What a technician tapped, as it waits for the office: an intent, with the time it happened and
// what was believed then.

#include "client/dispatch/rule.hpp"
#include "platform/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::api {

struct Tap {
    dispatch::Verb verb = dispatch::Verb::dispatch;
    dispatch::Id technician = 0, appointment = 0;
    Instant happened{};
    bool by_gps = false;     // the time is the receiver's; otherwise the device's own clock
    bool automatic = false;  // nobody tapped: the device itself, by where it stood
    Uptime uptime{};         // of the device, which nobody sets
    std::optional<std::string> boot{};          // which that counts from; see boot_id
    std::optional<double> latitude, longitude;  // where, when that was known
    struct Belief {                             // what the device showed of that appointment
        dispatch::Assignment assignment;
        bool checked_in = false;
        Instant as_of{};               // when the office had last said anything
        std::string number, customer;  // for the card, should the day not have it any more
        bool operator==(const Belief&) const = default;
    } believed;
    bool operator==(const Tap&) const = default;

    dispatch::Action action() const {
        return {verb, dispatch::Who::technician, technician, appointment};
    }
};

// The body of an action's envelope: one JSON object. Decoding refuses anything else, naming it.
std::string encode(const Tap&);
Result<Tap> decode_tap(std::string_view body);

// Stable for ever, and never a ping's: "or-1f2e3d4c5b6a7988-a42".
std::string action_id(std::uint64_t identity, std::int64_t sequence);

// The true time of a tap that was written down by a wrong clock; the record itself stays as it is.
struct Stamp {
    std::int64_t sequence = 0;  // of the tap's envelope
    Instant happened{};
    bool guessed = false;  // when the device was started next: it cannot have been later
    bool operator==(const Stamp&) const = default;
};
std::string encode(const std::vector<Stamp>&);
Result<std::vector<Stamp>> decode_stamps(std::string_view text);

// What the office has been told of an assignment, while what it says does not show it yet.
struct Told {
    dispatch::Id technician = 0, appointment = 0;
    dispatch::Assignment now;   // by what it was told
    dispatch::Assignment seen;  // by what it last said
    bool operator==(const Told&) const = default;
};
std::string encode(const std::vector<Told>&);
Result<std::vector<Told>> decode_told(std::string_view text);

}  // namespace outrider::api
