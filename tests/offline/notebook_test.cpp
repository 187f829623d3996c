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
