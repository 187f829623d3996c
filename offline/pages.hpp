#pragma once
// A database file and its write-ahead log, read without SQLite: bytes, pages, and what the log
// holds that SQLite would silently pass over. https://www.sqlite.org/fileformat2.html

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3_file;

namespace outrider::offline {

// Read through SQLite's VFS, so that tests' disks are read too, and so that closing it drops no
// lock of this process.
class RawFile {
public:
    RawFile(const std::string& path, const std::string& vfs, bool log);
    ~RawFile();
    RawFile(const RawFile&) = delete;
    RawFile& operator=(const RawFile&) = delete;
    bool missing() const { return missing_; }
    std::int64_t size() const;  // -1 when that cannot be told
    // All of the bytes or false.
    bool read(std::int64_t offset, std::int64_t size, std::string& into) const;

private:
    std::string name_;
    const char* filename_ = nullptr;  // in SQLite's own format
    std::unique_ptr<std::max_align_t[]> memory_;
    sqlite3_file* file_ = nullptr;
    bool missing_ = false, opened_ = false;
};

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t size);

struct Log {
    std::int64_t page_size = 0;
    std::uint32_t pages = 0;                       // of the database after its last commit
    std::map<std::uint32_t, std::int64_t> newest;  // page -> where its newest content lies
    std::int64_t frames = 0;                       // what SQLite reads: up to its last commit
    bool leftover = false;     // frames of this generation behind that: a commit that failed
    bool passed_over = false;  // sound commits SQLite would not read: the log is damaged
};

// Frames carry chained checksums, each continuing from the one stored before it: so what lies
// behind a broken frame can still be verified. A crash leaves at most one commit unfinished; two or
// more commits behind a break are damage. `page_size` is believed when the log's header is not
// sound.
Log read_log(const RawFile& log, const RawFile& database, std::int64_t page_size);

// The database's pages with the log applied.
class Pages {
public:
    Pages(const std::string& path, const std::string& vfs, std::int64_t expected_page_size);
    std::uint32_t count() const { return count_; }
    std::int64_t page_size() const { return page_size_; }
    bool log_damaged() const { return log_.passed_over; }
    bool read(std::uint32_t page, std::string& into) const;

private:
    RawFile file_, wal_;
    std::int64_t page_size_ = 0;
    Log log_;
    std::uint32_t count_ = 0;
};

}  // namespace outrider::offline
