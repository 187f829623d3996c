#include "offline/mend.hpp"

#include "offline/outbox.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

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
         fmt::format("INSERT OR IGNORE INTO dead SELECT '{0}', sequence, written, destination, "
                     "body, written, '{1}' FROM {0} WHERE destination IN "
                     "(SELECT id FROM destination WHERE text = 'lost:' || id)",
                     called, destination_lost)});
}

// What was answered for is not owed, whatever stale page says so.
Result<> drop_answered(Database& fresh, Lane lane) {
    const std::string_view called = name(lane);
    return run_all(
        fresh,
        {fmt::format("DELETE FROM {0} WHERE sequence IN "
                     "(SELECT sequence FROM dead WHERE lane = '{0}')",
                     called),
         fmt::format("DELETE FROM {0} WHERE EXISTS (SELECT 1 FROM receipt WHERE lane = '{0}' AND "
                     "sequence BETWEEN first AND last)",
                     called)});
}

Result<std::int64_t> balance(Database& fresh, std::string_view account, std::string_view lane) {
    return fresh.number("SELECT count FROM ledger WHERE account = ? || ':' || ?", account, lane);
}

Result<> set(Database& fresh, std::string_view account, std::int64_t value) {
    return fresh.run(
        "INSERT INTO ledger VALUES (?, ?) ON CONFLICT DO UPDATE SET count = excluded.count",
        account, value);
}

struct LaneBooks {
    std::int64_t accepted = 0, delivered = 0, expired = 0, skipped = 0;  // by the ledger
    std::int64_t lost = 0;
    std::int64_t queued = 0, dead = 0, receipted = 0, newest = 0;  // by the rows
};

Result<LaneBooks> read_books(Database& fresh, std::string_view lane) {
    LaneBooks books;
    for (auto& [account, into] : {std::pair("accepted", &books.accepted),
                                  {"delivered", &books.delivered},
                                  {"expired", &books.expired},
                                  {"salvage_skipped", &books.skipped},
                                  {"salvage_lost", &books.lost}}) {
        const auto value = balance(fresh, account, lane);
        if (!value) return value.error();
        *into = *value;
    }
    const std::pair<std::string, std::int64_t*> counts[] = {
        {fmt::format("SELECT count(*) FROM {}", lane), &books.queued},
        {fmt::format("SELECT count(*) FROM dead WHERE lane = '{}'", lane), &books.dead},
        {fmt::format("SELECT coalesce(sum(count), 0) FROM receipt WHERE lane = '{}'", lane),
         &books.receipted},
        {fmt::format("SELECT max(coalesce((SELECT max(sequence) FROM {0}), 0), "
                     "coalesce((SELECT max(sequence) FROM dead WHERE lane = '{0}'), 0), "
                     "coalesce((SELECT max(last) FROM receipt WHERE lane = '{0}'), 0))",
                     lane),
         &books.newest},
    };
    for (const auto& [sql, into] : counts) {
        const auto value = fresh.number(sql);
        if (!value) return value.error();
        *into = *value;
    }
    return books;
}

Result<> mend_lane(Database& fresh, Lane lane, bool ledger_doubtful, Salvage& report) {
    if (auto done = bury_without_destination(fresh, lane); !done) return done;
    if (auto done = drop_answered(fresh, lane); !done) return done;
    const std::string_view called = name(lane);
    const Result<LaneBooks> read = read_books(fresh, called);
    if (!read) return read.error();
    LaneBooks books = *read;
    std::int64_t newest = std::max(books.accepted, books.newest);
    if (ledger_doubtful || books.newest > books.accepted) {
        newest += safe_distance;
        books.skipped += safe_distance;
    }
    books.delivered = std::max(books.delivered, books.receipted);
    const std::int64_t lost_before = books.lost;
    books.lost =
        newest - books.skipped - books.delivered - books.queued - books.dead - books.expired;
    if (books.lost < 0) {  // rows came back that had been delivered: they are owed again
        books.delivered += books.lost;
        books.lost = 0;
    }
    if (books.lost > lost_before) report.lost[std::string(called)] = books.lost - lost_before;
    for (const auto& [account, value] : {std::pair("accepted", newest),
                                         {"delivered", books.delivered},
                                         {"dead", books.dead},
                                         {"expired", books.expired},
                                         {"salvage_lost", books.lost},
                                         {"salvage_skipped", books.skipped}}) {
        if (auto done = set(fresh, fmt::format("{}:{}", account, called), value); !done)
            return done;
    }
    return {};
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
        "coalesce(sum(count), 0) FROM ledger WHERE account = 'salvage_skipped:pings') "
        "WHERE true ON CONFLICT DO UPDATE SET count = excluded.count");
}

}  // namespace outrider::offline
