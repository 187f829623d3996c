#include "client/office/faults.hpp"

#include "client/office/routes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace outrider::office {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 18> modes = {
    "none",         "refuse",      "stall",    "reset",   "error500",   "busy429",
    "html",         "wrong_shape", "truncate", "endless", "reject_all", "drop_answer",
    "unauthorised", "forbidden",   "conflict", "mute",    "busy503",    "reject_some"};
// What stands for more than one operation, or for one by its first name.
struct Alias {
    std::string_view name;
    std::array<std::string_view, 2> operations;
};
constexpr std::array<Alias, 2> aliases = {{
    {"pings", {"gpsPingsCreate", "gpsPingsList"}},
    {"token", {"tokenCreate", ""}},
}};
constexpr std::string_view all = "all";

struct Number {
    std::string_view name;
    std::int64_t FaultSettings::*value;
    std::int64_t least, most;
};
constexpr std::array<Number, 4> numbers = {{
    {"after", &FaultSettings::after, 0, 1'000'000'000},
    {"for", &FaultSettings::requests, 0, 1'000'000'000},
    {"retry_after_s", &FaultSettings::retry_after_s, 0, 86400},
    {"percent", &FaultSettings::percent, 0, 100},
}};

Result<> read_mode(const Json& json, FaultSettings& settings) {
    const auto mode = std::find(modes.begin(), modes.end(), json);
    if (mode == modes.end()) {
        return Error(Fault::malformed,
                     fmt::format("'mode' must be one of {}", fmt::join(modes, ", ")));
    }
    settings.mode = static_cast<Mode>(mode - modes.begin());
    return {};
}

Result<> read_on(const Json& json, FaultSettings& settings) {
    std::vector<std::string_view> known;
    for (const Alias& alias : aliases) known.push_back(alias.name);
    known.push_back(all);
    for (const Route& route : routes()) known.push_back(route.operation);
    if (std::find(known.begin(), known.end(), json) == known.end()) {
        return Error(Fault::malformed,
                     fmt::format("'on' must be one of {}", fmt::join(known, ", ")));
    }
    settings.on = json.get<std::string>();
    return {};
}

bool hits(std::string_view on, std::string_view operation) {
    if (on == all || on == operation) return true;
    return std::any_of(aliases.begin(), aliases.end(), [&](const Alias& alias) {
        return alias.name == on &&
               (operation == alias.operations[0] || operation == alias.operations[1]);
    });
}

Result<> read_number(const Number& number, const Json& json, FaultSettings& settings) {
    const auto complaint =
        Error(Fault::malformed, fmt::format("'{}' must be a whole number from {} to {}",
                                            number.name, number.least, number.most));
    if (!json.is_number_integer()) return complaint;
    const double value = json.get<double>();
    if (value < static_cast<double>(number.least) || value > static_cast<double>(number.most)) {
        return complaint;
    }
    settings.*number.value = json.get<std::int64_t>();
    return {};
}

Result<> read_member(const std::string& name, const Json& json, FaultSettings& settings) {
    if (name == "mode") return read_mode(json, settings);
    if (name == "on") return read_on(json, settings);
    for (const Number& number : numbers) {
        if (number.name == name) return read_number(number, json, settings);
    }
    return Error(Fault::malformed,
                 fmt::format("'{}' is unknown: there are mode, on, after, for, retry_after_s and "
                             "percent",
                             name));
}

}  // namespace

Result<FaultSettings> parse_faults(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("mode")) {
        return Error(Fault::malformed, "faults are a JSON object with a 'mode'");
    }
    FaultSettings settings;
    for (const auto& [name, value] : json.items()) {
        auto read = read_member(name, value, settings);
        if (!read) return read.error();
    }
    // Refused connections are not requests: nothing could count or choose among them.
    if (settings.mode == Mode::refuse && json.size() > 1) {
        return Error(Fault::malformed,
                     "'refuse' takes no other member: it closes the door at once, for everyone, "
                     "until the mode is changed");
    }
    return settings;
}

void Faults::set(const FaultSettings& settings) {
    settings_ = settings;
    seen_ = hits_ = 0;
}

Mode Faults::next(std::string_view operation) {
    if (settings_.mode == Mode::none || settings_.mode == Mode::refuse) return Mode::none;
    if (!office::hits(settings_.on, operation)) return Mode::none;
    if (seen_++ < settings_.after) return Mode::none;
    if (settings_.requests > 0 && hits_ >= settings_.requests) return Mode::none;
    std::uniform_int_distribution<std::int64_t> lot(0, 99);
    if (lot(dice_) >= settings_.percent) return Mode::none;
    ++hits_;
    return settings_.mode;
}

std::string Faults::to_json() const {
    Json json;
    json["mode"] = modes[static_cast<std::size_t>(settings_.mode)];
    json["on"] = settings_.on;
    for (const Number& number : numbers) json[std::string(number.name)] = settings_.*number.value;
    json["hits"] = hits_;
    return json.dump();
}

}  // namespace outrider::office
