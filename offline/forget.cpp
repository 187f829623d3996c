// What is on record of a span of time: told, and deleted because somebody wants it to be.

#include "offline/errors.hpp"
#include "offline/journal.hpp"
#include "offline/outbox.hpp"
#include "offline/outbox_texts.hpp"
#include "offline/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace outrider::offline {
namespace {

constexpr std::size_t blocks_per_commit = 200;
constexpr std::size_t envelopes_per_commit = 2000;
constexpr std::string_view forgotten_records = "forgotten_track";

// What is left of a block's records.
struct Remains {
    std::string records;
    Instant first{}, last{};
    std::int64_t gone = 0;
};

// A record that cannot be read goes, too: nobody knows what it says.
Remains without(std::string_view block, const Span& span, const TimeOf& time_of) {
    Remains left;
    while (!block.empty()) {
        const auto size = 1 + static_cast<std::size_t>(static_cast<unsigned char>(block.front()));
        if (size > block.size()) {
            ++left.gone;
            break;
        }
        const auto at = time_of(block.substr(1, size - 1));
        if (!at || span.holds(*at)) {
            ++left.gone;
        } else {
            left.first = left.records.empty() ? *at : std::min(left.first, *at);
            left.last = left.records.empty() ? *at : std::max(left.last, *at);
            left.records += block.substr(0, size);
        }
        block.remove_prefix(size);
    }
    return left;
}

Result<std::vector<std::int64_t>> ids_of(Database& database, const std::string& sql, Span span,
                                         std::int64_t after, std::size_t limit) {
    const Result<Statement*> rows = database.query(sql, span.from, span.to, after, as_limit(limit));
    if (!rows) return rows.error();
    std::vector<std::int64_t> found;
    for (;;) {
        const Result<bool> row = (*rows)->step();
        if (!row) return row.error();
        if (!*row) return found;
        found.push_back((*rows)->integer(0));
    }
}

}  // namespace

std::int64_t Journal::forget_young(const Span& span, const TimeOf& time_of) {
    if (block_.empty() || last_ < span.from || first_ >= span.to) return 0;
    Remains left = without(block_, span, time_of);
    if (left.gone == 0) return 0;
    block_ = std::move(left.records);
    first_ = left.first;
    last_ = left.last;
    return left.gone;
}

Result<Journal::Step> Journal::forget(const Span& span, const TimeOf& time_of, std::int64_t after) {
    bytes_.reset();
    const auto ids = ids_of(database_,
                            "SELECT id FROM journal WHERE last >= ?1 AND first < ?2 AND id > ?3 "
                            "ORDER BY id LIMIT ?4",
                            span, after, blocks_per_commit);
    if (!ids) return ids.error();
    Step step;
    for (const std::int64_t id : *ids) {
        step.last = id;
        const Result<Statement*> row =
            database_.query("SELECT records FROM journal WHERE id = ?", id);
        if (!row) return row.error();
        const Result<bool> found = (*row)->step();
        if (!found) return found.error();
        const Remains left = without((*row)->text(0), span, time_of);
        (*row)->reset();
        step.gone += left.gone;
        if (left.gone == 0) continue;
        if (left.records.empty()) {
            if (auto gone = database_.run("DELETE FROM journal WHERE id = ?", id); !gone) {
                return gone.error();
            }
            continue;
        }
        const Result<Statement*> shorter =
            database_.query("UPDATE journal SET first = ?, last = ?, records = ? WHERE id = ?",
                            left.first, left.last);
        if (!shorter) return shorter.error();
        (*shorter)->bind_blob(3, left.records).bind(4, id);
        if (auto written = (*shorter)->run(); !written) return written.error();
    }
    return step;
}

Result<std::vector<std::int64_t>> Outbox::written_in(Lane lane, Span span, std::int64_t after,
                                                     std::size_t limit) {
    return ids_of(database_,
                  fmt::format("SELECT sequence FROM {} WHERE written >= ?1 AND written < ?2 AND "
                              "sequence > ?3 ORDER BY sequence LIMIT ?4",
                              name(lane)),
                  span, after, limit);
}

