#include "offline/database.hpp"

#include "offline/migrations.hpp"
#include "tests/offline/stores.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace outrider::offline {
namespace {

constexpr Migration one[] = {{1, "CREATE TABLE t (a ANY)"}};
constexpr Migration two[] = {one[0], {2, "CREATE TABLE u (b INTEGER); INSERT INTO u VALUES (9)"}};

Database open(const std::string& path) {
    Result<Database> database = Database::open({.path = path}, one);
    REQUIRE(database);
    return std::move(*database);
}

std::string refusal(const std::string& path) {
    const Result<Database> database = Database::open({.path = path}, one);
    REQUIRE_FALSE(database);
    CHECK(database.error().fault == Fault::storage);
    CHECK(contains(database.error().detail, path));
    return database.error().detail;
}

void write_file(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

// Runs `work` in a process of its own; its result is the exit code.
template <class Work>
int in_child(Work work) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(work());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::int64_t next_of(Statement& rows) {
    const Result<bool> row = rows.step();
    REQUIRE(row);
    return *row ? rows.integer(0) : 0;
}

TEST_CASE("a list's statement is kept, but not taken from somebody who still reads it") {
    Database database = open(":memory:");
    REQUIRE(database.execute("INSERT INTO t VALUES (1), (2)"));
    constexpr std::string_view list = "SELECT a FROM t ORDER BY a";
    const Statement* kept = nullptr;
    {
        const auto first = database.shaped(list);
        REQUIRE(first);
        CHECK(next_of(**first) == 1);
        const auto second = database.shaped(list);
        REQUIRE(second);
        CHECK(next_of(**second) == 1);
        CHECK(next_of(**second) == 2);
        CHECK(next_of(**first) == 2);
        kept = second->get();
    }
    const auto again = database.shaped(list);
    REQUIRE(again);
    CHECK(again->get() == kept);
    CHECK(next_of(**again) == 1);
}

TEST_CASE("however many shapes are asked for, whoever reads one reads on") {
    Database database = open(":memory:");
    const auto first = database.shaped("SELECT 7 UNION ALL SELECT 8");
    REQUIRE(first);
    CHECK(next_of(**first) == 7);
    for (int i = 1; i <= 300; ++i) {
        const auto rows = database.shaped("SELECT " + std::to_string(i));
        REQUIRE(rows);
        CHECK(next_of(**rows) == i);
    }
    CHECK(next_of(**first) == 8);
    CHECK_FALSE(database.shaped("SELECT nonsense FROM nowhere"));
}

TEST_CASE("values come back as they were bound") {
    Database database = open(":memory:");
    auto insert = database.prepare("INSERT INTO t VALUES (?)");
    REQUIRE(insert);
    const std::string bytes("a\0b\xff", 4);
    REQUIRE(insert->bind(1, std::int64_t{-5'000'000'000}).run());
    REQUIRE(insert->bind(1, 0.1).run());
    REQUIRE(insert->bind(1, std::string_view("t\0t", 3)).run());
    REQUIRE(insert->bind_blob(1, bytes).run());
    REQUIRE(insert->bind_null(1).run());
    REQUIRE(insert->bind(1, std::string_view()).run());
    REQUIRE(insert->bind(1, start).run());
    CHECK(database.last_row_id() == 7);
    CHECK(database.changes() == 1);
    auto rows = database.prepare("SELECT a FROM t ORDER BY rowid");
    REQUIRE(rows);
    const auto next = [&] { REQUIRE(*rows->step()); };
    next();
    CHECK(rows->integer(0) == -5'000'000'000);
    next();
    CHECK(rows->real(0) == 0.1);
    next();
    CHECK(rows->text(0) == std::string_view("t\0t", 3));
    next();
    CHECK(rows->text(0) == bytes);
    next();
    CHECK(rows->null(0));
    next();
    CHECK_FALSE(rows->null(0));
    CHECK(rows->text(0).empty());
    next();
    CHECK(rows->instant(0) == start);
    CHECK_FALSE(*rows->step());
    next();  // it starts again
    CHECK(rows->integer(0) == -5'000'000'000);
}

TEST_CASE("what cannot be bound or prepared is an error, and the statement can be used again") {
    Database database = open(":memory:");
    CHECK_FALSE(database.prepare("INSERT INTO nowhere VALUES (1)"));
    CHECK_FALSE(database.run("INSERT INTO t VALUES (?)", std::int64_t{1}, std::int64_t{2}));
    REQUIRE(database.run("INSERT INTO t VALUES (?)", std::int64_t{1}));
    CHECK(*database.number("SELECT count(*) FROM t") == 1);
    const auto too_large =
        database.run("INSERT INTO t VALUES (?)", std::string_view(std::string(17 << 20, 'x')));
    REQUIRE_FALSE(too_large);
    CHECK(too_large.error().fault == Fault::too_large);
}

TEST_CASE("a fixed text is prepared once and starts afresh each time") {
    Database database = open(":memory:");
    REQUIRE(database.execute("INSERT INTO t VALUES (1), (2)"));
    const auto first = database.query("SELECT a FROM t");
    REQUIRE(first);
    REQUIRE(*(*first)->step());
    const auto second = database.query("SELECT a FROM t");
    REQUIRE(second);
    CHECK(*first == *second);
    REQUIRE(*(*second)->step());
    CHECK((*second)->integer(0) == 1);
}

TEST_CASE("a transaction whose work fails leaves nothing, and one within another is refused") {
    Database database = open(":memory:");
    const Result<> failed = database.transaction([&]() -> Result<> {
        CHECK(database.execute("INSERT INTO t VALUES (1)"));
        return Error(Fault::refused, "on purpose");
    });
    REQUIRE_FALSE(failed);
    CHECK(failed.error().detail == "on purpose");
    CHECK(*database.number("SELECT count(*) FROM t") == 0);
    REQUIRE(database.transaction([&]() -> Result<> {
        CHECK(database.execute("INSERT INTO t VALUES (2)"));
        CHECK_FALSE(database.transaction([] { return Result<>(); }));
        return {};
    }));
    CHECK(*database.number("SELECT a FROM t") == 2);
}

TEST_CASE("a database and its statements can be moved") {
    Database database = open(":memory:");
    REQUIRE(database.run("INSERT INTO t VALUES (?)", std::int64_t{1}));
    Database moved = std::move(database);
    REQUIRE(moved.run("INSERT INTO t VALUES (?)", std::int64_t{2}));
    moved = open(":memory:");
    CHECK(*moved.number("SELECT count(*) FROM t") == 0);
}

TEST_CASE("the file is for its owner alone and there is no shared memory beside it") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    const mode_t old = ::umask(0);
    {
        Database database = open(path);
        ::umask(old);
        for (const char* suffix : {"", "-wal"}) {
            struct stat file {};
            REQUIRE(::stat((path + suffix).c_str(), &file) == 0);
            CHECK((file.st_mode & 0777) == 0600);
        }
        CHECK_FALSE(std::filesystem::exists(path + "-shm"));
        CHECK(*database.number("PRAGMA synchronous") == 2);
        CHECK(*database.number("PRAGMA page_size") == 1024);
        CHECK(*database.number("PRAGMA foreign_keys") == 1);
        CHECK(*database.number("PRAGMA trusted_schema") == 0);
        CHECK(*database.number("PRAGMA cell_size_check") == 1);
        CHECK(*database.number("PRAGMA mmap_size") == 0);
    }
    // A clean end leaves the log its room on the disk, and nothing in it.
    CHECK(std::filesystem::file_size(path + "-wal") >= 2 * 1024 * 1024);
    std::filesystem::copy_file(path, directory.file("alone.db"));
    CHECK(*open(directory.file("alone.db")).number("PRAGMA user_version") == 1);
}

TEST_CASE("a second process is refused and told who holds the file") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    int ready[2], done[2];
    REQUIRE(::pipe(ready) == 0);
    REQUIRE(::pipe(done) == 0);
    const pid_t holder = ::fork();
    if (holder == 0) {
        ::close(done[1]);
        const Result<Database> database = Database::open({.path = path}, one);
        char byte = database ? 'y' : 'n';
        static_cast<void>(!::write(ready[1], &byte, 1));
        static_cast<void>(!::read(done[0], &byte, 1));
        ::_exit(0);
    }
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    CHECK(byte == 'y');
    const auto asked = std::chrono::steady_clock::now();
    const std::string words = refusal(path);
    CHECK(std::chrono::steady_clock::now() - asked < std::chrono::seconds(1));
    CHECK(contains(words, "held by process " + std::to_string(holder) + " (offline_tests)"));
    CHECK_FALSE(contains(refusal(path), "this very process"));
    for (const int end : {ready[0], ready[1], done[0], done[1]}) ::close(end);
    ::waitpid(holder, nullptr, 0);
    open(path);
}

TEST_CASE("a second opening in the same process is refused and does not loosen the first") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    Database database = open(path);
    CHECK(contains(refusal(path), "this very process"));
    CHECK(in_child([&] { return Database::open({.path = path}, one) ? 1 : 0; }) == 0);
    CHECK(database.execute("INSERT INTO t VALUES (1)"));
}

TEST_CASE("a file of a newer outrider is refused and stays as it is, byte for byte") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    SUBCASE("closed cleanly") { REQUIRE(Database::open({.path = path}, two)); }
    SUBCASE("killed, with its version still in the log") {
        REQUIRE(in_child([&] {
                    const auto database = Database::open({.path = path}, two);
                    ::_exit(database ? 0 : 1);
                    return 2;
                }) == 0);
        REQUIRE(std::filesystem::file_size(path + "-wal") > 0);
    }
    const std::string file = file_bytes(path), log = file_bytes(path + "-wal");
    const std::string words = refusal(path);
    CHECK(contains(words, "has version 2"));
    CHECK(contains(words, "versions up to 1"));
    CHECK(contains(words, "install the newer outrider"));
    CHECK((file_bytes(path) == file));
    CHECK((file_bytes(path + "-wal") == log));
    auto database = Database::open({.path = path}, two);
    REQUIRE(database);
    CHECK(*database->number("SELECT b FROM u") == 9);
}

TEST_CASE("a file that is no database is named as such and left as it is") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    std::string text;
    for (int i = 0; i < 500; ++i) text += "These are my notes.\n";
    write_file(path, text);
    CHECK(contains(refusal(path), "is not a database: correct the path"));
    CHECK((file_bytes(path) == text));
}

TEST_CASE("another program's database is not added to") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    REQUIRE(Database::open({.path = path}, {})->execute("CREATE TABLE recipes (a)"));
    const std::string before = file_bytes(path);
    CHECK(contains(refusal(path), "some other program's"));
    CHECK((file_bytes(path) == before));
}

TEST_CASE("an empty file, as an interrupted creation leaves it, is a new database") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    write_file(path, "");
    CHECK(*open(path).number("PRAGMA user_version") == 1);
}

