// What is kept of envelopes that left.

#include "offline/outbox.hpp"

#include "offline/outbox_texts.hpp"

#include <algorithm>

namespace outrider::offline {
namespace {

constexpr int receipts_per_trim = 1000;
// Of the newest so many envelopes none is too old: a clock years behind may have dated it.
constexpr std::int64_t kept_anyway = 1000;

}  // namespace

// Of deliveries every answer is kept; what else goes in ever longer runs is one receipt.
Result<> Outbox::write_receipt(Receipt receipt) {
    const auto cause = static_cast<std::int64_t>(receipt.cause);
    const std::string_view lane = name(receipt.lane);
    if (receipt.cause != Cause::delivered) {
        const Result<Statement*> after = database_.query(
            "DELETE FROM departure WHERE lane = ? AND first = ? AND cause = ? RETURNING last, link",
            lane, receipt.last + 1, cause);
        if (!after) return after.error();
        for (;;) {
            const Result<bool> row = (*after)->step();
            if (!row) return row.error();
            if (!*row) break;
            receipt.last = (*after)->integer(0);
            receipt.link = (*after)->text(1);
        }
        const Result<Statement*> longer = database_.query(
            "UPDATE departure SET last = ?, at = ?, link = ? WHERE lane = ? AND first = (SELECT "
            "max(first) FROM departure WHERE lane = ? AND first < ?) AND last = ? AND cause = ?",
            receipt.last, receipt.at);
        if (!longer) return longer.error();
        (*longer)->bind_blob(3, receipt.link).bind(4, lane).bind(5, lane);
        (*longer)->bind(6, receipt.first).bind(7, receipt.first - 1).bind(8, cause);
        if (auto done = (*longer)->run(); !done) return done;
        if (database_.changes() > 0) return {};
    }
    const Result<Statement*> row = database_.query(
        "INSERT INTO departure (lane, first, last, cause, at, link) VALUES (?, ?, ?, ?, ?, ?)",
        lane, receipt.first, receipt.last, cause, receipt.at);
    if (!row) return row.error();
    return (*row)->bind_blob(6, receipt.link).run();
}

Result<std::vector<Receipt>> Outbox::receipts(Lane lane, Instant from, std::size_t limit) {
    const Result<Statement*> rows = database_.query(
        "SELECT first, last, at, link FROM departure WHERE lane = ? AND cause = ? AND at >= ? "
        "ORDER BY first LIMIT ?",
        name(lane), static_cast<std::int64_t>(Cause::delivered), from, as_limit(limit));
    if (!rows) return rows.error();
    std::vector<Receipt> found;
    for (;;) {
        const Result<bool> row = (*rows)->step();
        if (!row) return row.error();
        if (!*row) return found;
        found.push_back({lane, Cause::delivered, (*rows)->integer(0), (*rows)->integer(1),
                         (*rows)->instant(2), std::string((*rows)->text(3))});
    }
}

Result<std::optional<Receipt>> Outbox::receipt(Lane lane, std::int64_t sequence) {
    const Result<Statement*> rows = database_.query(
        "SELECT first, last, cause, at, link FROM departure WHERE lane = ? AND first <= ? "
        "ORDER BY first DESC LIMIT 1",
        name(lane), sequence);
    if (!rows) return rows.error();
    const Result<bool> row = (*rows)->step();
    if (!row) return row.error();
    std::optional<Receipt> found;
    if (*row && (*rows)->integer(1) >= sequence) {
        found = Receipt{lane,
                        static_cast<Cause>((*rows)->integer(2)),
                        (*rows)->integer(0),
                        (*rows)->integer(1),
                        (*rows)->instant(3),
                        std::string((*rows)->text(4))};
    }
    (*rows)->reset();
    return found;
}

// From the lowest sequences on, those of before; the last of them stays, for its link.
Result<> Outbox::trim_receipts(Instant before) {
    for (const Lane lane : lanes) {
        const Texts& text = texts(lane);
        const std::int64_t young = ledger_.balance(text.accepted) - kept_anyway;
        const Result<Statement*> rows = database_.query(
            "SELECT first, last, at FROM departure WHERE lane = ? ORDER BY first LIMIT ?",
            name(lane), std::int64_t{receipts_per_trim});
        if (!rows) return rows.error();
        std::int64_t count = 0, next_count = 0, to = 0, next_first = 0, next_last = 0;
        for (;;) {
            const Result<bool> row = (*rows)->step();
            if (!row) return row.error();
            const bool old = *row && (*rows)->instant(2) < before;
            if (!old || (*rows)->integer(1) > young) break;
            count += std::exchange(next_count, (*rows)->integer(1) - (*rows)->integer(0) + 1);
            next_first = (*rows)->integer(0);
            to = std::exchange(next_last, (*rows)->integer(1));
        }
        (*rows)->reset();
        if (count == 0) continue;
        const Result<> gone = database_.run("DELETE FROM departure WHERE lane = ? AND first < ?",
                                            name(lane), next_first);
        if (!gone) return gone;
        ledger_.count(text.forgotten, count);
        ledger_.count(text.forgotten_to,
                      std::max<std::int64_t>(0, to - ledger_.balance(text.forgotten_to)));
    }
    return {};
}

}  // namespace outrider::offline
