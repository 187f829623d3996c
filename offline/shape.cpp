#include "offline/shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace outrider::offline {
namespace {

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

}  // namespace

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

namespace {

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

}  // namespace

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

}  // namespace outrider::offline
