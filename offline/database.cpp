#include "offline/database.hpp"

#include "offline/errors.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace outrider::offline {
namespace {

constexpr int busy_timeout_ms = 100;             // a holder does not let go: it holds for life
constexpr int longest_value = 16 * 1024 * 1024;  // bytes; no row of ours comes near

constexpr const char* synchronous(Durability durability) {
    switch (durability) {
        case Durability::full: return "PRAGMA synchronous = FULL";
        case Durability::normal: return "PRAGMA synchronous = NORMAL";
        case Durability::off: return "PRAGMA synchronous = OFF";
    }
    return "PRAGMA synchronous = FULL";
}

// SQLite would make the file readable by all; and the directory must know it before we promise
// anything about its content.
Result<> create_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 && errno == EEXIST) return {};
    if (file < 0) return storage_error(path, SQLITE_CANTOPEN, errno, "");
    ::close(file);
    const std::string folder = std::filesystem::path(path).parent_path().string();
    const int directory =
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return {};  // not readable for us; SQLite's own sync of it fails or succeeds
    const bool synced = ::fsync(directory) == 0;
    const int why = errno;
    ::close(directory);
    if (!synced) return storage_error(path, SQLITE_IOERR, why, "");
    return {};
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

Statement& Statement::bind(int index, std::int64_t value) {
    if (fault_ == SQLITE_OK) fault_ = sqlite3_bind_int64(statement_.get(), index, value);
    return *this;
}

Statement& Statement::bind(int index, double value) {
    if (fault_ == SQLITE_OK) fault_ = sqlite3_bind_double(statement_.get(), index, value);
    return *this;
}

Statement& Statement::bind(int index, std::string_view bytes) {
    const char* data = bytes.data() ? bytes.data() : "";  // a null pointer would bind NULL
    if (fault_ == SQLITE_OK) {
        fault_ = sqlite3_bind_text64(statement_.get(), index, data, bytes.size(), SQLITE_TRANSIENT,
                                     SQLITE_UTF8);
    }
    return *this;
}

Statement& Statement::bind(int index, Instant at) {
    return bind(index, std::int64_t{at.time_since_epoch().count()});
}

Statement& Statement::bind_blob(int index, std::string_view bytes) {
    const char* data = bytes.data() ? bytes.data() : "";
    if (fault_ == SQLITE_OK) {
        fault_ = sqlite3_bind_blob64(statement_.get(), index, data, bytes.size(), SQLITE_TRANSIENT);
    }
    return *this;
}

Statement& Statement::bind_null(int index) {
    if (fault_ == SQLITE_OK) fault_ = sqlite3_bind_null(statement_.get(), index);
    return *this;
}

Result<bool> Statement::step() {
    const int code = fault_ != SQLITE_OK ? fault_ : sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
        reset();
        return false;
    }
    Error error = storage_error(sqlite3_db_handle(statement_.get()), code);
    reset();
    return error;
}

