#include "offline/custody.hpp"

#include "offline/outbox.hpp"
#include "platform/digest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace outrider::offline {
namespace {

constexpr std::size_t link_size = 16;
constexpr std::size_t most_discrepancies = 100;

void append(std::string& text, std::int64_t number) {
    for (int byte = 0; byte < 8; ++byte) {
        text += static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * byte));
    }
}

// What one row says about a stretch of sequences: an envelope about one, a receipt about a run.
struct Record {
    std::int64_t first = 0, last = 0;
    std::string link;
    std::optional<Envelope> envelope;
    bool lost = false;  // with its link
};

// The records of one table in the order of their sequences, one in sight.
class Reader {
public:
    static Result<Reader> open(Database& database, Lane lane, std::string_view sql,
                               bool envelopes) {
        Result<Statement> rows = database.prepare(sql);
        if (!rows) return rows.error();
        Reader reader(std::move(*rows), lane, envelopes);
        if (auto moved = reader.advance(); !moved) return moved.error();
        return reader;
    }
    const std::optional<Record>& current() const { return current_; }
    Result<> advance() {
        current_.reset();
        const Result<bool> row = rows_.step();
        if (!row) return row.error();
        if (!*row) return {};
        Record& record = current_.emplace();
        record.first = rows_.integer(0);
        record.last = rows_.integer(1);
        record.link = rows_.text(2);
        if (!envelopes_) {
            record.lost = rows_.integer(3) == static_cast<std::int64_t>(Cause::lost);
            return {};
        }
        Envelope& envelope = record.envelope.emplace();
        envelope.lane = lane_;
        envelope.sequence = record.first;
        envelope.written = rows_.instant(3);
        envelope.destination = rows_.integer(4);
        envelope.owner = rows_.integer(5);
        envelope.body = rows_.text(6);
        return {};
    }

private:
    Reader(Statement rows, Lane lane, bool envelopes)
        : rows_(std::move(rows)), lane_(lane), envelopes_(envelopes) {}
    Statement rows_;
    Lane lane_;
    bool envelopes_;
    std::optional<Record> current_;
};

std::string stretch(Lane lane, std::int64_t first, std::int64_t last) {
    return first == last ? fmt::format("{} {}", name(lane), first)
                         : fmt::format("{} {} to {}", name(lane), first, last);
}

// Walks a lane from its first record to the newest accepted sequence.
class Walk {
public:
    Walk(Lane lane, std::int64_t forgotten_to, Custody& custody)
        : lane_(lane), forgotten_to_(forgotten_to), custody_(custody) {}

    void take(const Record& record, const std::string& destination) {
        const bool follows = record.first == next_ && (known_ || next_ == 1);
        if (record.first < next_) {
            complain(stretch(lane_, record.first, std::min(record.last, next_ - 1)) +
                     " is on record twice");
            return;
        }
        if (record.first > next_) missing(next_, record.first - 1);
        if (record.envelope) {
            judge(record, destination, follows);
        } else {
            custody_.vouched += record.last - record.first + 1;
        }
        known_ = !record.lost || !record.link.empty();
        link_ = record.link;
        next_ = std::max(next_, record.last + 1);
    }
    void end(std::int64_t accepted) {
        if (next_ <= accepted) missing(next_, accepted);
        if (next_ > accepted + 1) {
            complain(fmt::format("{} on record, but only {} were ever accepted",
                                 stretch(lane_, accepted + 1, next_ - 1), accepted));
        }
    }

private:
    void judge(const Record& record, const std::string& destination, bool follows) {
        if (record.link.empty() && link_.empty()) {
            ++custody_.unproven;
            return;
        }
        if (!follows) {  // what came before is on no record any more
            ++custody_.unproven;
            return;
        }
        if (link_of(link_, *record.envelope, destination) == record.link) {
            ++custody_.proven;
            return;
        }
        complain(fmt::format("{}: it, or the record before it, was changed after it was accepted",
                             stretch(lane_, record.first, record.last)));
    }
    void missing(std::int64_t first, std::int64_t last) {
        first = std::max(first, forgotten_to_ + 1);
        if (first > last) return;
        complain(fmt::format("{} missing: neither waiting, nor dead, nor receipted",
                             stretch(lane_, first, last)));
    }
    void complain(std::string sentence) {
        if (custody_.discrepancies.size() < most_discrepancies) {
            custody_.discrepancies.push_back(std::move(sentence));
        }
    }

    Lane lane_;
    std::int64_t forgotten_to_;
    Custody& custody_;
    std::int64_t next_ = 1;
    bool known_ = false;
    std::string link_;
};

}  // namespace

std::string link_of(std::string_view before, const Envelope& envelope,
                    std::string_view destination) {
    std::string text(before);
    text.reserve(before.size() + destination.size() + envelope.body.size() + 48);
    text += static_cast<char>(envelope.lane);
    append(text, envelope.sequence);
    append(text, envelope.written.time_since_epoch().count());
    append(text, envelope.owner);
    append(text, static_cast<std::int64_t>(destination.size()));
    text += destination;
    text += envelope.body;
    return sha256(text).substr(0, link_size);
}

Result<> verify_lane(Database& database, Outbox& outbox, Lane lane, std::int64_t accepted,
                     std::int64_t forgotten_to, Custody& custody) {
    const std::string_view called = name(lane);
    const std::string live = fmt::format(
        "SELECT sequence, sequence, link, written, destination, owner, body FROM {} "
        "ORDER BY sequence",
        called);
    const std::string dead = fmt::format(
        "SELECT sequence, sequence, link, written, destination, owner, body FROM dead "
        "WHERE lane = '{}' ORDER BY sequence",
        called);
    const std::string gone = fmt::format(
        "SELECT first, last, link, cause FROM departure WHERE lane = '{}' ORDER BY first", called);
    std::vector<Reader> readers;
    for (const auto& [sql, envelopes] :
         {std::pair(&live, true), std::pair(&dead, true), std::pair(&gone, false)}) {
        Result<Reader> reader = Reader::open(database, lane, *sql, envelopes);
        if (!reader) return reader.error();
        readers.push_back(std::move(*reader));
    }
    Walk walk(lane, forgotten_to, custody);
    for (;;) {
        Reader* lowest = nullptr;
        for (Reader& reader : readers) {
            if (!reader.current()) continue;
            if (lowest && lowest->current()->first <= reader.current()->first) continue;
            lowest = &reader;
        }
        if (!lowest) break;
        const Record& record = *lowest->current();
        std::string destination;
        if (record.envelope) {
            // Unknown, it makes the link wrong, which is what is to be said.
            auto text = outbox.destination_text(record.envelope->destination);
            if (text) destination = std::move(*text);
        }
        walk.take(record, destination);
        if (auto moved = lowest->advance(); !moved) return moved;
    }
    walk.end(accepted);
    return {};
}

}  // namespace outrider::offline
