#include "offline/outbox.hpp"

#include "offline/migrations.hpp"
#include "tests/offline/stores.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

namespace outrider::offline {
namespace {

using std::chrono::seconds;
using Sequences = std::vector<std::int64_t>;

Result<> deliver(Store& store, Lane lane, const Sequences& sequences, Instant at = start) {
    return store.commit(start, [&] { return store.outbox().deliver(lane, sequences, at); });
}

TEST_CASE("sequences count from 1 in each lane and are never used twice") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    {
        auto store = open_store(path);
        fill(*store, Lane::pings, 3);
        fill(*store, Lane::actions, 2);
        CHECK(queue(*store, Lane::pings) == Sequences{1, 2, 3});
        CHECK(queue(*store, Lane::actions) == Sequences{1, 2});
        REQUIRE(deliver(*store, Lane::pings, {1, 2, 3}));
    }
    auto store = open_store(path);
    fill(*store, Lane::pings, 1);
    CHECK(queue(*store, Lane::pings) == Sequences{4});
}

TEST_CASE("a sequence whose commit failed is used by the next envelope") {
    auto store = open_store(in_memory());
    fill(*store, Lane::pings, 1);
    const Result<> done = store->commit(start, [&]() -> Result<> {
        const auto added = store->outbox().add(Lane::pings, start, 1, "lost");
        CHECK(*added == 2);
        return Error(Fault::storage, "on purpose");
    });
    CHECK_FALSE(done);
    CHECK(store->outbox().size(Lane::pings) == 1);
    fill(*store, Lane::pings, 1);
    const auto envelopes = store->outbox().oldest(Lane::pings, 10);
    REQUIRE(envelopes);
    REQUIRE(envelopes->size() == 2);
    CHECK(envelopes->back().sequence == 2);
    CHECK(envelopes->back().body == "2");
}

TEST_CASE("an envelope comes back byte for byte after a restart") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    std::string body;
    for (int byte = 0; byte < 256; ++byte) body += static_cast<char>(byte);
    for (const std::string& written : {body, std::string(), std::string(100'000, '\0')}) {
        const Instant at = start + std::chrono::milliseconds(123);
        std::int64_t sequence = 0;
        {
            auto store = open_store(path);
            REQUIRE(store->commit(start, [&]() -> Result<> {
                const auto to = store->outbox().destination("https://office \"A\"");
                const auto added = store->outbox().add(Lane::pings, at, *to, written);
                if (!added) return added.error();
                store->ledger().count("captured");
                sequence = *added;
                return {};
            }));
        }
        auto store = open_store(path);
        const auto envelopes = store->outbox().oldest(Lane::pings, 1);
        REQUIRE(envelopes);
        REQUIRE(envelopes->size() == 1);
        const Envelope& envelope = envelopes->front();
        CHECK(envelope.lane == Lane::pings);
        CHECK(envelope.sequence == sequence);
        CHECK(envelope.written == at);
        CHECK((envelope.body == written));
        CHECK(*store->outbox().destination_text(envelope.destination) == "https://office \"A\"");
        REQUIRE(deliver(*store, Lane::pings, {sequence}));
    }
}

TEST_CASE("the oldest envelopes are those of one destination") {
    auto store = open_store(in_memory());
    fill(*store, Lane::pings, 3, "a");
    fill(*store, Lane::pings, 2, "b");
    fill(*store, Lane::pings, 1, "a");
    CHECK(queue(*store, Lane::pings) == Sequences{1, 2, 3});
    CHECK(store->outbox().oldest(Lane::pings, 2)->size() == 2);
    CHECK(store->outbox().oldest(Lane::pings, 0)->empty());
    REQUIRE(deliver(*store, Lane::pings, {1, 2, 3}));
    CHECK(queue(*store, Lane::pings) == Sequences{4, 5});
    REQUIRE(deliver(*store, Lane::pings, {4, 5}));
    CHECK(queue(*store, Lane::pings) == Sequences{6});
}

TEST_CASE("the oldest end before the first that does not go together with them") {
    auto store = open_store(in_memory());
    for (const char* to : {"a", "b", "a", "c", "b"}) fill(*store, Lane::pings, 1, to);
    const auto taken = [&](std::size_t limit, const Outbox::Together& together) {
        const auto found = store->outbox().oldest(Lane::pings, limit, together);
        REQUIRE(found);
        return found->size();
    };
    CHECK(taken(10, [](auto, auto) { return true; }) == 5);
    CHECK(taken(2, [](auto, auto) { return true; }) == 2);
    CHECK(taken(10, [](auto, auto) { return false; }) == 1);
    CHECK(taken(10, [](auto first, auto other) { return first == 1 && other == 2; }) == 3);
    CHECK(store->outbox().oldest(Lane::pings, 10)->size() == 1);
}

TEST_CASE("delivered envelopes leave, in any order and with gaps, and each run has its receipt") {
    auto store = open_store(in_memory());
    fill(*store, Lane::pings, 9);
    REQUIRE(deliver(*store, Lane::pings, {7, 2, 3, 1, 3, 8}, start + seconds(5)));
    CHECK(queue(*store, Lane::pings) == Sequences{4, 5, 6, 9});
    CHECK(store->outbox().size(Lane::pings) == 4);
    CHECK(store->ledger().balance("delivered:pings") == 5);
    const auto receipts = store->outbox().receipts(Lane::pings, start, 10);
    REQUIRE(receipts);
    REQUIRE(receipts->size() == 2);
    CHECK((*receipts)[0].first == 1);
    CHECK((*receipts)[0].last == 3);
    CHECK((*receipts)[0].count() == 3);
    CHECK((*receipts)[0].at == start + seconds(5));
    CHECK((*receipts)[1].first == 7);
    CHECK((*receipts)[1].last == 8);
    CHECK(store->outbox().receipts(Lane::pings, start, 1)->size() == 1);
    CHECK(store->outbox().receipts(Lane::pings, start + seconds(6), 10)->empty());
    CHECK(store->outbox().receipts(Lane::actions, start, 10)->empty());
    CHECK(audit(*store).balances());
}

TEST_CASE("what an earlier answer has settled is not counted again") {
    auto store = open_store(in_memory());
    fill(*store, Lane::pings, 4);
    REQUIRE(deliver(*store, Lane::pings, {2}));
    REQUIRE(deliver(*store, Lane::pings, {1, 2, 3, 77, -5}));
    CHECK(store->ledger().balance("delivered:pings") == 3);
    const auto receipts = store->outbox().receipts(Lane::pings, start, 10);
    REQUIRE(receipts);
    CHECK(receipts->size() == 3);  // 2; 1 and 3, which are no run
    REQUIRE(store->commit(start,
                          [&] { return store->outbox().bury(Lane::pings, 2, "too late", start); }));
    CHECK(store->outbox().dead(Lane::pings) == 0);
    CHECK(audit(*store).balances());
}

TEST_CASE("a refused envelope becomes a dead letter with the office's words") {
    auto store = open_store(in_memory());
    fill(*store, Lane::pings, 3);
    REQUIRE(store->commit(start, [&]() -> Result<> {
        auto done = store->outbox().bury(Lane::pings, 2, "no such van", start + seconds(9));
        return done ? store->outbox().bury(Lane::pings, 3, "nor this", start) : done;
    }));
    CHECK(queue(*store, Lane::pings) == Sequences{1});
    CHECK(store->outbox().dead(Lane::pings) == 2);
    CHECK(store->outbox().dead(Lane::actions) == 0);
    const auto letters = store->outbox().dead_letters(Lane::pings, 10);
    REQUIRE(letters);
    REQUIRE(letters->size() == 2);
    CHECK(letters->front().envelope.sequence == 3);
    const DeadLetter& letter = letters->back();
    CHECK(letter.envelope.sequence == 2);
    CHECK(letter.envelope.body == "2");
    CHECK(letter.envelope.written == start + seconds(1));
    CHECK(letter.envelope.destination == 1);
    CHECK(letter.buried == start + seconds(9));
    CHECK(letter.words == "no such van");
    CHECK(store->outbox().dead_letters(Lane::pings, 1)->size() == 1);
    CHECK(audit(*store).balances());
}

TEST_CASE("the office's words are kept to 4 KiB without breaking a character") {
    auto store = open_store(in_memory());
    fill(*store, Lane::pings, 1);
    std::string words(4095, 'x');
    words += "é and more";
    REQUIRE(
        store->commit(start, [&] { return store->outbox().bury(Lane::pings, 1, words, start); }));
    CHECK(store->outbox().dead_letters(Lane::pings, 1)->front().words == std::string(4095, 'x'));
}

TEST_CASE("pings too old to be of use expire, a thousand at a time, and actions never do") {
    auto store = open_store(in_memory());
    fill(*store, Lane::pings, 1500);
    fill(*store, Lane::actions, 3);
    std::int64_t gone = 0;
    const auto expire = [&](Instant limit) {
        REQUIRE(store->commit(start, [&]() -> Result<> {
            const auto expired = store->outbox().expire(limit, start);
            if (!expired) return expired.error();
            gone = *expired;
            return {};
        }));
        return gone;
    };
    CHECK(expire(start) == 0);
    CHECK(expire(start + seconds(1200)) == 1000);
    CHECK(expire(start + seconds(1200)) == 200);
    CHECK(expire(start + seconds(1200)) == 0);
    CHECK(store->outbox().size(Lane::pings) == 300);
    CHECK(store->outbox().size(Lane::actions) == 3);
    CHECK(store->ledger().balance("expired:pings") == 1200);
    CHECK(*store->outbox().oldest_written(Lane::pings) == start + seconds(1200));
    CHECK(audit(*store).balances());
}

TEST_CASE("an empty lane has no oldest envelope") {
    auto store = open_store(in_memory());
    const auto oldest = store->outbox().oldest_written(Lane::actions);
    REQUIRE(oldest);
    CHECK_FALSE(oldest->has_value());
    CHECK(queue(*store, Lane::actions).empty());
    CHECK(store->outbox().size(Lane::actions) == 0);
}

TEST_CASE("the outbox is not changed outside a commit") {
    auto store = open_store(in_memory());
    fill(*store, Lane::pings, 1);
    CHECK_FALSE(store->outbox().add(Lane::pings, start, 1, "x"));
    CHECK_FALSE(store->outbox().deliver(Lane::pings, Sequences{1}, start));
    CHECK_FALSE(store->outbox().bury(Lane::pings, 1, "x", start));
    CHECK_FALSE(store->outbox().expire(start + seconds(99), start));
    CHECK(queue(*store, Lane::pings) == Sequences{1});
    CHECK(audit(*store).balances());
}

TEST_CASE("an envelope is never written over another one or to an unknown destination") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    fill(*open_store(path), Lane::pings, 3);
    {
        auto database = Database::open({.path = path}, store_migrations());
        REQUIRE(database);
        REQUIRE(database->execute("UPDATE ledger SET count = 1 WHERE account = 'accepted:pings'"));
    }
    auto store = open_store(path);
    const auto add = [&](std::int64_t destination) {
        return store->commit(start, [&]() -> Result<> {
            const auto added = store->outbox().add(Lane::pings, start, destination, "new");
            if (!added) return added.error();
            return {};
        });
    };
    CHECK(add(1).error().fault == Fault::storage);
    CHECK(store->outbox().oldest(Lane::pings, 10)->at(1).body == "2");
    CHECK_FALSE(audit(*store).balances());
    auto other = open_store(in_memory());
    store = std::move(other);
    CHECK(add(99).error().fault == Fault::storage);
    CHECK(queue(*store, Lane::pings).empty());
}

TEST_CASE("the same destination has the same id, also after a restart") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    std::int64_t first = 0, second = 0;
    {
        auto store = open_store(path);
        first = *store->outbox().destination("first");
        second = *store->outbox().destination("second");
        CHECK(first != second);
        CHECK(*store->outbox().destination("first") == first);
    }
    auto store = open_store(path);
    CHECK(*store->outbox().destination("second") == second);
    CHECK(*store->outbox().destination_text(first) == "first");
    const auto unknown = store->outbox().destination_text(1234);
    REQUIRE_FALSE(unknown);
    CHECK(contains(unknown.error().detail, "1234"));
}