Result<> Statement::run() {
    for (;;) {
        const Result<bool> row = step();
        if (!row) return row.error();
        if (!*row) return {};
    }
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::string_view Statement::text(int column) const {
    const void* bytes = sqlite3_column_blob(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    if (!bytes) return {};
    return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

Instant Statement::instant(int column) const { return Instant(Duration(integer(column))); }

bool Statement::null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Statement::reset() {
    fault_ = SQLITE_OK;
    sqlite3_reset(statement_.get());
}

void Database::Close::operator()(sqlite3* db) const noexcept {
    sqlite3_close_v2(db);  // waits for statements that outlive the Database
}

Database::Database(Database&&) noexcept = default;
Database::~Database() = default;

Database& Database::operator=(Database&& other) noexcept {
    cached_ = std::move(other.cached_);
    db_ = std::move(other.db_);
    path_ = std::move(other.path_);
    return *this;
}

Result<Database> Database::open(const DatabaseOptions& options,
                                std::span<const Migration> migrations) {
    Database database;
    if (auto done = database.connect(options); !done) return done.error();
    if (auto done = database.examine(migrations); !done) return done.error();
    if (auto done = database.settle(options); !done) return done.error();
    if (auto done = database.migrate(migrations); !done) return done.error();
    return database;
}

// Nothing here writes to the file, nor does closing it again: the log is left as it was found.
Result<> Database::connect(const DatabaseOptions& options) {
    path_ = options.path;
    if (options.vfs.empty() && path_ != ":memory:") {
        if (auto created = create_file(path_); !created) return created;
    }
    sqlite3* raw = nullptr;
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(path_.c_str(), &raw, flags,
                                     options.vfs.empty() ? nullptr : options.vfs.c_str());
    db_.reset(raw);
    if (code != SQLITE_OK) {
        return storage_error(path_, code, raw ? sqlite3_system_errno(raw) : 0,
                             sqlite3_errstr(code));
    }
    if (sqlite3_db_readonly(raw, "main") == 1) {
        return storage_error(path_, SQLITE_READONLY, 0, "");
    }
    sqlite3_busy_timeout(raw, busy_timeout_ms);
    sqlite3_limit(raw, SQLITE_LIMIT_LENGTH, longest_value);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    // Exclusive before anything is read: the log's index then lives in memory and no -shm is made.
    const std::string settings = fmt::format(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA page_size = {}; PRAGMA mmap_size = 0;"
        "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
        "PRAGMA foreign_keys = ON",
        options.page_size);
    return execute(settings.c_str());
}

Result<> Database::examine(std::span<const Migration> migrations) {
    const Result<std::int64_t> version = number("PRAGMA user_version");
    if (!version) return version.error();
    const int newest = migrations.empty() ? 0 : migrations.back().version;
    if (*version > newest) {
        return Error(Fault::storage,
                     fmt::format("the database {} has version {}, this outrider knows versions up "
                                 "to {}: install the newer outrider (the file was left as it is)",
                                 path_, *version, newest));
    }
    const Result<std::int64_t> things = number("SELECT count(*) FROM sqlite_schema");
    if (!things) return things.error();
    if (*version == 0 && *things > 0 && newest > 0) {
        return Error(
            Fault::storage,
            fmt::format("the database {} is some other program's: correct the path", path_));
    }
    const Result<Statement*> check = query("PRAGMA quick_check(1)");
    if (!check) return check.error();
    const Result<bool> row = (*check)->step();
    if (!row) return row.error();
    const std::string verdict(*row ? (*check)->text(0) : "no answer");
    (*check)->reset();
    if (verdict != "ok") return storage_error(path_, SQLITE_CORRUPT, 0, verdict);
    return {};
}

Result<> Database::settle(const DatabaseOptions& options) {
    if (auto done = execute(synchronous(options.durability)); !done) return done;
    const Result<Statement*> mode = query("PRAGMA journal_mode = WAL");
    if (!mode) return mode.error();
    const Result<bool> row = (*mode)->step();
    if (!row) return row.error();
    const std::string got(*row ? (*mode)->text(0) : "nothing");
    (*mode)->reset();
    if (got != "wal" && got != "memory") {
        return Error(Fault::storage, fmt::format("the database {} stays in journal mode {}, not "
                                                 "wal: move it to a local disk",
                                                 path_, got));
    }
    // An older file keeps the page size it was made with.
    const Result<std::int64_t> page_size = number("PRAGMA page_size");
    if (!page_size) return page_size.error();
    const std::string log = fmt::format(
        "PRAGMA journal_size_limit = {}; PRAGMA wal_autocheckpoint = {}", 2 * options.wal_bytes,
        std::max<std::int64_t>(1, options.wal_bytes / *page_size));
    return execute(log.c_str());
}

Result<> Database::migrate(std::span<const Migration> migrations) {
    const Result<std::int64_t> version = number("PRAGMA user_version");
    if (!version) return version.error();
    for (const Migration& migration : migrations) {
        if (migration.version <= *version) continue;
        const std::string mark = fmt::format("PRAGMA user_version = {}", migration.version);
        const Result<> done = transaction([&]() -> Result<> {
            if (auto applied = execute(migration.sql); !applied) return applied;
            return execute(mark.c_str());
        });
        if (!done) return done;
    }
    sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
    return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (code != SQLITE_OK) return storage_error(db_.get(), code);
    return Statement(raw);
}

Result<Statement*> Database::cached(std::string_view sql) {
    const auto known = cached_.find(sql);
    if (known != cached_.end()) {
        known->second.reset();
        return &known->second;
    }
    Result<Statement> statement = prepare(sql);
    if (!statement) return statement.error();
    return &cached_.emplace(sql, std::move(*statement)).first->second;
}

Result<std::int64_t> Database::first_number(Statement& statement) {
    const Result<bool> row = statement.step();
    if (!row) return row.error();
    const std::int64_t value = *row ? statement.integer(0) : 0;
    statement.reset();
    return value;
}

Result<> Database::execute(const char* sql) {
    const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return storage_error(db_.get(), code);
    return {};
}

Result<> Database::transaction(const std::function<Result<>()>& work) {
    if (auto begun = run("BEGIN IMMEDIATE"); !begun) return begun;
    Result<> done = work();
    if (done) done = run("COMMIT");
    // Some failures have rolled back already.
    if (!done && sqlite3_get_autocommit(db_.get()) == 0) static_cast<void>(run("ROLLBACK"));
    return done;
}

std::int64_t Database::last_row_id() const { return sqlite3_last_insert_rowid(db_.get()); }
std::int64_t Database::changes() const { return sqlite3_changes64(db_.get()); }

}  // namespace outrider::offline
