#pragma once
// One SQLite file, opened so that what was committed stays committed.

#include "platform/clock.hpp"
#include "platform/result.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace outrider::offline {

// What a commit survives. Everything but `full` is there for measurements and mutation tests.
enum class Durability { full, normal, off };

struct DatabaseOptions {
    std::string path;  // ":memory:" for tests
    Durability durability = Durability::full;
    int page_size = 1024;  // small pages write less per ping; fixed when the file is created
    int wal_bytes =
        1024 * 1024;    // the write-ahead log is emptied into the file when it has grown to this
    std::string vfs{};  // SQLite's default when empty
};

// Numbered from 1 without gaps; the file's PRAGMA user_version is the last one applied.
struct Migration {
    int version;
    const char* sql;
};

// A prepared statement. Bind, then step until done; reset to use it again. A value that cannot be
// bound makes the next step fail.
class Statement {
public:
    Statement& bind(int index, std::int64_t);
    Statement& bind(int index, double);
    Statement& bind(int index, std::string_view bytes);  // as TEXT
    Statement& bind(int index, Instant);                 // as milliseconds since 1970
    Statement& bind_blob(int index, std::string_view bytes);
    Statement& bind_null(int index);
    // True while there is a row. After false or an error the statement is reset.
    Result<bool> step();
    Result<> run();  // steps to the end, ignoring rows
    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string_view text(int column) const;  // valid until the next step; also for blobs
    Instant instant(int column) const;
    bool null(int column) const;
    void reset();

private:
    friend class Database;
    struct Finalize {
        void operator()(sqlite3_stmt*) const noexcept;
    };
    explicit Statement(sqlite3_stmt* s) : statement_(s) {}
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    int fault_ = 0;  // of a bind
};

// One connection, exclusive: no second process can open the file while this one lives, which also
// keeps clear of the WAL-reset defect of SQLite 3.7.0 to 3.51.2 (it needs two connections).
class Database {
public:
    // Opens or creates, checks (PRAGMA quick_check) and migrates. Each failure is Fault::storage
    // with the file and the fix: held by another process (names its pid when known), not a database
    // or damaged, newer than this program, full, read-only, no permission. Migrations run each in
    // its own transaction and leave a newer or damaged file untouched. File mode 0600.
    static Result<Database> open(const DatabaseOptions&, std::span<const Migration>);
    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    Result<Statement> prepare(std::string_view sql);
    // For the program's own fixed texts: prepared once, kept, and here bound to `values` in order.
    // The statement belongs to the database; asking for the same text again starts it afresh.
    template <class... Values>
    Result<Statement*> query(std::string_view sql, const Values&... values) {
        Result<Statement*> statement = cached(sql);
        int index = 0;
        if (statement) ((*statement)->bind(++index, values), ...);
        return statement;
    }
    template <class... Values>
    Result<> run(std::string_view sql, const Values&... values) {
        Result<Statement*> statement = query(sql, values...);
        if (!statement) return statement.error();
        return (*statement)->run();
    }
    // The first column of the first row; 0 without a row.
    template <class... Values>
    Result<std::int64_t> number(std::string_view sql, const Values&... values) {
        Result<Statement*> statement = query(sql, values...);
        if (!statement) return statement.error();
        return first_number(**statement);
    }
    Result<> execute(const char* sql);  // one or more statements without parameters
    // BEGIN IMMEDIATE, work, COMMIT; rolls back when work or the commit fails.
    Result<> transaction(const std::function<Result<>()>& work);
    std::int64_t last_row_id() const;
    std::int64_t changes() const;
    const std::string& path() const { return path_; }

private:
    struct Close {
        void operator()(sqlite3*) const noexcept;
    };
    Database() = default;
    Result<Statement*> cached(std::string_view sql);
    static Result<std::int64_t> first_number(Statement&);
    Result<> connect(const DatabaseOptions&);
    Result<> examine(std::span<const Migration>);
    Result<> settle(const DatabaseOptions&);
    Result<> migrate(std::span<const Migration>);
    std::string path_;
    std::unique_ptr<sqlite3, Close> db_;
    std::map<std::string, Statement, std::less<>> cached_;  // finalised before db_ closes
};

}  // namespace outrider::offline
