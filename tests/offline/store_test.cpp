#include "offline/store.hpp"

#include "offline/migrations.hpp"
#include "tests/offline/stores.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

namespace outrider::offline {
namespace {

TEST_CASE("a commit with nothing gathered writes nothing") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    auto store = open_store(path);
    const std::string before = file_bytes(path + "-wal");
    REQUIRE(store->commit(start));
    CHECK((file_bytes(path + "-wal") == before));
    store->ledger().count("captured");
    REQUIRE(store->commit(start));
    CHECK((file_bytes(path + "-wal") != before));
}

TEST_CASE("a commit does all of its work or nothing") {
    auto store = open_store(in_memory());
    fill(*store, Lane::pings, 2);
    store->journal().append(start, "kept for later");
    const Result<> done = store->commit(start, [&]() -> Result<> {
        store->ledger().count("captured");
        CHECK(store->outbox().add(Lane::pings, start, 1, "x"));
        CHECK(store->outbox().deliver(Lane::pings, std::array{std::int64_t{1}}, start));
        CHECK(store->outbox().bury(Lane::pings, 2, "no", start));
        return Error(Fault::storage, "on purpose");
    });
    REQUIRE_FALSE(done);
    CHECK(queue(*store, Lane::pings) == std::vector<std::int64_t>{1, 2});
    CHECK(store->outbox().receipts(Lane::pings, start, 9)->empty());
    CHECK(store->outbox().dead(Lane::pings) == 0);
    CHECK(store->journal().dirty());
    CHECK(audit(*store).balances());
}

TEST_CASE("a commit within a commit is refused and the outer one is unharmed") {
    auto store = open_store(in_memory());
    REQUIRE(store->commit(start, [&]() -> Result<> {
        store->ledger().count("captured");
        store->ledger().count("not_reported:parked");
        CHECK_FALSE(store->commit(start, [] { return Result<>(); }));
        return {};
    }));
    CHECK(store->ledger().balance("captured") == 1);
    CHECK(audit(*store).balances());
}

TEST_CASE("a store keeps its identity and no two have the same") {
    const test::TemporaryDirectory directory;
    const std::uint64_t identity = open_store(directory.file("a.db"))->identity();
    CHECK(open_store(directory.file("a.db"))->identity() == identity);
    CHECK(open_store(directory.file("b.db"))->identity() != identity);
}

TEST_CASE("the audit accounts for every fix by where it went") {
    auto store = open_store(in_memory());
    fill(*store, Lane::pings, 6);
    fill(*store, Lane::actions, 2);
    REQUIRE(store->commit(start, [&]() -> Result<> {
        store->ledger().count("captured", 7);
        store->ledger().count("not_reported:parked", 4);
        store->ledger().count("not_reported:no_fix", 3);
        CHECK(store->outbox().deliver(Lane::pings, std::array{std::int64_t{1}, std::int64_t{2}},
                                      start));
        CHECK(store->outbox().bury(Lane::pings, 3, "no", start));
        CHECK(*store->outbox().expire(start + std::chrono::seconds(4), start) == 1);
        return {};
    }));
    const Audit books = audit(*store);
    CHECK(books.balances());
    CHECK(books.captured == 13);
    CHECK(books.of(Lane::pings).by(Cause::delivered) == 2);
    CHECK(books.of(Lane::pings).dead == 1);
    CHECK(books.of(Lane::pings).by(Cause::expired) == 1);
    CHECK(books.of(Lane::pings).queued == 2);
    CHECK(books.not_reported == std::map<std::string, std::int64_t>{{"no_fix", 3}, {"parked", 4}});
    CHECK(books.by_lane[static_cast<std::size_t>(Lane::pings)].accepted == 6);
    CHECK(books.by_lane[static_cast<std::size_t>(Lane::actions)].queued == 2);
}

TEST_CASE("the audit counts rows and says in a sentence what is wrong") {
    struct Damage {
        const char* sql;
        const char* sentence;
    };
    const Damage damages[] = {
        {"DELETE FROM pings WHERE sequence = 2", "pings: 3 accepted, 2 accounted for: 1 missing"},
        {"INSERT INTO actions SELECT 9, written, destination, body, owner, link FROM actions",
         "actions: 1 accepted, 2 accounted for: 1 too many"},
        {"INSERT INTO actions SELECT 9, written, destination, body, owner, link FROM actions",
         "actions: number 9 is kept, but only 1 accepted"},
        {"INSERT INTO dead SELECT 'pings', sequence, written, destination, body, 0, '', owner, "
         "link "
         "FROM pings WHERE sequence = 1; DELETE FROM pings WHERE sequence = 1",
         "dead pings: 0 counted, 1 accounted for: 1 too many"},
        {"INSERT INTO departure VALUES ('pings', 1, 1, 1, 1, x'')",
         "pings that left the queue: 0 counted, 1 accounted for: 1 too many"},
        {"UPDATE ledger SET count = 5 WHERE account = 'captured'",
         "fixes: 5 captured, 3 accounted for: 2 missing"},
    };
    for (const Damage& damage : damages) {
        CAPTURE(damage.sql);
        const test::TemporaryDirectory directory;
        const std::string path = directory.file("a.db");
        {
            auto store = open_store(path);
            fill(*store, Lane::pings, 3);
            fill(*store, Lane::actions, 1);
        }
        {
            auto database = Database::open({.path = path}, store_migrations());
            REQUIRE(database);
            REQUIRE(database->execute(damage.sql));
        }
        auto store = open_store(path);
        const Audit books = audit(*store);
        CHECK_FALSE(books.balances());
        bool said = false;
        for (const std::string& sentence : books.discrepancies) said |= sentence == damage.sentence;
        CHECK(said);
    }
}

}  // namespace
}  // namespace outrider::offline
