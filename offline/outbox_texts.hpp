#pragma once
// What the outbox's sources share: what is said about a lane to SQLite and to the ledger.

#include "offline/outbox.hpp"

namespace outrider::offline {

constexpr std::int64_t row_overhead = 48;  // of an envelope on disk: its numbers, link, headers
// In the order of read_envelope.
constexpr std::string_view columns = "sequence, written, destination, owner, body, link";

struct Texts {
    explicit Texts(std::string_view lane);
    const std::string& by(Cause cause) const { return gone[static_cast<std::size_t>(cause) - 1]; }

    std::string accepted, dead, forgotten, forgotten_to, bytes;  // accounts
    std::array<std::string, causes.size()> gone;                 // accounts
    std::string add, from, newest, oldest_written, sum, take_all, take, bury, length, remove,
        revive, link, audit;  // SQL
};
const Texts& texts(Lane);

std::int64_t as_limit(std::size_t);
Envelope read_envelope(const Statement& row, Lane);

}  // namespace outrider::offline
