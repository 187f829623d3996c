#pragma once
// A seed file's tables, taken apart key by key.

#include "client/office/company.hpp"
#include "platform/result.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace outrider::office {

struct SeedTable {
    struct Strange {};  // what no key of ours takes
    using Value = std::variant<Strange, bool, std::int64_t, double, std::string, std::vector<Id>>;
    struct Entry {
        Value value;
        std::uint32_t line = 0;
    };
    std::string kind;     // "house", "jobs"
    bool listed = false;  // written as [[jobs]]
    std::uint32_t line = 0;
    std::map<std::string, Entry, std::less<>> entries;
};
// In the file's order. What stands outside of tables is a table without entries.
Result<std::vector<SeedTable>> read_seed(std::string_view toml, const std::string& name);

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
    SeedRow(const SeedTable& table, const SeedTimes& times) : table_(table), times_(times) {}

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
    const std::optional<Error>& error() const { return error_; }  // its detail begins with the line

private:
    const SeedTable::Entry* take(std::string_view key, Need);
    void real(std::string_view key, std::optional<double>& value, double least, double most);

    const SeedTable& table_;
    const SeedTimes& times_;
    std::vector<std::string> taken_;
    std::optional<Error> error_;
};

}  // namespace outrider::office
