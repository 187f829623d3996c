// Damage to the log, damage while the store runs, and noise.

#include "offline/salvage.hpp"

#include "tests/offline/spoilt.hpp"
#include "tests/support/thorough.hpp"

#include <doctest/doctest.h>

#include <array>

namespace outrider::offline {
namespace {

std::vector<std::int64_t> queue_head(Store& store, std::size_t count) {
    std::vector<std::int64_t> sequences = queue(store, Lane::pings);
    sequences.resize(std::min(count, sequences.size()));
    return sequences;
}

void fill_a_little(Store& store) { fill(store, Lane::pings, 50); }

// Killed with everything still in the log.
std::unique_ptr<PowercutDisk> with_full_log(const std::string& name,
                                            void (*write)(Store&) = fill_a_little) {
    auto disk = std::make_unique<PowercutDisk>(name);
    StoreOptions options = on(*disk);
    options.database.wal_bytes = 8 * 1024 * 1024;
    auto store = open_store(options);
    write(*store);
    disk->cut(nullptr);
    store.reset();
    disk->power_on();
    return disk;
}

TEST_CASE("a log broken in the middle gives up what lies behind the break") {
    for (const int place : {3'000, 12'000, 30'000}) {
        CAPTURE(place);
        auto disk = with_full_log("salvage");
        spoil(*disk, log_name, [&](auto& b) { b[static_cast<std::size_t>(place)] ^= 0x55; });
        auto store = open_store(on(*disk));
        REQUIRE(store->salvaged());
        CHECK(store->salvaged()->log_damaged);
        CHECK(queue(*store, Lane::pings).size() >= 49);
        CHECK(audit(*store).balances());
        CHECK(next_sequence(*store) > 1'000'000);
    }
}

TEST_CASE("whichever frame of the log is broken, nothing that was answered for is owed again") {
    auto disk = with_full_log("salvage");
    {
        StoreOptions options = on(*disk);
        options.database.wal_bytes = 8 * 1024 * 1024;
        auto store = open_store(options);
        for (int i = 0; i < 8; ++i) {
            REQUIRE(store->commit(start, [&] {
                return store->outbox().deliver(Lane::pings, queue_head(*store, 3), start);
            }));
        }
        disk->cut(nullptr);
        store.reset();
        disk->power_on();
    }
    const std::string good = disk->bytes(log_name);
    const std::string file = disk->bytes(file_name);
    const Log log = read_log(RawFile(log_name, disk->vfs(), true),
                             RawFile(file_name, disk->vfs(), false), page);
    int salvages = 0;
    for (std::int64_t frame = 0; frame < log.frames; ++frame) {
        CAPTURE(frame);
        PowercutDisk worn("worn");
        worn.put_bytes(file_name, file);
        std::string bad = good;
        bad[static_cast<std::size_t>(32 + frame * 1048 + 500)] ^= 0x55;
        worn.put_bytes(log_name, bad);
        auto store = open_store(on(worn));
        salvages += store->salvages();
        CHECK(audit(*store).balances());
        const auto receipts = store->outbox().receipts(Lane::pings, start, 100);
        REQUIRE(receipts);
        for (const std::int64_t sequence : queue(*store, Lane::pings)) {
            for (const Receipt& receipt : *receipts) {
                CHECK_FALSE((receipt.first <= sequence && sequence <= receipt.last));
            }
        }
    }
    CHECK(salvages > 80);
}

TEST_CASE("a log whose header is gone, or of noise, is noticed") {
    auto disk = with_full_log("salvage");
    std::size_t at_least = 0;
    SUBCASE("no header") {
        spoil(*disk, log_name, [](auto& b) { b.replace(0, 512, 512, '\0'); });
        at_least = 50;
    }
    SUBCASE("noise") {
        spoil(*disk, log_name, [](auto& b) {
            Dice dice(1);
            for (char& byte : b) byte = static_cast<char>(dice() & 0xffU);
        });
    }
    auto store = open_store(on(*disk));
    REQUIRE(store->salvaged());
    CHECK(queue(*store, Lane::pings).size() >= at_least);
    CHECK(audit(*store).balances());
    CHECK(next_sequence(*store) > 1'000'000);
}

TEST_CASE("an empty file beside a full log is read from the log") {
    auto disk = with_full_log("salvage");
    disk->put_bytes(file_name, "");
    auto store = open_store(on(*disk));
    REQUIRE(store->salvaged());
    CHECK(queue(*store, Lane::pings).size() == 50);
    CHECK(audit(*store).balances());
}

TEST_CASE("what a crash leaves in the log is not taken for damage") {
    auto disk = with_full_log("salvage");
    SUBCASE("as it is") {}
    SUBCASE("the last commit torn") {
        const Log log = read_log(RawFile(log_name, disk->vfs(), true),
                                 RawFile(file_name, disk->vfs(), false), page);
        REQUIRE(log.frames > 10);
        spoil(*disk, log_name, [&](auto& b) {
            b[static_cast<std::size_t>(32 + (log.frames - 1) * (24 + 1024) + 100)] ^= 0x55;
        });
    }
    auto store = open_store(on(*disk));
    CHECK_FALSE(store->salvaged());
    CHECK(queue(*store, Lane::pings).size() >= 49);
}

// A frame's header may lie in two sectors, of which a power cut keeps the one with the salts.
TEST_CASE("the end of an older commit, left in the midst of a torn one, is not taken for damage") {
    const auto disk = with_full_log("salvage", write_story);
    const std::string good = disk->bytes(log_name);
    constexpr std::size_t stride = 24 + 1024;
    const auto header = [](std::size_t frame) { return 32 + frame * stride; };
    const auto ends_commit = [&](std::size_t frame) {
        return good.compare(header(frame) + 4, 4, std::string(4, '\0')) != 0;
    };
    int torn = 0;
    for (std::size_t split = 41; header(split + 1) < good.size(); split += 64) {
        CAPTURE(split);
        REQUIRE((header(split) + 8) % 512 == 0);
        std::size_t first = split, last = split;
        while (!ends_commit(first - 1)) --first;
        while (!ends_commit(last)) ++last;
        if (first == split || last == split) continue;
        ++torn;
        std::string bad = good.substr(0, header(last + 1)) + std::string(64 * stride, '\0');
        bad[header(first) + 100] ^= 0x55;
        bad[header(split) + 7] = 42;
        PowercutDisk cut("cut");
        cut.put_bytes(file_name, disk->bytes(file_name));
        cut.put_bytes(log_name, bad);
        const auto store = open_store(on(cut));
        CHECK_FALSE(store->salvaged());
        CHECK(audit(*store).balances());
    }
    CHECK(torn > 0);
}

TEST_CASE("damage that shows while the store runs is mended with the next use") {
    PowercutDisk disk("salvage");
    auto store = open_store(on(disk));
    write_story(*store);
    // More than SQLite keeps in memory.
    for (int i = 0; i < 10'000; ++i) next_sequence(*store);
    const std::size_t at = disk.bytes(file_name).find(body_of(500)) / page * page;
    spoil(disk, file_name, [&](auto& b) { b.replace(at, page, page, '\xa5'); });
    store->ledger().count("captured");
    store->ledger().count("not_reported:parked");
    bool failed = false;
    for (int i = 0; i < 3; ++i) failed |= !store->outbox().oldest(Lane::pings, 1'000'000);
    CHECK(failed);
    REQUIRE(store->commit(start));
    REQUIRE(store->salvaged());
    CHECK(store->salvages() == 1);
    CHECK(queue(*store, Lane::pings).size() >= 10'000 + pings - answered - refused - 10);
    check_sound(*store);
    CHECK(store->ledger().balance("not_reported:parked") == 8);
}

TEST_CASE(
    "a salvage cut short at any operation is done again or finished, and loses nothing twice") {
    PowercutDisk disk("salvage");
    {
        auto store = open_store(on(disk));
        fill(*store, Lane::pings, 300);
        fill(*store, Lane::actions, 5);
    }
    const std::string good = disk.bytes(file_name);
    std::string bad = good;
    bad.replace(fullest_leaf(good) * page, page, page, '\xa5');
    // What is there after a start cut short at `operation` (0: not at all) and another one.
    const auto start_twice = [&](std::int64_t operation, std::uint64_t seed) -> std::optional<int> {
        PowercutDisk worn("worn");
        worn.put_bytes(file_name, bad);
        Dice dice(seed);
        if (operation > 0) worn.cut_at(operation, &dice);
        static_cast<void>(Store::open(on(worn)));
        if (operation > 0 && worn.has_power()) return std::nullopt;
        worn.power_on();
        auto store = open_store(on(worn));
        CHECK(queue(*store, Lane::actions).size() == 5);
        CHECK(audit(*store).balances());
        const std::size_t left = queue(*store, Lane::pings).size();
        CHECK(next_sequence(*store) == 301);
        int quarantined = 0;
        for (const std::string& name : worn.family(file_name)) {
            if (contains(name, ".damaged-") && worn.bytes(name) == bad) ++quarantined;
            CHECK_FALSE(contains(name, ".building"));
            CHECK_FALSE(contains(name, ".salvaged-"));
        }
        CHECK(quarantined == 1);
        return static_cast<int>(left);
    };
    const std::optional<int> left = start_twice(0, 0);
    REQUIRE(left);
    CHECK(*left < 300);
    CHECK(*left > 200);
    const std::uint64_t seeds = test::thorough() ? 5 : 1;
    std::int64_t operation = 1;
    for (std::optional<int> again = left; again; ++operation) {
        CAPTURE(operation);
        for (std::uint64_t seed = 1; seed <= seeds && again; ++seed) {
            again = start_twice(operation, seed * 1000 + static_cast<std::uint64_t>(operation));
            if (again) CHECK(*again == *left);
        }
    }
    CHECK(operation > 100);
}

TEST_CASE("three damaged files are kept, the newest always") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    std::string newest;
    for (int i = 1; i <= 5; ++i) {
        std::ofstream(path, std::ios::binary) << std::string(3000, static_cast<char>(i));
        auto store = open_store(path);
        REQUIRE(store->salvaged());
        newest = store->salvaged()->quarantine;
        CHECK(file_bytes(newest) == std::string(3000, static_cast<char>(i)));
    }
    int kept = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
        const std::string name = entry.path().string();
        if (contains(name, ".damaged-") && !name.ends_with("-wal")) ++kept;
    }
    CHECK(kept == 3);
    CHECK(std::filesystem::exists(newest));
}

TEST_CASE("an older file is salvaged as what it was and then brought up to date") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    static const Migration old[] = {{1, "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT"}};
    static const Migration both[] = {old[0],
                                     {2,
                                      "ALTER TABLE t ADD COLUMN c INTEGER NOT NULL DEFAULT 7;"
                                      "CREATE TABLE u (d INTEGER); INSERT INTO u SELECT a FROM t"}};
    {
        auto database = Database::open({.path = path}, old);
        REQUIRE(database);
        REQUIRE(
            database->execute("INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT "
                              "i + 1 FROM n LIMIT 500) SELECT i, hex(zeroblob(50)) FROM n"));
    }
    std::string bad = file_bytes(path);
    bad.replace(30 * page, page, page, '\xa5');
    std::ofstream(path, std::ios::binary) << bad;
    auto database = Database::open({.path = path}, both);
    REQUIRE(database);
    REQUIRE(database->salvaged());
    const std::int64_t kept = *database->number("SELECT count(*) FROM t");
    CHECK(kept < 500);
    CHECK(kept > 485);
    CHECK(*database->number("SELECT sum(c) FROM t") == 7 * kept);
    CHECK(*database->number("SELECT count(*) FROM u") == kept);
}

TEST_CASE("whatever stands in the header, the store opens with all of its rows") {
    PowercutDisk disk("salvage");
    write_story(*open_store(on(disk)));
    const std::string good = disk.bytes(file_name);
    int newer = 0;
    for (std::size_t at = 0; at < 100; ++at) {
        constexpr std::array<char, 3> bytes{'\0', '\x7f', '\xff'};
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            if (!test::thorough() && i != at % bytes.size()) continue;
            const char byte = bytes[i];
            CAPTURE(at);
            PowercutDisk worn("worn");
            std::string bad = good;
            bad[at] = byte;
            worn.put_bytes(file_name, bad);
            const auto store = Store::open(on(worn));
            if (!store) {  // the one thing a start may stop for
                CHECK(contains(store.error().detail, "install the newer outrider"));
                CHECK((worn.bytes(file_name) == bad));
                ++newer;
                continue;
            }
            CHECK(queue(**store, Lane::pings).size() == pings - answered - refused);
            CHECK(audit(**store).balances());
        }
    }
    CHECK(newer <= 3);
}

TEST_CASE("a file spoilt at random places opens and takes new rows") {
    PowercutDisk disk("salvage");
    write_story(*open_store(on(disk)));
    const std::string good = disk.bytes(file_name);
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        Dice dice(seed);
        std::string bad = good;
        for (std::uint64_t i = 0; i < seed * seed; ++i) {
            bad[dice() % bad.size()] = static_cast<char>(dice() & 0xffU);
        }
        PowercutDisk worn("worn");
        worn.put_bytes(file_name, bad);
        auto store = open_store(on(worn));
        CHECK(next_sequence(*store) > 0);
        CHECK(next_sequence(*store) > 0);
    }
}

TEST_CASE("pages of noise are read without harm") {
    PowercutDisk disk("salvage");
    write_story(*open_store(on(disk)));
    const std::string good = disk.bytes(file_name);
    std::size_t values = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        Dice dice(seed);
        std::string bad = good;
        for (int i = 0; i < 200; ++i) bad[dice() % bad.size()] = static_cast<char>(dice() & 0xffU);
        disk.put_bytes(file_name, bad);
        const Pages pages(file_name, disk.vfs(), page);
        for (std::uint32_t number = 1; number <= pages.count(); ++number) {
            for (const Row& row : read_page(pages, number).rows) values += row.values.size();
        }
    }
    CHECK(values > 0);
}

}  // namespace
}  // namespace outrider::offline
