#include "offline/outbox.hpp"

#include "offline/outbox_texts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace outrider::offline {
namespace {

constexpr std::array<std::string_view, causes.size()> cause_names = {
    "delivered", "expired", "thinned", "discarded", "lost", "dropped", "skipped", "settled"};

// Calls `each` with the first and last of every run of consecutive numbers, which are sorted.
Result<> for_each_run(std::span<const std::int64_t> numbers,
                      const std::function<Result<>(std::int64_t, std::int64_t)>& each) {
    for (std::size_t i = 0; i < numbers.size();) {
        std::size_t end = i + 1;
        while (end < numbers.size() && numbers[end] - numbers[end - 1] <= 1) ++end;
        if (auto done = each(numbers[i], numbers[end - 1]); !done) return done;
        i = end;
    }
    return {};
}

}  // namespace

std::string_view name(Lane lane) { return lane == Lane::actions ? "actions" : "pings"; }

std::string_view name(Cause cause) { return cause_names.at(static_cast<std::size_t>(cause) - 1); }

Result<> Outbox::within_commit() const {
    if (ledger_.in_commit()) return {};
    return Error(Fault::storage, "the outbox was changed outside a commit: this is a defect");
}

Result<std::int64_t> Outbox::add(Lane lane, Instant written, std::int64_t destination,
                                 std::string_view body, std::int64_t owner) {
    if (auto ready = within_commit(); !ready) return ready.error();
    const Texts& text = texts(lane);
    const Result<std::string> before = newest_link(lane);
    if (!before) return before.error();
    const Result<const std::string*> to = known_destination(destination);
    if (!to) return to.error();
    Envelope envelope;
    envelope.lane = lane;
    envelope.sequence = ledger_.balance(text.accepted) + 1;
    envelope.written = written;
    envelope.owner = owner;
    envelope.body = body;
    envelope.link = link_of(*before, envelope, **to);
    const Result<Statement*> row =
        database_.query(text.add, envelope.sequence, written, destination, owner);
    if (!row) return row.error();
    (*row)->bind_blob(5, envelope.link).bind_blob(6, body);
    if (auto added = (*row)->run(); !added) return added.error();
    ledger_.count(text.accepted);
    ledger_.count(text.bytes, static_cast<std::int64_t>(body.size()) + row_overhead);
    heads_[static_cast<std::size_t>(lane)] = {envelope.sequence, std::move(envelope.link)};
    return envelope.sequence;
}

// Asked of the disk once, and again after a commit that failed: its envelopes never were.
Result<std::string> Outbox::newest_link(Lane lane) {
    const std::int64_t newest = ledger_.balance(texts(lane).accepted);
    Head& head = heads_[static_cast<std::size_t>(lane)];
    if (head.sequence == newest) return head.link;
    const Result<Statement*> rows = database_.query(texts(lane).link, newest);
    if (!rows) return rows.error();
    const Result<bool> row = (*rows)->step();
    if (!row) return row.error();
    head = {newest, std::string(*row ? (*rows)->text(0) : "")};
    (*rows)->reset();
    return head.link;
}

Result<std::vector<Envelope>> Outbox::from(Lane lane, std::int64_t sequence, std::size_t limit) {
    const Result<Statement*> rows = database_.query(texts(lane).from, sequence, as_limit(limit));
    if (!rows) return rows.error();
    std::vector<Envelope> found;
    for (;;) {
        const Result<bool> row = (*rows)->step();
        if (!row) return row.error();
        if (!*row) return found;
        found.push_back(read_envelope(**rows, lane));
    }
}

Result<std::vector<Envelope>> Outbox::oldest(Lane lane, std::size_t limit,
                                             const Together& together) {
    auto found = from(lane, 0, limit);
    if (!found) return found;
    const auto other = std::find_if(found->begin(), found->end(), [&](const Envelope& envelope) {
        const std::int64_t first = found->front().destination;
        if (envelope.destination == first) return false;
        return !together || !together(first, envelope.destination);
    });
    found->erase(other, found->end());
    return found;
}

Result<std::optional<Envelope>> Outbox::newest(Lane lane) {
    const Result<Statement*> rows = database_.query(texts(lane).newest);
    if (!rows) return rows.error();
    const Result<bool> row = (*rows)->step();
    if (!row) return row.error();
    std::optional<Envelope> found;
    if (*row) found = read_envelope(**rows, lane);
    (*rows)->reset();
    return found;
}

