#include "offline/custody.hpp"

#include "offline/migrations.hpp"
#include "tests/offline/stores.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

namespace outrider::offline {
namespace {

using std::chrono::seconds;
using Sequences = std::vector<std::int64_t>;
using Sentences = std::vector<std::string>;

Custody verify(Store& store) {
    Result<Custody> custody = store.verify();
    REQUIRE(custody);
    return std::move(*custody);
}

void commit(Store& store, const std::function<Result<>()>& work, Instant now = start) {
    REQUIRE(store.commit(now, work));
}

// Ten pings and two actions, of which 1 to 4 and 9 were delivered, 5 is dead, 6 was thinned.
void live(Store& store) {
    fill(store, Lane::pings, 10);
    fill(store, Lane::actions, 2);
    commit(store, [&]() -> Result<> {
        CHECK(store.outbox().deliver(Lane::pings, Sequences{1, 2, 3, 4, 9}, start));
        CHECK(store.outbox().bury(Lane::pings, 5, "no", start));
        return store.outbox().remove(Lane::pings, Sequences{6}, Cause::thinned, start);
    });
}

TEST_CASE("what was accepted is proven, whatever became of it, after a restart too") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    {
        auto store = open_store(path);
        live(*store);
        CHECK(verify(*store).holds());
    }
    auto store = open_store(path);
    fill(*store, Lane::pings, 2);
    const Custody custody = verify(*store);
    CHECK(custody.discrepancies == Sentences{});
    CHECK(custody.proven == 1 + 3 + 2 + 2);  // dead, waiting, new; actions
    CHECK(custody.vouched == 6);
    CHECK(custody.unproven == 0);
    CHECK(audit(*store).balances());
}

TEST_CASE("whatever is done to the file by hand is found and named") {
    struct Forgery {
        const char* sql;
        Sentences sentences;
    };
    const std::string changed = ": it, or the record before it, was changed after it was accepted";
    const std::string missing = " missing: neither waiting, nor dead, nor receipted";
    const Forgery forgeries[] = {
        {"UPDATE pings SET body = x'00' WHERE sequence = 8", {"pings 8" + changed}},
        {"UPDATE pings SET written = written + 1 WHERE sequence = 8", {"pings 8" + changed}},
        {"UPDATE pings SET owner = 7 WHERE sequence = 8", {"pings 8" + changed}},
        {"UPDATE destination SET text = 'b'",
         {"actions 1" + changed, "actions 2" + changed, "pings 5" + changed, "pings 7" + changed,
          "pings 8" + changed, "pings 10" + changed}},
        {"UPDATE dead SET body = x'00'", {"pings 5" + changed}},
        {"UPDATE departure SET link = x'00' WHERE first = 6", {"pings 7" + changed}},
        {"DELETE FROM pings WHERE sequence = 7", {"pings 7" + missing}},
        {"DELETE FROM pings WHERE sequence = 10", {"pings 10" + missing}},
        {"DELETE FROM departure WHERE first = 1", {"pings 1 to 4" + missing}},
        {"INSERT INTO pings SELECT 11, written, destination, body, owner, link FROM pings "
         "WHERE sequence = 10",
         {"pings 11" + changed, "pings 11 on record, but only 10 were ever accepted"}},
        {"INSERT INTO pings SELECT 3, written, destination, body, owner, link FROM pings "
         "WHERE sequence = 10",
         {"pings 3 is on record twice"}},
        {"UPDATE pings SET sequence = 99 WHERE sequence = 7; "
         "UPDATE pings SET sequence = 7 WHERE sequence = 8; "
         "UPDATE pings SET sequence = 8 WHERE sequence = 99",
         {"pings 7" + changed, "pings 8" + changed}},
    };
    for (const Forgery& forgery : forgeries) {
        const std::string sql = forgery.sql;
        CAPTURE(sql);
        const test::TemporaryDirectory directory;
        const std::string path = directory.file("a.db");
        {
            auto store = open_store(path);
            live(*store);
        }
        {
            auto database = Database::open({.path = path}, store_migrations());
            REQUIRE(database);
            REQUIRE(database->execute(forgery.sql));
        }
        auto store = open_store(path);
        const Sentences found = verify(*store).discrepancies;
        for (const std::string& sentence : found) CAPTURE(sentence);
        CHECK(found == forgery.sentences);
    }
}

TEST_CASE("a commit that failed leaves no trace in the chain") {
    auto store = open_store(in_memory());
    fill(*store, Lane::pings, 2);
    CHECK_FALSE(store->commit(start, [&]() -> Result<> {
        CHECK(store->outbox().destination("never"));
        CHECK(store->outbox().add(Lane::pings, start, 2, "never"));
        return Error(Fault::storage, "on purpose");
    }));
    fill(*store, Lane::pings, 2, "elsewhere");
    CHECK(verify(*store).discrepancies == Sentences{});
}

TEST_CASE(
    "old receipts are forgotten, the newest of them kept for its link, and it still adds up") {
    auto store = open_store(in_memory());
    for (int day = 0; day < 30; ++day) {
        const Instant now = start + std::chrono::days(day);
        commit(
            *store,
            [&]() -> Result<> {
                const auto to = store->outbox().destination("a");
                store->ledger().count("captured", 2);
                CHECK(store->outbox().add(Lane::pings, now, *to, "x"));
                const auto last = store->outbox().add(Lane::pings, now, *to, "y");
                store->journal().append(now, "z");
                return store->outbox().deliver(Lane::pings, Sequences{*last - 1, *last}, now);
            },
            now);
        CHECK(store->commit(now));
    }
    fill(*store, Lane::pings, 1000);
    const Instant later = start + std::chrono::days(30);
    store->journal().append(later, "z");
    CHECK(store->commit(later));
    const Custody custody = verify(*store);
    CHECK(custody.discrepancies == Sentences{});
    CHECK(custody.proven == 1000);
    CHECK(custody.vouched < 36);
    CHECK(custody.vouched >= 28);
    CHECK(audit(*store).balances());
}

TEST_CASE("what goes bit by bit for the same reason is one receipt in the end") {
    auto store = open_store(in_memory());
    fill(*store, Lane::pings, 9);
    for (const Sequences& some : {Sequences{2, 4, 6, 8}, Sequences{3, 7}, Sequences{1, 5}}) {
        commit(*store,
               [&] { return store->outbox().remove(Lane::pings, some, Cause::thinned, start); });
        CHECK(verify(*store).holds());
    }
    const Custody custody = verify(*store);
    CHECK(custody.vouched == 8);
    CHECK(custody.proven == 1);
    CHECK(audit(*store).of(Lane::pings).by(Cause::thinned) == 8);
    CHECK(queue(*store, Lane::pings) == Sequences{9});
}

TEST_CASE("a dead letter can be tried again at its old place, or discarded") {
    auto store = open_store(in_memory());
    fill(*store, Lane::pings, 4);
    commit(*store, [&]() -> Result<> {
        CHECK(store->outbox().bury(Lane::pings, 2, "no", start));
        return store->outbox().bury(Lane::pings, 3, "no", start);
    });
    commit(*store, [&]() -> Result<> {
        CHECK(store->outbox().retry(Lane::pings, 2));
        return store->outbox().discard(Lane::pings, 3, start);
    });
    CHECK(queue(*store, Lane::pings) == Sequences{1, 2, 4});
    CHECK(store->outbox().dead(Lane::pings) == 0);
    CHECK(store->outbox().size(Lane::pings) == 3);
    CHECK(verify(*store).discrepancies == Sentences{});
    CHECK(audit(*store).balances());
    const Result<> again =
        store->commit(start, [&] { return store->outbox().retry(Lane::pings, 3); });
    REQUIRE_FALSE(again);
    CHECK(again.error().detail == "there is no dead letter pings 3: see `outrider queue dead ls`");
}

TEST_CASE("what a file of the first version holds is kept, said to be unproven, and gone on from") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    {
        auto database = Database::open({.path = path}, store_migrations().first(1));
        REQUIRE(database);
        REQUIRE(
            database->execute("INSERT INTO destination VALUES (1, 'a');"
                              "INSERT INTO pings VALUES (5, 0, 1, x'05'), (6, 0, 1, x'06');"
                              "INSERT INTO dead VALUES ('pings', 4, 0, 1, x'04', 0, 'no');"
                              "INSERT INTO receipt VALUES (7, 'pings', 2, 2, 1);"
                              "INSERT INTO ledger VALUES ('captured', 6), ('accepted:pings', 6), "
                              "('delivered:pings', 2), ('dead:pings', 1), ('expired:pings', 1)"));
    }
    auto store = open_store(path);
    CHECK(audit(*store).discrepancies == Sentences{});
    CHECK(audit(*store).of(Lane::pings).queued == 2);
    fill(*store, Lane::pings, 2);
    const Custody custody = verify(*store);
    CHECK(custody.discrepancies == Sentences{});
    CHECK(custody.unproven == 3);
    CHECK(custody.vouched == 1);
    CHECK(custody.proven == 2);
    CHECK(store->outbox().bytes(Lane::pings) > 4 * 48);
    CHECK(queue(*store, Lane::pings) == Sequences{5, 6, 7, 8});
}

TEST_CASE("the queue's bytes follow what is in it") {
    auto store = open_store(in_memory());
    fill(*store, Lane::pings, 3);
    const auto three = store->outbox().bytes(Lane::pings);
    CHECK(three == 3 * 49);
    commit(*store, [&]() -> Result<> {
        CHECK(store->outbox().deliver(Lane::pings, Sequences{1}, start));
        return store->outbox().bury(Lane::pings, 2, "no", start);
    });
    CHECK(store->outbox().bytes(Lane::pings) == three / 3);
    commit(*store, [&] { return store->outbox().retry(Lane::pings, 2); });
    CHECK(store->outbox().bytes(Lane::pings) == three / 3 * 2);
}

}  // namespace
}  // namespace outrider::offline
