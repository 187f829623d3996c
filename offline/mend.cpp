#include "offline/mend.hpp"

#include "offline/outbox_texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace outrider::offline {
namespace {

// More than a lane can have been given since anything that is still readable was written.
constexpr std::int64_t safe_distance = 1'000'000;

constexpr const char* destination_lost =
    "the office it was for is not known any more: the database was damaged";

Result<> run_all(Database& database, std::initializer_list<std::string> texts) {
    for (const std::string& text : texts) {
        if (auto done = database.execute(text.c_str()); !done) return done;
    }
    return {};
}

// An id nobody knows may never come to mean another office: it gets a text that is none.
Result<> bury_without_destination(Database& fresh, Lane lane) {
    const std::string_view called = name(lane);
    return run_all(
        fresh,
        {fmt::format("INSERT OR IGNORE INTO destination SELECT destination, 'lost:' || destination "
                     "FROM (SELECT destination FROM {} UNION SELECT destination FROM dead) "
                     "WHERE destination NOT IN (SELECT id FROM destination)",
                     called),
         fmt::format("INSERT OR IGNORE INTO dead ({0}, lane, buried, words) "
                     "SELECT {0}, '{1}', written, '{2}' FROM {1} WHERE destination IN "
                     "(SELECT id FROM destination WHERE text = 'lost:' || id)",
                     columns, called, destination_lost)});
}

// What was answered for is not owed, whatever stale page says so.
Result<> drop_answered(Database& fresh, Lane lane) {
    const std::string_view called = name(lane);
    return run_all(
        fresh,
        {fmt::format("DELETE FROM {0} WHERE sequence IN "
                     "(SELECT sequence FROM dead WHERE lane = '{0}')",
                     called),
         fmt::format("DELETE FROM {0} WHERE EXISTS (SELECT 1 FROM departure WHERE lane = '{0}' "
                     "AND sequence BETWEEN first AND last)",
                     called)});
}

Result<std::int64_t> balance(Database& fresh, std::string_view account, Lane lane) {
    return fresh.number("SELECT count FROM ledger WHERE account = ? || ':' || ?", account,
                        name(lane));
}

Result<> set(Database& fresh, std::string_view account, Lane lane, std::int64_t value) {
    return fresh.run(
        "INSERT INTO ledger VALUES (?, ?) ON CONFLICT DO UPDATE SET count = excluded.count",
        fmt::format("{}:{}", account, name(lane)), value);
}

Result<> depart(Database& fresh, Lane lane, std::int64_t first, std::int64_t last, Cause cause) {
    return fresh.run("INSERT OR IGNORE INTO departure VALUES (?, ?, ?, ?, 0, x'')", name(lane),
                     first, last, static_cast<std::int64_t>(cause));
}

struct Stretch {
    std::int64_t first = 0, last = 0;
};

// The numbers up to `newest` that nothing tells of, but those too old to be told of.
Result<std::vector<Stretch>> gaps(Database& fresh, Lane lane, std::int64_t forgotten_to,
                                  std::int64_t newest) {
    const auto rows = fresh.query(
        fmt::format("SELECT sequence AS first, sequence AS last FROM {0} UNION ALL "
                    "SELECT sequence, sequence FROM dead WHERE lane = '{0}' UNION ALL "
                    "SELECT first, last FROM departure WHERE lane = '{0}' ORDER BY first",
                    name(lane)));
    if (!rows) return rows.error();
    std::vector<Stretch> found;
    std::int64_t next = forgotten_to + 1;
    for (;;) {
        const Result<bool> row = (*rows)->step();
        if (!row) return row.error();
        if (!*row) break;
        const std::int64_t first = (*rows)->integer(0), last = (*rows)->integer(1);
        if (first > next) found.push_back({next, first - 1});
        next = std::max(next, last + 1);
    }
    if (next <= newest) found.push_back({next, newest});
    return found;
}

struct LaneBooks {
    std::int64_t accepted = 0, forgotten = 0, forgotten_to = 0;  // by the ledger
    std::array<std::int64_t, causes.size()> counted{};           // by the ledger
    std::array<std::int64_t, causes.size()> departed{};          // by the rows
    std::int64_t queued = 0, bytes = 0, dead = 0, newest = 0;    // by the rows
};

Result<> read(Database& fresh, const std::string& sql, std::int64_t& into) {
    const Result<std::int64_t> value = fresh.number(sql);
    if (!value) return value.error();
    into = *value;
    return {};
}

Result<> read_ledger(Database& fresh, Lane lane, LaneBooks& books) {
    std::vector<std::pair<std::string_view, std::int64_t*>> accounts = {
        {"accepted", &books.accepted},
        {"forgotten", &books.forgotten},
        {"forgotten_to", &books.forgotten_to}};
    for (std::size_t i = 0; i < causes.size(); ++i) {
        accounts.emplace_back(name(causes[i]), &books.counted[i]);
    }
    for (const auto& [account, into] : accounts) {
        const auto value = balance(fresh, account, lane);
        if (!value) return value.error();
        *into = *value;
    }
    return {};
}

Result<> read_rows(Database& fresh, Lane lane, LaneBooks& books) {
    const std::string_view called = name(lane);
    std::vector<std::pair<std::string, std::int64_t*>> counts = {
        {fmt::format("SELECT count(*) FROM {}", called), &books.queued},
        {fmt::format("SELECT coalesce(sum(length(body) + {}), 0) FROM {}", row_overhead, called),
         &books.bytes},
        {fmt::format("SELECT count(*) FROM dead WHERE lane = '{}'", called), &books.dead},
        {fmt::format("SELECT max(coalesce((SELECT max(sequence) FROM {0}), 0), "
                     "coalesce((SELECT max(sequence) FROM dead WHERE lane = '{0}'), 0), "
                     "coalesce((SELECT max(last) FROM departure WHERE lane = '{0}'), 0))",
                     called),
         &books.newest}};
    for (std::size_t i = 0; i < causes.size(); ++i) {
        counts.emplace_back(fmt::format("SELECT coalesce(sum(last - first + 1), 0) FROM departure "
                                        "WHERE lane = '{}' AND cause = {}",
                                        called, static_cast<int>(causes[i])),
                            &books.departed[i]);
    }
    for (const auto& [sql, into] : counts) {
        if (auto done = read(fresh, sql, *into); !done) return done;
    }
    return {};
}

// What left without a receipt left as the ledger says, as far as that fits what is there.
Result<> write_ledger(Database& fresh, Lane lane, const LaneBooks& books) {
    std::int64_t gone = books.accepted - books.queued - books.dead;
    std::int64_t departed = 0;
    for (const std::int64_t count : books.departed) departed += count;
    const std::int64_t forgotten = gone - departed;
    std::int64_t left = forgotten;
    for (std::size_t i = causes.size(); i-- > 0;) {
        std::int64_t unseen = std::max<std::int64_t>(0, books.counted[i] - books.departed[i]);
        if (causes[i] ==
            Cause::lost) {  // old ones nothing was kept of, and nothing is known of now
            unseen += std::max<std::int64_t>(0, forgotten - books.forgotten);
        }
        unseen = causes[i] == Cause::delivered ? left : std::min(unseen, left);
        left -= unseen;
        if (auto done = set(fresh, name(causes[i]), lane, books.departed[i] + unseen); !done) {
            return done;
        }
    }
    for (const auto& [account, value] : {std::pair("accepted", books.accepted),
                                         {"dead", books.dead},
                                         {"bytes", books.bytes},
                                         {"forgotten", forgotten},
                                         {"forgotten_to", books.forgotten_to}}) {
        if (auto done = set(fresh, account, lane, value); !done) return done;
    }
    return {};
}

Result<> mend_lane(Database& fresh, Lane lane, bool ledger_doubtful, Salvage& report) {
    if (auto done = bury_without_destination(fresh, lane); !done) return done;
    if (auto done = drop_answered(fresh, lane); !done) return done;
    LaneBooks books;
    if (auto done = read_ledger(fresh, lane, books); !done) return done;
    if (auto done = read_rows(fresh, lane, books); !done) return done;
    const bool jump = ledger_doubtful || books.newest > books.accepted;
    std::int64_t newest = std::max(books.accepted, books.newest);
    const auto lost = gaps(fresh, lane, books.forgotten_to, newest);
    if (!lost) return lost.error();
    // As many as the ledger saw leave, and no receipt tells of, have left: the receipts were lost,
    // and the oldest numbers leave first.
    std::int64_t left = -books.forgotten;
    for (std::size_t i = 0; i < causes.size(); ++i) {
        left += std::max<std::int64_t>(0, books.counted[i] - books.departed[i]);
    }
    std::int64_t count = 0;
    for (auto [first, last] : *lost) {
        const std::int64_t known = std::clamp<std::int64_t>(left, 0, last - first + 1);
        left -= known;
        if (known > 0) {
            auto done = depart(fresh, lane, first, first + known - 1, Cause::delivered);
            if (!done) return done;
            first += known;
        }
        if (first > last) continue;
        if (auto done = depart(fresh, lane, first, last, Cause::lost); !done) return done;
        count += last - first + 1;
    }
    if (jump) {
        const std::int64_t from = newest + 1;
        newest += safe_distance;
        if (auto done = depart(fresh, lane, from, newest, Cause::skipped); !done) return done;
    }
    books.accepted = newest;
    if (auto done = read_rows(fresh, lane, books); !done) return done;
    if (count > 0) report.lost[std::string(name(lane))] = count;
    return write_ledger(fresh, lane, books);
}

}  // namespace

Result<> mend_books(Database& fresh, Salvage& report) {
    if (auto ours = fresh.run("INSERT OR IGNORE INTO identity VALUES (1, random())"); !ours) {
        return ours;
    }
    const bool doubtful = report.log_damaged || report.holes.contains("ledger");
    for (const Lane lane : lanes) {
        if (auto done = mend_lane(fresh, lane, doubtful, report); !done) return done;
    }
    // Fixes are counted beside the pings they became; a lost ledger has forgotten the others.
    return fresh.run(
        "INSERT INTO ledger SELECT 'captured', (SELECT coalesce(sum(count), 0) FROM ledger WHERE "
        "account = 'accepted:pings' OR account LIKE 'not\\_reported:%' ESCAPE '\\') - (SELECT "
        "coalesce(sum(count), 0) FROM ledger WHERE account = 'skipped:pings') "
        "WHERE true ON CONFLICT DO UPDATE SET count = excluded.count");
}

}  // namespace outrider::offline
