// Covers every migration to come: rows are put into whatever tables there are at each version.

#include "offline/migrations.hpp"

#include "tests/offline/stores.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>

namespace outrider::offline {
namespace {

using Rows = std::vector<std::string>;
using Columns = std::vector<std::pair<std::string, std::string>>;  // name and type

std::vector<std::string> tables(Database& database) {
    std::vector<std::string> names;
    auto rows = database.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    REQUIRE(rows);
    while (*rows->step()) names.emplace_back(rows->text(0));
    return names;
}

Columns columns(Database& database, const std::string& table) {
    Columns found;
    auto rows = database.prepare("SELECT name, type FROM pragma_table_info(?)");
    REQUIRE(rows);
    rows->bind(1, table);
    while (*rows->step()) found.emplace_back(rows->text(0), rows->text(1));
    return found;
}

// Three rows that satisfy any reference: the same number in every column. A table whose checks
// allow only its one row keeps that.
void put_rows(Database& database) {
    REQUIRE(database.execute("PRAGMA foreign_keys = OFF"));
    for (const std::string& table : tables(database)) {
        for (int i = 1; i <= 3; ++i) {
            std::string values;
            for (const auto& [column, type] : columns(database, table)) {
                const char* form = type == "TEXT"   ? ", 't{}'"
                                   : type == "BLOB" ? ", x'000{}'"
                                                    : ", {}";
                values += fmt::format(fmt::runtime(form), i);
            }
            const std::string sql =
                fmt::format("INSERT OR IGNORE INTO {} VALUES ({})", table, values.substr(2));
            REQUIRE(database.execute(sql.c_str()));
        }
    }
    REQUIRE(database.execute("PRAGMA foreign_keys = ON"));
    CHECK(*database.number("SELECT count(*) FROM pragma_foreign_key_check") == 0);
}

Rows rows(Database& database, const std::string& table, const Columns& of) {
    Rows found;
    std::string list;
    for (const auto& [column, type] : of) list += fmt::format(", quote({})", column);
    auto statement = database.prepare(fmt::format("SELECT {} FROM {}", list.substr(2), table));
    if (!statement) return {statement.error().detail};
    while (*statement->step()) {
        std::string row;
        for (int i = 0; i < static_cast<int>(of.size()); ++i) {
            row += std::string(statement->text(i)) + "|";
        }
        found.push_back(row);
    }
    return found;
}

// The rows that were there before an upgrade from `version` and are not there afterwards.
Rows rows_lost(std::span<const Migration> migrations, std::size_t version) {
    const test::TemporaryDirectory directory;
    const DatabaseOptions options{.path = directory.file("a.db")};
    std::map<std::string, std::pair<Columns, Rows>> before;
    {
        auto database = Database::open(options, migrations.first(version));
        REQUIRE(database);
        put_rows(*database);
        for (const std::string& table : tables(*database)) {
            const Columns of = columns(*database, table);
            before[table] = {of, rows(*database, table, of)};
            CHECK_FALSE(before[table].second.empty());
        }
        CHECK_FALSE(before.empty());
    }
    auto database = Database::open(options, migrations);
    REQUIRE(database);
    CHECK(*database->number("PRAGMA user_version") == migrations.back().version);
    CHECK(*database->number("SELECT count(*) FROM pragma_foreign_key_check") == 0);
    Rows lost;
    for (const auto& [table, was] : before) {
        const Rows now = rows(*database, table, was.first);
        for (const std::string& row : was.second) {
            if (std::find(now.begin(), now.end(), row) == now.end()) lost.push_back(row);
        }
    }
    return lost;
}

TEST_CASE("an upgrade from any earlier version keeps every row") {
    const auto migrations = store_migrations();
    for (std::size_t version = 1; version <= migrations.size(); ++version) {
        CAPTURE(version);
        CHECK(rows_lost(migrations, version).empty());
    }
}

TEST_CASE("this test would see a migration that drops something") {
    const Migration first = store_migrations().front();
    const Migration good[] = {first, {2, "ALTER TABLE pings ADD COLUMN extra TEXT"}};
    const Migration drops_table[] = {first, {2, "DROP TABLE receipt"}};
    const Migration drops_row[] = {first, {2, "DELETE FROM journal WHERE id = 2"}};
    CHECK(rows_lost(good, 1).empty());
    CHECK(rows_lost(drops_table, 1).size() == 3);
    CHECK(rows_lost(drops_row, 1).size() == 1);
}

TEST_CASE("migrations are numbered from 1 without gaps") {
    int version = 0;
    for (const Migration& migration : store_migrations()) CHECK(migration.version == ++version);
}

TEST_CASE("a migration that fails half-way leaves the version before it, and can be tried again") {
    const test::TemporaryDirectory directory;
    const DatabaseOptions options{.path = directory.file("a.db")};
    const Migration first{1, "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1)"};
    const Migration second{2, "CREATE TABLE u (b INTEGER)"};
    const Migration broken[] = {
        first,
        second,
        {3, "CREATE TABLE v (c INTEGER); DELETE FROM t; INSERT INTO nowhere VALUES (1)"}};
    const Migration mended[] = {first, second, {3, "CREATE TABLE v (c INTEGER)"}};
    const auto failed = Database::open(options, broken);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().fault == Fault::storage);
    CHECK(contains(failed.error().detail, "nowhere"));
    {
        auto database = Database::open(options, std::span(broken).first(2));
        REQUIRE(database);
        CHECK(*database->number("PRAGMA user_version") == 2);
        CHECK(*database->number("SELECT count(*) FROM t") == 1);
        CHECK(*database->number("SELECT count(*) FROM sqlite_schema WHERE name = 'v'") == 0);
    }
    auto database = Database::open(options, mended);
    REQUIRE(database);
    CHECK(*database->number("PRAGMA user_version") == 3);
    CHECK(*database->number("SELECT count(*) FROM t") == 1);
}

}  // namespace
}  // namespace outrider::offline
