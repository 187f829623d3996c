#pragma once
// The track of the last days: small opaque records in blocks, so that a thousand of them cost one
// row. Records travel to disk in commits made for something else, once they fill most of a page, or
// with one made for them; a crash may lose those since then.

#include "offline/database.hpp"
#include "offline/ledger.hpp"
#include "platform/clock.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::offline {

// From the first on, before the second.
struct Span {
    Instant from{}, to{};
    bool holds(Instant at) const { return from <= at && at < to; }
};
// The time a record speaks of; nothing when it cannot be read.
using TimeOf = std::function<std::optional<Instant>(std::string_view record)>;

struct JournalLimits {
    std::chrono::days keep{14};
    std::int64_t bytes = 64 * 1024 * 1024;  // of records; the oldest blocks go first
};

class Journal {
public:
    // `at` orders blocks and finds them again. A record is at most 255 bytes. While nothing can be
    // committed the newest 32 KiB are held; what had to go is counted as "journal_dropped".
    void append(Instant at, std::string_view record);
    // Calls `each` for every record of blocks that touch [from, to], oldest first, those not yet on
    // disk included; stops at the first error it returns.
    Result<> read(Instant from, Instant to, const std::function<Result<>(std::string_view)>& each);
    // For searching by what grows with them: the first block from that number on, numbers ascend.
    // Nothing behind the last one, which is what is not yet on disk.
    struct Block {
        std::int64_t number = 0;
        std::vector<std::string> records;
    };
    Result<std::optional<Block>> block(std::int64_t number);
    struct Numbers {
        std::int64_t first = 0, last = 0;  // last: of what is not yet on disk
    };
    Result<Numbers> block_numbers();
    // What there is, without reading it: how many by their size.
    struct Held {
        std::int64_t about = 0;
        std::optional<Instant> first, last;
    };
    Result<Held> held();
    bool dirty() const { return !block_.empty(); }
    // Worth a page of its own in a commit that is made anyway.
    bool ripe() const { return block_.size() >= ripe_bytes; }
    // Whether commits are told a time that is surely right, as they are at first. While they are
    // not, nothing goes for its age.
    void time_is_known(bool known) { time_known_ = known; }

private:
    friend class Store;
    static constexpr std::size_t ripe_bytes = 800;
    Journal(Database& database, Ledger& ledger, JournalLimits limits)
        : database_(database), ledger_(ledger), limits_(limits) {}
    // Before this nothing is kept. Time goes by the records too: a wall clock that has jumped ahead
    // must not erase the track.
    Instant horizon(Instant now) const;
    Result<> weigh();             // bytes_ is known after this
    Result<> write(Instant now);  // within a transaction: the block, and the trimming of old ones
    // Within a transaction: deletes the records of a span from the next few blocks after one.
    struct Step {
        std::int64_t last = 0;  // the last block looked at; 0: there were none
        std::int64_t gone = 0;
    };
    Result<Step> forget(const Span&, const TimeOf&, std::int64_t after);
    std::int64_t forget_young(const Span&, const TimeOf&);  // those not yet on disk
    void written();                                         // after the commit
    Result<> trim(Instant before, Instant ahead);
    Database& database_;
    Ledger& ledger_;
    JournalLimits limits_;
    bool time_known_ = true;
    std::string block_;  // length byte, record; and so on
    Instant first_{}, last_{};
    std::optional<std::int64_t> bytes_;  // of the records on disk, once known
    std::int64_t bytes_after_ = 0;       // the same after the commit under way
};

}  // namespace outrider::offline
