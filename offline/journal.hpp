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

namespace outrider::offline {

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
    Result<> write(Instant now);  // within a transaction: the block, and the trimming of old ones
    void written();               // after the commit
    Result<> trim(Instant before);
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
