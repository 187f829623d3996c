#include "offline/outbox.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace outrider::offline {
namespace {

constexpr std::size_t longest_words = 4096;
constexpr int receipts_per_trim = 1000;

// What is said about a lane to SQLite and to the ledger.
struct Texts {
    explicit Texts(std::string_view lane)
        : accepted(fmt::format("accepted:{}", lane)),
          delivered(fmt::format("delivered:{}", lane)),
          dead(fmt::format("dead:{}", lane)),
          expired(fmt::format("expired:{}", lane)),
          lost(fmt::format("salvage_lost:{}", lane)),
          skipped(fmt::format("salvage_skipped:{}", lane)),
          add(fmt::format("INSERT INTO {} VALUES (?, ?, ?, ?)", lane)),
          oldest(fmt::format("SELECT sequence, written, destination, body FROM {} "
                             "ORDER BY sequence LIMIT ?",
                             lane)),
          oldest_written(fmt::format("SELECT written FROM {} ORDER BY sequence LIMIT 1", lane)),
          take(fmt::format("DELETE FROM {} WHERE sequence BETWEEN ? AND ? RETURNING sequence",
                           lane)),
          bury(fmt::format("INSERT INTO dead SELECT ?, sequence, written, destination, body, ?, ? "
                           "FROM {} WHERE sequence = ?",
                           lane)),
          remove(fmt::format("DELETE FROM {} WHERE sequence = ?", lane)) {}
    std::string accepted, delivered, dead, expired, lost, skipped;
    std::string add, oldest, oldest_written, take, bury, remove;
};

const Texts& texts(Lane lane) {
    static const std::array<Texts, lanes.size()> all = {Texts(name(Lane::actions)),
                                                        Texts(name(Lane::pings))};
    return all[static_cast<std::size_t>(lane)];
}

std::int64_t as_limit(std::size_t limit) {
    constexpr auto most = std::numeric_limits<std::int32_t>::max();
    return static_cast<std::int64_t>(std::min<std::size_t>(limit, most));
}

// Whole characters: half a UTF-8 sequence would be malformed wherever it is shown.
std::string_view shortened(std::string_view words) {
    if (words.size() <= longest_words) return words;
    std::size_t end = longest_words;
    while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xc0U) == 0x80U) --end;
    return words.substr(0, end);
}

// Calls `each` with the first and last of every run of consecutive numbers.
Result<> for_each_run(std::vector<std::int64_t> numbers,
                      const std::function<Result<>(std::int64_t, std::int64_t)>& each) {
    std::sort(numbers.begin(), numbers.end());
    for (std::size_t i = 0; i < numbers.size();) {
        std::size_t end = i + 1;
        while (end < numbers.size() && numbers[end] - numbers[end - 1] <= 1) ++end;
        if (auto done = each(numbers[i], numbers[end - 1]); !done) return done;
        i = end;
    }
    return {};
}

void read_envelope(const Statement& row, int column, Envelope& into) {
    into.sequence = row.integer(column);
    into.written = row.instant(column + 1);
    into.destination = row.integer(column + 2);
    into.body = row.text(column + 3);
}

}  // namespace

std::string_view name(Lane lane) { return lane == Lane::actions ? "actions" : "pings"; }

Result<> Outbox::within_commit() const {
    if (ledger_.in_commit()) return {};
    return Error(Fault::storage, "the outbox was changed outside a commit: this is a defect");
}

Result<std::int64_t> Outbox::add(Lane lane, Instant written, std::int64_t destination,
                                 std::string_view body) {
    if (auto ready = within_commit(); !ready) return ready.error();
    const Texts& text = texts(lane);
    const std::int64_t sequence = ledger_.balance(text.accepted) + 1;
    const Result<Statement*> row = database_.query(text.add, sequence, written, destination);
    if (!row) return row.error();
    if (auto added = (*row)->bind_blob(4, body).run(); !added) return added.error();
    ledger_.count(text.accepted);
    return sequence;
}

Result<std::vector<Envelope>> Outbox::oldest(Lane lane, std::size_t limit) {
    const Result<Statement*> rows = database_.query(texts(lane).oldest, as_limit(limit));
    if (!rows) return rows.error();
    std::vector<Envelope> found;
    for (;;) {
        const Result<bool> row = (*rows)->step();
        if (!row) return row.error();
        if (!*row) return found;
        Envelope envelope;
        envelope.lane = lane;
        read_envelope(**rows, 0, envelope);
        if (!found.empty() && envelope.destination != found.front().destination) break;
        found.push_back(std::move(envelope));
    }
    (*rows)->reset();
    return found;
}

Result<> Outbox::deliver(Lane lane, std::span<const std::int64_t> sequences, Instant at) {
    if (auto ready = within_commit(); !ready) return ready;
    std::vector<std::int64_t> gone;
    const auto take = [&](std::int64_t first, std::int64_t last) -> Result<> {
        const Result<Statement*> rows = database_.query(texts(lane).take, first, last);
        if (!rows) return rows.error();
        for (;;) {
            const Result<bool> row = (*rows)->step();
            if (!row) return row.error();
            if (!*row) return {};
            gone.push_back((*rows)->integer(0));
        }
    };
    if (auto taken = for_each_run({sequences.begin(), sequences.end()}, take); !taken) return taken;
    ledger_.count(texts(lane).delivered, static_cast<std::int64_t>(gone.size()));
    return for_each_run(std::move(gone), [&](std::int64_t first, std::int64_t last) {
        return database_.run("INSERT INTO receipt VALUES (?, ?, ?, ?, ?)", at, name(lane), first,
                             last, last - first + 1);
    });
}

