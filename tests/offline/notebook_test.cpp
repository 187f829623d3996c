#include "offline/notebook.hpp"

#include "offline/store.hpp"
#include "tests/offline/stores.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::offline;
using namespace outrider::test;

namespace {

constexpr Instant morning = start;

std::unique_ptr<Store> open(const TemporaryDirectory& directory) {
    return open_store(directory.file("outrider.db"));
}

Result<> write(Store& store, std::string_view text, Instant heard) {
    return store.commit(heard, [&] { return store.notebook().write("day", text, heard); });
}

}  // namespace

TEST_CASE("a page is there after a restart, with the time it was heard") {
    const TemporaryDirectory directory;
    REQUIRE(write(*open(directory), "at eight", morning));
    const auto page = open(directory)->notebook().read("day");
    REQUIRE(page);
    REQUIRE(*page);
    CHECK((*page)->text == "at eight");
    CHECK((*page)->heard == morning);
}

TEST_CASE("a page says only what was said last, and another name is another page") {
    const TemporaryDirectory directory;
    const auto store = open(directory);
    REQUIRE(write(*store, "at eight", morning));
    REQUIRE(write(*store, "at nine", morning + std::chrono::hours(1)));
    CHECK((*store->notebook().read("day"))->text == "at nine");
    CHECK_FALSE(*store->notebook().read("night"));
}

TEST_CASE("a page of a commit that failed was never written") {
    const TemporaryDirectory directory;
    const auto store = open(directory);
    REQUIRE(write(*store, "at eight", morning));
    const Result<> failed = store->commit(morning, [&]() -> Result<> {
        REQUIRE(store->notebook().write("day", "never", morning));
        return Error(Fault::storage, "no");
    });
    CHECK_FALSE(failed);
    CHECK((*store->notebook().read("day"))->text == "at eight");
}

TEST_CASE("outside a commit the notebook takes nothing") {
    const TemporaryDirectory directory;
    const auto store = open(directory);
    CHECK_FALSE(store->notebook().write("day", "at eight", morning));
    CHECK_FALSE(*store->notebook().read("day"));
}

TEST_CASE("what is laid by goes with the next commit, whatever that is made for") {
    const TemporaryDirectory directory;
    const auto store = open(directory);
    store->notebook().lay_by("coverage 1", "covered", morning);
    CHECK_FALSE(*store->notebook().read("coverage 1"));
    CHECK(store->notebook().owes());
    REQUIRE(write(*store, "at eight", morning));
    CHECK_FALSE(store->notebook().owes());
    CHECK((*store->notebook().read("coverage 1"))->text == "covered");
    store->notebook().lay_by("coverage 1", "more", morning);
    REQUIRE(store->commit(morning));
    CHECK((*store->notebook().read("coverage 1"))->text == "more");
}

TEST_CASE("what is laid by waits for a commit that works, and the last word holds") {
    const TemporaryDirectory directory;
    const auto store = open(directory);
    store->notebook().lay_by("coverage 1", "first", morning);
    CHECK_FALSE(store->commit(morning, [] { return Result<>(Error(Fault::storage, "no")); }));
    CHECK(store->notebook().owes());
    store->notebook().lay_by("coverage 1", "last", morning);
    REQUIRE(store->commit(morning));
    CHECK((*store->notebook().read("coverage 1"))->text == "last");
}

TEST_CASE("pages are read by the beginning of their names, and an empty one is gone") {
    const TemporaryDirectory directory;
    const auto store = open(directory);
    for (const char* name : {"coverage 1", "coverage 2", "cover", "day"}) {
        store->notebook().lay_by(name, name, morning);
    }
    REQUIRE(store->commit(morning));
    auto pages = store->notebook().read_all("coverage ");
    REQUIRE(pages);
    CHECK(pages->size() == 2);
    CHECK(pages->at("coverage 2").text == "coverage 2");
    store->notebook().lay_by("coverage 1", "", morning);
    REQUIRE(store->commit(morning));
    CHECK(store->notebook().read_all("coverage ")->size() == 1);
}
