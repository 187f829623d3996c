#include "offline/salvage.hpp"

#include "offline/database.hpp"
#include "offline/tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <set>
#include <vector>

namespace outrider::offline {
namespace {

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

Type type_of(std::string_view declared) {
    if (declared == "INTEGER") return Type::integer;
    if (declared == "REAL") return Type::real;
    if (declared == "TEXT") return Type::text;
    if (declared == "BLOB") return Type::blob;
    return Type::any;
}

bool fits(const Column& column, const Value& value) {
    if (std::holds_alternative<Null>(value)) return column.may_be_null || column.is_rowid;
    switch (column.type) {
        case Type::integer: return std::holds_alternative<std::int64_t>(value);
        case Type::real:
            return std::holds_alternative<double>(value) ||
                   std::holds_alternative<std::int64_t>(value);
        case Type::text: return std::holds_alternative<Text>(value);
        case Type::blob: return std::holds_alternative<Blob>(value);
        case Type::any: return true;
    }
    return false;
}

// Rows written before a column was added are shorter.
bool fits(const Table& table, const Row& row) {
    if (row.values.empty() || row.values.size() > table.columns.size()) return false;
    for (std::size_t i = 0; i < row.values.size(); ++i) {
        if (!fits(table.columns[i], row.values[i])) return false;
    }
    return true;
}

bool fits(const Table& table, const Page& page) {
    const bool kind = table.has_rowid
                          ? page.kind == PageKind::table_leaf
                          : page.kind == PageKind::index_leaf || page.kind == PageKind::index_inner;
    return kind && std::all_of(page.rows.begin(), page.rows.end(),
                               [&](const Row& row) { return fits(table, row); });
}

Result<std::vector<Column>> columns_of(Database& fresh, const std::string& table, bool has_rowid) {
    auto rows = fresh.prepare(
        "SELECT name, upper(type), \"notnull\", pk FROM pragma_table_info(?) ORDER BY cid");
    if (!rows) return rows.error();
    rows->bind(1, std::string_view(table));
    std::vector<std::pair<std::int64_t, Column>> found;
    std::int64_t keys = 0;
    for (;;) {
        const Result<bool> row = rows->step();
        if (!row) return row.error();
        if (!*row) break;
        Column column;
        column.name = rows->text(0);
        column.type = type_of(rows->text(1));
        column.may_be_null = rows->integer(2) == 0;
        keys += rows->integer(3) > 0 ? 1 : 0;
        found.emplace_back(rows->integer(3), std::move(column));
    }
    for (auto& [key, column] : found) {
        column.is_rowid = has_rowid && keys == 1 && key == 1 && column.type == Type::integer;
        if (key == 0) key = std::numeric_limits<std::int64_t>::max();
    }
    if (!has_rowid) {
        std::stable_sort(found.begin(), found.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
    }
    std::vector<Column> columns;
    for (auto& [key, column] : found) columns.push_back(std::move(column));
    return columns;
}

Result<std::vector<Copy>> copies_of(Database& fresh, const Table& table) {
    auto rows = fresh.prepare(
        "SELECT s.name, s.rootpage, x.cid FROM sqlite_schema s, pragma_index_xinfo(s.name) x "
        "WHERE s.type = 'index' AND s.tbl_name = ? ORDER BY s.name, x.seqno");
    if (!rows) return rows.error();
    rows->bind(1, std::string_view(table.name));
    std::vector<Copy> found;
    for (;;) {
        const Result<bool> row = rows->step();
        if (!row) return row.error();
        if (!*row) break;
        if (found.empty() || found.back().name != rows->text(0)) {
            Copy& copy = found.emplace_back();
            copy.name = rows->text(0);
            copy.root = static_cast<std::uint32_t>(rows->integer(1));
        }
        found.back().columns.push_back(static_cast<int>(rows->integer(2)));
    }
    std::erase_if(found, [&](const Copy& copy) {
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            const bool there =
                std::count(copy.columns.begin(), copy.columns.end(), static_cast<int>(i)) > 0;
            if (!there && !table.columns[i].is_rowid) return true;
        }
        return std::count(copy.columns.begin(), copy.columns.end(), -1) != 1;
    });
    return found;
}

Result<std::vector<Table>> tables_of(Database& fresh) {
    auto rows = fresh.prepare(
        "SELECT s.name, s.rootpage, l.wr FROM sqlite_schema s JOIN pragma_table_list l "
        "ON l.name = s.name AND l.schema = 'main' "
        "WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY s.rootpage");
    if (!rows) return rows.error();
    std::vector<Table> tables;
    for (;;) {
        const Result<bool> row = rows->step();
        if (!row) return row.error();
        if (!*row) break;
        Table& table = tables.emplace_back();
        table.name = rows->text(0);
        table.root = static_cast<std::uint32_t>(rows->integer(1));
        table.has_rowid = rows->integer(2) == 0;
    }
    for (Table& table : tables) {
        auto columns = columns_of(fresh, table.name, table.has_rowid);
        if (!columns) return columns.error();
        table.columns = std::move(*columns);
        if (!table.has_rowid) continue;
        auto copies = copies_of(fresh, table);
        if (!copies) return copies.error();
        table.copies = std::move(*copies);
    }
    return tables;
}

void bind(Statement& insert, int index, const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        insert.bind(index, *number);
    } else if (const auto* real = std::get_if<double>(&value)) {
        insert.bind(index, *real);
    } else if (const auto* text = std::get_if<Text>(&value)) {
        insert.bind(index, std::string_view(text->bytes));
    } else if (const auto* blob = std::get_if<Blob>(&value)) {
        insert.bind_blob(index, blob->bytes);
    } else {
        insert.bind_null(index);
    }
}

// Whether a row is one of sqlite_schema: type, name, table, root page, SQL.
bool is_schema(const Row& row) {
    return row.values.size() == 5 && std::holds_alternative<Text>(row.values[0]) &&
           std::holds_alternative<Text>(row.values[1]) &&
           std::holds_alternative<std::int64_t>(row.values[3]) &&
           (std::get<Text>(row.values[0]).bytes == "table" ||
            std::get<Text>(row.values[0]).bytes == "index");
}

class Salvager {
public:
    Salvager(const Pages& pages, Database& fresh, std::vector<Table> tables, Salvage& report)
        : pages_(pages),
          fresh_(fresh),
          tables_(std::move(tables)),
          report_(report),
          seen_(std::size_t{pages.count()} + 1, false) {}

