#include "offline/tree.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace outrider::offline {
namespace {

constexpr std::int64_t longest_row = 16 * 1024 * 1024;  // as the connection's own limit

// Reads forward within bytes; after the first failure everything is 0 and ok() false.
class Reader {
public:
    explicit Reader(std::string_view bytes, std::size_t at = 0) : bytes_(bytes), at_(at) {}
    bool ok() const { return ok_; }
    std::size_t at() const { return at_; }

    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (int i = 0; i < 9; ++i) {
            const auto byte = static_cast<unsigned char>(next());
            if (i == 8) return value << 8U | byte;
            value = value << 7U | (byte & 0x7fU);
            if (byte < 0x80) break;
        }
        return value;
    }
    std::uint32_t number() {
        const std::string_view four = take(4);
        return four.size() == 4 ? big_endian(four, 0, 4) : 0;
    }
    std::string_view take(std::uint64_t size) {
        if (!ok_ || at_ > bytes_.size() || size > bytes_.size() - at_) {
            ok_ = false;
            return {};
        }
        const std::string_view taken = bytes_.substr(at_, static_cast<std::size_t>(size));
        at_ += static_cast<std::size_t>(size);
        return taken;
    }

private:
    char next() {
        const std::string_view one = take(1);
        return one.empty() ? '\0' : one.front();
    }
    std::string_view bytes_;
    std::size_t at_;
    bool ok_ = true;
};

std::int64_t signed_number(std::string_view bytes) {
    std::uint64_t value = !bytes.empty() && (bytes[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
    for (const char byte : bytes) value = value << 8U | static_cast<unsigned char>(byte);
    return static_cast<std::int64_t>(value);
}

std::optional<Value> read_value(std::uint64_t type, Reader& body) {
    constexpr std::uint64_t sizes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0};
    if (type == 10 || type == 11) return std::nullopt;  // SQLite's own use
    if (type >= 12) {
        std::string bytes(body.take((type - 12) / 2));
        if (!body.ok()) return std::nullopt;
        if (type % 2 == 0) return Blob{std::move(bytes)};
        return Text{std::move(bytes)};
    }
    const std::string_view bytes = body.take(sizes[type]);
    if (!body.ok()) return std::nullopt;
    if (type == 0) return Null{};
    if (type == 7) return std::bit_cast<double>(signed_number(bytes));
    if (type >= 8) return static_cast<std::int64_t>(type - 8);
    return signed_number(bytes);
}

std::optional<std::vector<Value>> read_record(std::string_view payload) {
    Reader start(payload);
    const std::uint64_t header = start.varint();
    if (!start.ok() || header < start.at() || header > payload.size()) return std::nullopt;
    Reader types(payload.substr(0, static_cast<std::size_t>(header)), start.at());
    Reader body(payload, static_cast<std::size_t>(header));
    std::vector<Value> values;
    while (types.at() < header) {
        const std::uint64_t type = types.varint();
        if (!types.ok()) return std::nullopt;
        std::optional<Value> value = read_value(type, body);
        if (!value) return std::nullopt;
        values.push_back(std::move(*value));
    }
    if (body.at() != payload.size()) return std::nullopt;
    return values;
}

struct Shape {
    PageKind kind;
    bool inner, table;
};

std::optional<Shape> shape_of(char type) {
    switch (type) {
        case 0x0d: return Shape{PageKind::table_leaf, false, true};
        case 0x05: return Shape{PageKind::table_inner, true, true};
        case 0x0a: return Shape{PageKind::index_leaf, false, false};
        case 0x02: return Shape{PageKind::index_inner, true, false};
        default: return std::nullopt;
    }
}

// How much of a payload lies in the page itself: "Cell payload overflow" of the file format.
std::size_t local_size(std::size_t page_size, bool table, std::size_t payload) {
    const std::size_t most = table ? page_size - 35 : (page_size - 12) * 64 / 255 - 23;
    if (payload <= most) return payload;
    const std::size_t least = (page_size - 12) * 32 / 255 - 23;
    const std::size_t even = least + (payload - least) % (page_size - 4);
    return even <= most ? even : least;
}

enum class Overflow { whole, missing };

Overflow append_overflow(const Pages& pages, std::uint32_t next, std::size_t size,
                         std::string& payload) {
    std::string page;
    while (payload.size() < size) {
        if (!pages.read(next, page)) return Overflow::missing;
        next = big_endian(page, 0, 4);
        payload.append(page, 4, size - payload.size());
        // The last one, and only that, names no other: noise hardly ever does so rightly.
        if ((next == 0) != (payload.size() == size)) return Overflow::missing;
    }
    return Overflow::whole;
}

// One cell; false when it cannot be one.
bool read_cell(const Pages& pages, std::string_view bytes, std::size_t at, const Shape& shape,
               Page& page) {
    Reader cell(bytes, at);
    if (shape.inner) page.children.push_back(cell.number());
    if (shape.inner && shape.table) {
        cell.varint();
        return cell.ok();
    }
    const std::uint64_t size = cell.varint();
    Row row;
    if (shape.table) row.id = static_cast<std::int64_t>(cell.varint());
    if (!cell.ok() || size == 0 || size > static_cast<std::uint64_t>(longest_row)) return false;
    const auto whole = static_cast<std::size_t>(size);
    const std::size_t local = local_size(bytes.size(), shape.table, whole);
    std::string payload(cell.take(local));
    const std::uint32_t next = local < whole ? cell.number() : 0;
    if (!cell.ok()) return false;
    if (append_overflow(pages, next, whole, payload) == Overflow::missing) {
        page.rows_missing = true;
        return true;
    }
    std::optional<std::vector<Value>> values = read_record(payload);
    // With overflow it may be that page which is bad, and the others of this one are good.
    if (!values && local == whole) return false;
    if (!values) {
        page.rows_missing = true;
        return true;
    }
    row.values = std::move(*values);
    page.rows.push_back(std::move(row));
    return true;
}

}  // namespace

Page read_page(const Pages& pages, std::uint32_t number) {
    std::string bytes;
    if (!pages.read(number, bytes)) return {};
    const std::size_t start = number == 1 ? 100 : 0;
    const std::optional<Shape> shape = shape_of(bytes[start]);
    if (!shape) return {};
    const std::size_t cells = big_endian(bytes, start + 3, 2);
    const std::size_t pointers = start + (shape->inner ? 12 : 8);
    const std::size_t content = pointers + 2 * cells;
    if (content > bytes.size() || (shape->inner && cells == 0 && number != 1)) return {};
    Page page;
    for (std::size_t i = 0; i < cells; ++i) {
        const std::size_t at = big_endian(bytes, pointers + 2 * i, 2);
        if (at < content || at >= bytes.size() || !read_cell(pages, bytes, at, *shape, page))
            return {};
    }
    if (shape->table && !std::is_sorted(page.rows.begin(), page.rows.end(),
                                        [](const Row& a, const Row& b) { return a.id < b.id; })) {
        return {};
    }
    if (shape->inner) page.children.push_back(big_endian(bytes, start + 8, 4));
    page.kind = shape->kind;
    return page;
}

}  // namespace outrider::offline
