#pragma once
// What the tables of a database look like, to tell their rows from noise.

#include "offline/database.hpp"
#include "offline/tree.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace outrider::offline {

enum class Type { integer, real, text, blob, any };

struct Column {
    std::string name;
    Type type = Type::any;
    bool may_be_null = true;
    bool is_rowid = false;
};

// An index with every column of its table: a second copy of it, on other pages.
struct Copy {
    std::string name;
    std::uint32_t root = 0;
    std::vector<int> columns;  // which of the table's each of its own is; -1: the rowid
};

struct Table {
    std::string name;
    bool has_rowid = true;
    std::vector<Column> columns;  // as stored: a table without rowid has its key first
    std::uint32_t root = 0;       // in the damaged file; 0 when it cannot be told
    std::int64_t holes = 0;
    std::set<std::int64_t> ids;  // of the first row of each page read
    bool cleared = false;        // of what the migrations put in
    std::vector<Copy> copies;
};

bool fits(const Table&, const Row&);
bool fits(const Table&, const Page&);
// The tables of a sound database, with their columns and copies.
Result<std::vector<Table>> tables_of(Database&);
void bind(Statement& insert, int index, const Value&);

}  // namespace outrider::offline