    Result<> run() {
        find_roots();
        for (Table& table : tables_) {
            if (auto done = read_tree(table); !done) return done;
        }
        if (auto done = read_orphans(); !done) return done;
        for (Table& table : tables_) {
            if (auto done = read_copies(table); !done) return done;
        }
        for (const Table& table : tables_) {
            if (table.holes > 0) report_.holes[table.name] = table.holes;
            report_.pages_lost += table.holes;
        }
        return {};
    }

private:
    bool mark(std::uint32_t number) {
        if (number == 0 || number >= seen_.size() || seen_[number]) return false;
        seen_[number] = true;
        return true;
    }

    // The schema's own tree, or, where that is broken, whatever looks like a page of it.
    void find_roots() {
        bool broken = false;
        std::vector<std::uint32_t> todo = {1};
        while (!todo.empty()) {
            const std::uint32_t number = todo.back();
            todo.pop_back();
            const bool fresh_page = mark(number);
            const Page page = fresh_page ? read_page(pages_, number) : Page{};
            const bool sound =
                page.kind == PageKind::table_leaf || page.kind == PageKind::table_inner;
            broken = broken || !sound || page.rows_missing;
            todo.insert(todo.end(), page.children.begin(), page.children.end());
            read_schema(page);
        }
        for (std::uint32_t number = 2; broken && number <= pages_.count(); ++number) {
            const Page page = read_page(pages_, number);
            if (page.kind != PageKind::table_leaf || page.rows.empty()) continue;
            if (!std::all_of(page.rows.begin(), page.rows.end(), is_schema)) continue;
            mark(number);
            read_schema(page);
        }
        // A table whose entry is lost has most likely the root it has in a new file.
        for (Table& table : tables_) {
            if (const auto root = roots_.find(table.name); root != roots_.end()) {
                table.root = root->second;
            } else if (!fits(table, read_page(pages_, table.root))) {
                const Page page = read_page(pages_, table.root);
                const auto inner = table.has_rowid ? PageKind::table_inner : PageKind::index_inner;
                if (page.kind != inner) table.root = 0;
            }
        }
    }

