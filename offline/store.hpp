#pragma once
// The agent's one database: outbox, ledger and journal, changed together or not at all.

#include "offline/crash_guard.hpp"
#include "offline/journal.hpp"
#include "offline/ledger.hpp"
#include "offline/notebook.hpp"
#include "offline/outbox.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace outrider::offline {

struct StoreOptions {
    DatabaseOptions database;
    JournalLimits journal;
};

// Do the books balance? The rows of the tables are counted, not remembered.
struct Audit {
    std::int64_t captured = 0;                         // fixes: reported as pings, or not
    std::map<std::string, std::int64_t> not_reported;  // by verdict
    struct Lane {
        std::int64_t accepted = 0, queued = 0, dead = 0;
        std::array<std::int64_t, causes.size()> gone{};
        std::int64_t by(Cause cause) const { return gone[static_cast<std::size_t>(cause) - 1]; }
    };
    std::array<Lane, lanes.size()> by_lane;
    std::int64_t forgotten = 0;  // records of the track that somebody wanted deleted
    const Lane& of(offline::Lane lane) const { return by_lane[static_cast<std::size_t>(lane)]; }
    std::vector<std::string> discrepancies;  // sentences; empty when everything is accounted for
    bool balances() const { return discrepancies.empty(); }
};

// What there is of a span, or was.
struct Forgotten {
    std::int64_t track = 0;              // the journal's records
    std::optional<Instant> first, last;  // of them; only of those still there
    std::int64_t pings = 0, dead_pings = 0;
};

class Store {
public:
    // See Database::open for the errors.
    static Result<std::unique_ptr<Store>> open(const StoreOptions&);

    Outbox& outbox() { return outbox_; }
    Ledger& ledger() { return ledger_; }
    Journal& journal() { return journal_; }
    Notebook& notebook() { return notebook_; }

    // Runs `work` and writes the ledger, what the notebook has laid by, and the journal when it is
    // ripe, in one transaction. When
    // it fails nothing of it has happened: neither on disk nor in the ledger's balances, and the
    // journal's records wait for the next commit.
    Result<> commit(Instant now, const std::function<Result<>()>& work);
    // Writes what ledger, notebook and journal have gathered, if anything.
    Result<> commit(Instant now);
    Result<Audit> audit();
    // Walks every record: seconds for a queue of a week.
    Result<Custody> verify();
    // Once after the opening: what the program has died of three times running, each time within a
    // minute of its start, becomes a dead letter that says so.
    Result<std::optional<Handled>> bury_culprit(Instant now, Uptime);
    // Around whatever may go wrong with one envelope; see CrashGuard.
    void handling(Lane, std::int64_t sequence, Uptime);
    void handled();
    // What is on record of a span. Deleting it takes some commits, is counted as forgotten, and
    // deleted again does no harm; afterwards scrub(). Pings go as Cause::discarded.
    Result<Forgotten> on_record(const Span&, const TimeOf&);
    Result<Forgotten> forget_track(const Span&, const TimeOf&, Instant now);
    Result<Forgotten> forget_pings(const Span&, Instant now);
    Result<bool> scrub() { return database_.scrub(); }  // see Database
    std::vector<std::string> damaged_copies() { return database_.damaged_copies(); }
    Result<> remove_damaged_copies() { return database_.remove_damaged_copies(); }
    Result<std::int64_t> receipts();  // how many are kept
    Result<Journal::Held> track_held();
    // A number drawn when the file was made: two databases never make the same external ids.
    std::uint64_t identity() const { return identity_; }
    // When the file was found damaged, at the opening or since: what became of it, and how often.
    const std::optional<Salvage>& salvaged() const { return database_.salvaged(); }
    int salvages() const { return database_.salvages(); }

private:
    Store(Database, JournalLimits);
    Result<> load();
    Result<> ready();
    Result<> commit(Instant now, const std::function<Result<>()>& work, bool with_journal);
    Database database_;
    Ledger ledger_;
    Outbox outbox_;
    Journal journal_;
    Notebook notebook_;
    std::uint64_t identity_ = 0;
    std::string guard_file_;  // empty for a database in memory
    std::unique_ptr<CrashGuard> guard_;
    int salvages_ = 0;  // the ledger is that of the file after so many
};

}  // namespace outrider::offline
