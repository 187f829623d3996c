#include "client/office/query.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <system_error>

namespace outrider::office {

namespace {

constexpr std::size_t most_ids = 50;
constexpr std::int64_t largest_page = 500;
constexpr std::array<std::string_view, 3> active_words = {"True", "Any", "False"};

struct Order {
    std::string_view field;
    Page::Order order;
};
constexpr std::array<Order, 4> orders = {{{"Id", Page::Order::id},
                                          {"CreatedOn", Page::Order::created},
                                          {"ModifiedOn", Page::Order::modified},
                                          {"Priority", Page::Order::priority}}};

Id given_id(std::int64_t number) { return number == 0 ? -1 : number; }

std::vector<std::string_view> parts_of(std::string_view text, char by) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = std::min(text.find(by), text.size());
        parts.push_back(text.substr(0, end));
        if (end == text.size()) return parts;
        text.remove_prefix(end + 1);
    }
}

}  // namespace

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

Query::Query(const Call& call) : call_(call) {
    for (const char c : call.request.target) {
        if (c == '+') target_ += "%20";
        if (c != '+') target_ += c;
    }
    const auto question = target_.find('?');
    if (question == std::string::npos || question + 1 == target_.size()) return;
    for (const std::string_view pair :
         parts_of(std::string_view(target_).substr(question + 1), '&')) {
        given_.emplace_back(pair.substr(0, pair.find('=')));
    }
}

std::optional<std::string> Query::take(std::string_view name) {
    known_.emplace(name);
    const auto times = std::count(given_.begin(), given_.end(), name);
    if (times > 1) complain(name, fmt::format("The {} field was given more than once.", name));
    if (times != 1) return std::nullopt;
    return http::query_value(target_, name);
}

void Query::complain(std::string_view name, std::string text) {
    errors_[std::string(name)].push_back(std::move(text));
}

std::string Query::text(std::string_view name) { return take(name).value_or(""); }

std::string Query::word(std::string_view name, Words words) {
    auto given = take(name);
    if (!given) return {};
    if (std::find(words.begin(), words.end(), *given) != words.end()) return std::move(*given);
    complain(name, fmt::format("The {} field must be one of {}.", name, fmt::join(words, ", ")));
    return {};
}

std::int64_t Query::number(std::string_view name, std::int64_t otherwise, std::int64_t most) {
    const auto given = take(name);
    if (!given) return otherwise;
    const auto number = whole_number(*given);
    if (number && *number >= 1 && *number <= most) return *number;
    complain(name, fmt::format("The {} field must be a whole number from 1 to {}.", name, most));
    return otherwise;
}

Id Query::id(std::string_view name) {
    const auto given = take(name);
    if (!given) return 0;
    if (const auto number = whole_number(*given)) return given_id(*number);
    complain(name, fmt::format("The {} field must be a whole number.", name));
    return 0;
}

Id Query::required_id(std::string_view name) {
    const Id id = this->id(name);
    if (id == 0 && !errors_.contains(std::string(name))) {
        complain(name, fmt::format("The {} field is required.", name));
    }
    return id;
}

std::vector<Id> Query::ids(std::string_view name) {
    const auto given = take(name);
    if (!given) return {};
    std::vector<Id> ids;
    for (const std::string_view part : parts_of(*given, ',')) {
        const auto number = whole_number(part);
        if (!number || ids.size() == most_ids) {
            complain(name, fmt::format("The {} field must be at most {} whole numbers with commas "
                                       "between them.",
                                       name, most_ids));
            return {};
        }
        ids.push_back(given_id(*number));
    }
    return ids;
}

std::optional<Instant> Query::time(std::string_view name) {
    const auto given = take(name);
    if (!given) return std::nullopt;
    const auto instant = parse_rfc3339(*given);
    if (instant && given->find(' ') == std::string::npos) return *instant;
    complain(name, fmt::format("The {} field must be a date and time.", name));
    return std::nullopt;
}

std::optional<bool> Query::flag(std::string_view name) {
    const auto given = take(name);
    if (!given) return std::nullopt;
    if (*given == "true" || *given == "false") return *given == "true";
    complain(name, fmt::format("The {} field must be true or false.", name));
    return std::nullopt;
}

Active Query::active() {
    const std::string given = word("active", active_words);
    if (given == "Any") return Active::any;
    return given == "False" ? Active::no : Active::yes;
}

Audit Query::audit() {
    return {time("createdOnOrAfter"), time("createdBefore"), time("modifiedOnOrAfter"),
            time("modifiedBefore")};
}

Page Query::page(Words sorted_by) {
    Page page;
    page.number = static_cast<int>(number("page", 1, std::numeric_limits<std::int32_t>::max()));
    page.size = static_cast<int>(number("pageSize", page.size, largest_page));
    page.count = flag("includeTotal").value_or(false);
    if (sorted_by.empty()) return page;
    const auto given = take("sort");
    if (!given) return page;
    const std::string_view field = std::string_view(*given).substr(given->empty() ? 0 : 1);
    const auto order = std::find_if(orders.begin(), orders.end(),
                                    [&](const Order& each) { return each.field == field; });
    const bool known = order != orders.end() &&
                       std::find(sorted_by.begin(), sorted_by.end(), field) != sorted_by.end();
    if (!known || (given->front() != '+' && given->front() != '-')) {
        complain("sort", fmt::format("The sort field must be '+' or '-', then one of {}.",
                                     fmt::join(sorted_by, ", ")));
        return page;
    }
    page.order = order->order;
    page.descending = given->front() == '-';
    return page;
}

std::optional<http::Response> Query::objection() {
    for (const std::string& name : given_) {
        if (known_.contains(name)) continue;
        complain(name, fmt::format("The {} field is unknown.", name));
        known_.insert(name);
    }
    if (errors_.empty()) return std::nullopt;
    return invalid(call_, errors_);
}

Id id_of(const Call& call) {
    const auto number = whole_number(call.variable);
    return number ? given_id(*number) : 0;
}

http::Response no_id(const Call& call) {
    return invalid(call, {{"id", {"The id field must be a whole number."}}});
}

}  // namespace outrider::office
