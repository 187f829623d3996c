// A disk that is full, fails for a while, or stays as it is: what is accepted stays accepted, the
// queue drains, and recording goes on by itself.

#include "offline/powercut_disk.hpp"
#include "tests/offline/stores.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <numeric>

namespace outrider::offline {
namespace {

constexpr int backlog = 10'000;
constexpr int batch = 100;

StoreOptions on(PowercutDisk& disk) {
    StoreOptions options;
    options.database.path = "/outrider.db";
    options.database.vfs = disk.vfs();
    options.database.folder = &disk;
    return options;
}

Result<> record(Store& store, int count) {
    return store.commit(start, [&]() -> Result<> {
        const auto to = store.outbox().destination("office");
        if (!to) return to.error();
        for (int i = 0; i < count; ++i) {
            store.ledger().count("captured");
            const auto added = store.outbox().add(Lane::pings, start, *to, std::string(270, 'x'));
            if (!added) return added.error();
        }
        return {};
    });
}

Result<> send(Store& store, int count) {
    const auto envelopes = store.outbox().oldest(Lane::pings, static_cast<std::size_t>(count));
    if (!envelopes) return envelopes.error();
    std::vector<std::int64_t> sequences;
    for (const Envelope& envelope : *envelopes) sequences.push_back(envelope.sequence);
    return store.commit(start,
                        [&] { return store.outbox().deliver(Lane::pings, sequences, start); });
}

void record_backlog(Store& store) {
    for (int i = 0; i < backlog / batch; ++i) REQUIRE(record(store, batch));
}

// With no byte left on the disk.
void drain_and_go_on(Store& store) {
    // Recording goes on as long as there is room inside the file; what is refused is not accepted.
    std::int64_t accepted = backlog;
    bool refused = false;
    for (int i = 0; i < 20'000 && !refused; ++i) {
        const Result<> done = record(store, 1);
        refused = !done;
        accepted += refused ? 0 : 1;
        if (refused) CHECK(contains(done.error().detail, "no space left"));
    }
    CHECK(refused);
    while (store.outbox().size(Lane::pings) > 0) REQUIRE(send(store, batch));
    CHECK(store.ledger().balance("delivered:pings") == accepted);
    CHECK(audit(store).balances());
    for (int i = 0; i < 1000; ++i) REQUIRE(record(store, 1));  // where the queue has been
}

TEST_CASE("with no space left a queue of ten thousand drains without an error") {
    PowercutDisk disk("full");
    auto store = open_store(on(disk));
    record_backlog(*store);
    disk.set_capacity(disk.used());
    SUBCASE("and goes on") { drain_and_go_on(*store); }
    SUBCASE("and after a new start") {
        store.reset();
        store = open_store(on(disk));
        drain_and_go_on(*store);
    }
    SUBCASE("and recording resumes by itself when there is space again") {
        while (record(*store, 10)) {
        }
        disk.set_capacity(disk.used() + 10'000'000);
        for (int i = 0; i < 1000; ++i) REQUIRE(record(*store, 10));
        CHECK(audit(*store).balances());
    }
}

TEST_CASE("a log that found the disk full at the start gets its room later") {
    PowercutDisk disk("full");
    disk.set_capacity(600'000);
    auto store = open_store(on(disk));
    REQUIRE(record(*store, 10));
    CHECK(disk.bytes("/outrider.db-wal").size() < 600'000);
    disk.set_capacity(100'000'000);
    REQUIRE(record(*store, 10));
    CHECK(disk.bytes("/outrider.db-wal").size() >= 2 * 1024 * 1024);
}

// A file system of its own, when we may.
class SmallDisk {
public:
    explicit SmallDisk(const std::string& at) : at_(at) {
        mounted_ = ::geteuid() == 0 && ::mount("none", at.c_str(), "tmpfs", 0, "size=16m") == 0;
    }
    ~SmallDisk() {
        if (mounted_) ::umount2(at_.c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    bool mounted() const { return mounted_; }
    void fill() const {
        std::FILE* file = std::fopen((at_ + "/filler").c_str(), "w");
        REQUIRE(file);
        std::setbuf(file, nullptr);
        const std::string bytes(4096, 'x');
        while (std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size()) {
        }
        std::fclose(file);
        struct statvfs room {};
        REQUIRE(::statvfs(at_.c_str(), &room) == 0);
        REQUIRE(room.f_bavail == 0);
    }
    void free() const { std::filesystem::remove(at_ + "/filler"); }

private:
    std::string at_;
    bool mounted_ = false;
};

TEST_CASE("so it is on a real disk with no space left") {
    const test::TemporaryDirectory directory;
    const SmallDisk disk(directory.path());
    if (!disk.mounted()) {
        MESSAGE("skipped: mounting a small disk needs root");
        return;
    }
    auto store = open_store(directory.file("outrider.db"));
    record_backlog(*store);
    disk.fill();
    SUBCASE("running") { drain_and_go_on(*store); }
    SUBCASE("started anew") {
        store.reset();
        store = open_store(directory.file("outrider.db"));
        drain_and_go_on(*store);
    }
    disk.free();
    for (int i = 0; i < 1000; ++i) REQUIRE(record(*store, 10));
    CHECK(audit(*store).balances());
}

TEST_CASE("the file shrinks, a little with each commit, once a long backlog has drained") {
    PowercutDisk disk("shrinks");
    auto store = open_store(on(disk));
    for (int i = 0; i < 30'000 / batch; ++i) REQUIRE(record(*store, batch));
    const std::size_t full = disk.bytes("/outrider.db").size();
    while (store->outbox().size(Lane::pings) > 0) REQUIRE(send(*store, batch));
    std::int64_t written = 0;
    for (int i = 0; i < 2000; ++i) {
        const auto before = disk.operations();
        REQUIRE(record(*store, 1));
        REQUIRE(send(*store, 1));
        written = std::max(written, disk.operations() - before);
    }
    CHECK(disk.bytes("/outrider.db").size() < full / 4);
    CHECK(written < 3000);  // no commit of them does all of it
    CHECK(audit(*store).balances());
}

TEST_CASE("a file made before it could shrink is written anew once") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    static const Migration one[] = {{1, "CREATE TABLE t (a INTEGER PRIMARY KEY)"}};
    sqlite3* old = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &old) == SQLITE_OK);
    REQUIRE(sqlite3_exec(old,
                         "PRAGMA page_size = 1024; PRAGMA journal_mode = WAL; CREATE TABLE t (a "
                         "INTEGER PRIMARY KEY); INSERT INTO t VALUES (7); PRAGMA user_version = 1",
                         nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(old);
    auto database = Database::open({.path = path}, one);
    REQUIRE(database);
    CHECK(*database->number("PRAGMA auto_vacuum") == 2);
    CHECK(*database->number("SELECT a FROM t") == 7);
}

TEST_CASE("after an error of the disk nothing is written before the file was opened anew") {
    PowercutDisk disk("fails");
    auto store = open_store(on(disk));
    REQUIRE(record(*store, 3));
    for (int nth = 1; nth < 8; ++nth) {
        CAPTURE(nth);
        const std::int64_t accepted = store->ledger().balance("accepted:pings");
        disk.fail_at(disk.operations() + nth, EIO);
        const Result<> done = record(*store, 3);
        disk.forget_plan();
        const std::int64_t now = accepted + (done ? 3 : 0);
        CHECK(store->ledger().balance("accepted:pings") == now);
        CHECK(static_cast<std::int64_t>(queue(*store, Lane::pings).size()) == now);
        REQUIRE(record(*store, 1));
        CHECK(audit(*store).balances());
    }
    // As long as it fails there is no reading either: what would be read cannot be relied on.
    disk.fail_from(disk.operations() + 1, EIO);
    CHECK_FALSE(record(*store, 1));
    CHECK_FALSE(record(*store, 1));
    CHECK_FALSE(store->outbox().oldest(Lane::pings, 1));
    disk.forget_plan();
    REQUIRE(record(*store, 1));
    CHECK(audit(*store).balances());
}

TEST_CASE("a commit whose sync failed does not come back") {
    // The system's cache still has it, and SQLite, opening the file anew, would believe it.
    int failed = 0;
    for (int nth = 1; nth < 12; ++nth) {
        CAPTURE(nth);
        PowercutDisk disk("fails");
        auto store = open_store(on(disk));
        REQUIRE(record(*store, 1));
        disk.fail_at(disk.operations() + nth, EIO);
        const Result<> done = record(*store, 1);
        disk.forget_plan();
        if (done) continue;
        ++failed;
        CHECK(queue(*store, Lane::pings).size() == 1);
        store.reset();
        store = open_store(on(disk));
        CHECK(queue(*store, Lane::pings).size() == 1);
        CHECK_FALSE(store->salvaged());
    }
    CHECK(failed > 2);
}

TEST_CASE("a disk made read-only for a while is waited for") {
    PowercutDisk disk("read-only");
    auto store = open_store(on(disk));
    REQUIRE(record(*store, 3));
    disk.fail_from(disk.operations() + 1, EROFS);
    const Result<> done = record(*store, 1);
    REQUIRE_FALSE(done);
    INFO(done.error().detail);
    CHECK(contains(done.error().detail, "remount the disk read-write"));
    CHECK_FALSE(record(*store, 1));
    disk.forget_plan();
    REQUIRE(record(*store, 1));
    CHECK(queue(*store, Lane::pings).size() == 4);
    CHECK(audit(*store).balances());
}

TEST_CASE(
    "what a killed program had written and the next one has read is not lost with the power") {
    int read_again = 0;
    for (std::int64_t change = 1; change < 200; ++change) {
        CAPTURE(change);
        PowercutDisk disk("powercut");
        {
            auto store = open_store(on(disk));
            fill(*store, Lane::pings, 3);
            std::int64_t left = change;
            disk.before_each_change([&] {
                if (--left == 0) disk.abandon();
            });
            static_cast<void>(store->commit(start, [&]() -> Result<> {
                const auto to = store->outbox().destination("a");
                if (!to) return to.error();
                const auto added = store->outbox().add(Lane::pings, start, *to, "4");
                return added ? Result<>() : added.error();
            }));
            disk.before_each_change({});
            if (left > 0) break;
        }
        const auto read = [&] { return queue(*open_store(on(disk)), Lane::pings).size(); };
        const std::size_t before = read();
        read_again += before == 4 ? 1 : 0;
        disk.cut(nullptr);
        disk.power_on();
        CHECK(read() == before);
    }
    CHECK(read_again > 0);
}

}  // namespace
}  // namespace outrider::offline
