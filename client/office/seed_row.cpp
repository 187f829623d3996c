#include "client/office/seed_row.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace outrider::office {

namespace {

constexpr std::size_t longest_text = 4000;
constexpr std::size_t most_ids = 100;

std::optional<int> number_of(std::string_view digits) {
    int value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || digits.size() > 5 || digits[0] == '-' || read.ec != std::errc() ||
        read.ptr != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return value;
}

// "1h30m", "45m", "2h".
std::optional<Duration> duration_of(std::string_view text) {
    Duration sum{};
    const auto hours = text.find('h');
    if (hours != std::string_view::npos) {
        const auto count = number_of(text.substr(0, hours));
        if (!count) return std::nullopt;
        sum += std::chrono::hours(*count);
        text.remove_prefix(hours + 1);
        if (text.empty()) return sum;
    }
    if (!text.ends_with('m')) return std::nullopt;
    const auto minutes = number_of(text.substr(0, text.size() - 1));
    if (!minutes) return std::nullopt;
    return sum + std::chrono::minutes(*minutes);
}

SeedTable::Value value_of(const toml::node& node) {
    if (const auto* flag = node.as_boolean()) return flag->get();
    if (const auto* whole = node.as_integer()) return whole->get();
    if (const auto* real = node.as_floating_point()) return real->get();
    if (const auto* text = node.as_string()) return text->get();
    const auto* list = node.as_array();
    if (list == nullptr) return SeedTable::Strange();
    std::vector<Id> ids;
    for (const toml::node& each : *list) {
        const auto* id = each.as_integer();
        if (id == nullptr) return SeedTable::Strange();
        ids.push_back(id->get());
    }
    return ids;
}

SeedTable table_of(std::string_view kind, const toml::node& node, bool listed) {
    SeedTable made;
    made.kind = kind;
    made.listed = listed;
    made.line = node.source().begin.line;
    if (const auto* table = node.as_table()) {
        for (const auto& [key, value] : *table) {
            made.entries[std::string(key.str())] = {value_of(value), key.source().begin.line};
        }
    }
    return made;
}

}  // namespace

Result<std::vector<SeedTable>> read_seed(std::string_view toml, const std::string& name) {
    std::vector<SeedTable> tables;
    try {
        const toml::table file = toml::parse(toml, name);
        for (const auto& [kind, node] : file) {
            const auto* list = node.as_array();
            const bool listed = list != nullptr && list->is_array_of_tables();
            if (!listed) tables.push_back(table_of(kind.str(), node, false));
            for (std::size_t i = 0; listed && i < list->size(); ++i) {
                tables.push_back(table_of(kind.str(), *list->get(i), true));
            }
        }
    } catch (const toml::parse_error& error) {
        // toml++ tells its own parser's state in a second sentence; the first is for people.
        const std::string words(error.description());
        return Error(Fault::malformed, fmt::format("{}: {}", error.source().begin.line,
                                                   words.substr(0, words.find_first_of(";\n"))));
    }
    std::ranges::stable_sort(tables, {}, &SeedTable::line);
    return tables;
}

std::optional<Instant> seed_time(std::string_view text, const SeedTimes& times) {
    if (text.starts_with('+') || text.starts_with('-')) {
        const auto off = duration_of(text.substr(1));
        if (!off) return std::nullopt;
        return text[0] == '+' ? times.opening + *off : times.opening - *off;
    }
    if (text.size() == 5 && text[2] == ':') {
        const auto hour = number_of(text.substr(0, 2));
        const auto minute = number_of(text.substr(3));
        if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
        return times.midnight + std::chrono::hours(*hour) + std::chrono::minutes(*minute);
    }
    const auto instant = parse_rfc3339(text);
    return instant ? std::optional<Instant>(*instant) : std::nullopt;
}

