#include "offline/database.hpp"

#include "offline/engine.hpp"
#include "offline/errors.hpp"
#include "offline/pages.hpp"
#include "offline/quarantine.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <new>

namespace outrider::offline {
namespace {

constexpr int busy_timeout_ms = 100;             // a holder does not let go: it holds for life
constexpr int longest_value = 16 * 1024 * 1024;  // bytes; no row of ours comes near

constexpr int versions_to_come = 1000;  // a higher one is noise

constexpr const char* synchronous(Durability durability) {
    switch (durability) {
        case Durability::full: return "PRAGMA synchronous = FULL";
        case Durability::normal: return "PRAGMA synchronous = NORMAL";
        case Durability::off: return "PRAGMA synchronous = OFF";
    }
    return "PRAGMA synchronous = FULL";
}

// Someone's notes are not a database of ours gone bad: a wrong path must not move them away.
bool is_text(const RawFile& file) {
    std::string start;
    const std::int64_t size = std::clamp<std::int64_t>(file.size(), 0, 4096);
    if (!file.read(0, size, start)) return false;
    return std::all_of(start.begin(), start.end(), [](char letter) {
        return static_cast<unsigned char>(letter) >= ' ' || letter == '\n' || letter == '\r' ||
               letter == '\t';
    });
}

}  // namespace

void note(Condition& condition, int code) {
    const int kind = code & 0xff;
    if (kind == SQLITE_IOERR || kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB ||
        kind == SQLITE_CANTOPEN) {
        condition.distrust = code;
    }
}

void Database::Close::operator()(sqlite3* db) const noexcept {
    sqlite3_close_v2(db);  // waits for statements that outlive the Database
}

Database::Database(Database&&) noexcept = default;
Database::~Database() { close(); }

Database& Database::operator=(Database&& other) noexcept {
    if (this == &other) return *this;
    this->~Database();
    return *new (this) Database(std::move(other));
}

Error Database::failure(int code) const {
    Error error = storage_error(db_.get(), code);
    note(*condition_, code);
    return error;
}

Folder& Database::folder() const { return options_.folder ? *options_.folder : real_folder(); }

Result<Database> Database::open(const DatabaseOptions& options,
                                std::span<const Migration> migrations) {
    Database database(options, migrations);
    if (auto done = database.start(); !done) return done.error();
    return database;
}

Result<> Database::start() {
    if (in_memory()) return attempt();
    const Result<std::shared_ptr<void>> alone = folder().lock(path());
    if (!alone) return alone.error();
    if (auto finished = finish_salvage(folder(), path()); !finished) return finished;
    Result<> done = attempt();
    // A disk may fail once, and the next time not.
    const int kind = condition_->distrust & 0xff;
    if (!done && (kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN)) {
        close();
        done = attempt();
    }
    if (done || !beyond_repair()) {
        if (!done) close();
        return done;
    }
    close();
    if (auto rebuilt = rebuild(); !rebuilt) return rebuilt;
    done = attempt();
    if (!done) close();
    return done;
}

// Whether the file, as it is, will never open.
bool Database::beyond_repair() const {
    switch (condition_->distrust) {
        case 0: return false;
        case SQLITE_IOERR_READ:
        case SQLITE_IOERR_SHORT_READ:
        case SQLITE_IOERR_CORRUPTFS:
        case SQLITE_IOERR_DATA: return true;
        default: break;
    }
    const int kind = condition_->distrust & 0xff;
    if (kind == SQLITE_NOTADB) return !is_text(RawFile(path(), options_.vfs, false));
    return kind == SQLITE_CORRUPT;
}

Result<> Database::attempt() {
    *condition_ = Condition{};
    damage_.clear();
    if (!in_memory()) {
        const RawFile file(path(), options_.vfs, false), wal(path() + "-wal", options_.vfs, true);
        const bool gone =
            file.size() == 0 && !read_log(wal, file, options_.page_size).newest.empty();
        if (gone) {  // SQLite would throw the log away
            return damaged("it is empty, and its log is not");
        }
    }
    if (auto done = connect(); !done) return done;
    if (auto done = examine(); !done) return done;
    if (auto done = check_log(); !done) return done;
    if (auto done = settle(); !done) return done;
    if (auto done = migrate(migrations_.empty() ? 0 : migrations_.back().version); !done) {
        return done;
    }
    compact();
    if (!room_kept_) make_room();
    if (condition_->distrust != 0) return storage_error(db_.get(), condition_->distrust);
    running_ = true;
    return {};
}

// Nothing here writes to the file, nor does closing it again: the log is left as it was found.
Result<> Database::connect() {
    if (options_.vfs.empty() && !in_memory()) {
        if (auto created = folder().create(path()); !created) return created;
    }
    set_up_engine();
    sqlite3* raw = nullptr;
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(path().c_str(), &raw, flags,
                                     options_.vfs.empty() ? nullptr : options_.vfs.c_str());
    db_.reset(raw);
    if (code != SQLITE_OK) {
        const int system = raw ? sqlite3_system_errno(raw) : 0;
        note(*condition_, code);
        return storage_error(path(), code, system, sqlite3_errstr(code));
    }
    if (sqlite3_db_readonly(raw, "main") == 1) {
        return storage_error(path(), SQLITE_READONLY, 0, "");
    }
    sqlite3_busy_timeout(raw, busy_timeout_ms);
    sqlite3_limit(raw, SQLITE_LIMIT_LENGTH, longest_value);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);  // nor delete the log
    int chunk = options_.growth_bytes;
    sqlite3_file_control(raw, "main", SQLITE_FCNTL_CHUNK_SIZE, &chunk);
    // Exclusive before anything is read: the log's index then lives in memory and no -shm is made.
    // What is deleted is overwritten: it says where people were, and a salvage must not find it.
    const std::string settings = fmt::format(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA page_size = {}; PRAGMA mmap_size = 0;"
        "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
        "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON",
        options_.page_size);
    const int set = sqlite3_exec(raw, settings.c_str(), nullptr, nullptr, nullptr);
    if (set != SQLITE_OK) return failure(set);
    return {};
}

