// How a Database keeps room for itself on the disk, and what it does once the disk has failed.

#include "offline/database.hpp"
#include "offline/errors.hpp"
#include "offline/quarantine.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <utility>

namespace outrider::offline {
namespace {

constexpr std::int64_t log_header_bytes = 32;
constexpr std::int64_t frame_header_bytes = 24;
constexpr int pages_per_shrink = 32;
// A larger write gets a larger folio of the page cache, and Linux counts a whole folio as written
// for every commit that touches it.
constexpr std::size_t piece = 4096;

bool writable(sqlite3_file* file) { return file && file->pMethods; }

int fill_with_zeros(sqlite3_file* file, std::int64_t from, std::int64_t to) {
    const std::string zeros(piece, '\0');
    while (from < to) {
        const auto size = std::min<std::int64_t>(to - from, piece);
        const int code = file->pMethods->xWrite(file, zeros.data(), static_cast<int>(size), from);
        if (code != SQLITE_OK) return code;
        from += size;
    }
    return file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
}

}  // namespace

// Which: SQLITE_FCNTL_FILE_POINTER or SQLITE_FCNTL_JOURNAL_POINTER.
sqlite3_file* Database::file(int which) const {
    sqlite3_file* found = nullptr;
    if (sqlite3_file_control(db_.get(), "main", which, &found) != SQLITE_OK) return nullptr;
    return writable(found) ? found : nullptr;
}

// The log gets its room on the disk once and keeps it. Then a commit writes only where the disk has
// been paid for, and what is freed by deleting can be freed with no byte left. Full already? The
// next commit that succeeds tries again.
void Database::make_room() {
    room_kept_ = true;
    sqlite3_file* log = file(SQLITE_FCNTL_JOURNAL_POINTER);
    sqlite3_int64 size = 0;
    if (!log || log->pMethods->xFileSize(log, &size) != SQLITE_OK) return;
    if (size >= options_.log_room_bytes) return;
    const int code = fill_with_zeros(log, size, options_.log_room_bytes);
    room_kept_ = code == SQLITE_OK;
    if (!room_kept_) note(*condition_, code);
}

// A commit larger than the file could be accepted into the log and never leave it: the log would
// fill up and deletions fail. So the file is given its room before the commit.
Result<> Database::take_room() {
    if (in_memory()) return {};
    const Result<std::int64_t> pages = number("PRAGMA page_count");
    if (!pages) return pages.error();
    const std::int64_t piece_size = std::max(options_.growth_bytes, 1);
    const std::int64_t wanted = (*pages * page_size_ + piece_size - 1) / piece_size * piece_size;
    if (wanted > file_room_) {
        sqlite3_int64 bytes = wanted;
        const int code = sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_SIZE_HINT, &bytes);
        if (code != SQLITE_OK && code != SQLITE_NOTFOUND) {
            return storage_error(path(), SQLITE_FULL, 0, "");
        }
    }
    file_room_ = wanted;  // a checkpoint may cut the file down to this
    return {};
}

// Some free pages are kept: on a full disk they are all there is for new rows. And while a backlog
// drains they only become more: what is moved now would be moved again.
Result<> Database::shrink() {
    if (!shrinking_) return {};
    const Result<std::int64_t> unused = number("PRAGMA freelist_count");
    if (!unused) return unused.error();
    const bool growing = *unused > std::exchange(unused_pages_, *unused);
    if (growing || *unused * page_size_ <= options_.wal_bytes) return {};
    Result<> done = run(fmt::format("PRAGMA incremental_vacuum({})", pages_per_shrink));
    shrinking_ = done.has_value();
    return done;
}

// After a commit: what fails here fails no promise.
void Database::tidy_up() {
    shrinking_ = true;
    if (!room_kept_) make_room();
    if (condition_->log_frames * page_size_ < options_.wal_bytes) return;
    int frames = 0, moved = 0;
    const int code =
        sqlite3_wal_checkpoint_v2(db_.get(), "main", SQLITE_CHECKPOINT_PASSIVE, &frames, &moved);
    // SQLite begins the log anew with the next commit.
    if (code == SQLITE_OK && frames == moved) condition_->log_frames = 0;
    note(*condition_, code);
}

