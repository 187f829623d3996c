#pragma once
// One table of a seed file, taken apart key by key; only for the sources that read seeds.

#include "client/office/company.hpp"
#include "platform/result.hpp"

#include <toml++/toml.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::office {

// What "09:30" and "+45m" count from.
struct SeedTimes {
    Instant midnight{}, opening{};
};
// "HH:MM" of the office's day, "+1h30m" or "-15m" from the opening, or RFC 3339.
std::optional<Instant> seed_time(std::string_view, const SeedTimes&);

enum class Need { required, optional };

// Remembers the first thing that is not as it should be, with its line. An optional key that is not
// there leaves the value as it is.
class SeedRow {
public:
    SeedRow(const toml::table& table, std::string_view kind, const SeedTimes& times)
        : table_(table), kind_(kind), times_(times), line_(table.source().begin.line) {}

    void id(std::string_view key, Id& value, Need = Need::required);
    void text(std::string_view key, std::string& value, Need = Need::optional);
    void flag(std::string_view key, bool& value);
    void degrees(std::string_view key, std::optional<double>& value, double limit);
    void stars(std::string_view key, std::optional<double>& value);
    void time(std::string_view key, Instant& value);
    void time(std::string_view key, std::optional<Instant>& value);
    void ids(std::string_view key, std::vector<Id>& value);
    template <class Words>
    void word(std::string_view key, std::string& value, const Words& among) {
        const std::string before = value;
        text(key, value);
        if (value == before) return;
        std::string list;
        for (const std::string_view each : among) {
            if (value == each) return;
            list += (list.empty() ? "" : ", ") + std::string(each);
        }
        complain(key, "is none of " + list);
    }
    void no_others();
    void complain(std::string_view key, std::string_view words);
    std::uint32_t line() const { return line_; }
    const std::optional<Error>& error() const { return error_; }  // its detail begins with the line

private:
    const toml::node* take(std::string_view key, Need);
    void real(std::string_view key, std::optional<double>& value, double least, double most);

    const toml::table& table_;
    std::string kind_;
    const SeedTimes& times_;
    std::uint32_t line_;
    std::vector<std::string> taken_;
    std::optional<Error> error_;
};

}  // namespace outrider::office
