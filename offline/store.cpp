#include "offline/store.hpp"

#include "offline/mend.hpp"
#include "offline/migrations.hpp"
#include "offline/outbox_texts.hpp"

#include <fmt/format.h>

namespace outrider::offline {
namespace {

// Nothing when both are the same, otherwise the sentence.
void compare(std::vector<std::string>& discrepancies, std::string_view what, std::string_view verb,
             std::int64_t total, std::int64_t accounted) {
    if (total == accounted) return;
    const std::string difference = total > accounted
                                       ? fmt::format("{} missing", total - accounted)
                                       : fmt::format("{} too many", accounted - total);
    discrepancies.push_back(
        fmt::format("{}: {} {}, {} accounted for: {}", what, total, verb, accounted, difference));
}

Result<> audit_lane(Database& database, const Ledger& ledger, Lane lane, Audit& audit) {
    const std::string_view called = name(lane);
    const Texts& text = texts(lane);
    Audit::Lane& books = audit.by_lane[static_cast<std::size_t>(lane)];
    books.accepted = ledger.balance(text.accepted);
    std::int64_t gone = 0;
    for (std::size_t i = 0; i < causes.size(); ++i) {
        gone += books.gone[i] = ledger.balance(text.gone[i]);
    }
    const Result<Statement*> counts = database.query(text.audit);
    if (!counts) return counts.error();
    if (const Result<bool> row = (*counts)->step(); !row) return row.error();
    books.queued = (*counts)->integer(0);
    books.dead = (*counts)->integer(1);
    const std::int64_t newest = (*counts)->integer(2), receipted = (*counts)->integer(3);
    (*counts)->reset();
    compare(audit.discrepancies, called, "accepted", books.accepted,
            gone + books.queued + books.dead);
    compare(audit.discrepancies, fmt::format("dead {}", called), "counted",
            ledger.balance(text.dead), books.dead);
    compare(audit.discrepancies, fmt::format("{} that left the queue", called), "counted", gone,
            receipted + ledger.balance(text.forgotten));
    if (newest > books.accepted) {
        audit.discrepancies.push_back(fmt::format("{}: number {} is kept, but only {} accepted",
                                                  called, newest, books.accepted));
    }
    return {};
}

}  // namespace

Store::Store(Database database, JournalLimits limits)
    : database_(std::move(database)),
      outbox_(database_, ledger_),
      journal_(database_, ledger_, limits),
      notebook_(database_, ledger_) {}

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options) {
    DatabaseOptions mended = options.database;
    mended.mend = mend_books;
    Result<Database> database = Database::open(mended, store_migrations());
    if (!database) return database.error();
    std::unique_ptr<Store> store(new Store(std::move(*database), options.journal));
    if (auto loaded = store->load(); !loaded) return loaded.error();
    const bool on_disk = options.database.path != ":memory:" && options.database.vfs.empty();
    if (on_disk) store->guard_file_ = options.database.path + ".handling";
    return store;
}

Result<> Store::load() {
    const Result<std::int64_t> identity = database_.number("SELECT number FROM identity");
    if (!identity) return identity.error();
    identity_ = static_cast<std::uint64_t>(*identity);
    salvages_ = database_.salvages();
    return ledger_.load(database_);
}

Result<> Store::ready() {
    if (auto usable = database_.ready(); !usable) return usable;
    return salvages_ == database_.salvages() ? Result<>() : load();
}

Result<> Store::commit(Instant now, const std::function<Result<>()>& work) {
    return commit(now, work, journal_.ripe());
}

Result<> Store::commit(Instant now, const std::function<Result<>()>& work, bool with_journal) {
    if (ledger_.in_commit()) {
        return Error(Fault::storage, "a commit was begun inside a commit: this is a defect");
    }
    if (auto usable = ready(); !usable) return usable;
    ledger_.begin();
    const Result<> done = database_.transaction([&]() -> Result<> {
        if (auto worked = work(); !worked) return worked;
        if (with_journal) {
            if (auto kept = journal_.write(now); !kept) return kept;
            if (auto kept = outbox_.trim_receipts(journal_.horizon(now)); !kept) return kept;
        }
        if (auto kept = notebook_.write_laid_by(); !kept) return kept;
        return ledger_.write(database_);
    });
    if (!done) {
        ledger_.take_back();
        outbox_.take_back();
        return done;
    }
    ledger_.written();
    notebook_.written();
    if (with_journal) journal_.written();
    return {};
}

Result<> Store::commit(Instant now) {
    if (!ledger_.dirty() && !journal_.dirty() && !notebook_.owes()) return {};
    return commit(
        now, [] { return Result<>(); }, journal_.dirty());
}

Result<std::optional<Handled>> Store::bury_culprit(Instant now, Uptime uptime) {
    guard_ = std::make_unique<CrashGuard>(guard_file_, uptime);
    const std::optional<Handled> culprit = guard_->culprit();
    if (!culprit) return culprit;
    const Result<> buried = commit(now, [&] {
        return outbox_.bury(culprit->lane, culprit->sequence, "made the agent crash", now);
    });
    if (!buried) return buried.error();
    return culprit;
}

void Store::handling(Lane lane, std::int64_t sequence, Uptime at) {
    if (guard_) guard_->handling({lane, sequence}, at);
}

void Store::handled() {
    if (guard_) guard_->handled();
}

Result<Audit> Store::audit() {
    if (auto usable = ready(); !usable) return usable.error();
    Audit audit;
    for (const Lane lane : lanes) {
        if (auto done = audit_lane(database_, ledger_, lane, audit); !done) return done.error();
    }
    audit.captured = ledger_.balance("captured");
    audit.forgotten = ledger_.balance("forgotten_track");
    constexpr std::string_view prefix = "not_reported:";
    const Audit::Lane& pings = audit.of(Lane::pings);
    std::int64_t judged = pings.accepted - pings.by(Cause::skipped);
    for (const auto& [account, count] : ledger_.balances(prefix)) {
        audit.not_reported.emplace(account.substr(prefix.size()), count);
        judged += count;
    }
    compare(audit.discrepancies, "fixes", "captured", audit.captured, judged);
    return audit;
}

Result<Custody> Store::verify() {
    if (auto usable = ready(); !usable) return usable.error();
    Custody custody;
    for (const Lane lane : lanes) {
        const auto balance = [&](std::string_view kind) {
            return ledger_.balance(fmt::format("{}:{}", kind, name(lane)));
        };
        const Result<> walked = verify_lane(database_, outbox_, lane, balance("accepted"),
                                            balance("forgotten_to"), custody);
        if (!walked) return walked.error();
    }
    return custody;
}

}  // namespace outrider::offline