void SeedRow::complain(std::string_view key, std::string_view words) {
    if (error_) return;
    const auto entry = table_.entries.find(key);
    const std::uint32_t line = entry == table_.entries.end() ? table_.line : entry->second.line;
    const std::string kind =
        table_.listed ? fmt::format("[[{}]]", table_.kind) : fmt::format("[{}]", table_.kind);
    error_ = Error(Fault::malformed, fmt::format("{}: '{}' of {} {}", line, key, kind, words));
}

const SeedTable::Entry* SeedRow::take(std::string_view key, Need need) {
    taken_.emplace_back(key);
    const auto entry = table_.entries.find(key);
    if (entry != table_.entries.end()) return &entry->second;
    if (need == Need::required) complain(key, "is missing");
    return nullptr;
}

void SeedRow::id(std::string_view key, Id& value, Need need) {
    const auto* entry = take(key, need);
    if (entry == nullptr) return;
    const auto* number = std::get_if<std::int64_t>(&entry->value);
    if (number == nullptr || *number < 1) return complain(key, "is no number from 1 on");
    value = *number;
}

void SeedRow::text(std::string_view key, std::string& value, Need need) {
    const auto* entry = take(key, need);
    if (entry == nullptr) return;
    const auto* text = std::get_if<std::string>(&entry->value);
    if (text == nullptr) return complain(key, "is no text");
    value = *text;
    if (value.size() > longest_text) {
        complain(key, fmt::format("is longer than {} bytes", longest_text));
    }
    if (value.empty() && need == Need::required) complain(key, "is empty");
}

void SeedRow::flag(std::string_view key, bool& value) {
    const auto* entry = take(key, Need::optional);
    if (entry == nullptr) return;
    const auto* flag = std::get_if<bool>(&entry->value);
    if (flag == nullptr) return complain(key, "is neither true nor false");
    value = *flag;
}

void SeedRow::real(std::string_view key, std::optional<double>& value, double least, double most) {
    const auto* entry = take(key, Need::optional);
    if (entry == nullptr) return;
    value.reset();
    if (const auto* whole = std::get_if<std::int64_t>(&entry->value)) {
        value = static_cast<double>(*whole);
    } else if (const auto* given = std::get_if<double>(&entry->value)) {
        value = *given;
    }
    if (!value || !(*value >= least && *value <= most)) {
        complain(key, fmt::format("is no number from {} to {}", least, most));
    }
}

void SeedRow::degrees(std::string_view key, std::optional<double>& value, double limit) {
    real(key, value, -limit, limit);
}

void SeedRow::stars(std::string_view key, std::optional<double>& value) { real(key, value, 0, 5); }

void SeedRow::time(std::string_view key, std::optional<Instant>& value) {
    const auto* entry = take(key, Need::optional);
    if (entry == nullptr) return;
    const auto* text = std::get_if<std::string>(&entry->value);
    if (text != nullptr) value = seed_time(*text, times_);
    if (text == nullptr || !value) {
        complain(key, "is no time: write \"09:30\", \"+45m\" from the opening, or a date and time");
    }
}

void SeedRow::time(std::string_view key, Instant& value) {
    std::optional<Instant> given;
    time(key, given);
    if (given) {
        value = *given;
    } else {
        complain(key, "is missing");
    }
}

void SeedRow::ids(std::string_view key, std::vector<Id>& value) {
    const auto* entry = take(key, Need::optional);
    if (entry == nullptr) return;
    const auto* list = std::get_if<std::vector<Id>>(&entry->value);
    std::vector<Id> once = list == nullptr ? std::vector<Id>() : *list;
    std::ranges::sort(once);
    if (list == nullptr || list->size() > most_ids ||
        std::ranges::adjacent_find(once) != once.end()) {
        return complain(key, "is no list of numbers, each once");
    }
    value = *list;
}

void SeedRow::no_others() {
    for (const auto& [key, entry] : table_.entries) {
        if (std::ranges::find(taken_, key) != taken_.end()) continue;
        complain(key.substr(0, 60), "is unknown");
    }
}

}  // namespace outrider::office