// A commit whose sync failed is not on the disk, yet it can be read back from the system's cache
// and would be taken for good. It was reported as failed, so it has to go before the log is read
// again.
Result<> Database::forget_log_after(std::int64_t frames) {
    sqlite3_file* log = file(SQLITE_FCNTL_JOURNAL_POINTER);
    if (!log) return {};
    sqlite3_int64 size = 0;
    int code = log->pMethods->xFileSize(log, &size);
    const std::int64_t from =
        frames == 0 ? 0 : log_header_bytes + frames * (frame_header_bytes + page_size_);
    if (code == SQLITE_OK) code = fill_with_zeros(log, from, size);
    if (code == SQLITE_OK) return {};
    return storage_error(db_.get(), code);
}

// Whoever was killed between writing and syncing leaves a commit in the system's cache only. What
// is read there and acted on must not go with the power.
Result<> Database::sync_log() {
    sqlite3_file* log = file(SQLITE_FCNTL_JOURNAL_POINTER);
    const int code = log ? log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) : SQLITE_OK;
    if (code == SQLITE_OK) return {};
    return storage_error(db_.get(), code);
}

Result<> Database::ready() {
    if (db_ && condition_->distrust == 0) return {};
    if (in_transaction_ || (db_ && !running_)) {
        return Error(
            Fault::storage,
            fmt::format("the disk has just failed under the database {}: check the disk", path()));
    }
    if (db_ && running_ && (condition_->distrust & 0xff) == SQLITE_IOERR) {
        if (auto forgotten = forget_log_after(condition_->log_frames); !forgotten) {
            return forgotten;
        }
    }
    close();
    return start();
}

Result<bool> Database::scrub() {
    if (auto usable = ready(); !usable) return usable.error();
    if (in_transaction_) {
        return Error(Fault::storage, "a file was scrubbed within a transaction: this is a defect");
    }
    const Result<std::int64_t> before = number("PRAGMA page_count");
    if (!before) return before.error();
    const bool anew = *before * page_size_ <= largest_rewrite;
    if (anew) {
        if (auto written = execute("VACUUM"); !written) return written.error();
    }
    if (in_memory()) return anew;
    const Result<std::int64_t> pages = number("PRAGMA page_count");
    if (!pages) return pages.error();
    // Not written over where it lies: a power cut between two writes would leave half a log.
    int code =
        sqlite3_wal_checkpoint_v2(db_.get(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    if (code != SQLITE_OK) return failure(code);
    condition_->log_frames = 0;
    file_room_ = 0;  // the file may be shorter now
    make_room();
    sqlite3_file* main = file(SQLITE_FCNTL_FILE_POINTER);
    sqlite3_int64 size = 0;
    if (!main) return anew;
    code = main->pMethods->xFileSize(main, &size);
    if (code == SQLITE_OK) code = fill_with_zeros(main, *pages * page_size_, size);
    if (code != SQLITE_OK) return failure(code);
    return anew;
}

std::vector<std::string> Database::damaged_copies() {
    std::vector<std::string> copies;
    if (in_memory()) return copies;
    const std::string prefix = damaged_prefix(path());
    for (std::string& name : folder().family(path())) {
        if (name.starts_with(prefix)) copies.push_back(std::move(name));
    }
    return copies;
}

Result<> Database::remove_damaged_copies() {
    for (const std::string& copy : damaged_copies()) {
        if (auto gone = folder().remove(copy); !gone) return gone;
    }
    return in_memory() ? Result<>() : folder().sync(path());
}

// Nothing is written by closing a connection that is not trusted, or was refused the file.
void Database::close() {
    cached_.clear();
    shaped_.clear();
    if (!db_) return;
    if (running_ && condition_->distrust == 0) leave_log_empty();
    running_ = false;
    db_.reset();
}

// The log keeps its room when the program ends: the next start may find the disk full. With its
// header gone it is an empty one, whatever becomes of the file beside it.
void Database::leave_log_empty() {
    int frames = 0, moved = 0;
    const int code =
        sqlite3_wal_checkpoint_v2(db_.get(), "main", SQLITE_CHECKPOINT_PASSIVE, &frames, &moved);
    sqlite3_file* log = file(SQLITE_FCNTL_JOURNAL_POINTER);
    if (code != SQLITE_OK || frames != moved || !log) return;
    const std::string zeros(log_header_bytes, '\0');
    log->pMethods->xWrite(log, zeros.data(), static_cast<int>(zeros.size()), 0);
}

}  // namespace outrider::offline
