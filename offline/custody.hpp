#pragma once
// Proof, from the disk alone, of what became of every envelope ever accepted.

#include "platform/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::offline {

class Database;
class Outbox;
struct Envelope;
enum class Lane : std::uint8_t;

// The envelope's link in the chain of its lane: SHA-256 over the link before it and everything the
// envelope says, its first 16 bytes. `destination` is the text of its destination.
std::string link_of(std::string_view before, const Envelope&, std::string_view destination);

// What Store::verify found.
struct Custody {
    std::int64_t proven = 0;                 // records whose link follows from the one before
    std::int64_t vouched = 0;                // gone with a receipt: delivered, expired, ...
    std::int64_t unproven = 0;               // kept since before there were links
    std::vector<std::string> discrepancies;  // sentences, the first hundred; empty: nothing was
                                             // dropped, invented, reordered or changed
    bool holds() const { return discrepancies.empty(); }
};

// Adds what it finds in one lane, reading each record once. `accepted` is the newest sequence given
// out, `forgotten_to` the newest whose receipt was too old to keep.
Result<> verify_lane(Database&, Outbox&, Lane, std::int64_t accepted, std::int64_t forgotten_to,
                     Custody&);

}  // namespace outrider::offline
