#include "offline/journal.hpp"

#include "offline/migrations.hpp"
#include "tests/offline/stores.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

namespace outrider::offline {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

std::vector<std::string> records(Store& store, Instant from, Instant to) {
    std::vector<std::string> found;
    const Result<> done = store.journal().read(from, to, [&](std::string_view record) -> Result<> {
        found.emplace_back(record);
        return {};
    });
    CHECK(done);
    return found;
}

std::vector<std::string> all_records(Store& store) {
    return records(store, Instant{}, start + days(36500));
}

TEST_CASE("records are read back in order, those not yet on disk included") {
    auto store = open_store(in_memory());
    const std::string with_nul("b\0b", 3);
    store->journal().append(start, "a");
    store->journal().append(start + seconds(1), with_nul);
    REQUIRE(store->commit(start + seconds(2)));
    CHECK_FALSE(store->journal().dirty());
    store->journal().append(start + seconds(3), "");
    store->journal().append(start + seconds(4), std::string(255, 'z'));
    CHECK(store->journal().dirty());
    CHECK(all_records(*store) ==
          std::vector<std::string>{"a", with_nul, "", std::string(255, 'z')});
}

TEST_CASE("reading gives the blocks that touch the time asked for") {
    auto store = open_store(in_memory());
    for (int i = 0; i < 5; ++i) {
        store->journal().append(start + hours(i), std::to_string(i));
        if (i < 4) REQUIRE(store->commit(start + hours(i)));
    }
    CHECK(records(*store, start + hours(1), start + hours(2)) ==
          std::vector<std::string>{"1", "2"});
    CHECK(records(*store, start + hours(4), start + hours(9)) == std::vector<std::string>{"4"});
    CHECK(records(*store, start + hours(5), start + hours(9)).empty());
}

TEST_CASE("reading stops at the first error and may write meanwhile") {
    auto store = open_store(in_memory());
    for (int i = 0; i < 4; ++i) {
        store->journal().append(start, "x");
        if (i < 2) REQUIRE(store->commit(start));
    }
    int seen = 0;
    const Result<> done =
        store->journal().read(Instant{}, start, [&](std::string_view) -> Result<> {
            store->journal().append(start, std::string(200, 'y'));
            if (++seen == 3) return Error(Fault::cancelled, "enough");
            return store->commit(start);
        });
    REQUIRE_FALSE(done);
    CHECK(done.error().detail == "enough");
    CHECK(seen == 3);
}

TEST_CASE("records wait in memory while nothing can be committed, the newest 32 KiB of them") {
    auto store = open_store(in_memory());
    for (int i = 0; i < 1000; ++i) {
        store->journal().append(start + seconds(i), std::string(99, 'a') + std::to_string(i));
        const Result<> failed =
            store->commit(start, [] { return Result<>(Error(Fault::storage, "no")); });
        REQUIRE_FALSE(failed);
    }
    const std::int64_t dropped = store->ledger().balance("journal_dropped");
    REQUIRE(store->commit(start));
    const auto found = all_records(*store);
    CHECK(found.size() > 300);
    CHECK(static_cast<std::int64_t>(found.size()) + dropped == 1000);
    CHECK(found.back() == std::string(99, 'a') + "999");
}

TEST_CASE("a record too long for its length byte is counted and left out") {
    auto store = open_store(in_memory());
    store->journal().append(start, std::string(256, 'x'));
    CHECK_FALSE(store->journal().dirty());
    CHECK(store->ledger().balance("journal_dropped") == 1);
}

TEST_CASE("records travel in commits made for others only when they fill most of a page") {
    auto store = open_store(in_memory());
    const auto count_something = [&] {
        return store->commit(start, [&]() -> Result<> {
            store->ledger().count("something");
            return {};
        });
    };
    store->journal().append(start, std::string(90, 'a'));
    REQUIRE(count_something());
    CHECK(store->journal().dirty());
    for (int i = 0; i < 8; ++i) store->journal().append(start, std::string(90, 'a'));
    REQUIRE(count_something());
    CHECK_FALSE(store->journal().dirty());
    store->journal().append(start, "the last one");
    REQUIRE(store->commit(start));
    CHECK_FALSE(store->journal().dirty());
}

TEST_CASE("blocks older than the time to keep go, and receipts with them") {
    StoreOptions options = in_memory();
    options.journal.keep = days(2);
    auto store = open_store(options);
    fill(*store, Lane::pings, 1005);
    for (int day = 0; day < 5; ++day) {
        const Instant now = start + days(day);
        store->journal().append(now, std::to_string(day));
        REQUIRE(store->commit(now, [&] {
            return store->outbox().deliver(Lane::pings, std::array{std::int64_t{day + 1}}, now);
        }));
        REQUIRE(store->commit(now));
    }
    CHECK(all_records(*store) == std::vector<std::string>{"2", "3", "4"});
    const auto receipts = store->outbox().receipts(Lane::pings, Instant{}, 100);
    REQUIRE(receipts);
    REQUIRE(receipts->size() == 4);  // and the newest of the old ones, for its link
    CHECK(receipts->front().first == 2);
    CHECK(audit(*store).balances());
}

TEST_CASE("receipts by a clock years behind stay until a thousand envelopes have come after") {
    auto store = open_store(in_memory());
    const auto leave = [&](std::int64_t sequence, Instant now) {
        store->journal().append(now, "a record");
        REQUIRE(store->commit(
            now, [&] { return store->outbox().deliver(Lane::pings, std::array{sequence}, now); }));
        REQUIRE(store->commit(now));
    };
    fill(*store, Lane::pings, 3);
    leave(1, start - days(3650));
    leave(2, start - days(3650));
    leave(3, start);
    CHECK(store->outbox().receipts(Lane::pings, Instant{}, 100)->size() == 3);
    fill(*store, Lane::pings, 998);
    leave(4, start + seconds(1));
    CHECK(store->outbox().receipts(Lane::pings, Instant{}, 100)->size() == 4);
    fill(*store, Lane::pings, 1);
    leave(5, start + seconds(2));
    CHECK(store->outbox().receipts(Lane::pings, Instant{}, 100)->front().first == 2);
    CHECK(audit(*store).balances());
}

TEST_CASE("a wall clock that jumps ahead erases nothing") {
    auto store = open_store(in_memory());
    store->journal().append(start, "before");
    REQUIRE(store->commit(start));
    store->journal().append(start + seconds(1), "after");
    REQUIRE(store->commit(start + days(3650)));
    CHECK(all_records(*store) == std::vector<std::string>{"before", "after"});
}

TEST_CASE("until the time is known nothing goes for its age, whatever records say") {
    auto store = open_store(in_memory());
    store->journal().append(start, "before");
    REQUIRE(store->commit(start));
    store->journal().time_is_known(false);
    for (const char* record : {"by a wrong clock", "by the same"}) {
        store->journal().append(start + days(3650), record);
        REQUIRE(store->commit(start + days(3650)));
    }
    CHECK(all_records(*store).size() == 3);
    store->journal().time_is_known(true);
    store->journal().append(start + days(3650), "by a right one");
    REQUIRE(store->commit(start + days(3650)));
    CHECK(all_records(*store).size() == 3);
}

TEST_CASE("a block dated far ahead keeps nothing behind it on record") {
    auto store = open_store(in_memory());
    const auto write = [&](Instant dated, Instant now, const char* record) {
        store->journal().append(dated, record);
        REQUIRE(store->commit(now));
    };
    write(start + days(36500), start, "of 2126");
    write(start, start, "old");
    write(start + days(20), start + days(20), "of today");
    CHECK(all_records(*store) == std::vector<std::string>{"of today"});
    write(start + days(36500), start + days(20), "of 2126 again");
    write(start + days(21), start + days(21), "of the day after");
    CHECK(records(*store, Instant{}, Instant::max()) ==
          std::vector<std::string>{"of today", "of 2126 again", "of the day after"});
}

TEST_CASE("what is on record is told without reading it") {
    auto store = open_store(in_memory());
    auto held = store->track_held();
    REQUIRE(held);
    CHECK(held->about == 0);
    CHECK_FALSE(held->first);
    CHECK_FALSE(held->last);
    for (int i = 0; i < 1005; ++i) {
        store->journal().append(start + seconds(i), std::string(49, 'a'));
        if (i < 1000 && i % 100 == 99) REQUIRE(store->commit(start + seconds(i)));
    }
    held = store->track_held();
    REQUIRE(held);
    CHECK(held->about == 1005);
    CHECK(held->first == start);
    CHECK(held->last == start + seconds(1004));
}

TEST_CASE("beyond its bytes the journal gives up the oldest blocks") {
    StoreOptions options = in_memory();
    options.journal.bytes = 1000;
    auto store = open_store(options);
    for (int i = 0; i < 50; ++i) {
        store->journal().append(start + seconds(i), std::string(97, 'a') + std::to_string(10 + i));
        REQUIRE(store->commit(start + seconds(i)));
    }
    const auto found = all_records(*store);
    CHECK(found.size() == 10);
    CHECK(found.back() == std::string(97, 'a') + "59");
}

TEST_CASE("a block the disk has garbled is passed over and the rest is read") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    {
        auto store = open_store(path);
        for (const char* record : {"one", "two", "three"}) {
            store->journal().append(start, record);
            REQUIRE(store->commit(start));
        }
    }
    {
        auto database = Database::open({.path = path}, store_migrations());
        REQUIRE(database);
        REQUIRE(database->execute("UPDATE journal SET records = x'ff00' WHERE id = 2"));
    }
    CHECK(all_records(*open_store(path)) == std::vector<std::string>{"one", "three"});
}

}  // namespace
}  // namespace outrider::offline
