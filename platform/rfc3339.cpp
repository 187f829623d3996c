#include "platform/clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>

namespace outrider {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Takes the text apart from the left; once something did not fit, everything after fails too.
class Cursor {
public:
    explicit Cursor(std::string_view text) : rest_(text) {}

    // Exactly `digits` digits, of a value from `low` to `high`.
    int number(std::size_t digits, int low, int high) {
        int value = 0;
        if (rest_.size() < digits) failed_ = true;
        for (std::size_t i = 0; i < digits && !failed_; ++i) {
            if (!is_digit(rest_[i])) failed_ = true;
            value = value * 10 + (rest_[i] - '0');
        }
        if (failed_ || value < low || value > high) {
            failed_ = true;
            return low;
        }
        rest_.remove_prefix(digits);
        return value;
    }

    // The next character, which must be one of `allowed`.
    char one_of(std::string_view allowed) {
        if (failed_ || rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos)
            return fail();
        const char found = rest_.front();
        rest_.remove_prefix(1);
        return found;
    }

    bool next_is(char wanted) const { return !failed_ && rest_.starts_with(wanted); }

    // ".5" is 500 ms; finer than a millisecond is cut off.
    milliseconds fraction() {
        if (!next_is('.')) return milliseconds(0);
        rest_.remove_prefix(1);
        const auto length =
            static_cast<std::size_t>(std::ranges::find_if_not(rest_, is_digit) - rest_.begin());
        if (length == 0 || length > 9) failed_ = true;
        std::string three(rest_.substr(0, std::min<std::size_t>(length, 3)));
        three.resize(3, '0');
        rest_.remove_prefix(length);
        return milliseconds(Cursor(three).number(3, 0, 999));
    }

    bool complete() const { return !failed_ && rest_.empty(); }

private:
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    char fail() {
        failed_ = true;
        return '\0';
    }

    std::string_view rest_;
    bool failed_ = false;
};

minutes offset(Cursor& cursor) {
    const char sign = cursor.one_of("Zz+-");
    if (sign != '+' && sign != '-') return minutes(0);
    const hours hour(cursor.number(2, 0, 23));
    cursor.one_of(":");
    const minutes minute(cursor.number(2, 0, 59));
    return sign == '-' ? -(hour + minute) : hour + minute;
}

}  // namespace

// Years beyond 0 to 9999 are told as those. Part of every ping that is sent: ten times as quick as
// a format string.
std::string to_rfc3339(Instant instant) {
    using std::chrono::sys_days, std::chrono::year;
    constexpr Instant first = sys_days(year(0) / 1 / 1), after = sys_days(year(10000) / 1 / 1);
    instant = std::clamp(instant, first, after - milliseconds(1));
    const auto day = std::chrono::floor<days>(instant);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss<milliseconds> time(instant - day);
    std::string text = "0000-00-00T00:00:00.000Z";
    const auto write = [&text](std::size_t end, auto value) {
        for (auto rest = static_cast<std::int64_t>(value); rest > 0; rest /= 10) {
            text[--end] = static_cast<char>('0' + rest % 10);
        }
    };
    write(4, static_cast<int>(date.year()));
    write(7, static_cast<unsigned>(date.month()));
    write(10, static_cast<unsigned>(date.day()));
    write(13, time.hours().count());
    write(16, time.minutes().count());
    write(19, time.seconds().count());
    write(23, time.subseconds().count());
    return text;
}

Result<Instant> parse_rfc3339(std::string_view text) {
    Cursor cursor(text);
    const std::chrono::year year(cursor.number(4, 0, 9999));
    cursor.one_of("-");
    const std::chrono::month month(static_cast<unsigned>(cursor.number(2, 1, 12)));
    cursor.one_of("-");
    const std::chrono::day day(static_cast<unsigned>(cursor.number(2, 1, 31)));
    cursor.one_of("Tt ");
    const hours hour(cursor.number(2, 0, 23));
    cursor.one_of(":");
    const minutes minute(cursor.number(2, 0, 59));
    cursor.one_of(":");
    const seconds second(cursor.number(2, 0, 60));  // 60: a leap second, which UTC here has not
    const milliseconds fraction = cursor.fraction();
    const minutes east = offset(cursor);

    const std::chrono::year_month_day date(year, month, day);
    if (cursor.complete() && date.ok()) {
        const Instant instant =
            std::chrono::sys_days(date) + hour + minute + second + fraction - east;
        const Instant first = std::chrono::sys_days(std::chrono::year(1970) / 1 / 1);
        const Instant end = std::chrono::sys_days(std::chrono::year(10000) / 1 / 1);
        if (instant >= first && instant < end) return instant;
    }
    return Error(
        Fault::malformed,
        fmt::format("\"{}\" is no time: write it like 2026-11-21T06:30:00Z", text.substr(0, 64)));
}

}  // namespace outrider
