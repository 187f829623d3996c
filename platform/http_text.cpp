#include "platform/http.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace outrider::http {
namespace {

constexpr std::chrono::seconds longest_wait = std::chrono::hours(1);

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

std::optional<char> hex_byte(std::string_view two) {
    unsigned value = 0;
    const auto [end, failure] = std::from_chars(two.data(), two.data() + two.size(), value, 16);
    if (two.size() != 2 || failure != std::errc() || end != two.data() + 2) return std::nullopt;
    return static_cast<char>(value);
}

std::string percent_decode(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto byte = text.front() == '%' ? hex_byte(text.substr(1, 2)) : std::nullopt;
        out += byte.value_or(text.front());
        text.remove_prefix(byte ? 3 : 1);
    }
    return out;
}

std::optional<int> number(std::string_view text, int high) {
    int value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size() || value < 0 || value > high) {
        return std::nullopt;
    }
    return value;
}

std::optional<unsigned> month_number(std::string_view text) {
    constexpr std::array<std::string_view, 12> names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto found = std::ranges::find(names, text);
    if (found == names.end()) return std::nullopt;
    return static_cast<unsigned>(found - names.begin()) + 1;
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    const auto in_word = [](char c) { return is_digit(c) || is_letter(c); };
    while (!text.empty()) {
        const auto end =
            static_cast<std::size_t>(std::ranges::find_if_not(text, in_word) - text.begin());
        if (end > 0) words.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

// A year of two digits, of the obsolete form, is never more than 50 years ahead.
int full_year(int year, Instant now) {
    const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
    const int this_year = static_cast<int>(today.year());
    const int candidate = this_year - this_year % 100 + year;
    return candidate > this_year + 50 ? candidate - 100 : candidate;
}

// "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT" or "Sun Nov  6 08:49:37 1994".
std::optional<Instant> parse_http_date(std::string_view text, Instant now) {
    const std::vector<std::string_view> words = words_of(text);
    const bool asctime = words.size() == 7;
    if (!asctime && (words.size() != 8 || words[7] != "GMT")) return std::nullopt;
    const auto month = month_number(words[asctime ? 1 : 2]);
    const auto day = number(words[asctime ? 2 : 1], 31);
    const std::string_view year_text = words[asctime ? 6 : 3];
    const auto year = number(year_text, 9999);
    const std::size_t time = asctime ? 3 : 4;
    const auto hour = number(words[time], 23);
    const auto minute = number(words[time + 1], 59);
    const auto second = number(words[time + 2], 60);
    if (!month || !day || !year || !hour || !minute || !second) return std::nullopt;
    const std::chrono::year_month_day date(
        std::chrono::year(year_text.size() == 2 ? full_year(*year, now) : *year),
        std::chrono::month(*month), std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
           std::chrono::seconds(*second);
}

std::string_view query_of(std::string_view target) {
    const std::size_t mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

}  // namespace

void Headers::set(std::string_view name, std::string_view value) {
    const auto found = std::ranges::find_if(
        fields_, [&](const auto& field) { return same_name(field.first, name); });
    if (found != fields_.end()) {
        found->second = value;
    } else {
        fields_.emplace_back(name, value);
    }
}

std::string_view Headers::get(std::string_view name) const {
    const auto found = std::ranges::find_if(
        fields_, [&](const auto& field) { return same_name(field.first, name); });
    return found == fields_.end() ? std::string_view() : std::string_view(found->second);
}

std::string query_value(std::string_view target, std::string_view name) {
    std::string_view rest = query_of(target);
    while (!rest.empty()) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        if (percent_decode(pair.substr(0, equals)) != name) continue;
        return percent_decode(pair.substr(std::min(equals + 1, pair.size())));
    }
    return {};
}

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

std::string percent_encode(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool unreserved =
            is_digit(c) || is_letter(c) || c == '-' || c == '.' || c == '_' || c == '~';
        out +=
            unreserved ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::optional<std::chrono::seconds> retry_after(std::string_view field, Instant now) {
    while (field.starts_with(' ') || field.starts_with('\t')) field.remove_prefix(1);
    while (field.ends_with(' ') || field.ends_with('\t')) field.remove_suffix(1);
    if (field.empty()) return std::nullopt;
    if (std::ranges::all_of(field, is_digit)) {
        // So many digits that they do not fit are more than an hour too.
        const auto wait = number(field, static_cast<int>(longest_wait.count()));
        return wait ? std::chrono::seconds(*wait) : longest_wait;
    }
    const auto date = parse_http_date(field, now);
    if (!date) return std::nullopt;
    const auto wait = std::chrono::ceil<std::chrono::seconds>(*date - now);
    return std::clamp(wait, std::chrono::seconds(0), longest_wait);
}

}  // namespace outrider::http
