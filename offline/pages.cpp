#include "offline/pages.hpp"

#include "offline/engine.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <utility>

namespace outrider::offline {
namespace {

constexpr std::int64_t log_header = 32;
constexpr std::int64_t frame_header = 24;
constexpr std::int64_t salts_at = 8;  // in it
constexpr std::int64_t sector = 512;
constexpr std::string_view magic("SQLite format 3\0", 16);

struct Checksum {
    std::uint32_t a = 0, b = 0;
    bool operator==(const Checksum&) const = default;

    void add(std::string_view bytes, bool big) {
        const bool swap = big == (std::endian::native == std::endian::little);
        for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
            std::uint32_t words[2];
            std::memcpy(words, bytes.data() + at, sizeof words);
            a += (swap ? __builtin_bswap32(words[0]) : words[0]) + b;
            b += (swap ? __builtin_bswap32(words[1]) : words[1]) + a;
        }
    }
};

struct Frame {
    std::uint32_t page = 0, pages_after = 0;
    std::uint32_t salt1 = 0, salt2 = 0;
    Checksum stored;
    bool verified = false;  // given the checksum stored before it
};

bool power_of_two(std::int64_t size) {
    return size >= 512 && size <= 65536 && (size & (size - 1)) == 0;
}

bool blank(std::string_view bytes) { return bytes.find_first_not_of('\0') == bytes.npos; }

// The frames of a log one after the other.
class Frames {
public:
    Frames(const RawFile& log, std::int64_t page_size) : log_(log), page_size_(page_size) {}
    std::int64_t count() const {
        return std::max<std::int64_t>(0, (log_.size() - log_header) / stride());
    }
    std::int64_t content(std::int64_t frame) const {
        return log_header + frame * stride() + frame_header;
    }
    // `before` is the checksum stored before it.
    Frame read(std::int64_t index, Checksum before, bool big) {
        Frame frame;
        const std::int64_t at = log_header + index * stride();
        if (!log_.read(at, stride(), bytes_)) return frame;
        frame.page = big_endian(bytes_, 0, 4);
        frame.pages_after = big_endian(bytes_, 4, 4);
        frame.salt1 = big_endian(bytes_, 8, 4);
        frame.salt2 = big_endian(bytes_, 12, 4);
        frame.stored = {big_endian(bytes_, 16, 4), big_endian(bytes_, 20, 4)};
        before.add(std::string_view(bytes_).substr(0, 8), big);
        before.add(std::string_view(bytes_).substr(frame_header), big);
        frame.verified = frame.page != 0 && before == frame.stored;
        // A power cut leaves one sector of the two, and a commit of an older log in the other.
        const bool torn_apart = (at + salts_at) % sector == 0;
        if (torn_apart && !frame.verified) frame.pages_after = 0;
        return frame;
    }

private:
    std::int64_t stride() const { return page_size_ + frame_header; }
    const RawFile& log_;
    std::int64_t page_size_;
    std::string bytes_;
};

// With a log whose header is gone: has it anything the file has not?
bool adds_something(const Log& log, const RawFile& wal, const RawFile& database) {
    std::string in_log, in_file;
    for (const auto& [page, offset] : log.newest) {
        const bool there = database.read((page - 1) * log.page_size, log.page_size, in_file);
        if (!wal.read(offset, log.page_size, in_log)) continue;
        if (!there || in_log != in_file) return true;
    }
    return false;
}

bool holds_anything(const RawFile& wal) {
    std::string bytes;
    for (std::int64_t at = sector; at + sector <= wal.size(); at += sector) {
        if (wal.read(at, sector, bytes) && !blank(bytes)) return true;
    }
    return false;
}

}  // namespace

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
        value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
    }
    return value;
}

RawFile::RawFile(const std::string& path, const std::string& vfs, bool log) : name_(path) {
    set_up_engine();
    sqlite3_vfs* system = sqlite3_vfs_find(vfs.empty() ? nullptr : vfs.c_str());
    filename_ = sqlite3_create_filename(path.c_str(), "", "", 0, nullptr);
    if (!system || !filename_) return;
    int found = 0;
    const int code = system->xAccess(system, filename_, SQLITE_ACCESS_EXISTS, &found);
    missing_ = code == SQLITE_OK && !found;
    if (code != SQLITE_OK || missing_) return;
    const auto size = static_cast<std::size_t>(system->szOsFile) / sizeof(std::max_align_t) + 1;
    memory_ = std::make_unique<std::max_align_t[]>(size);
    file_ = reinterpret_cast<sqlite3_file*>(memory_.get());
    const int flags = SQLITE_OPEN_READONLY | (log ? SQLITE_OPEN_WAL : SQLITE_OPEN_MAIN_DB);
    opened_ = system->xOpen(system, filename_, file_, flags, nullptr) == SQLITE_OK;
}

