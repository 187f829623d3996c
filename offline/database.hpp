#pragma once
// One SQLite file, opened so that what was committed stays committed.

#include "offline/folder.hpp"
#include "offline/salvage.hpp"
#include "platform/clock.hpp"
#include "platform/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

struct sqlite3;
struct sqlite3_file;
struct sqlite3_stmt;

namespace outrider::offline {

// What a commit survives. Everything but `full` is there for measurements and mutation tests.
enum class Durability { full, normal, off };

class Database;

struct DatabaseOptions {
    std::string path;  // ":memory:" for tests
    Durability durability = Durability::full;
    int page_size = 1024;  // small pages write less per ping; fixed when the file is created
    int wal_bytes =
        1024 * 1024;  // the write-ahead log is emptied into the file when it has grown to this
    // What the log is given on the disk at the start, and keeps: wal_bytes and the largest commit.
    // A full disk then stops no deletion.
    int log_room_bytes = 2 * 1024 * 1024;
    int growth_bytes = 256 * 1024;  // the file takes room on the disk in pieces of this size
    std::string vfs{};              // SQLite's default when empty
    Folder* folder = nullptr;       // the real one when null; outlives the database
    // Puts the salvaged rows of a damaged file in order before they take its place.
    std::function<Result<>(Database&, Salvage&)> mend{};
};

// What a connection's statements, wherever they are, let it know.
struct Condition {
    int distrust = 0;  // SQLite's code for what made the connection untrustworthy
    std::int64_t log_frames =
        0;  // of the log, by commits that succeeded and are not yet in the file
};
// Takes note when `code` speaks of damage or of a failing disk.
void note(Condition&, int code);

// For looking a text up by a view of it.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>()(text);
    }
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
    Statement(sqlite3_stmt* s, std::shared_ptr<Condition> condition)
        : statement_(s), condition_(std::move(condition)) {}
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    std::shared_ptr<Condition> condition_;  // its connection's
    int fault_ = 0;                         // of a bind
    bool stepped_ = false;                  // since the last reset
};

// One connection, exclusive: no second process can open the file while this one lives, which also
// keeps clear of the WAL-reset defect of SQLite 3.7.0 to 3.51.2 (it needs two connections).
//
// After an error of the disk nothing the connection believes is relied upon: it is closed, and the
// next use opens the file anew and checks it. Until that has worked every use is an error.
class Database {
public:
    // Opens or creates, checks (PRAGMA quick_check) and migrates. A damaged file is moved into
    // quarantine and what can be read of it salvaged: see salvaged(). Each failure is
    // Fault::storage with the file and the fix: held by another process (names its pid when known),
    // no database of ours, newer than this program, full, read-only, no permission. Migrations run
    // each in its own transaction and leave a newer file untouched. File mode 0600.
    static Result<Database> open(const DatabaseOptions&, std::span<const Migration>);
    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    Result<Statement> prepare(std::string_view sql);
    // For texts of many shapes, such as lists with whatever conditions somebody asks for: the last
    // of them are kept, too.
    Result<std::shared_ptr<Statement>> shaped(std::string_view sql);
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
    // BEGIN IMMEDIATE, work, COMMIT; rolls back when work or the commit fails. What it would not be
    // able to move from the log into the file for want of room it does not accept.
    Result<> transaction(const std::function<Result<>()>& work);
    // What was deleted leaves copies: in the log, behind the end of the file, and within pages that
    // have changed since. Writes over all of them. False: the file is too large to be written anew,
    // so that copies within its pages may stay until those pages are used again.
    Result<bool> scrub();
    // Files that were found damaged and put aside: see salvaged().
    std::vector<std::string> damaged_copies();
    Result<> remove_damaged_copies();
    // Opens the file anew when it has to be; every other use does so by itself.
    Result<> ready();
    std::int64_t last_row_id() const;
    std::int64_t changes() const;
    const std::string& path() const { return options_.path; }
    // The latest one, and how many there have been: at the opening or after an error since.
    const std::optional<Salvage>& salvaged() const { return salvage_; }
    int salvages() const { return salvages_; }

private:
    struct Close {
        void operator()(sqlite3*) const noexcept;
    };
    Database(DatabaseOptions options, std::span<const Migration> migrations)
        : options_(std::move(options)), migrations_(migrations) {}
    Error failure(int code) const;
    Result<Statement*> cached(std::string_view sql);
    static Result<std::int64_t> first_number(Statement&);
    Folder& folder() const;
    bool in_memory() const { return path() == ":memory:"; }
    // Opens, and mends what has to be; attempt() opens a sound file or says why not.
    Result<> start();
    Result<> attempt();
    bool beyond_repair() const;
    Result<> connect();
    Result<> examine();
    Error damaged(std::string_view words);
    bool has_our_tables();
    Result<> check_log();
    Result<> settle();
    void compact();
    Result<> migrate(int up_to);
    Result<> rebuild();
    Result<> build(Database& fresh, Salvage&);
    void close();

    // upkeep.cpp
    sqlite3_file* file(int which) const;
    void make_room();
    Result<> take_room();
    Result<> shrink();
    void tidy_up();
    Result<> forget_log_after(std::int64_t frames);
    Result<> sync_log();
    void leave_log_empty();

    static constexpr std::size_t most_shapes = 100;
    static constexpr std::int64_t largest_rewrite = 16 * 1024 * 1024;  // bytes; done in memory
    DatabaseOptions options_;
    std::span<const Migration> migrations_;
    std::unique_ptr<sqlite3, Close> db_;
    // Both are finalised before db_ closes.
    std::unordered_map<std::string, Statement, TextHash, std::equal_to<>> cached_;
    std::unordered_map<std::string, std::shared_ptr<Statement>, TextHash, std::equal_to<>> shaped_;
    std::shared_ptr<Condition> condition_ = std::make_shared<Condition>();
    std::string damage_;    // found by the latest examination
    bool running_ = false;  // opened with success: the file is ours to write
    bool in_transaction_ = false;
    bool room_kept_ = false;         // the log has its room on the disk
    bool shrinking_ = true;          // until that has failed
    std::int64_t unused_pages_ = 0;  // at the last commit
    std::int64_t page_size_ = 0;
    std::int64_t file_room_ = 0;  // bytes the file has on the disk, as far as has been asked for
    std::optional<Salvage> salvage_;
    int salvages_ = 0;
};

}  // namespace outrider::offline