Result<> Outbox::remove(Lane lane, std::span<const std::int64_t> sequences, Cause cause,
                        Instant at) {
    if (auto ready = within_commit(); !ready) return ready;
    struct Gone {
        std::int64_t first = 0, last = 0;
        std::string link;  // of the last
    };
    std::vector<Gone> gone;
    std::int64_t bytes = 0;
    const auto take = [&](std::int64_t first, std::int64_t last) -> Result<> {
        const Texts& text = texts(lane);
        const Result<Statement*> sum = database_.query(text.sum, first, last);
        if (!sum) return sum.error();
        if (const Result<bool> row = (*sum)->step(); !row) return row.error();
        const std::int64_t count = (*sum)->integer(0);
        const std::int64_t length = (*sum)->integer(1);
        std::string link((*sum)->text(2));
        (*sum)->reset();
        // Nearly always all are there; telling them one by one costs three times as much.
        if (count == last - first + 1) {
            gone.push_back({first, last, std::move(link)});
            bytes += length + count * row_overhead;
            return database_.run(text.take_all, first, last);
        }
        const Result<Statement*> rows = database_.query(text.take, first, last);
        if (!rows) return rows.error();
        for (;;) {
            const Result<bool> row = (*rows)->step();
            if (!row) return row.error();
            if (!*row) return {};
            const std::int64_t sequence = (*rows)->integer(0);
            gone.push_back({sequence, sequence, std::string((*rows)->text(2))});
            bytes += (*rows)->integer(1) + row_overhead;
        }
    };
    std::vector<std::int64_t> numbers(sequences.begin(), sequences.end());
    std::sort(numbers.begin(), numbers.end());
    if (auto taken = for_each_run(numbers, take); !taken) return taken;
    std::sort(gone.begin(), gone.end(),
              [](const Gone& a, const Gone& b) { return a.first < b.first; });
    std::int64_t total = 0;
    for (std::size_t i = 0; i < gone.size();) {
        std::size_t end = i + 1;
        while (end < gone.size() && gone[end].first == gone[end - 1].last + 1) ++end;
        Receipt receipt{
            lane, cause, gone[i].first, gone[end - 1].last, at, std::move(gone[end - 1].link)};
        total += receipt.count();
        if (auto kept = write_receipt(std::move(receipt)); !kept) return kept;
        i = end;
    }
    ledger_.count(texts(lane).by(cause), total);
    ledger_.count(texts(lane).bytes, -bytes);
    return {};
}

Result<std::int64_t> Outbox::expire(Instant limit, Instant at) {
    const Result<Statement*> rows = database_.query(
        "SELECT sequence FROM (SELECT sequence, written FROM pings ORDER BY sequence LIMIT 1000) "
        "WHERE written < ?",
        limit);
    if (!rows) return rows.error();
    std::vector<std::int64_t> old;
    for (;;) {
        const Result<bool> row = (*rows)->step();
        if (!row) return row.error();
        if (!*row) break;
        old.push_back((*rows)->integer(0));
    }
    if (auto removed = remove(Lane::pings, old, Cause::expired, at); !removed) {
        return removed.error();
    }
    return static_cast<std::int64_t>(old.size());
}

std::int64_t Outbox::size(Lane lane) const {
    const Texts& text = texts(lane);
    std::int64_t left = ledger_.balance(text.accepted) - ledger_.balance(text.dead);
    for (const std::string& gone : text.gone) left -= ledger_.balance(gone);
    return left;
}

std::int64_t Outbox::bytes(Lane lane) const { return ledger_.balance(texts(lane).bytes); }

std::int64_t Outbox::dead(Lane lane) const { return ledger_.balance(texts(lane).dead); }

void Outbox::take_back() {
    heads_ = {};
    destinations_.clear();
}

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
    const auto known = known_destination(id);
    if (!known) return known.error();
    return **known;
}

Result<const std::string*> Outbox::known_destination(std::int64_t id) {
    if (const auto known = destinations_.find(id); known != destinations_.end()) {
        return &known->second;
    }
    const Result<Statement*> rows =
        database_.query("SELECT text FROM destination WHERE id = ?", id);
    if (!rows) return rows.error();
    const Result<bool> row = (*rows)->step();
    if (!row) return row.error();
    if (!*row)
        return Error(Fault::storage, fmt::format("the database knows no destination {}", id));
    std::string text((*rows)->text(0));
    (*rows)->reset();
    return &destinations_.emplace(id, std::move(text)).first->second;
}

}  // namespace outrider::offline