Error Database::damaged(std::string_view words) {
    note(*condition_, SQLITE_CORRUPT);
    damage_ = words.substr(words.rfind('\n') + 1);  // SQLite's first line is a heading
    return storage_error(path(), SQLITE_CORRUPT, 0, words);
}

Result<> Database::examine() {
    const Result<std::int64_t> version = number("PRAGMA user_version");
    if (!version) return version.error();
    const int newest = migrations_.empty() ? 0 : migrations_.back().version;
    if (*version < 0 || *version > newest + versions_to_come) {
        return damaged(fmt::format("its version {} is none", *version));
    }
    if (*version > newest) {
        return Error(Fault::storage,
                     fmt::format("the database {} has version {}, this outrider knows versions up "
                                 "to {}: install the newer outrider (the file was left as it is)",
                                 path(), *version, newest));
    }
    const Result<std::int64_t> things = number("SELECT count(*) FROM sqlite_schema");
    if (!things && condition_->distrust == 0) return damaged(things.error().detail);
    if (!things) return things.error();
    if (*version == 0 && *things > 0 && newest > 0) {
        if (has_our_tables()) return damaged("it has lost its version");
        return Error(
            Fault::storage,
            fmt::format("the database {} is some other program's: correct the path", path()));
    }
    const Result<Statement*> check = query("PRAGMA quick_check(1)");
    if (!check) return check.error();
    const Result<bool> row = (*check)->step();
    if (!row) return row.error();
    const std::string verdict(*row ? (*check)->text(0) : "no answer");
    (*check)->reset();
    if (verdict != "ok") return damaged(verdict);
    return {};
}

bool Database::has_our_tables() {
    Result<Database> sample = open({.path = ":memory:"}, migrations_);
    if (!sample) return false;
    Result<Statement> names =
        sample->prepare("SELECT name FROM sqlite_schema WHERE type = 'table'");
    while (names) {
        const Result<bool> row = names->step();
        if (!row || !*row) return row.has_value();
        const auto there =
            number("SELECT count(*) FROM sqlite_schema WHERE name = ?", names->text(0));
        if (!there || *there == 0) return false;
    }
    return false;
}

// SQLite reads the log up to the first frame that is not sound and takes the rest for the remains
// of a crash. When that rest holds commits it is damage, and they can be had.
Result<> Database::check_log() {
    const Result<std::int64_t> page_size = number("PRAGMA page_size");
    if (!page_size) return page_size.error();
    page_size_ = *page_size;
    if (in_memory() || options_.durability != Durability::full) return {};
    const RawFile file(path(), options_.vfs, false), wal(path() + "-wal", options_.vfs, true);
    const Log log = read_log(wal, file, page_size_);
    condition_->log_frames = log.frames;
    if (log.passed_over) return damaged("its log is broken in the middle");
    // Or the next start may see them behind newer ones and take them for damage.
    if (log.leftover) return forget_log_after(log.frames);
    return log.frames > 0 ? sync_log() : Result<>();
}

Result<> Database::settle() {
    if (auto done = execute(synchronous(options_.durability)); !done) return done;
    const Result<std::int64_t> things = number("SELECT count(*) FROM sqlite_schema");
    if (!things) return things.error();
    if (*things == 0) {
        // The file can give room back, a little with each commit, once a backlog has gone.
        if (auto set = execute("PRAGMA auto_vacuum = INCREMENTAL"); !set) return set;
    }
    const Result<Statement*> mode = query("PRAGMA journal_mode = WAL");
    if (!mode) return mode.error();
    const Result<bool> row = (*mode)->step();
    if (!row) return row.error();
    const std::string got(*row ? (*mode)->text(0) : "nothing");
    (*mode)->reset();
    if (got != "wal" && got != "memory") {
        return Error(Fault::storage, fmt::format("the database {} stays in journal mode {}, not "
                                                 "wal: move it to a local disk",
                                                 path(), got));
    }
    // We empty the log ourselves, and hear when it fails.
    sqlite3_wal_hook(
        db_.get(),
        [](void* condition, sqlite3*, const char*, int frames) {
            static_cast<Condition*>(condition)->log_frames = frames;
            return SQLITE_OK;
        },
        condition_.get());
    const std::string log = fmt::format("PRAGMA journal_size_limit = {}",
                                        std::max(2 * options_.wal_bytes, options_.log_room_bytes));
    return execute(log.c_str());
}

