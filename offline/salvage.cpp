#include "offline/salvage.hpp"

#include "offline/shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <set>
#include <vector>

namespace outrider::offline {
namespace {

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
