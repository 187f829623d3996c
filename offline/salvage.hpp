#pragma once
// What a damaged database file still holds, row by row, and where the file itself was put.

#include "offline/folder.hpp"
#include "platform/result.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace outrider::offline {

class Database;

// Numbered from 1 without gaps; the file's PRAGMA user_version is the last one applied.
struct Migration {
    int version;
    const char* sql;
};

struct Salvage {
    std::string damage;      // in words
    std::string quarantine;  // where the damaged file lies now, with its log beside it as "-wal"
    std::int64_t pages_lost = 0;  // that should have held rows and could not be read
    bool log_damaged = false;     // commits in the log were unreadable: anything may be stale
    std::map<std::string, std::int64_t> rows;   // salvaged, by table
    std::map<std::string, std::int64_t> holes;  // pages missing, by table
    std::map<std::string, std::int64_t> lost;   // counted by DatabaseOptions::mend: "pings" -> 13
    std::string summary() const;                // one sentence for the log
};

// Copies every row of the damaged file at `path` into `fresh`, whose tables exist already. Reads
// pages, not SQL: neither header nor schema nor inner pages need be intact. Rows are taken only
// from pages that are sound as a whole. An error is of `fresh`, or that nothing at all can be read.
Result<> salvage_rows(const std::string& path, const std::string& vfs, int page_size,
                      Database& fresh, Salvage&);

// The schema's version as the file says; 0 when it cannot be told.
int version_of(const std::string& path, const std::string& vfs);

}  // namespace outrider::offline