// Each in a transaction of its own.
Result<> Database::migrate(int up_to) {
    const Result<std::int64_t> version = number("PRAGMA user_version");
    if (!version) return version.error();
    for (const Migration& migration : migrations_) {
        if (migration.version <= *version || migration.version > up_to) continue;
        const std::string mark = fmt::format("PRAGMA user_version = {}", migration.version);
        const Result<> done = transaction([&]() -> Result<> {
            if (auto applied = execute(migration.sql); !applied) return applied;
            return execute(mark.c_str());
        });
        if (!done) return done;
    }
    return {};
}

// A file of before 0.2 cannot give room back until it has been written anew, once.
void Database::compact() {
    const Result<std::int64_t> mode = number("PRAGMA auto_vacuum");
    const Result<std::int64_t> pages = number("PRAGMA page_count");
    if (in_memory() || !mode || !pages || *mode != 0) return;
    if (*pages * page_size_ > largest_rewrite) return;
    static_cast<void>(execute("PRAGMA auto_vacuum = INCREMENTAL; VACUUM"));
    tidy_up();
}

// Until the new file is complete, on the disk and in its place, the damaged one stays what it is:
// killed at any moment, the next start does it again or finishes it.
Result<> Database::rebuild() {
    Salvage report;
    report.damage =
        fmt::format("the database {} was damaged ({})", path(),
                    damage_.empty() ? sqlite3_errstr(condition_->distrust) : damage_.c_str());
    DatabaseOptions options = options_;
    options.path = building_name(path());
    {
        Database fresh(options, migrations_);
        if (auto built = build(fresh, report); !built) {
            fresh.close();
            static_cast<void>(folder().remove(options.path));
            return built;
        }
    }
    const auto now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
    const Result<std::string> quarantine = declare_complete(folder(), path(), now);
    if (!quarantine) return quarantine.error();
    report.quarantine = *quarantine;
    if (auto placed = finish_salvage(folder(), path()); !placed) return placed;
    salvage_ = std::move(report);
    ++salvages_;
    return {};
}

// Without a journal on the disk: what is not complete is thrown away.
Result<> Database::build(Database& fresh, Salvage& report) {
    if (auto done = fresh.connect(); !done) return done;
    const Result<> set = fresh.execute(
        "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = FULL;"
        "PRAGMA foreign_keys = OFF");
    if (!set) return set;
    fresh.page_size_ = options_.page_size;
    const int newest = migrations_.empty() ? 0 : migrations_.back().version;
    const int known = version_of(path(), options_.vfs);
    if (auto done = fresh.migrate(known > 0 && known < newest ? known : newest); !done) return done;
    const Result<> copied = fresh.transaction(
        [&] { return salvage_rows(path(), options_.vfs, options_.page_size, fresh, report); });
    if (!copied) return copied;
    if (auto done = fresh.migrate(newest); !done) return done;
    if (!options_.mend) return {};
    return fresh.transaction([&] { return options_.mend(fresh, report); });
}

Result<Statement> Database::prepare(std::string_view sql) {
    if (auto usable = ready(); !usable) return usable.error();
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (code != SQLITE_OK) return failure(code);
    return Statement(raw, condition_);
}

Result<> Database::execute(const char* sql) {
    if (auto usable = ready(); !usable) return usable;
    const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return failure(code);
    return {};
}

Result<> Database::transaction(const std::function<Result<>()>& work) {
    if (in_transaction_) {
        return Error(Fault::storage, "a transaction was begun within one: this is a defect");
    }
    if (auto begun = run("BEGIN IMMEDIATE"); !begun) return begun;
    in_transaction_ = true;
    Result<> done = work();
    if (done) done = shrink();
    if (done) done = take_room();
    if (done) done = run("COMMIT");
    // Some failures have rolled back already.
    if (!done && sqlite3_get_autocommit(db_.get()) == 0) {
        sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
    in_transaction_ = false;
    if (done) tidy_up();
    return done;
}

std::int64_t Database::last_row_id() const {
    return db_ ? sqlite3_last_insert_rowid(db_.get()) : 0;
}
std::int64_t Database::changes() const { return db_ ? sqlite3_changes64(db_.get()) : 0; }

}  // namespace outrider::offline
