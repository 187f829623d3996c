#include "client/cli/dates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace outrider::cli {

namespace {

using std::chrono::days;
using std::chrono::floor;

Stretch moment(Instant instant) { return {instant, instant}; }

std::optional<Stretch> parse_word(const std::string& text, Instant now) {
    const Instant midnight = floor<days>(now);
    if (text == "now") return moment(now);
    if (text == "today") return Stretch{midnight, midnight + days(1)};
    if (text == "yesterday") return Stretch{midnight - days(1), midnight};
    return std::nullopt;
}

std::optional<Stretch> parse_age(const std::string& text, Instant now) {
    struct Unit {
        std::string_view name;
        std::chrono::seconds length;
    };
    static constexpr std::array<Unit, 6> units = {{{"s", std::chrono::seconds(1)},
                                                   {"m", std::chrono::minutes(1)},
                                                   {"min", std::chrono::minutes(1)},
                                                   {"h", std::chrono::hours(1)},
                                                   {"d", days(1)},
                                                   {"w", days(7)}}};
    std::int64_t count = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, count);
    const std::string_view suffix(read.ptr, static_cast<std::size_t>(end - read.ptr));
    if (read.ec != std::errc() || count < 0 || count > 10'000'000) return std::nullopt;
    for (const auto& unit : units) {
        if (suffix == unit.name) return moment(now - count * unit.length);
    }
    return std::nullopt;
}

// "2026-08-20T14:30:05" and every beginning of it that ends with a whole field.
struct Fields {
    std::array<int, 6> values{};  // year, month, day, hour, minute, second
    std::size_t count = 0;
};
std::optional<Fields> parse_fields(std::string_view text) {
    static constexpr std::string_view before = " --T::";  // what stands before each field
    Fields fields;
    if (text.ends_with('Z')) text.remove_suffix(1);
    while (!text.empty() && fields.count < fields.values.size()) {
        if (fields.count > 0) {
            const bool blank = fields.count == 3 && text[0] == ' ';  // "2026-08-20 14:30"
            if (text[0] != before[fields.count] && !blank) return std::nullopt;
            text.remove_prefix(1);
        }
        const std::size_t width = fields.count == 0 ? 4 : 2;
        const char* const end = text.data() + std::min(width, text.size());
        int& value = fields.values[fields.count];
        const auto read = std::from_chars(text.data(), end, value);
        if (read.ec != std::errc() || read.ptr != text.data() + width || value < 0) {
            return std::nullopt;
        }
        text.remove_prefix(width);
        ++fields.count;
    }
    return text.empty() && fields.count > 0 ? std::optional(fields) : std::nullopt;
}

std::optional<Stretch> parse_beginning(const std::string& text) {
    using namespace std::chrono;
    const auto fields = parse_fields(text);
    if (!fields) return std::nullopt;
    const auto& [y, mo, d, h, mi, s] = fields->values;
    const std::size_t count = fields->count;
    const auto month_number = static_cast<unsigned>(count > 1 ? mo : 1);
    const auto day_number = static_cast<unsigned>(count > 2 ? d : 1);
    const year_month_day date{year(y), month(month_number), day(day_number)};
    if (!date.ok() || y < 1970 || h > 23 || mi > 59 || s > 59) return std::nullopt;
    const Instant first = sys_days(date) + hours(h) + minutes(mi) + seconds(s);
    if (count == 1) return Stretch{first, sys_days(year_month_day(date + years(1)))};
    if (count == 2) return Stretch{first, sys_days(year_month_day(date + months(1)))};
    static constexpr std::array<seconds, 4> lengths = {days(1), hours(1), minutes(1), seconds(1)};
    return Stretch{first, first + lengths[count - 3]};
}

// "14:32" or "14:32:07", today's or yesterday's.
std::optional<Stretch> parse_clock(const std::string& text, Instant now) {
    if (text.size() != 5 && text.size() != 8) return std::nullopt;
    const std::string date = to_rfc3339(now).substr(0, 11);  // "2026-11-21T"
    auto stretch = parse_beginning(date + text);
    if (!stretch) return std::nullopt;
    const Duration back = stretch->first > now ? days(1) : days(0);
    return Stretch{stretch->first - back, stretch->last - back};
}

}  // namespace

Result<Stretch> parse_stretch(const std::string& text, Instant now) {
    if (const auto word = parse_word(text, now)) return *word;
    if (const auto ago = parse_age(text, now)) return *ago;
    if (const auto beginning = parse_beginning(text)) return *beginning;
    if (const auto clock = parse_clock(text, now)) return *clock;
    if (const auto exact = parse_rfc3339(text)) return moment(*exact);
    return Error(
        Fault::malformed,
        fmt::format("\"{}\" is no time: give 2026-08-20T14:30 or a beginning of it, 14:30, "
                    "an age such as 6h or 2d, or today, yesterday, now",
                    text));
}

Result<Stretch> parse_span(const std::string& from, const std::string& to, Instant now) {
    const auto begin = parse_stretch(from, now);
    if (!begin) return Error(begin.error().fault, "--from: " + begin.error().detail);
    const auto end = parse_stretch(to, now);
    if (!end) return Error(end.error().fault, "--to: " + end.error().detail);
    if (begin->first >= end->last) {
        return Error(Fault::malformed,
                     fmt::format("--from {} is not before --to {}: exchange them",
                                 to_rfc3339(begin->first), to_rfc3339(end->last)));
    }
    return Stretch{begin->first, end->last};
}

}  // namespace outrider::cli
