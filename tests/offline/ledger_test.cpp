#include "offline/ledger.hpp"

#include "tests/offline/stores.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <string>

namespace outrider::offline {
namespace {

TEST_CASE("what was counted is in the balance at once and on disk after a commit") {
    const test::TemporaryDirectory directory;
    {
        auto store = open_store(directory.file("a.db"));
        store->ledger().count("captured", 3);
        store->ledger().count("captured");
        CHECK(store->ledger().balance("captured") == 4);
        CHECK(store->ledger().dirty());
        REQUIRE(store->commit(start));
        CHECK_FALSE(store->ledger().dirty());
        store->ledger().count("captured", 100);  // never committed
    }
    auto store = open_store(directory.file("a.db"));
    CHECK(store->ledger().balance("captured") == 4);
    CHECK(store->ledger().balance("never heard of") == 0);
    CHECK_FALSE(store->ledger().dirty());
}

TEST_CASE("a failed commit takes back what its work counted and keeps what was counted before") {
    auto store = open_store(in_memory());
    store->ledger().count("captured", 2);
    const Result<> done = store->commit(start, [&]() -> Result<> {
        store->ledger().count("captured", 5);
        store->ledger().count("new");
        CHECK(store->ledger().balance("captured") == 7);
        return Error(Fault::storage, "on purpose");
    });
    REQUIRE_FALSE(done);
    CHECK(done.error().detail == "on purpose");
    CHECK(store->ledger().balance("captured") == 2);
    CHECK(store->ledger().balances().size() == 1);
    CHECK(store->ledger().dirty());
    REQUIRE(store->commit(start));
    CHECK(store->ledger().balance("captured") == 2);
    CHECK_FALSE(store->ledger().dirty());
}

TEST_CASE("accounts are found by how their names begin, and empty ones are none") {
    auto store = open_store(in_memory());
    store->ledger().count("not_reported:parked", 3);
    store->ledger().count("not_reported:held");
    store->ledger().count("not", 2);
    store->ledger().count("not_reported:drift");
    store->ledger().count("not_reported:drift", -1);
    const std::map<std::string, std::int64_t> parked_and_held = {{"not_reported:held", 1},
                                                                 {"not_reported:parked", 3}};
    CHECK(store->ledger().balances("not_reported:") == parked_and_held);
    CHECK(store->ledger().balances().size() == 3);
}

TEST_CASE("what is counted before a commit and within it is written once, with both") {
    const test::TemporaryDirectory directory;
    {
        auto store = open_store(directory.file("a.db"));
        store->ledger().count("captured", 2);
        store->ledger().count("b");
        REQUIRE(store->commit(start, [&]() -> Result<> {
            store->ledger().count("captured", 3);
            store->ledger().count("a");
            return {};
        }));
        store->ledger().count("captured", 10);
        CHECK_FALSE(store->commit(start, [&]() -> Result<> {
            store->ledger().count("captured", 100);
            return Error(Fault::storage, "on purpose");
        }));
        REQUIRE(store->commit(start));
    }
    auto store = open_store(directory.file("a.db"));
    CHECK(store->ledger().balance("captured") == 15);
    CHECK(store->ledger().balance("a") == 1);
    CHECK(store->ledger().balance("b") == 1);
}

TEST_CASE("counting nothing changes nothing") {
    auto store = open_store(in_memory());
    store->ledger().count("captured", 0);
    CHECK_FALSE(store->ledger().dirty());
    CHECK(store->ledger().balances().empty());
}

}  // namespace
}  // namespace outrider::offline