TEST_CASE("a hundred thousand envelopes go in and out, and the log stays small") {
    const test::TemporaryDirectory directory;
    StoreOptions options;
    options.database.path = directory.file("a.db");
    auto store = open_store(options);
    const std::string body(270, 'p');
    constexpr int batches = 200, batch = 500;
    std::uintmax_t longest_log = 0;
    const auto log = [&] { return std::filesystem::file_size(options.database.path + "-wal"); };
    const std::int64_t to = *store->outbox().destination("office");
    for (int i = 0; i < batches; ++i) {
        REQUIRE(store->commit(start, [&]() -> Result<> {
            store->ledger().count("captured", batch);
            for (int j = 0; j < batch; ++j) {
                const auto added = store->outbox().add(Lane::pings, start, to, body);
                if (!added) return added.error();
            }
            return {};
        }));
        longest_log = std::max(longest_log, log());
    }
    CHECK(store->outbox().size(Lane::pings) == batches * batch);
    for (int i = 0; i < batches; ++i) {
        const auto envelopes = store->outbox().oldest(Lane::pings, batch);
        REQUIRE(envelopes);
        Sequences sequences;
        for (const Envelope& envelope : *envelopes) sequences.push_back(envelope.sequence);
        REQUIRE(sequences.size() == batch);
        REQUIRE(deliver(*store, Lane::pings, sequences, start + seconds(i)));
        longest_log = std::max(longest_log, log());
    }
    CHECK(longest_log < 3'000'000);
    const Audit books = audit(*store);
    CHECK(books.balances());
    CHECK(books.of(Lane::pings).by(Cause::delivered) == batches * batch);
    CHECK(books.of(Lane::pings).queued == 0);
}

}  // namespace
}  // namespace outrider::offline