RawFile::~RawFile() {
    if (file_ && file_->pMethods) file_->pMethods->xClose(file_);
    sqlite3_free_filename(filename_);
}

std::int64_t RawFile::size() const {
    sqlite3_int64 size = 0;
    if (!opened_ || file_->pMethods->xFileSize(file_, &size) != SQLITE_OK) return -1;
    return size;
}

bool RawFile::read(std::int64_t offset, std::int64_t size, std::string& into) const {
    into.resize(static_cast<std::size_t>(size));
    return opened_ &&
           file_->pMethods->xRead(file_, into.data(), static_cast<int>(size), offset) == SQLITE_OK;
}

Log read_log(const RawFile& wal, const RawFile& database, std::int64_t page_size) {
    Log log;
    log.page_size = page_size;
    std::string header;
    if (!wal.read(0, log_header, header)) return log;
    // Nothing but the header gone: so Database::close leaves it. Worse damage takes a whole sector.
    std::string first;
    if (blank(header) && wal.read(log_header, frame_header, first) && !blank(first)) return log;
    bool big = (big_endian(header, 0, 4) & 1U) != 0;
    Checksum sum, stored{big_endian(header, 24, 4), big_endian(header, 28, 4)};
    sum.add(std::string_view(header).substr(0, 24), big);
    const bool sound =
        (big_endian(header, 0, 4) & ~1U) == 0x377f0682U && sum == stored && !blank(header);
    if (sound) {
        log.page_size = big_endian(header, 8, 4);
    } else {
        big = false;
    }
    if (!power_of_two(log.page_size)) return log;
    std::uint32_t salt1 = big_endian(header, 16, 4), salt2 = big_endian(header, 20, 4);
    bool salted = sound;

    Frames frames(wal, log.page_size);
    const std::int64_t count = frames.count();
    std::map<std::uint32_t, std::int64_t> pending;  // of the commit being read
    bool unbroken = sound;
    std::int64_t commits_behind = 0;
    Log all = log;  // the same with what lies behind a break
    for (std::int64_t i = 0; i < count; ++i) {
        const Frame frame = frames.read(i, stored, big);
        stored = frame.stored;
        if (!salted && frame.verified) {
            salted = true;
            salt1 = frame.salt1;
            salt2 = frame.salt2;
        }
        const bool ours = salted && frame.salt1 == salt1 && frame.salt2 == salt2;
        unbroken = unbroken && ours && frame.verified;
        if (!ours) continue;
        if (!unbroken) log.leftover = true;
        if (frame.verified) pending[frame.page] = frames.content(i);
        if (frame.pages_after == 0) continue;
        if (!unbroken) ++commits_behind;
        for (const auto& [page, offset] : pending) all.newest[page] = offset;
        pending.clear();
        if (frame.verified) all.pages = frame.pages_after;
        if (unbroken) {
            log.frames = i + 1;
            log.newest = all.newest;
            log.pages = all.pages;
        }
    }
    log.passed_over = sound ? commits_behind > 1 : adds_something(all, wal, database);
    if (!sound && all.newest.empty()) log.passed_over = !blank(header) && holds_anything(wal);
    if (log.passed_over) {
        log.newest = std::move(all.newest);
        log.pages = all.pages;
    }
    return log;
}

Pages::Pages(const std::string& path, const std::string& vfs, std::int64_t expected)
    : file_(path, vfs, false), wal_(path + "-wal", vfs, true) {
    std::string header;
    const bool whole = file_.read(0, 100, header);
    const bool sound = whole && header.starts_with(magic);
    if (sound) {
        const std::int64_t said = big_endian(header, 16, 2);
        page_size_ = said == 1 ? 65536 : said;
    }
    if (!power_of_two(page_size_)) page_size_ = expected;
    log_ = read_log(wal_, file_, page_size_);
    if (!log_.newest.empty()) page_size_ = log_.page_size;
    // Not what the header says: it may be that which is damaged. The log's numbers are checked.
    count_ = log_.pages > 0
                 ? log_.pages
                 : static_cast<std::uint32_t>(std::max<std::int64_t>(file_.size(), 0) / page_size_);
}

bool Pages::read(std::uint32_t page, std::string& into) const {
    if (page == 0 || page > count_) return false;
    const auto in_log = log_.newest.find(page);
    if (in_log != log_.newest.end() && wal_.read(in_log->second, page_size_, into)) return true;
    return file_.read(std::int64_t{page - 1} * page_size_, page_size_, into);
}

}  // namespace outrider::offline
