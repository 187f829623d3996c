#pragma once
// A table of settings bound to the struct they fill: from its rows come parsing, checking, the
// shown values, the sample file and the office's flags. Defaults are the struct's own.

#include "platform/clock.hpp"
#include "platform/log.hpp"
#include "platform/result.hpp"
#include "platform/stream.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace outrider::cli {

struct Section {};  // a [table]
struct Strange {};  // what no setting is: a date, a list of lists
using Value = std::variant<Strange, Section, bool, std::int64_t, double, std::string,
                           std::vector<std::string>>;

// Where something was said; line 0 when there is none.
struct Place {
    std::string file;
    std::uint32_t line = 0, column = 0;
};
std::string to_string(const Place&);  // "file:line", "file", or "default" without a file

struct Problem {
    Place place;
    std::string key;   // "" for a whole file
    std::string text;  // what is wrong, and the fix
};
std::string to_string(const Problem&);  // "file:line:column: key: what is wrong: the fix"

struct Entry {
    std::string key;  // "gps.port"
    Value value;
    Place place;
};

enum class Kind { text, whole, number, list };

struct Setting {
    std::string key;  // "sample.bound_m"
    Kind kind = Kind::text;
    std::string doc;                            // what it does and what it costs
    std::string example;                        // TOML; marks a required setting
    std::string follows;                        // the key that decides it unless it is set itself
    std::function<std::string()> show;          // its value now, as TOML
    std::function<Result<>(const Value&)> set;  // the error tells what is wrong, and the fix
};

using Check = std::function<Result<>(const std::string&)>;
struct Range {
    double least = 0, most = 0;
};

Setting number(std::string key, double& target, Range, std::string doc);
Setting whole(std::string key, std::function<std::int64_t()> get,
              std::function<void(std::int64_t)> put, Range, std::string doc);
template <class Integer>
Setting whole(std::string key, Integer& target, Range range, std::string doc) {
    return whole(
        std::move(key), [&target] { return static_cast<std::int64_t>(target); },
        [&target](std::int64_t value) { target = static_cast<Integer>(value); }, range,
        std::move(doc));
}
Setting days(std::string key, std::chrono::days& target, Range, std::string doc);
Setting seconds(std::string key, Duration& target, Range, std::string doc);
Setting text(std::string key, std::string& target, Check, std::string doc);
Setting texts(std::string key, std::vector<std::string>& target, std::string doc);
// One of a few words, compared without case.
struct Choice {
    std::string word;
    std::function<void()> choose;
};
Setting choice(std::string key, std::function<std::string()> get, std::vector<Choice>,
               std::string doc);
Setting origin(std::string key, net::Origin& target,
               std::string doc);  // https, or http to loopback

Result<> anything(const std::string&);
Result<> not_empty(const std::string&);
Result<> absolute_path(const std::string&);
Result<> socket_path(const std::string&);  // absolute, and short enough for a unix socket
Result<> absolute_path_or_nothing(const std::string&);

std::string in_quotes(std::string_view text);  // as a TOML string

// What a table was told, and what was wrong with it.
struct Telling {
    std::map<std::string, Place, std::less<>> places;  // of the last word on each key
    std::vector<Problem> problems;
};
// Rows are set in the table's order, each by its entries in theirs. Unknown keys are problems.
void apply(const std::vector<Setting>& table, const std::vector<Entry>& entries, Telling&);
// Each required row nothing was said about is a problem of `file`.
void demand_required(const std::vector<Setting>& table, const std::string& file, Telling&);
// Into the order in which somebody works through the files.
void sort(std::vector<Problem>&, const std::vector<std::string>& files);

// A flag's words as the value its row takes.
Value value_of(const Setting&, const std::vector<std::string>& words);
// The one of `words` nearest in spelling, "" when none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& words);

}  // namespace outrider::cli