    void read_schema(const Page& page) {
        for (const Row& row : page.rows) {
            if (!is_schema(row)) continue;
            roots_.emplace(std::get<Text>(row.values[1]).bytes,
                           static_cast<std::uint32_t>(std::get<std::int64_t>(row.values[3])));
        }
    }

    Result<> read_tree(Table& table) {
        std::vector<std::uint32_t> todo = {table.root};
        while (!todo.empty()) {
            const std::uint32_t number = todo.back();
            todo.pop_back();
            const Page page =
                number < seen_.size() && !seen_[number] ? read_page(pages_, number) : Page{};
            const auto inner = table.has_rowid ? PageKind::table_inner : PageKind::index_inner;
            if (page.kind != inner && !fits(table, page)) {
                ++table.holes;
                continue;
            }
            mark(number);
            todo.insert(todo.end(), page.children.begin(), page.children.end());
            if (auto done = take(table, page); !done) return done;
        }
        return {};
    }

    // A table that has lost pages may have its rows in an index as well.
    Result<> read_copies(Table& table) {
        if (table.holes == 0) return {};
        for (const Copy& copy : table.copies) {
            const auto root = roots_.find(copy.name);
            std::vector<std::uint32_t> todo = {root != roots_.end() ? root->second : copy.root};
            while (!todo.empty()) {
                const std::uint32_t number = todo.back();
                todo.pop_back();
                const Page page = mark(number) ? read_page(pages_, number) : Page{};
                if (page.kind != PageKind::index_leaf && page.kind != PageKind::index_inner)
                    continue;
                todo.insert(todo.end(), page.children.begin(), page.children.end());
                Page rows = rows_of(table, copy, page);
                if (!fits(table, rows)) continue;
                rows.rows_missing = false;
                if (auto done = take(table, rows); !done) return done;
            }
        }
        return {};
    }

    static Page rows_of(const Table& table, const Copy& copy, const Page& page) {
        Page found;
        found.kind = PageKind::table_leaf;
        for (const Row& entry : page.rows) {
            if (entry.values.size() != copy.columns.size()) continue;
            Row& row = found.rows.emplace_back();
            row.values.resize(table.columns.size());
            for (std::size_t i = 0; i < entry.values.size(); ++i) {
                if (copy.columns[i] >= 0) {
                    row.values[static_cast<std::size_t>(copy.columns[i])] = entry.values[i];
                } else if (const auto* id = std::get_if<std::int64_t>(&entry.values[i])) {
                    row.id = *id;
                }
            }
        }
        return found;
    }

    // Pages no tree leads to any more. A table with all of its pages owns none of them: they are
    // what SQLite has not yet used again.
    Result<> read_orphans() {
        const bool wanted = std::any_of(tables_.begin(), tables_.end(),
                                        [](const Table& table) { return table.holes > 0; });
        for (std::uint32_t number = 2; wanted && number <= pages_.count(); ++number) {
            if (seen_[number]) continue;
            const Page page = read_page(pages_, number);
            if (page.rows.empty()) continue;
            Table* owner = owner_of(page);
            if (!owner) continue;
            mark(number);
            if (auto done = take(*owner, page); !done) return done;
        }
        return {};
    }

    // Of those with holes whose rows look like it, the one with the nearest numbers.
    Table* owner_of(const Page& page) {
        Table* owner = nullptr;
        std::uint64_t nearest = 0;
        for (Table& table : tables_) {
            if (table.holes == 0 || !fits(table, page)) continue;
            const std::uint64_t distance = distance_to(table, page.rows.front().id);
            if (!owner || distance < nearest) {
                owner = &table;
                nearest = distance;
            }
        }
        return owner;
    }

