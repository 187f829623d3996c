#pragma once
// SQLite's b-tree pages and records, read from bytes that may be anything.

#include "offline/pages.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace outrider::offline {

struct Null {};
struct Text {
    std::string bytes;
};
struct Blob {
    std::string bytes;
};
using Value = std::variant<Null, std::int64_t, double, Text, Blob>;

struct Row {
    std::int64_t id = 0;  // the rowid; 0 in an index tree
    std::vector<Value> values;
};

enum class PageKind { other, table_leaf, table_inner, index_leaf, index_inner };

struct Page {
    PageKind kind = PageKind::other;
    std::vector<std::uint32_t> children;  // of an inner page
    std::vector<Row> rows;                // all but those of table_inner
    bool rows_missing = false;            // some row's overflow pages could not be read
};

// `other` unless every cell of the page is sound. An empty leaf is sound.
Page read_page(const Pages&, std::uint32_t number);

}  // namespace outrider::offline
