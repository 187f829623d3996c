#include "offline/powercut_disk.hpp"

#include "offline/engine.hpp"
#include "offline/errors.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace outrider::offline {
namespace {

const sqlite3_vfs& system_vfs() {
    set_up_engine();
    return *sqlite3_vfs_find(nullptr);
}

}  // namespace

// SQLite's handle: it gives us the memory and calls us through io_methods.
struct PowercutFile : sqlite3_file {
    PowercutDisk* disk;
    std::shared_ptr<PowercutDisk::File>* file;
    std::uint64_t generation;
    std::size_t chunk;

    std::size_t rounded(std::size_t size) const {
        return chunk == 0 ? size : (size + chunk - 1) / chunk * chunk;
    }
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
    static int control(sqlite3_file*, int what, void* argument);
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
    self.chunk = 0;
    self.pMethods = methods();
    if (out_flags) *out_flags = flags;
    return SQLITE_OK;
}

int PowercutFile::remove(sqlite3_vfs* vfs, const char* path, int sync_directory) {
    return static_cast<PowercutDisk*>(vfs->pAppData)->remove_file(path, sync_directory != 0);
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
    return self.disk->truncate(**self.file, self.rounded(static_cast<std::size_t>(size)));
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

// Room is asked for ahead of time, in pieces.
int PowercutFile::control(sqlite3_file* handle, int what, void* argument) {
    auto& self = of(handle);
    if (what == SQLITE_FCNTL_CHUNK_SIZE) {
        self.chunk = static_cast<std::size_t>(*static_cast<int*>(argument));
        return SQLITE_OK;
    }
    if (what == SQLITE_FCNTL_LAST_ERRNO) {
        *static_cast<int*>(argument) = self.disk->last_error_;
        return SQLITE_OK;
    }
    if (what != SQLITE_FCNTL_SIZE_HINT || self.chunk == 0) return SQLITE_NOTFOUND;
    if (self.dead()) return SQLITE_IOERR;
    PowercutDisk::File& file = **self.file;
    const std::size_t wanted =
        self.rounded(static_cast<std::size_t>(*static_cast<sqlite3_int64*>(argument)));
    if (wanted <= file.content.size()) return SQLITE_OK;
    const std::string zeros(wanted - file.content.size(), '\0');
    return self.disk->write(file, zeros.data(), zeros.size(), file.content.size());
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
        m.xFileControl = control;
        m.xSectorSize = [](sqlite3_file*) { return static_cast<int>(PowercutDisk::sector); };
        // What SQLite assumes of a real disk, and what a torn sector here keeps to.
        m.xDeviceCharacteristics = [](sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; };
        return m;
    }();
    return &all;
}

PowercutDisk::PowercutDisk(std::string vfs)
    : name_(std::move(vfs)), vfs_(std::make_unique<sqlite3_vfs>(system_vfs())) {
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

std::size_t PowercutDisk::used() const {
    std::size_t bytes = 0;
    for (const auto& [path, file] : files_) bytes += file->content.size();
    return bytes;
}

bool PowercutDisk::fits(const File& file, std::size_t size) const {
    return size <= file.content.size() || used() + size - file.content.size() <= capacity_;
}

std::string PowercutDisk::bytes(const std::string& path) const {
    const auto known = files_.find(path);
    return known == files_.end() ? std::string() : known->second->content;
}

void PowercutDisk::put_bytes(const std::string& path, const std::string& bytes) {
    auto& file = files_[path];
    if (!file) file = std::make_shared<File>();
    file->content = file->synced = bytes;
    file->unsynced.assign(sectors(bytes.size()), false);
    file->first_unsynced = file->end_unsynced = 0;
    on_disk_[path] = file;
}

bool PowercutDisk::next_is_due(Kind kind) const {
    if (!powered_ || due_ == 0) return false;
    if (!lasting_ || error_ == 0) return operations_ + 1 == due_;
    if (operations_ + 1 < due_) return false;
    const bool changes = kind != Kind::open && kind != Kind::read;
    // A full disk still takes what needs no room of its own.
    if (error_ == ENOSPC) return kind == Kind::write;
    return error_ == EIO || changes;
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
        Codes{SQLITE_IOERR, SQLITE_IOERR},
    };
    const Codes& code = codes[static_cast<std::size_t>(kind)];
    if (!powered_) last_error_ = EIO;
    if (!powered_) return code.failed;
    if (before_change_ && kind != Kind::open && kind != Kind::read) before_change_();
    const bool due = next_is_due(kind);
    ++operations_;
    if (!due) return SQLITE_OK;
    if (!lasting_ || error_ == 0) due_ = 0;
    if (error_ == 0) {
        cut(dice_);
        return code.failed;
    }
    last_error_ = error_;
    return error_ == ENOSPC ? code.full : code.failed;
}

