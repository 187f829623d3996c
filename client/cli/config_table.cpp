#include "client/cli/config_table.hpp"

#include <fmt/format.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <optional>
#include <tuple>

namespace outrider::cli {

namespace {

std::string in_words(const Value& value) {
    struct Words {
        std::string operator()(const Strange&) const { return "this kind of value"; }
        std::string operator()(const Section&) const { return "a section"; }
        std::string operator()(bool b) const { return b ? "true" : "false"; }
        std::string operator()(std::int64_t n) const { return fmt::format("{}", n); }
        std::string operator()(double d) const { return fmt::format("{}", d); }
        std::string operator()(const std::string& s) const {
            return "the text " + in_quotes(s.size() > 60 ? s.substr(0, 60) + "..." : s);
        }
        std::string operator()(const std::vector<std::string>&) const { return "a list"; }
    };
    return std::visit(Words{}, value);
}

Error wrong(const Value& value, std::string_view needed) {
    return Error(Fault::malformed, fmt::format("{} does not do: give {}", in_words(value), needed));
}

std::optional<double> as_number(const Value& value) {
    if (const auto* n = std::get_if<std::int64_t>(&value)) return static_cast<double>(*n);
    if (const auto* d = std::get_if<double>(&value)) return *d;
    return std::nullopt;
}

bool inside(double value, Range range) {
    return std::isfinite(value) && value >= range.least && value <= range.most;
}

// TOML wants to see that a number is a number: 0.5, 30, never 3e+01.
std::string number_text(double value) {
    if (value == std::floor(value) && std::abs(value) < 1e15) return fmt::format("{:.0f}", value);
    return fmt::format("{}", value);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

std::string section_of(std::string_view key) {
    const auto dot = key.rfind('.');
    return dot == std::string_view::npos ? "" : std::string(key.substr(0, dot));
}

std::string leaf_of(std::string_view key) { return std::string(key.substr(key.rfind('.') + 1)); }

std::string lower(std::string_view word) {
    std::string text(word);
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

// A key that stands in the wrong section is as common as a misspelled one.
std::string nearest_key(std::string_view key, const std::vector<std::string>& keys) {
    std::string best = nearest(key, keys);
    if (!best.empty()) return best;
    for (const auto& known : keys) {
        if (leaf_of(known) == leaf_of(key)) return known;
    }
    return "";
}

std::vector<std::string> keys_of(const std::vector<Setting>& table) {
    std::vector<std::string> keys;
    for (const auto& setting : table) keys.push_back(setting.key);
    return keys;
}

std::vector<std::string> sections_of(const std::vector<Setting>& table) {
    std::vector<std::string> sections;
    for (const auto& setting : table) {
        const std::string section = section_of(setting.key);
        if (!section.empty() && (sections.empty() || sections.back() != section)) {
            sections.push_back(section);
        }
    }
    return sections;
}

bool contains(const std::vector<std::string>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// The problem with an entry no row answers to, if there is one.
std::optional<std::string> stray(const Entry& entry, const std::vector<std::string>& keys,
                                 const std::vector<std::string>& sections) {
    const bool is_section = std::holds_alternative<Section>(entry.value);
    if (is_section && contains(sections, entry.key)) return std::nullopt;
    if (is_section && !contains(keys, entry.key)) {
        const std::string near = nearest(entry.key, sections);
        return "is no section of ours: " +
               (near.empty() ? "remove it" : "did you mean [" + near + "]?");
    }
    if (contains(keys, entry.key)) return std::nullopt;
    if (contains(sections, entry.key)) {
        return "is a section, not a setting: write [" + entry.key + "] on a line of its own";
    }
    const std::string near = nearest_key(entry.key, keys);
    if (near.empty()) return "is no setting of ours: remove it";
    const std::string section = section_of(near);
    if (section == section_of(entry.key)) {
        return "is no setting of ours: did you mean " + leaf_of(near) + "?";
    }
    return fmt::format("is no setting of ours: did you mean {} in [{}]?", leaf_of(near), section);
}

}  // namespace

std::string to_string(const Place& place) {
    if (place.file.empty()) return "default";
    return place.line == 0 ? place.file : fmt::format("{}:{}", place.file, place.line);
}

std::string to_string(const Problem& problem) {
    std::string text = problem.place.file;
    if (problem.place.line != 0) {
        text += fmt::format(":{}:{}", problem.place.line, problem.place.column);
    }
    if (!problem.key.empty()) text += ": " + problem.key;
    return text + ": " + problem.text;
}

Setting number(std::string key, double& target, Range range, std::string doc) {
    Setting setting{std::move(key), Kind::number, std::move(doc), "", "", {}, {}};
    setting.show = [&target] { return number_text(target); };
    setting.set = [&target, range](const Value& value) -> Result<> {
        const auto given = as_number(value);
        if (!given || !inside(*given, range)) {
            return wrong(value, fmt::format("a number from {} to {}", number_text(range.least),
                                            number_text(range.most)));
        }
        target = *given;
        return {};
    };
    return setting;
}

Setting whole(std::string key, std::function<std::int64_t()> get,
              std::function<void(std::int64_t)> put, Range range, std::string doc) {
    Setting setting{std::move(key), Kind::whole, std::move(doc), "", "", {}, {}};
    setting.show = [get = std::move(get)] { return fmt::format("{}", get()); };
    setting.set = [put = std::move(put), range](const Value& value) -> Result<> {
        const auto* given = std::get_if<std::int64_t>(&value);
        if (given == nullptr || !inside(static_cast<double>(*given), range)) {
            return wrong(value, fmt::format("a whole number from {:.0f} to {:.0f}", range.least,
                                            range.most));
        }
        put(*given);
        return {};
    };
    return setting;
}

Setting days(std::string key, std::chrono::days& target, Range range, std::string doc) {
    return whole(
        std::move(key), [&target] { return static_cast<std::int64_t>(target.count()); },
        [&target](std::int64_t n) { target = std::chrono::days(n); }, range, std::move(doc));
}

Setting seconds(std::string key, Duration& target, Range range, std::string doc) {
    Setting setting{std::move(key), Kind::number, std::move(doc), "", "", {}, {}};
    setting.show = [&target] { return number_text(static_cast<double>(target.count()) / 1000); };
    setting.set = [&target, range](const Value& value) -> Result<> {
        const auto given = as_number(value);
        if (!given || !inside(*given, range)) {
            return wrong(value, fmt::format("a number of seconds from {} to {}, without a unit",
                                            number_text(range.least), number_text(range.most)));
        }
        target = Duration(std::llround(*given * 1000));
        return {};
    };
    return setting;
}

Setting text(std::string key, std::string& target, Check check, std::string doc) {
    Setting setting{std::move(key), Kind::text, std::move(doc), "", "", {}, {}};
    setting.show = [&target] { return in_quotes(target); };
    setting.set = [&target, check = std::move(check)](const Value& value) -> Result<> {
        const auto* given = std::get_if<std::string>(&value);
        if (given == nullptr) return wrong(value, "a text in quotes");
        if (auto ok = check(*given); !ok) return ok.error();
        target = *given;
        return {};
    };
    return setting;
}

Setting texts(std::string key, std::vector<std::string>& target, std::string doc) {
    Setting setting{std::move(key), Kind::list, std::move(doc), "", "", {}, {}};
    setting.show = [&target] {
        std::string list;
        for (const auto& one : target) list += (list.empty() ? "" : ", ") + in_quotes(one);
        return "[" + list + "]";
    };
    setting.set = [&target](const Value& value) -> Result<> {
        const auto* given = std::get_if<std::vector<std::string>>(&value);
        if (given == nullptr) return wrong(value, "a list of texts, such as [\"van-07\"]");
        target = *given;
        return {};
    };
    return setting;
}

Setting choice(std::string key, std::function<std::string()> get, std::vector<Choice> choices,
               std::string doc) {
    Setting setting{std::move(key), Kind::text, std::move(doc), "", "", {}, {}};
    setting.show = [get = std::move(get)] { return in_quotes(get()); };
    setting.set = [choices = std::move(choices)](const Value& value) -> Result<> {
        std::string words;
        for (const auto& choice : choices) {
            const auto* given = std::get_if<std::string>(&value);
            if (given != nullptr && lower(*given) == lower(choice.word)) {
                choice.choose();
                return {};
            }
            words += (words.empty() ? "" : " or ") + in_quotes(choice.word);
        }
        return wrong(value, words);
    };
    return setting;
}

Setting origin(std::string key, net::Origin& target, std::string doc) {
    Setting setting{std::move(key), Kind::text, std::move(doc), "", "", {}, {}};
    setting.show = [&target] { return in_quotes(target.host.empty() ? "" : target.url()); };
    setting.set = [&target](const Value& value) -> Result<> {
        const auto* given = std::get_if<std::string>(&value);
        if (given == nullptr) return wrong(value, "a URL in quotes, such as \"https://host\"");
        auto parsed = net::parse_origin(*given);
        if (!parsed) return parsed.error();
        if (!parsed->tls && !parsed->loopback()) {
            return Error(Fault::refused,
                         fmt::format("{} would send positions and secrets unencrypted: use "
                                     "https:// (plain http is for this machine only)",
                                     in_quotes(*given)));
        }
        target = *parsed;
        return {};
    };
    return setting;
}

Result<> anything(const std::string&) { return {}; }

Result<> not_empty(const std::string& given) {
    const bool visible = std::any_of(given.begin(), given.end(), [](char c) { return c > ' '; });
    const bool control = std::any_of(given.begin(), given.end(), [](char c) {
        return static_cast<unsigned char>(c) < ' ' || c == 127;
    });
    if (control) return Error(Fault::malformed, "has control characters in it: remove them");
    if (visible) return {};
    return Error(Fault::malformed, "is empty: fill it in");
}

// Not repeated: it may be the secret itself, written where its file's path belongs.
Result<> absolute_path(const std::string& given) {
    if (given.starts_with('/')) return {};
    return Error(Fault::malformed, "is no absolute path: begin it with /");
}

Result<> absolute_path_or_nothing(const std::string& given) {
    if (given.empty()) return {};
    return absolute_path(given);
}

Result<> socket_path(const std::string& given) {
    constexpr std::size_t most = sizeof(sockaddr_un::sun_path) - 1;
    if (given.size() <= most) return absolute_path(given);
    return Error(Fault::malformed,
                 fmt::format("has {} characters, a socket's path at most {}: choose a shorter one",
                             given.size(), most));
}

std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < ' ' || c == 127) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            out += c;
        }
    }
    return out + '"';
}

