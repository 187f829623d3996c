#include "offline/crash_guard.hpp"

#include "tests/offline/stores.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <filesystem>

namespace outrider::offline {
namespace {

using namespace std::chrono_literals;

constexpr Uptime boot{1000s};

// A run that dies `after` its start while it handles one envelope.
void die(const std::string& path, Duration after, std::int64_t sequence) {
    auto store = open_store(path);
    REQUIRE(store->bury_culprit(start, boot));
    store->handling(Lane::pings, 1, boot + 1s);
    store->handled();
    store->handling(Lane::pings, sequence, boot + after);
}

std::optional<Handled> culprit(Store& store) {
    const auto found = store.bury_culprit(start, boot);
    REQUIRE(found);
    return *found;
}

TEST_CASE("what the program died of three times, each soon after its start, is put aside") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    fill(*open_store(path), Lane::pings, 5);
    for (int i = 0; i < 3; ++i) die(path, 20s, 3);
    auto store = open_store(path);
    CHECK((culprit(*store) == Handled{Lane::pings, 3}));
    CHECK(queue(*store, Lane::pings) == std::vector<std::int64_t>{1, 2, 4, 5});
    const auto dead = store->outbox().dead_letters(Lane::pings, 9);
    REQUIRE(dead->size() == 1);
    CHECK(dead->front().envelope.sequence == 3);
    CHECK(dead->front().words == "made the agent crash");
    CHECK(audit(*store).balances());
    store.reset();
    CHECK_FALSE(culprit(*open_store(path)));  // and that is the end of it
}

TEST_CASE("after a minute a file that is cut short under the guard kills nobody") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("guard");
    CrashGuard guard(path, boot);
    guard.handling({Lane::pings, 1}, boot + 1s);
    guard.handling({Lane::pings, 2}, boot + 61s);
    std::filesystem::resize_file(path, 0);  // what XFS makes of a mapping when it shuts down
    guard.handling({Lane::pings, 3}, boot + 62s);
    guard.handled();
    CHECK_FALSE(guard.culprit());
}

TEST_CASE("nothing is put aside that is not to blame") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    fill(*open_store(path), Lane::pings, 5);
    SUBCASE("only twice") {
        for (int i = 0; i < 2; ++i) die(path, 20s, 3);
    }
    SUBCASE("each time another") {
        for (const int sequence : {3, 4, 3, 4, 5}) die(path, 20s, sequence);
    }
    SUBCASE("after a long life") {
        for (int i = 0; i < 5; ++i) die(path, 61s, 3);
    }
    SUBCASE("another one after a minute") {
        for (int i = 0; i < 3; ++i) {
            auto store = open_store(path);
            REQUIRE(store->bury_culprit(start, boot));
            store->handling(Lane::pings, 3, boot + 59s);
            store->handling(Lane::pings, 4, boot + 61s);
        }
    }
    SUBCASE("with a good run in between") {
        for (int i = 0; i < 2; ++i) die(path, 20s, 3);
        {
            auto store = open_store(path);
            REQUIRE(store->bury_culprit(start, boot));
            store->handling(Lane::pings, 3, boot + 1s);
            store->handled();
        }
        for (int i = 0; i < 2; ++i) die(path, 20s, 3);
    }
    SUBCASE("the record is of another boot, or noise") {
        for (int i = 0; i < 3; ++i) die(path, 20s, 3);
        const std::string file = path + ".handling";
        std::string bytes = file_bytes(file);
        bytes[0] = bytes[0] == '0' ? '1' : '0';
        std::ofstream(file, std::ios::binary) << bytes;
    }
    auto store = open_store(path);
    CHECK_FALSE(culprit(*store));
    CHECK(queue(*store, Lane::pings).size() == 5);
}

TEST_CASE("after the first minute nothing is written any more") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    auto store = open_store(path);
    fill(*store, Lane::pings, 5);
    REQUIRE(store->bury_culprit(start, boot));
    const auto handling = [&](Duration after) {
        store->handling(Lane::pings, 3, boot + after);
        std::string during = file_bytes(path + ".handling");
        store->handled();
        return during;
    };
    const std::string idle = file_bytes(path + ".handling");
    CHECK(handling(59s) != idle);
    const std::string before = file_bytes(path + ".handling");
    CHECK(handling(60s) == before);
    CHECK(handling(24h) == before);
    CHECK(idle.size() == before.size());
}

}  // namespace
}  // namespace outrider::offline
