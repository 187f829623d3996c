#include "tests/support/powercut_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace outrider::test {
namespace {

constexpr std::size_t sector = 512;

std::size_t sectors(std::size_t bytes) { return (bytes + sector - 1) / sector; }

}  // namespace

// SQLite's handle: it gives us the memory and calls us through io_methods.
struct PowercutFile : sqlite3_file {
    PowercutDisk* disk;
    std::shared_ptr<PowercutDisk::File>* file;
    std::uint64_t generation;

    static PowercutFile& of(sqlite3_file* handle) { return *static_cast<PowercutFile*>(handle); }
    bool dead() const { return generation != disk->generation_ || !disk->powered_; }

    static int open(sqlite3_vfs*, const char* path, sqlite3_file*, int flags, int* out_flags);
    static int remove(sqlite3_vfs*, const char* path, int sync_directory);
    static int access(sqlite3_vfs*, const char* path, int, int* found);
    static int full_path(sqlite3_vfs*, const char* path, int size, char* out);
    static int last_error(sqlite3_vfs*, int, char*);

    static int close(sqlite3_file*);
    static int read(sqlite3_file*, void* into, int size, sqlite3_int64 offset);
    static int write(sqlite3_file*, const void* from, int size, sqlite3_int64 offset);
    static int truncate(sqlite3_file*, sqlite3_int64 size);
    static int sync(sqlite3_file*, int);
    static int size(sqlite3_file*, sqlite3_int64* size);
    static const sqlite3_io_methods* methods();
};

int PowercutFile::open(sqlite3_vfs* vfs, const char* path, sqlite3_file* handle, int flags,
                       int* out_flags) {
    auto& self = of(handle);
    self.pMethods = nullptr;
    self.disk = static_cast<PowercutDisk*>(vfs->pAppData);
    if (!path) return SQLITE_CANTOPEN;
    std::shared_ptr<PowercutDisk::File> file;
    const int code = self.disk->open(path, (flags & SQLITE_OPEN_CREATE) != 0, file);
    if (code != SQLITE_OK) return code;
    self.file = new std::shared_ptr<PowercutDisk::File>(std::move(file));
    self.generation = self.disk->generation_;
    self.pMethods = methods();
    if (out_flags) *out_flags = flags;
    return SQLITE_OK;
}

int PowercutFile::remove(sqlite3_vfs* vfs, const char* path, int sync_directory) {
    return static_cast<PowercutDisk*>(vfs->pAppData)->remove(path, sync_directory != 0);
}

int PowercutFile::access(sqlite3_vfs* vfs, const char* path, int, int* found) {
    *found = static_cast<PowercutDisk*>(vfs->pAppData)->exists(path) ? 1 : 0;
    return SQLITE_OK;
}

int PowercutFile::full_path(sqlite3_vfs*, const char* path, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", path);
    return SQLITE_OK;
}

int PowercutFile::last_error(sqlite3_vfs* vfs, int, char*) {
    return static_cast<PowercutDisk*>(vfs->pAppData)->last_error_;
}

int PowercutFile::close(sqlite3_file* handle) {
    delete of(handle).file;
    return SQLITE_OK;
}