void apply(const std::vector<Setting>& table, const std::vector<Entry>& entries, Telling& telling) {
    const auto keys = keys_of(table);
    const auto sections = sections_of(table);
    std::string unknown;  // the section just refused: its keys need no complaint of their own
    for (const auto& entry : entries) {
        if (!unknown.empty() && entry.key.starts_with(unknown)) continue;
        const auto problem = stray(entry, keys, sections);
        if (!problem) continue;
        telling.problems.push_back({entry.place, entry.key, *problem});
        if (std::holds_alternative<Section>(entry.value)) unknown = entry.key + ".";
    }
    for (const auto& setting : table) {
        for (const auto& entry : entries) {
            if (entry.key != setting.key) continue;
            if (const auto set = setting.set(entry.value); !set) {
                telling.problems.push_back({entry.place, entry.key, set.error().detail});
            }
            telling.places.insert_or_assign(entry.key, entry.place);
        }
    }
}

void demand_required(const std::vector<Setting>& table, const std::string& file, Telling& telling) {
    for (const auto& setting : table) {
        if (setting.example.empty() || telling.places.contains(setting.key)) continue;
        const std::string section = section_of(setting.key);
        telling.problems.push_back({Place{file}, setting.key,
                                    fmt::format("is missing: add a line such as {} = {} below [{}]",
                                                leaf_of(setting.key), setting.example, section)});
    }
}

void sort(std::vector<Problem>& problems, const std::vector<std::string>& files) {
    const auto rank = [&files](const Problem& problem) {
        const auto file = std::find(files.begin(), files.end(), problem.place.file);
        return std::tuple(file - files.begin(), problem.place.line, problem.place.column);
    };
    std::stable_sort(problems.begin(), problems.end(),
                     [&rank](const auto& a, const auto& b) { return rank(a) < rank(b); });
}

Value value_of(const Setting& setting, const std::vector<std::string>& words) {
    if (setting.kind == Kind::list) return words;
    const std::string word = words.empty() ? "" : words.back();
    const char* const end = word.data() + word.size();
    if (setting.kind == Kind::whole || setting.kind == Kind::number) {
        std::int64_t n = 0;
        const auto read = std::from_chars(word.data(), end, n);
        if (read.ec == std::errc() && read.ptr == end) return n;
    }
    if (setting.kind == Kind::number) {
        double d = 0;
        const auto read = std::from_chars(word.data(), end, d);
        if (read.ec == std::errc() && read.ptr == end) return d;
    }
    return word;
}

std::string nearest(std::string_view word, const std::vector<std::string>& words) {
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const auto& candidate : words) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

}  // namespace outrider::cli