TEST_CASE("a path that cannot be opened says what to do") {
    const test::TemporaryDirectory directory;
    CHECK(contains(refusal(directory.file("none/a.db")),
                   "does not exist: create " + directory.file("none")));
    CHECK(contains(refusal(directory.path()), "is a directory: name a file"));
    write_file(directory.file("file"), "");
    CHECK(contains(refusal(directory.file("file") + "/a.db"), "does not exist"));
}

// What an unprivileged user is told; only root can become one.
std::string told_to_nobody(const std::string& path) {
    int words[2];
    REQUIRE(::pipe(words) == 0);
    in_child([&] {
        if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 1;
        const auto database = Database::open({.path = path}, one);
        const std::string told = database ? "opened" : database.error().detail;
        return ::write(words[1], told.data(), told.size()) > 0 ? 0 : 1;
    });
    char buffer[1000];
    ::close(words[1]);
    const ssize_t size = ::read(words[0], buffer, sizeof buffer);
    ::close(words[0]);
    return {buffer, static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

TEST_CASE("missing permissions and a read-only file are named with the fix") {
    if (::geteuid() != 0) return;
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("a.db");
    open(path);
    REQUIRE(::chmod(directory.path().c_str(), 0755) == 0);
    CHECK(contains(told_to_nobody(path), "no permission to open"));
    CHECK(contains(told_to_nobody(directory.file("b.db")), "no permission to open"));
    REQUIRE(::chmod(path.c_str(), 0644) == 0);
    CHECK(contains(told_to_nobody(path), "cannot be written: give this user (uid 65534)"));
}

}  // namespace
}  // namespace outrider::offline