int PowercutFile::read(sqlite3_file* handle, void* into, int size, sqlite3_int64 offset) {
    auto& self = of(handle);
    if (self.dead()) return SQLITE_IOERR_READ;
    if (const int code = self.disk->operate(PowercutDisk::Kind::read)) return code;
    const std::string& content = (*self.file)->content;
    const auto wanted = static_cast<std::size_t>(size);
    const auto start = std::min(static_cast<std::size_t>(offset), content.size());
    const auto there = std::min(wanted, content.size() - start);
    std::memcpy(into, content.data() + start, there);
    std::memset(static_cast<char*>(into) + there, 0, wanted - there);
    return there == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int PowercutFile::write(sqlite3_file* handle, const void* from, int size, sqlite3_int64 offset) {
    auto& self = of(handle);
    if (self.dead()) return SQLITE_IOERR_WRITE;
    return self.disk->write(**self.file, static_cast<const char*>(from),
                            static_cast<std::size_t>(size), static_cast<std::size_t>(offset));
}

int PowercutFile::truncate(sqlite3_file* handle, sqlite3_int64 size) {
    auto& self = of(handle);
    if (self.dead()) return SQLITE_IOERR_TRUNCATE;
    return self.disk->truncate(**self.file, static_cast<std::size_t>(size));
}

int PowercutFile::sync(sqlite3_file* handle, int) {
    auto& self = of(handle);
    if (self.dead()) return SQLITE_IOERR_FSYNC;
    return self.disk->sync(**self.file);
}

int PowercutFile::size(sqlite3_file* handle, sqlite3_int64* size) {
    auto& self = of(handle);
    if (self.dead()) return SQLITE_IOERR_FSTAT;
    *size = static_cast<sqlite3_int64>((*self.file)->content.size());
    return SQLITE_OK;
}

// Version 1 has no shared memory: a WAL without an exclusive lock does not open on this disk.
const sqlite3_io_methods* PowercutFile::methods() {
    static const sqlite3_io_methods all = [] {
        sqlite3_io_methods m{};
        m.iVersion = 1;
        m.xClose = close;
        m.xRead = read;
        m.xWrite = write;
        m.xTruncate = truncate;
        m.xSync = sync;
        m.xFileSize = size;
        m.xLock = [](sqlite3_file*, int) { return SQLITE_OK; };
        m.xUnlock = [](sqlite3_file*, int) { return SQLITE_OK; };
        m.xCheckReservedLock = [](sqlite3_file*, int* held) {
            *held = 0;
            return SQLITE_OK;
        };
        m.xFileControl = [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; };
        m.xSectorSize = [](sqlite3_file*) { return static_cast<int>(sector); };
        // What SQLite assumes of a real disk, and what a torn sector here keeps to.
        m.xDeviceCharacteristics = [](sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; };
        return m;
    }();
    return &all;
}

PowercutDisk::PowercutDisk(std::string vfs)
    : name_(std::move(vfs)), vfs_(std::make_unique<sqlite3_vfs>(*sqlite3_vfs_find(nullptr))) {
    vfs_->iVersion = 2;  // 3 would add system calls, which are not ours
    vfs_->szOsFile = sizeof(PowercutFile);
    vfs_->pNext = nullptr;
    vfs_->zName = name_.c_str();
    vfs_->pAppData = this;
    vfs_->xOpen = PowercutFile::open;
    vfs_->xDelete = PowercutFile::remove;
    vfs_->xAccess = PowercutFile::access;
    vfs_->xFullPathname = PowercutFile::full_path;
    vfs_->xGetLastError = PowercutFile::last_error;
    sqlite3_vfs_register(vfs_.get(), 0);
}

PowercutDisk::~PowercutDisk() { sqlite3_vfs_unregister(vfs_.get()); }

void PowercutDisk::cut(Dice* dice) {
    powered_ = false;
    ++generation_;
    for (auto& [path, file] : files_) lose_power(*file, dice);
}

void PowercutDisk::lose_power(File& file, Dice* dice) {
    const auto luck = [dice](std::uint64_t sides) { return dice ? (*dice)() % sides : 0; };
    std::string after = file.synced;
    bool present = file.kept;
    if (!file.kept && file.present) present = luck(2) == 1;
    // Deleted without a sync of the directory: perhaps still there, as it was synced.
    if (file.kept && !file.present) present = luck(2) == 0;
    if (file.present && present) {
        for (std::size_t i = 0; i < file.unsynced.size(); ++i) {
            const std::uint64_t fate = luck(4);  // 0: lost, 1: torn, 2 and 3: kept
            if (!file.unsynced[i] || fate == 0) continue;
            const std::size_t start = i * sector;
            std::size_t size = std::min(sector, file.content.size() - start);
            if (fate == 1) size = luck(size);
            if (after.size() < start + size) after.resize(start + size);
            after.replace(start, size, file.content, start, size);
        }
        if (file.content.size() < file.synced.size() && luck(2) == 1) {
            after.resize(std::min(after.size(), file.content.size()));
        }
    }
    if (!present) after.clear();
    file.present = file.kept = present;
    file.content = file.synced = after;
    file.unsynced.assign(sectors(after.size()), false);
}

void PowercutDisk::power_on() { powered_ = true; }

void PowercutDisk::cut_at(std::int64_t operation, Dice* dice) {
    due_ = operation;
    error_ = 0;
    dice_ = dice;
}

void PowercutDisk::fail_at(std::int64_t operation, int error) {
    due_ = operation;
    error_ = error;
}

void PowercutDisk::forget_plan() { due_ = 0; }

bool PowercutDisk::exists(const std::string& path) const {
    const auto known = files_.find(path);
    return known != files_.end() && known->second->present;
}

int PowercutDisk::operate(Kind kind) {
    struct Codes {
        int failed;
        int full;
    };
    static constexpr std::array codes = {
        Codes{SQLITE_CANTOPEN, SQLITE_CANTOPEN},
        Codes{SQLITE_IOERR_READ, SQLITE_IOERR_READ},
        Codes{SQLITE_IOERR_WRITE, SQLITE_FULL},
        Codes{SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_TRUNCATE},
        Codes{SQLITE_IOERR_FSYNC, SQLITE_IOERR_FSYNC},
        Codes{SQLITE_IOERR_DELETE, SQLITE_IOERR_DELETE},
    };
    const Codes& code = codes[static_cast<std::size_t>(kind)];
    last_error_ = EIO;
    if (!powered_) return code.failed;
    const bool due = next_is_due();
    ++operations_;
    if (!due) return SQLITE_OK;
    due_ = 0;
    if (error_ == 0) {
        cut(dice_);
        return code.failed;
    }
    last_error_ = error_;
    return error_ == ENOSPC ? code.full : code.failed;
}

int PowercutDisk::open(const char* path, bool create, std::shared_ptr<File>& into) {
    if (const int code = operate(Kind::open)) return code;
    auto& file = files_[path];
    if (!file) file = std::make_shared<File>();
    if (!file->present) {
        last_error_ = ENOENT;
        if (!create) return SQLITE_CANTOPEN;
        *file = File{};
        file->present = true;
    }
    into = file;
    return SQLITE_OK;
}

int PowercutDisk::remove(const char* path, bool and_sync) {
    if (const int code = operate(Kind::remove)) return code;
    if (!exists(path)) return SQLITE_IOERR_DELETE_NOENT;
    File& file = *files_[path];
    file.present = false;
    file.content.clear();
    file.unsynced.clear();
    if (and_sync) sync_directory();
    return SQLITE_OK;
}

int PowercutDisk::write(File& file, const char* bytes, std::size_t size, std::size_t offset) {
    // A write that fails has written something all the same.
    if (next_is_due()) put(file, bytes, size / 2, offset);
    if (const int code = operate(Kind::write)) return code;
    put(file, bytes, size, offset);
    return SQLITE_OK;
}

int PowercutDisk::truncate(File& file, std::size_t size) {
    if (const int code = operate(Kind::truncate)) return code;
    file.content.resize(size);
    file.unsynced.resize(sectors(size), true);
    return SQLITE_OK;
}

int PowercutDisk::sync(File& file) {
    if (const int code = operate(Kind::sync)) {
        file.unsynced.assign(file.unsynced.size(), false);
        return code;
    }
    ++syncs_;
    file.synced.resize(file.content.size());
    for (std::size_t i = 0; i < file.unsynced.size(); ++i) {
        if (file.unsynced[i])
            file.synced.replace(i * sector, sector, file.content, i * sector, sector);
    }
    file.unsynced.assign(file.unsynced.size(), false);
    // SQLite syncs the directory with a new journal or WAL; then every entry of it is on disk.
    if (!file.kept) sync_directory();
    return SQLITE_OK;
}

void PowercutDisk::put(File& file, const char* bytes, std::size_t size, std::size_t offset) {
    if (size == 0) return;
    if (file.content.size() < offset + size) file.content.resize(offset + size);
    file.content.replace(offset, size, bytes, size);
    file.unsynced.resize(sectors(file.content.size()), true);
    for (std::size_t i = offset / sector; i < sectors(offset + size); ++i) file.unsynced[i] = true;
}

void PowercutDisk::sync_directory() {
    for (auto& [path, file] : files_) {
        file->kept = file->present;
        if (!file->present) file->synced.clear();
    }
}

}  // namespace outrider::test