    static std::uint64_t distance_to(const Table& table, std::int64_t id) {
        auto distance = std::numeric_limits<std::uint64_t>::max();
        const auto after = table.ids.lower_bound(id);
        const auto apart = [](std::int64_t a, std::int64_t b) {
            return static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b);
        };
        if (after != table.ids.end()) distance = apart(*after, id);
        if (after != table.ids.begin()) {
            distance = std::min(distance, apart(id, *std::prev(after)));
        }
        return distance;
    }

    Result<> take(Table& table, const Page& page) {
        if (page.rows_missing) ++table.holes;
        if (page.rows.empty()) return {};
        table.ids.insert(page.rows.front().id);
        if (!table.cleared) {
            table.cleared = true;
            const std::string clear = fmt::format("DELETE FROM \"{}\"", table.name);
            if (auto done = fresh_.execute(clear.c_str()); !done) return done;
        }
        for (const Row& row : page.rows) {
            if (auto done = put(table, row); !done) return done;
        }
        return {};
    }

    Result<> put(const Table& table, const Row& row) {
        std::string names, marks;
        for (std::size_t i = 0; i < row.values.size(); ++i) {
            names += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", table.columns[i].name);
            marks += i == 0 ? "?" : ", ?";
        }
        const bool alias = std::any_of(table.columns.begin(), table.columns.end(),
                                       [](const Column& column) { return column.is_rowid; });
        const bool by_rowid = table.has_rowid && !alias;
        const auto insert = fresh_.query(
            fmt::format("INSERT OR IGNORE INTO \"{}\" ({}{}) VALUES ({}{})", table.name,
                        by_rowid ? "rowid, " : "", names, by_rowid ? "?, " : "", marks));
        if (!insert) return insert.error();
        int index = 0;
        if (by_rowid) (*insert)->bind(++index, row.id);
        for (std::size_t i = 0; i < row.values.size(); ++i) {
            if (table.columns[i].is_rowid) {
                (*insert)->bind(++index, row.id);
            } else {
                bind(**insert, ++index, row.values[i]);
            }
        }
        if (auto done = (*insert)->run(); !done) return done;
        report_.rows[table.name] += fresh_.changes();
        return {};
    }

    const Pages& pages_;
    Database& fresh_;
    std::vector<Table> tables_;
    Salvage& report_;
    std::vector<bool> seen_;
    std::map<std::string, std::uint32_t> roots_;
};

}  // namespace

Result<> salvage_rows(const std::string& path, const std::string& vfs, int page_size,
                      Database& fresh, Salvage& report) {
    const Pages pages(path, vfs, page_size);
    report.log_damaged = pages.log_damaged();
    std::string bytes;
    std::uint32_t readable = 1;
    while (readable <= pages.count() && !pages.read(readable, bytes)) ++readable;
    if (pages.count() > 0 && readable > pages.count()) {
        return Error(
            Fault::storage,
            fmt::format("the disk gives no page of the database {}: check the disk", path));
    }
    auto tables = tables_of(fresh);
    if (!tables) return tables.error();
    return Salvager(pages, fresh, std::move(*tables), report).run();
}

int version_of(const std::string& path, const std::string& vfs) {
    const Pages pages(path, vfs, 1024);
    std::string first;
    if (!pages.read(1, first) || !first.starts_with("SQLite format 3")) return 0;
    return static_cast<int>(big_endian(first, 60, 4));
}

std::string Salvage::summary() const {
    std::string kept, gone;
    for (const auto& [table, count] : rows) {
        kept += fmt::format("{}{} {}", kept.empty() ? "" : ", ", count, table);
    }
    for (const auto& [what, count] : lost) {
        gone += fmt::format("{}{} {}", gone.empty() ? "" : ", ", count, what);
    }
    return fmt::format("{}; salvaged {}; lost {}; the damaged file is kept as {}", damage,
                       kept.empty() ? "nothing" : kept,
                       !gone.empty()    ? gone
                       : pages_lost > 0 ? fmt::format("{} pages", pages_lost)
                                        : "nothing that is known of",
                       quarantine);
}

}  // namespace outrider::offline
