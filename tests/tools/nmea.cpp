#include "tests/tools/nmea.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace outrider::tools {
namespace {

using namespace std::chrono;

enum class Dated { no, ddmmyy, day_month_year };

struct Layout {
    std::string_view type;
    std::size_t time;  // the field's number, the type being 0
    Dated dated = Dated::no;
    std::size_t date = 0;
};
constexpr std::array layouts{
    Layout{"RMC", 1, Dated::ddmmyy, 9},
    Layout{"GGA", 1},
    Layout{"GNS", 1},
    Layout{"GST", 1},
    Layout{"GBS", 1},
    Layout{"GLL", 5},
    Layout{"ZDA", 1, Dated::day_month_year, 2},
};

// A sentence without its dollar and checksum, cut at the commas.
struct Fields {
    std::vector<std::string> values;
    bool summed = false;
    const Layout* layout = nullptr;
};

int checksum(std::string_view body) {
    unsigned sum = 0;
    for (const char c : body) sum ^= static_cast<unsigned char>(c);
    return static_cast<int>(sum & 0xff);
}

std::optional<int> number(std::string_view text, int base = 10) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<Fields> fields_of(std::string_view text) {
    if (!text.starts_with('$')) return std::nullopt;
    text.remove_prefix(1);
    Fields fields;
    if (const auto star = text.rfind('*'); star != std::string_view::npos) {
        const std::string_view body = text.substr(0, star);
        if (number(text.substr(star + 1), 16) != checksum(body)) return std::nullopt;
        fields.summed = true;
        text = body;
    }
    for (;;) {
        const auto comma = text.find(',');
        fields.values.emplace_back(text.substr(0, comma));
        if (comma == std::string_view::npos) break;
        text.remove_prefix(comma + 1);
    }
    const std::string& name = fields.values.front();
    if (name.size() != 5) return std::nullopt;
    for (const Layout& layout : layouts) {
        const std::size_t last = layout.dated == Dated::day_month_year
                                     ? layout.date + 2
                                     : std::max(layout.time, layout.date);
        if (name.ends_with(layout.type) && fields.values.size() > last) fields.layout = &layout;
    }
    if (fields.layout == nullptr) return std::nullopt;
    return fields;
}

// "021417.00" since midnight.
std::optional<milliseconds> time_of_day(std::string_view text) {
    if (text.size() < 6) return std::nullopt;
    const auto hour = number(text.substr(0, 2)), minute = number(text.substr(2, 2)),
               second = number(text.substr(4, 2));
    if (!hour || !minute || !second) return std::nullopt;
    int thousandths = 0;
    if (text.size() > 7 && text[6] == '.') {
        std::string digits(text.substr(7, 3));
        digits.resize(3, '0');
        thousandths = number(digits).value_or(0);
    }
    return hours(*hour) + minutes(*minute) + seconds(*second) + milliseconds(thousandths);
}

std::optional<sys_days> date_of(const Fields& fields) {
    const Layout& layout = *fields.layout;
    std::optional<int> d, m, y;
    if (layout.dated == Dated::ddmmyy && fields.values[layout.date].size() == 6) {
        const std::string_view text = fields.values[layout.date];
        d = number(text.substr(0, 2));
        m = number(text.substr(2, 2));
        y = number(text.substr(4, 2));
        if (y) *y += *y < 80 ? 2000 : 1900;
    } else if (layout.dated == Dated::day_month_year) {
        d = number(fields.values[layout.date]);
        m = number(fields.values[layout.date + 1]);
        y = number(fields.values[layout.date + 2]);
    }
    if (!d || !m || !y) return std::nullopt;
    const year_month_day date(year(*y), month(static_cast<unsigned>(*m)),
                              day(static_cast<unsigned>(*d)));
    if (!date.ok()) return std::nullopt;
    return sys_days(date);
}

Instant nearest(milliseconds time, Instant neighbour) {
    Instant best = floor<days>(neighbour) + time;
    for (const Instant other : {best - days(1), best + days(1)})
        if (abs(other - neighbour) < abs(best - neighbour)) best = other;
    return best;
}

// With as many digits of the second's fraction as there were.
std::string clock_text(Instant time, std::string_view old) {
    const hh_mm_ss of_day(time - floor<days>(time));
    return fmt::format("{:02}{:02}{:02}", of_day.hours().count(), of_day.minutes().count(),
                       of_day.seconds().count()) +
           std::string(old.substr(6));
}

}  // namespace

std::vector<Sentence> read_sentences(std::string_view log) {
    std::vector<Sentence> sentences;
    std::optional<Instant> neighbour;
    std::vector<std::pair<std::size_t, milliseconds>> undated;
    const auto walk = [&](Sentence& sentence) {
        const std::optional<Fields> fields = fields_of(sentence.text);
        if (!fields) return;
        const auto time = time_of_day(fields->values[fields->layout->time]);
        if (!time) return;
        if (const auto date = date_of(*fields))
            neighbour = *date + *time;
        else if (neighbour)
            neighbour = nearest(*time, *neighbour);
        else
            return undated.emplace_back(sentences.size(), *time), void();
        sentence.time = neighbour;
    };
    while (!log.empty()) {
        const std::size_t end = log.find('\n');
        std::string_view line = log.substr(0, end);
        log.remove_prefix(end == std::string_view::npos ? log.size() : end + 1);
        while (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || line.starts_with('#')) continue;
        Sentence sentence{std::string(line), {}};
        const bool first_date = !neighbour;
        walk(sentence);
        if (first_date && neighbour)
            for (const auto& [index, time] : undated)
                sentences[index].time = nearest(time, *neighbour);
        sentences.push_back(std::move(sentence));
    }
    return sentences;
}

std::string shifted(const Sentence& sentence, std::chrono::seconds by) {
    std::optional<Fields> fields = fields_of(sentence.text);
    if (!fields || !sentence.time) return sentence.text;
    const Instant time = *sentence.time + by;
    const Layout& layout = *fields->layout;
    std::string& clock = fields->values[layout.time];
    clock = clock_text(time, clock);
    const year_month_day date(floor<days>(time));
    const auto d = static_cast<unsigned>(date.day()), m = static_cast<unsigned>(date.month());
    const int y = static_cast<int>(date.year());
    if (date_of(*fields) && layout.dated == Dated::ddmmyy) {
        fields->values[layout.date] = fmt::format("{:02}{:02}{:02}", d, m, y % 100);
    } else if (date_of(*fields)) {
        fields->values[layout.date] = fmt::format("{:02}", d);
        fields->values[layout.date + 1] = fmt::format("{:02}", m);
        fields->values[layout.date + 2] = fmt::format("{:04}", y);
    }
    const std::string body = fmt::format("{}", fmt::join(fields->values, ","));
    return fields->summed ? fmt::format("${}*{:02X}", body, checksum(body)) : "$" + body;
}

bool is_binary(std::string_view log) {
    const std::string_view data = without_leading_comments(log);
    const auto odd = std::ranges::count_if(
        data, [](char c) { return static_cast<unsigned char>(c) >= 0x80 || c == '\0'; });
    return static_cast<std::size_t>(odd) * 50 > data.size();
}

std::string_view without_leading_comments(std::string_view log) {
    while (log.starts_with('#')) {
        const std::size_t end = log.find('\n');
        if (end == std::string_view::npos) return {};
        log.remove_prefix(end + 1);
    }
    return log;
}

}  // namespace outrider::tools
