#pragma once
// What is owed to the office, on disk until the office has answered for it.

#include "offline/database.hpp"
#include "offline/ledger.hpp"
#include "platform/clock.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::offline {

// Actions go before pings; within a lane the order of writing is kept.
enum class Lane : std::uint8_t { actions, pings };
inline constexpr std::array lanes = {Lane::actions, Lane::pings};
std::string_view name(Lane);  // "actions", "pings"

struct Envelope {
    Lane lane = Lane::pings;
    std::int64_t sequence = 0;  // from 1, without gaps within its lane, never used twice
    Instant written{};
    std::int64_t destination = 0;  // see Outbox::destination
    std::string body;              // opaque here
};

struct DeadLetter {
    Envelope envelope;
    Instant buried{};
    std::string words;  // what the office said
};

// Of one answer of the office: these sequences, without gaps, were accepted at that moment.
struct Receipt {
    Lane lane = Lane::pings;
    std::int64_t first = 0, last = 0, count = 0;
    Instant at{};
};

// Every change counts itself in the ledger and is refused outside Store::commit.
class Outbox {
public:
    // The new envelope's sequence.
    Result<std::int64_t> add(Lane, Instant written, std::int64_t destination,
                             std::string_view body);
    // The oldest ones of a lane with the same destination as the first, at most `limit`, ascending.
    Result<std::vector<Envelope>> oldest(Lane, std::size_t limit);
    // The office accepted them: gone from the queue, a receipt kept for each run of them. Those not
    // in the queue were answered for before and count for nothing; so it is with bury.
    Result<> deliver(Lane, std::span<const std::int64_t> sequences, Instant at);
    // The office refused it for good: kept as a dead letter with the office's words (4 KiB of
    // them).
    Result<> bury(Lane, std::int64_t sequence, std::string_view words, Instant at);
    // Too old to be of use: deletes pings written before `limit`, counting them as expired. Looks
    // at the thousand oldest; call again while it returns something.
    Result<std::int64_t> expire(Instant limit);

    // By the ledger, not by counting rows: asked often, and the queue may be long.
    Result<std::int64_t> size(Lane);
    Result<std::int64_t> dead(Lane);
    Result<std::optional<Instant>> oldest_written(Lane);
    Result<std::vector<DeadLetter>> dead_letters(Lane, std::size_t limit);  // the newest first
    // Since `from`, oldest first. They are kept as long as the journal.
    Result<std::vector<Receipt>> receipts(Lane, Instant from, std::size_t limit);

    // Destinations are kept with the envelopes as text, so that a change of configuration never
    // changes what is already owed. Same text, same id.
    Result<std::int64_t> destination(std::string_view text);
    Result<std::string> destination_text(std::int64_t id);

private:
    friend class Store;
    Outbox(Database& database, Ledger& ledger) : database_(database), ledger_(ledger) {}
    Result<> trim_receipts(Instant before);
    Result<> within_commit() const;
    Database& database_;
    Ledger& ledger_;
};

}  // namespace outrider::offline
