#include "client/fleet/ping_witness_text.hpp"

#include <array>
#include <charconv>
#include <cstddef>

namespace outrider::fleet {
namespace {

class Reader {
public:
    Reader(std::string_view text, std::size_t at) : text_(text), at_(at) {}
    std::size_t at() const { return at_; }
    bool at_end() const { return at_ >= text_.size(); }

    void skip_space() {
        while (!at_end() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' ||
                             text_[at_] == '\r')) {
            ++at_;
        }
    }
    bool take(char wanted) {
        skip_space();
        if (at_end() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }
    bool quoted(std::string_view& into) {
        if (!take('"')) return false;
        const std::size_t begin = at_;
        for (; !at_end() && text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\\') ++at_;
        }
        if (at_end()) return false;
        into = text_.substr(begin, at_++ - begin);
        return true;
    }
    // A text, or a number, true, false or null.
    bool plain_value(std::string_view& into) {
        skip_space();
        if (!at_end() && text_[at_] == '"') return quoted(into);
        const std::size_t end = text_.find_first_of(",}] \t\r\n[{\"", at_);
        if (end == text_.npos || end == at_) return false;
        into = text_.substr(at_, end - at_);
        at_ = end;
        return true;
    }
    bool object(FlatObject& into) {
        skip_space();
        const std::size_t begin = at_;
        into.members.clear();
        if (!take('{')) return false;
        if (!take('}')) {
            do {
                auto& [name, value] = into.members.emplace_back();
                if (!quoted(name) || !take(':') || !plain_value(value)) return false;
            } while (take(','));
            if (!take('}')) return false;
        }
        into.text = text_.substr(begin, at_ - begin);
        return true;
    }

private:
    std::string_view text_;
    std::size_t at_;
};

}  // namespace

std::string_view FlatObject::at(std::string_view name) const {
    for (const auto& [called, value] : members) {
        if (called == name) return value;
    }
    return {};
}

std::optional<double> FlatObject::number(std::string_view name) const {
    const std::string_view digits = at(name);
    double value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = read.ec == std::errc() && read.ptr == digits.data() + digits.size();
    return whole ? std::optional(value) : std::nullopt;
}

std::optional<Instant> FlatObject::time(std::string_view name) const {
    constexpr std::string_view form = "0000-00-00T00:00:00.000Z";
    const std::string_view written = at(name);
    if (written.size() != form.size()) return std::nullopt;
    std::array<int, 7> numbers{};
    std::size_t part = 0;
    for (std::size_t i = 0; i < form.size(); ++i) {
        const bool digit = written[i] >= '0' && written[i] <= '9';
        if (digit != (form[i] == '0') || (!digit && written[i] != form[i])) return std::nullopt;
        if (!digit) ++part;
        if (digit) numbers[part] = numbers[part] * 10 + (written[i] - '0');
    }
    const auto [year, month, day, hour, minute, second, thousandth] = numbers;
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return std::nullopt;
    return Instant(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
           std::chrono::minutes(minute) + std::chrono::seconds(second) +
           std::chrono::milliseconds(thousandth);
}

bool FlatArray::next(FlatObject& into) {
    Reader reader(text_, at_);
    const bool first = at_ == 0;
    if (whole_ || (first && !reader.take('['))) return false;
    if (reader.take(']')) {
        reader.skip_space();
        whole_ = reader.at_end();
        return false;
    }
    if ((!first && !reader.take(',')) || !reader.object(into)) return false;
    at_ = reader.at();
    return true;
}

std::optional<FlatObject> read_flat_object(std::string_view text) {
    Reader reader(text, 0);
    FlatObject object;
    if (!reader.object(object)) return std::nullopt;
    reader.skip_space();
    return reader.at_end() ? std::optional(std::move(object)) : std::nullopt;
}

}  // namespace outrider::fleet
