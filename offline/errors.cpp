#include "offline/errors.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace outrider::offline {
namespace {

// Where SQLite's locks lie in a file (sqlite3's os.h: PENDING_BYTE and the 511 after it).
constexpr std::int64_t first_lock_byte = 0x40000000;
constexpr std::int64_t lock_bytes = 512;

// Who holds SQLite's locks on the file. Read from /proc/locks and not asked with F_GETLK: that
// needs a descriptor of the file, and closing one drops every lock this process has on it.
std::optional<pid_t> holder(const std::string& path) {
    struct stat file {};
    if (::stat(path.c_str(), &file) != 0) return std::nullopt;
    const std::string wanted =
        fmt::format("{:02x}:{:02x}:{}", major(file.st_dev), minor(file.st_dev), file.st_ino);
    std::ifstream locks("/proc/locks");
    for (std::string line; std::getline(locks, line);) {
        std::istringstream fields(line);
        std::string number, kind, advice, mode, inode;
        pid_t pid = 0;
        std::int64_t start = 0;
        fields >> number >> kind >> advice >> mode >> pid >> inode >> start;
        if (!fields || kind != "POSIX" || inode != wanted || pid <= 0) continue;
        if (start >= first_lock_byte && start < first_lock_byte + lock_bytes) return pid;
    }
    return std::nullopt;
}

std::string holder_in_words(const std::string& path) {
    const std::optional<pid_t> pid = holder(path);
    if (!pid) return "another process";
    if (*pid == ::getpid()) return fmt::format("this very process (pid {})", *pid);
    std::string program;
    std::getline(std::ifstream(fmt::format("/proc/{}/comm", *pid)), program);
    return program.empty() ? fmt::format("process {}", *pid)
                           : fmt::format("process {} ({})", *pid, program);
}

std::string full(const std::string& path) {
    return fmt::format("no space left on the disk of the database {}: free some there", path);
}

std::string unwritable(const std::string& path) {
    return fmt::format(
        "the database {} cannot be written: give this user (uid {}) write permission for the file "
        "and its directory, or remount the disk read-write",
        path, ::geteuid());
}

std::string forbidden(const std::string& path) {
    return fmt::format(
        "no permission to open the database {}: give it and its directory to this "
        "user (uid {})",
        path, ::geteuid());
}

std::string unopenable(const std::string& path, int system, std::string_view words) {
    if (system == ENOENT || system == ENOTDIR) {
        const std::string folder = std::filesystem::path(path).parent_path().string();
        return fmt::format("the directory of the database {} does not exist: create {}", path,
                           folder.empty() ? "it" : folder);
    }
    if (system == EISDIR) {
        return fmt::format("the database {} is a directory: name a file", path);
    }
    return fmt::format("the database {} cannot be opened ({}): check its path", path,
                       system != 0 ? std::strerror(system) : words);
}

std::string in_words(const std::string& path, int code, int system, std::string_view words) {
    const int kind = code & 0xff;  // the rest says where in SQLite
    // The system's reason is better than the name of the call that met it.
    if (kind == SQLITE_CANTOPEN || kind == SQLITE_IOERR) {
        if (system == ENOSPC || system == EDQUOT) return full(path);
        if (system == EROFS) return unwritable(path);
        if (system == EACCES || system == EPERM) return forbidden(path);
    }
    switch (kind) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return fmt::format("the database {} is held by {}: stop that one first", path,
                               holder_in_words(path));
        case SQLITE_NOTADB:
            return fmt::format("{} is not a database: correct the path, or move the file away",
                               path);
        case SQLITE_CORRUPT:
            return fmt::format(
                "the database {} is damaged ({}): what can be read of it is salvaged at the next "
                "use or start",
                path, words);
        case SQLITE_FULL: return full(path);
        case SQLITE_READONLY: return unwritable(path);
        case SQLITE_PERM:
        case SQLITE_AUTH: return forbidden(path);
        case SQLITE_CANTOPEN: return unopenable(path, system, words);
        case SQLITE_IOERR:
            return fmt::format("the disk failed under the database {} ({}): check the disk", path,
                               system != 0 ? std::strerror(system) : words);
        default: return fmt::format("the database {} refused: {}", path, words);
    }
}

// SQLite does not note the system's reason when a commit fails; its files do.
int reason(sqlite3* db) {
    if (const int noted = sqlite3_system_errno(db); noted != 0) return noted;
    for (const int which : {SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER}) {
        sqlite3_file* file = nullptr;
        if (sqlite3_file_control(db, "main", which, &file) != SQLITE_OK || !file) continue;
        int noted = 0;
        if (!file->pMethods) continue;
        const int code = file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &noted);
        if (code == SQLITE_OK && noted != 0) return noted;
    }
    return 0;
}

}  // namespace

Error storage_error(const std::string& path, int code, int system, std::string_view words) {
    const Fault fault = code == SQLITE_TOOBIG ? Fault::too_large : Fault::storage;
    return {fault, in_words(path, code, system, words)};
}

Error storage_error(sqlite3* db, int code) {
    const char* path = db ? sqlite3_db_filename(db, "main") : nullptr;
    // A connection keeps the errno of an earlier failure: ask only for codes that have just set it.
    const int kind = code & 0xff;
    const bool from_system = db && (kind == SQLITE_CANTOPEN || kind == SQLITE_IOERR);
    return storage_error(
        path && *path ? path : "in memory", code, from_system ? reason(db) : 0,
        db && sqlite3_errcode(db) != SQLITE_OK ? sqlite3_errmsg(db) : sqlite3_errstr(code));
}

}  // namespace outrider::offline
