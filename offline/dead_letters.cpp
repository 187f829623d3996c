// Those the office refused for good, and what somebody makes of them.

#include "offline/outbox.hpp"

#include "offline/outbox_texts.hpp"

#include <fmt/format.h>

namespace outrider::offline {
namespace {

constexpr std::size_t longest_words = 4096;
constexpr std::string_view remove_dead = "DELETE FROM dead WHERE lane = ? AND sequence = ?";

Error no_dead_letter(Lane lane, std::int64_t sequence) {
    return {Fault::refused, fmt::format("there is no dead letter {} {}: see `outrider queue dead "
                                        "ls`",
                                        name(lane), sequence)};
}

// Whole characters: half a UTF-8 sequence would be malformed wherever it is shown.
std::string_view shortened(std::string_view words) {
    if (words.size() <= longest_words) return words;
    std::size_t end = longest_words;
    while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xc0U) == 0x80U) --end;
    return words.substr(0, end);
}

DeadLetter read_dead_letter(const Statement& row, Lane lane) {
    DeadLetter letter;
    letter.envelope = read_envelope(row, lane);
    letter.buried = row.instant(6);
    letter.words = row.text(7);
    return letter;
}

}  // namespace

Result<> Outbox::bury(Lane lane, std::int64_t sequence, std::string_view words, Instant at) {
    if (auto ready = within_commit(); !ready) return ready;
    const Texts& text = texts(lane);
    const Result<std::int64_t> bytes = database_.number(text.length, sequence);
    if (!bytes) return bytes.error();
    if (*bytes == 0) return {};
    if (auto kept = database_.run(text.bury, name(lane), at, shortened(words), sequence); !kept) {
        return kept;
    }
    if (auto removed = database_.run(text.remove, sequence); !removed) return removed;
    ledger_.count(text.dead);
    ledger_.count(text.bytes, -*bytes);
    return {};
}

Result<> Outbox::retry(Lane lane, std::int64_t sequence) {
    if (auto ready = within_commit(); !ready) return ready;
    const Result<std::optional<DeadLetter>> letter = dead_letter(lane, sequence);
    if (!letter) return letter.error();
    if (!*letter) return no_dead_letter(lane, sequence);
    const Texts& text = texts(lane);
    if (auto back = database_.run(text.revive, sequence); !back) return back;
    if (auto removed = database_.run(remove_dead, name(lane), sequence); !removed) return removed;
    ledger_.count(text.dead, -1);
    ledger_.count(text.bytes,
                  static_cast<std::int64_t>((*letter)->envelope.body.size()) + row_overhead);
    return {};
}

Result<> Outbox::discard(Lane lane, std::int64_t sequence, Instant at) {
    if (auto ready = within_commit(); !ready) return ready;
    Result<std::optional<DeadLetter>> letter = dead_letter(lane, sequence);
    if (!letter) return letter.error();
    if (!*letter) return no_dead_letter(lane, sequence);
    if (auto removed = database_.run(remove_dead, name(lane), sequence); !removed) return removed;
    ledger_.count(texts(lane).dead, -1);
    ledger_.count(texts(lane).by(Cause::discarded));
    return write_receipt(
        {lane, Cause::discarded, sequence, sequence, at, std::move((*letter)->envelope.link)});
}

Result<std::vector<DeadLetter>> Outbox::dead_letters(Lane lane, std::size_t limit,
                                                     std::int64_t newest) {
    const Result<Statement*> rows = database_.query(
        fmt::format("SELECT {}, buried, words FROM dead WHERE lane = ? AND sequence <= ? "
                    "ORDER BY sequence DESC LIMIT ?",
                    columns),
        name(lane), newest, as_limit(limit));
    if (!rows) return rows.error();
    std::vector<DeadLetter> found;
    for (;;) {
        const Result<bool> row = (*rows)->step();
        if (!row) return row.error();
        if (!*row) return found;
        found.push_back(read_dead_letter(**rows, lane));
    }
}

Result<std::optional<DeadLetter>> Outbox::dead_letter(Lane lane, std::int64_t sequence) {
    const Result<Statement*> rows = database_.query(
        fmt::format("SELECT {}, buried, words FROM dead WHERE lane = ? AND sequence = ?", columns),
        name(lane), sequence);
    if (!rows) return rows.error();
    const Result<bool> row = (*rows)->step();
    if (!row) return row.error();
    std::optional<DeadLetter> found;
    if (*row) found = read_dead_letter(**rows, lane);
    (*rows)->reset();
    return found;
}

}  // namespace outrider::offline