Result<> Outbox::bury(Lane lane, std::int64_t sequence, std::string_view words, Instant at) {
    if (auto ready = within_commit(); !ready) return ready;
    const Texts& text = texts(lane);
    if (auto kept = database_.run(text.bury, name(lane), at, shortened(words), sequence); !kept) {
        return kept;
    }
    if (database_.changes() == 0) return {};
    if (auto removed = database_.run(text.remove, sequence); !removed) return removed;
    ledger_.count(text.dead);
    return {};
}

Result<std::int64_t> Outbox::expire(Instant limit) {
    if (auto ready = within_commit(); !ready) return ready.error();
    const Result<> removed = database_.run(
        "DELETE FROM pings WHERE sequence IN (SELECT sequence FROM (SELECT sequence, written "
        "FROM pings ORDER BY sequence LIMIT 1000) WHERE written < ?)",
        limit);
    if (!removed) return removed.error();
    const std::int64_t expired = database_.changes();
    ledger_.count(texts(Lane::pings).expired, expired);
    return expired;
}

Result<std::int64_t> Outbox::size(Lane lane) {
    const Texts& text = texts(lane);
    return ledger_.balance(text.accepted) - ledger_.balance(text.delivered) -
           ledger_.balance(text.dead) - ledger_.balance(text.expired) - ledger_.balance(text.lost) -
           ledger_.balance(text.skipped);
}

Result<std::int64_t> Outbox::dead(Lane lane) { return ledger_.balance(texts(lane).dead); }

Result<std::optional<Instant>> Outbox::oldest_written(Lane lane) {
    const Result<Statement*> rows = database_.query(texts(lane).oldest_written);
    if (!rows) return rows.error();
    const Result<bool> row = (*rows)->step();
    if (!row) return row.error();
    std::optional<Instant> written;
    if (*row) written = (*rows)->instant(0);
    (*rows)->reset();
    return written;
}

Result<std::vector<DeadLetter>> Outbox::dead_letters(Lane lane, std::size_t limit) {
    const Result<Statement*> rows = database_.query(
        "SELECT sequence, written, destination, body, buried, words FROM dead WHERE lane = ? "
        "ORDER BY sequence DESC LIMIT ?",
        name(lane), as_limit(limit));
    if (!rows) return rows.error();
    std::vector<DeadLetter> found;
    for (;;) {
        const Result<bool> row = (*rows)->step();
        if (!row) return row.error();
        if (!*row) return found;
        DeadLetter& letter = found.emplace_back();
        letter.envelope.lane = lane;
        read_envelope(**rows, 0, letter.envelope);
        letter.buried = (*rows)->instant(4);
        letter.words = (*rows)->text(5);
    }
}

Result<std::vector<Receipt>> Outbox::receipts(Lane lane, Instant from, std::size_t limit) {
    const Result<Statement*> rows = database_.query(
        "SELECT first, last, count, at FROM receipt WHERE at >= ? AND lane = ? "
        "ORDER BY at, lane, first LIMIT ?",
        from, name(lane), as_limit(limit));
    if (!rows) return rows.error();
    std::vector<Receipt> found;
    for (;;) {
        const Result<bool> row = (*rows)->step();
        if (!row) return row.error();
        if (!*row) return found;
        Receipt& receipt = found.emplace_back();
        receipt.lane = lane;
        receipt.first = (*rows)->integer(0);
        receipt.last = (*rows)->integer(1);
        receipt.count = (*rows)->integer(2);
        receipt.at = (*rows)->instant(3);
    }
}

Result<> Outbox::trim_receipts(Instant before) {
    return database_.run(
        "DELETE FROM receipt WHERE (at, lane, first) IN (SELECT at, lane, first FROM receipt "
        "WHERE at < ? ORDER BY at LIMIT ?)",
        before, std::int64_t{receipts_per_trim});
}

Result<std::int64_t> Outbox::destination(std::string_view text) {
    constexpr const char* find = "SELECT id FROM destination WHERE text = ?";
    Result<std::int64_t> id = database_.number(find, text);
    if (!id || *id != 0) return id;
    if (auto added = database_.run("INSERT INTO destination (text) VALUES (?)", text); !added) {
        return added.error();
    }
    return database_.last_row_id();
}

Result<std::string> Outbox::destination_text(std::int64_t id) {
    const Result<Statement*> rows =
        database_.query("SELECT text FROM destination WHERE id = ?", id);
    if (!rows) return rows.error();
    const Result<bool> row = (*rows)->step();
    if (!row) return row.error();
    if (!*row)
        return Error(Fault::storage, fmt::format("the database knows no destination {}", id));
    std::string text((*rows)->text(0));
    (*rows)->reset();
    return text;
}

}  // namespace outrider::offline
