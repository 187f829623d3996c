#pragma once
// What is owed to the office, on disk until the office has answered for it.

#include "offline/custody.hpp"
#include "offline/database.hpp"
#include "offline/journal.hpp"
#include "offline/ledger.hpp"
#include "platform/clock.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
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
    std::int64_t owner = 0;        // the technician signed in when it was written; 0: nobody
    std::string body;              // opaque here
    std::string link{};            // see link_of; empty for those older than links
};

struct DeadLetter {
    Envelope envelope;
    Instant buried{};
    std::string words;  // what the office said
};

// Why an envelope is neither in the queue nor dead. Kept as a number: only append.
enum class Cause : std::uint8_t {
    delivered = 1,  // the office accepted it
    expired,        // nobody took it for too long
    thinned,        // the queue was full, and the track keeps its shape without it
    discarded,      // somebody said so
    lost,           // the disk destroyed it
    dropped,        // the queue was full, and thinning was not enough
    skipped,        // no envelope ever had this number: see mend.hpp
    settled,        // the office had it so already, and was not told again
};
inline constexpr std::array causes = {Cause::delivered, Cause::expired, Cause::thinned,
                                      Cause::discarded, Cause::lost,    Cause::dropped,
                                      Cause::skipped,   Cause::settled};
std::string_view name(Cause);  // "delivered", ...

// These sequences, without gaps, left together. Of deliveries: one answer of the office's.
struct Receipt {
    Lane lane = Lane::pings;
    Cause cause = Cause::delivered;
    std::int64_t first = 0, last = 0;
    Instant at{};
    std::string link{};  // of the last
    std::int64_t count() const { return last - first + 1; }
};

// Every change counts itself in the ledger and is refused outside Store::commit.
class Outbox {
public:
    // The new envelope's sequence.
    Result<std::int64_t> add(Lane, Instant written, std::int64_t destination, std::string_view body,
                             std::int64_t owner = 0);
    // The oldest ones of a lane, up to the first whose destination does not go together with the
    // first one's, at most `limit`, ascending. Without `together` that is any other.
    using Together = std::function<bool(std::int64_t destination, std::int64_t other)>;
    Result<std::vector<Envelope>> oldest(Lane, std::size_t limit, const Together& together = {});
    // Those from `sequence` on, at most `limit`, ascending, whatever their destination.
    Result<std::vector<Envelope>> from(Lane, std::int64_t sequence, std::size_t limit);
    Result<std::optional<Envelope>> newest(Lane);
    // The office accepted them: gone from the queue, a receipt kept for each run of them. Those not
    // in the queue were answered for before and count for nothing; so it is with bury.
    Result<> deliver(Lane lane, std::span<const std::int64_t> sequences, Instant at) {
        return remove(lane, sequences, Cause::delivered, at);
    }
    Result<> remove(Lane, std::span<const std::int64_t> sequences, Cause, Instant at);
    // The office refused it for good: kept as a dead letter with the office's words (4 KiB of
    // them).
    Result<> bury(Lane, std::int64_t sequence, std::string_view words, Instant at);
    // Back into the queue, at its old place. Fault::refused when there is no such dead letter.
    Result<> retry(Lane, std::int64_t sequence);
    // Somebody said so: a dead letter goes for good, as Cause::discarded.
    Result<> discard(Lane, std::int64_t sequence, Instant at);
    // Too old to be of use: deletes pings written before `limit`, counting them as expired. Looks
    // at the thousand oldest; call again while it returns something.
    Result<std::int64_t> expire(Instant limit, Instant at);

    // By the ledger, not by counting rows: asked often, and the queue may be long.
    std::int64_t size(Lane) const;
    std::int64_t bytes(Lane) const;  // about what its rows take on the disk
    std::int64_t dead(Lane) const;
    Result<std::optional<Instant>> oldest_written(Lane);
    // The sequences of those written in a span, after one, ascending; and of the dead ones.
    Result<std::vector<std::int64_t>> written_in(Lane, Span, std::int64_t after, std::size_t limit);
    Result<std::vector<std::int64_t>> dead_in(Lane, Span, std::int64_t after, std::size_t limit);
    // Those up to `newest`, the newest first.
    Result<std::vector<DeadLetter>> dead_letters(
        Lane, std::size_t limit, std::int64_t newest = std::numeric_limits<std::int64_t>::max());
    Result<std::optional<DeadLetter>> dead_letter(Lane, std::int64_t sequence);
    // Of deliveries since `from`, by their sequences. They are kept as long as the journal.
    Result<std::vector<Receipt>> receipts(Lane, Instant from, std::size_t limit);

    // Of one that left, while it is kept.
    Result<std::optional<Receipt>> receipt(Lane, std::int64_t sequence);

    // Destinations are kept with the envelopes as text, so that a change of configuration never
    // changes what is already owed. Same text, same id.
    Result<std::int64_t> destination(std::string_view text);
    Result<std::string> destination_text(std::int64_t id);

private:
    friend class Store;
    Outbox(Database& database, Ledger& ledger) : database_(database), ledger_(ledger) {}
    Result<> trim_receipts(Instant before);
    void take_back();  // the commit under way has failed
    Result<> within_commit() const;
    Result<std::string> newest_link(Lane);
    Result<const std::string*> known_destination(std::int64_t id);
    Result<> write_receipt(Receipt);
    Database& database_;
    Ledger& ledger_;
    struct Head {
        std::int64_t sequence = -1;
        std::string link;
    };
    std::array<Head, lanes.size()> heads_;                        // of the chains, once known
    std::unordered_map<std::int64_t, std::string> destinations_;  // their texts never change
};

}  // namespace outrider::offline