Result<std::vector<std::int64_t>> Outbox::dead_in(Lane lane, Span span, std::int64_t after,
                                                  std::size_t limit) {
    return ids_of(database_,
                  fmt::format("SELECT sequence FROM dead WHERE lane = '{}' AND written >= ?1 AND "
                              "written < ?2 AND sequence > ?3 ORDER BY sequence LIMIT ?4",
                              name(lane)),
                  span, after, limit);
}

Result<Forgotten> Store::on_record(const Span& span, const TimeOf& time_of) {
    Forgotten found;
    if (auto usable = ready(); !usable) return usable.error();
    const Result<> read = journal_.read(span.from, span.to, [&](std::string_view record) {
        const auto at = time_of(record);
        if (at && !span.holds(*at)) return Result<>();
        ++found.track;
        if (!at) return Result<>();
        found.first = found.first ? std::min(*found.first, *at) : *at;
        found.last = found.last ? std::max(*found.last, *at) : *at;
        return Result<>();
    });
    if (!read) return read.error();
    const Result<std::int64_t> queued = database_.number(
        "SELECT count(*) FROM pings WHERE written >= ? AND written < ?", span.from, span.to);
    if (!queued) return queued.error();
    const Result<std::int64_t> dead = database_.number(
        "SELECT count(*) FROM dead WHERE lane = 'pings' AND written >= ? AND written < ?",
        span.from, span.to);
    if (!dead) return dead.error();
    found.pings = *queued;
    found.dead_pings = *dead;
    return found;
}

Result<Forgotten> Store::forget_track(const Span& span, const TimeOf& time_of, Instant now) {
    Forgotten gone;
    gone.track = journal_.forget_young(span, time_of);
    ledger_.count(forgotten_records, gone.track);
    for (std::int64_t after = 0;;) {
        Journal::Step step;
        const Result<> done = commit(
            now,
            [&]() -> Result<> {
                auto taken = journal_.forget(span, time_of, after);
                if (!taken) return taken.error();
                step = *taken;
                ledger_.count(forgotten_records, step.gone);
                return {};
            },
            false);
        if (!done) return done.error();
        gone.track += step.gone;
        if (step.last == 0) return gone;
        after = step.last;
    }
}

Result<Forgotten> Store::forget_pings(const Span& span, Instant now) {
    Forgotten gone;
    for (bool more = true; more;) {
        std::vector<std::int64_t> queued, dead;
        const Result<> done = commit(now, [&]() -> Result<> {
            auto waiting = outbox_.written_in(Lane::pings, span, 0, envelopes_per_commit);
            if (!waiting) return waiting.error();
            queued = std::move(*waiting);
            auto removed = outbox_.remove(Lane::pings, queued, Cause::discarded, now);
            if (!removed) return removed;
            auto refused = outbox_.dead_in(Lane::pings, span, 0, envelopes_per_commit);
            if (!refused) return refused.error();
            dead = std::move(*refused);
            for (const std::int64_t sequence : dead) {
                auto discarded = outbox_.discard(Lane::pings, sequence, now);
                if (!discarded) return discarded;
            }
            return {};
        });
        if (!done) return done.error();
        gone.pings += static_cast<std::int64_t>(queued.size());
        gone.dead_pings += static_cast<std::int64_t>(dead.size());
        more = !queued.empty() || !dead.empty();
    }
    return gone;
}

Result<Journal::Held> Store::track_held() {
    if (auto usable = ready(); !usable) return usable.error();
    return journal_.held();
}

Result<std::int64_t> Store::receipts() {
    if (auto usable = ready(); !usable) return usable.error();
    return database_.number("SELECT count(*) FROM departure");
}

}  // namespace outrider::offline
