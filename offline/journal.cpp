#include "offline/journal.hpp"

#include <algorithm>
#include <utility>

namespace outrider::offline {
namespace {

constexpr std::size_t longest_record = 255;       // its length is one byte
constexpr std::size_t longest_block = 32 * 1024;  // bytes held in memory
constexpr int blocks_per_trim = 64;
constexpr std::int64_t looked_into = 20;  // blocks, for the size of a record
constexpr int most_passed_over = 1000;
constexpr Duration surely_wrong = std::chrono::days(1);  // so far in the future

std::size_t record_size(std::string_view block) {
    return 1 + static_cast<std::size_t>(static_cast<unsigned char>(block.front()));
}

bool intact(std::string_view block) {
    while (!block.empty()) {
        const std::size_t size = record_size(block);
        if (size > block.size()) return false;
        block.remove_prefix(size);
    }
    return true;
}

std::int64_t count(std::string_view block) {
    if (!intact(block)) return 0;
    std::int64_t records = 0;
    for (; !block.empty(); block.remove_prefix(record_size(block))) ++records;
    return records;
}

// A block the disk has garbled is passed over: the rest of the track is still good.
Result<> read_block(std::string_view block, const std::function<Result<>(std::string_view)>& each) {
    if (!intact(block)) return {};
    while (!block.empty()) {
        const std::size_t size = record_size(block);
        if (auto done = each(block.substr(1, size - 1)); !done) return done;
        block.remove_prefix(size);
    }
    return {};
}

}  // namespace

void Journal::append(Instant at, std::string_view record) {
    if (record.size() > longest_record) {
        ledger_.count("journal_dropped");
        return;
    }
    while (block_.size() + 1 + record.size() > longest_block) {
        block_.erase(0, record_size(block_));
        ledger_.count("journal_dropped");
    }
    first_ = block_.empty() ? at : std::min(first_, at);
    last_ = block_.empty() ? at : std::max(last_, at);
    block_ += static_cast<char>(record.size());
    block_ += record;
}

Result<> Journal::read(Instant from, Instant to,
                       const std::function<Result<>(std::string_view)>& each) {
    // Prepared anew, and the block in memory copied: `each` may use the journal itself.
    Result<Statement> blocks =
        database_.prepare("SELECT records FROM journal WHERE last >= ? AND first <= ? ORDER BY id");
    if (!blocks) return blocks.error();
    blocks->bind(1, from).bind(2, to);
    const bool touched = !block_.empty() && last_ >= from && first_ <= to;
    const std::string newest = touched ? block_ : std::string();
    for (;;) {
        const Result<bool> row = blocks->step();
        if (!row) return row.error();
        if (!*row) break;
        if (auto done = read_block(blocks->text(0), each); !done) return done;
    }
    return read_block(newest, each);
}

Result<Journal::Numbers> Journal::block_numbers() {
    const Result<std::int64_t> first = database_.number("SELECT coalesce(min(id), 1) FROM journal");
    if (!first) return first.error();
    const Result<std::int64_t> last = database_.number("SELECT coalesce(max(id), 0) FROM journal");
    if (!last) return last.error();
    return Numbers{*first, *last + 1};
}

Result<Journal::Held> Journal::held() {
    Held held;
    held.about = count(block_);
    if (!block_.empty()) held.first = first_;
    if (!block_.empty()) held.last = last_;
    if (auto known = weigh(); !known) return known.error();
    const Result<Statement*> oldest =
        database_.query("SELECT first FROM journal ORDER BY id LIMIT 1");
    if (!oldest) return oldest.error();
    const Result<bool> any = (*oldest)->step();
    if (!any) return any.error();
    if (*any) held.first = (*oldest)->instant(0);
    (*oldest)->reset();
    const Result<Statement*> newest =
        database_.query("SELECT last, records FROM journal ORDER BY id DESC LIMIT ?", looked_into);
    if (!newest) return newest.error();
    std::int64_t records = 0, bytes = 0;
    for (;;) {
        const Result<bool> row = (*newest)->step();
        if (!row) return row.error();
        if (!*row) break;
        if (!held.last) held.last = (*newest)->instant(0);
        const std::string_view block = (*newest)->text(1);
        records += count(block);
        bytes += static_cast<std::int64_t>(block.size());
    }
    (*newest)->reset();
    if (bytes > 0) held.about += *bytes_ * records / bytes;
    return held;
}

Result<std::optional<Journal::Block>> Journal::block(std::int64_t number) {
    const Result<Statement*> rows = database_.query(
        "SELECT id, records FROM journal WHERE id >= ? ORDER BY id LIMIT 1", number);
    if (!rows) return rows.error();
    const Result<bool> row = (*rows)->step();
    if (!row) return row.error();
    Block block;
    const auto add = [&](std::string_view record) -> Result<> {
        block.records.emplace_back(record);
        return {};
    };
    Result<> read;
    if (*row) {
        block.number = (*rows)->integer(0);
        read = read_block((*rows)->text(1), add);
    }
    (*rows)->reset();
    if (!read) return read.error();
    if (block.number > 0) return std::optional(std::move(block));
    const auto known = block_numbers();
    if (!known) return known.error();
    if (number > known->last || block_.empty()) return std::optional<Block>();
    block.number = known->last;
    if (read = read_block(block_, add); !read) return read.error();
    return std::optional(std::move(block));
}

Instant Journal::horizon(Instant now) const {
    if (!time_known_) return Instant{};
    return (block_.empty() ? now : std::min(now, last_)) - limits_.keep;
}

Result<> Journal::weigh() {
    if (bytes_) return {};
    const Result<std::int64_t> held = database_.number("SELECT sum(length(records)) FROM journal");
    if (!held) return held.error();
    bytes_ = *held;
    return {};
}

Result<> Journal::write(Instant now) {
    if (auto known = weigh(); !known) return known;
    bytes_after_ = *bytes_;
    if (block_.empty()) return {};
    const Result<Statement*> row = database_.query(
        "INSERT INTO journal (first, last, records) VALUES (?, ?, ?)", first_, last_);
    if (!row) return row.error();
    if (auto done = (*row)->bind_blob(3, block_).run(); !done) return done;
    bytes_after_ += static_cast<std::int64_t>(block_.size());
    return trim(horizon(now), time_known_ ? now + surely_wrong : Instant::max());
}

// A block dated ahead of any time keeps nothing behind it: it goes with the next old one.
Result<> Journal::trim(Instant before, Instant ahead) {
    const Result<Statement*> oldest =
        database_.query("SELECT id, last, length(records) FROM journal ORDER BY id");
    if (!oldest) return oldest.error();
    std::int64_t last_to_go = 0, passed_bytes = 0;
    for (int blocks = 0, passed = 0; blocks < blocks_per_trim && passed < most_passed_over;) {
        const Result<bool> row = (*oldest)->step();
        if (!row) return row.error();
        if (!*row) break;
        if (bytes_after_ <= limits_.bytes && (*oldest)->instant(1) > ahead) {
            ++passed;
            passed_bytes += (*oldest)->integer(2);
            continue;
        }
        if ((*oldest)->instant(1) >= before && bytes_after_ <= limits_.bytes) break;
        ++blocks;
        last_to_go = (*oldest)->integer(0);
        bytes_after_ -= (*oldest)->integer(2) + std::exchange(passed_bytes, 0);
    }
    (*oldest)->reset();
    if (last_to_go == 0) return {};
    return database_.run("DELETE FROM journal WHERE id <= ?", last_to_go);
}

void Journal::written() {
    block_.clear();
    bytes_ = bytes_after_;
}

}  // namespace outrider::offline