int PowercutDisk::open(const char* path, bool create, std::shared_ptr<File>& into) {
    if (const int code = operate(Kind::open)) return code;
    const auto known = files_.find(path);
    if (known != files_.end()) {
        into = known->second;
        return SQLITE_OK;
    }
    last_error_ = ENOENT;
    if (!create) return SQLITE_CANTOPEN;
    into = files_[path] = std::make_shared<File>();
    changes_.push_back({"", path, into});
    return SQLITE_OK;
}

int PowercutDisk::remove_file(const std::string& path, bool and_sync) {
    if (const int code = operate(Kind::remove)) return code;
    const auto known = files_.find(path);
    if (known == files_.end()) return SQLITE_IOERR_DELETE_NOENT;
    changes_.push_back({path, "", known->second});
    files_.erase(known);
    if (and_sync) sync_directory();
    return SQLITE_OK;
}

int PowercutDisk::write(File& file, const char* bytes, std::size_t size, std::size_t offset) {
    // A write that fails has written something all the same.
    if (next_is_due(Kind::write) && error_ != EROFS) {
        const std::size_t half = offset + size / 2;
        if (!lasting_ || half <= file.content.size()) put(file, bytes, size / 2, offset);
    }
    if (const int code = operate(Kind::write)) return code;
    if (!fits(file, offset + size)) {
        last_error_ = ENOSPC;
        return SQLITE_FULL;
    }
    put(file, bytes, size, offset);
    return SQLITE_OK;
}

int PowercutDisk::truncate(File& file, std::size_t size) {
    if (const int code = operate(Kind::truncate)) return code;
    const std::size_t before = file.unsynced.size();
    file.content.resize(size);
    file.unsynced.resize(sectors(size), true);
    if (sectors(size) > before) file.mark(before, sectors(size));
    file.end_unsynced = std::min(file.end_unsynced, sectors(size));
    file.first_unsynced = std::min(file.first_unsynced, file.end_unsynced);
    return SQLITE_OK;
}

int PowercutDisk::sync(File& file) {
    if (const int code = operate(Kind::sync)) {
        file.all_synced();
        return code;
    }
    ++syncs_;
    file.synced.resize(file.content.size());
    for (std::size_t i = file.first_unsynced; i < file.end_unsynced; ++i) {
        if (file.unsynced[i])
            file.synced.replace(i * sector, sector, file.content, i * sector, sector);
    }
    file.all_synced();
    // SQLite syncs the directory with a new journal or WAL; then every entry of it is on disk.
    const bool named = std::any_of(on_disk_.begin(), on_disk_.end(),
                                   [&](const auto& entry) { return entry.second.get() == &file; });
    if (!named) sync_directory();
    return SQLITE_OK;
}

void PowercutDisk::put(File& file, const char* bytes, std::size_t size, std::size_t offset) {
    if (size == 0) return;
    if (file.content.size() < offset + size) file.content.resize(offset + size);
    file.content.replace(offset, size, bytes, size);
    const std::size_t before = file.unsynced.size();
    file.unsynced.resize(sectors(file.content.size()));
    file.mark(std::min(before, offset / sector), sectors(offset + size));
}

void PowercutDisk::File::mark(std::size_t first, std::size_t end) {
    const bool none = first_unsynced == end_unsynced;
    first_unsynced = none ? first : std::min(first_unsynced, first);
    end_unsynced = none ? end : std::max(end_unsynced, end);
    for (std::size_t i = first; i < end; ++i) unsynced[i] = true;
}

void PowercutDisk::File::all_synced() {
    for (std::size_t i = first_unsynced; i < end_unsynced; ++i) unsynced[i] = false;
    first_unsynced = end_unsynced = 0;
}

void PowercutDisk::sync_directory() {
    changes_.clear();
    on_disk_ = files_;
}

}  // namespace outrider::offline
