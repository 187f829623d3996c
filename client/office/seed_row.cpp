#include "client/office/seed_row.hpp"

#include <fmt/format.h>

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

}  // namespace

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
    const toml::node* node = table_.get(key);
    const std::uint32_t line = node == nullptr ? line_ : node->source().begin.line;
    error_ = Error(Fault::malformed, fmt::format("{}: '{}' of {} {}", line, key, kind_, words));
}

const toml::node* SeedRow::take(std::string_view key, Need need) {
    taken_.emplace_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr && need == Need::required) complain(key, "is missing");
    return node;
}

void SeedRow::id(std::string_view key, Id& value, Need need) {
    const toml::node* node = take(key, need);
    if (node == nullptr) return;
    const auto* number = node->as_integer();
    if (number == nullptr || number->get() < 1) return complain(key, "is no number from 1 on");
    value = number->get();
}

void SeedRow::text(std::string_view key, std::string& value, Need need) {
    const toml::node* node = take(key, need);
    if (node == nullptr) return;
    const auto* text = node->as_string();
    if (text == nullptr) return complain(key, "is no text");
    value = text->get();
    if (value.size() > longest_text) {
        complain(key, fmt::format("is longer than {} bytes", longest_text));
    }
    if (value.empty() && need == Need::required) complain(key, "is empty");
}

void SeedRow::flag(std::string_view key, bool& value) {
    const toml::node* node = take(key, Need::optional);
    if (node == nullptr) return;
    const auto* flag = node->as_boolean();
    if (flag == nullptr) return complain(key, "is neither true nor false");
    value = flag->get();
}

void SeedRow::real(std::string_view key, std::optional<double>& value, double least, double most) {
    const toml::node* node = take(key, Need::optional);
    if (node == nullptr) return;
    value = node->value<double>();
    if (!value || !(*value >= least && *value <= most)) {
        complain(key, fmt::format("is no number from {} to {}", least, most));
    }
}

void SeedRow::degrees(std::string_view key, std::optional<double>& value, double limit) {
    real(key, value, -limit, limit);
}

void SeedRow::stars(std::string_view key, std::optional<double>& value) { real(key, value, 0, 5); }

void SeedRow::time(std::string_view key, std::optional<Instant>& value) {
    const toml::node* node = take(key, Need::optional);
    if (node == nullptr) return;
    const auto* text = node->as_string();
    if (text != nullptr) value = seed_time(text->get(), times_);
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
    const toml::node* node = take(key, Need::optional);
    if (node == nullptr) return;
    const auto* list = node->as_array();
    bool good = list != nullptr && list->size() <= most_ids;
    for (std::size_t i = 0; good && i < list->size(); ++i) {
        const auto* number = list->get(i)->as_integer();
        good = number != nullptr && std::ranges::find(value, number->get()) == value.end();
        if (good) value.push_back(number->get());
    }
    if (!good) complain(key, "is no list of numbers, each once");
}

void SeedRow::no_others() {
    for (const auto& [key, node] : table_) {
        if (std::ranges::find(taken_, key.str()) != taken_.end()) continue;
        complain(std::string(key.str()).substr(0, 60), "is unknown");
    }
}

}  // namespace outrider::office
