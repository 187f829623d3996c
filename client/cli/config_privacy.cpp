// What may be kept of where the technician is.

#include "client/cli/config_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace outrider::cli {

namespace {

constexpr double least_radius_m = 20, most_radius_m = 100'000;
constexpr std::size_t longest_name = 60;

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The next number up to a comma; nothing when there is none between the limits.
std::optional<double> take_number(std::string_view& rest, double least, double most) {
    const auto comma = rest.find(',');
    const std::string_view text = trimmed(rest.substr(0, comma));
    rest = comma == rest.npos ? std::string_view() : rest.substr(comma + 1);
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [read, error] = std::from_chars(text.data(), end, number);
    const bool good = error == std::errc() && read == end && number >= least && number <= most;
    return good ? std::optional(number) : std::nullopt;
}

std::optional<agent::PrivateZone> parse_zone(const std::string& text) {
    const auto colon = text.find(':');
    agent::PrivateZone zone;
    zone.name = trimmed(std::string_view(text).substr(0, colon));
    if (colon == text.npos || zone.name.empty() || zone.name.size() > longest_name) return {};
    std::string_view rest = std::string_view(text).substr(colon + 1);
    if (std::ranges::count(rest, ',') != 2) return {};
    const auto latitude = take_number(rest, -90, 90);
    const auto longitude = take_number(rest, -180, 180);
    const auto radius = take_number(rest, least_radius_m, most_radius_m);
    if (!latitude || !longitude || !radius) return {};
    zone.latitude = *latitude;
    zone.longitude = *longitude;
    zone.radius_m = *radius;
    return zone;
}

// A wrong one is not quoted: what is complained of goes into the log.
Result<std::vector<agent::PrivateZone>> parse_zones(const std::vector<std::string>& texts) {
    std::vector<agent::PrivateZone> zones;
    for (const std::string& text : texts) {
        auto zone = parse_zone(text);
        if (!zone) {
            return Error(Fault::malformed,
                         fmt::format("number {} is no zone: give \"name: latitude, longitude, "
                                     "radius\", in degrees and metres (20 to 100000), such as "
                                     "\"home: 47.36667, 8.55, 300\"",
                                     zones.size() + 1));
        }
        zones.push_back(std::move(*zone));
    }
    if (zones.size() <= agent::PrivacySettings::most_zones) return zones;
    return Error(Fault::malformed, fmt::format("there are {} zones, at most {} are possible",
                                               zones.size(), agent::PrivacySettings::most_zones));
}

Setting zones(std::string key, AgentDraft& draft, std::string doc) {
    Setting setting = texts(std::move(key), draft.zones, std::move(doc));
    setting.set = [&draft, inner = std::move(setting.set)](const Value& value) -> Result<> {
        if (auto set = inner(value); !set) return set;
        auto parsed = parse_zones(draft.zones);
        if (!parsed) return parsed.error();
        draft.settings.privacy.zones = std::move(*parsed);
        return {};
    };
    return setting;
}

}  // namespace

void add_privacy(AgentDraft& draft, std::vector<Setting>& table) {
    auto& track = draft.settings.privacy.track;
    const auto show = [&track] {
        return std::string(track == agent::Window::always ? "always" : "on_duty");
    };
    table.push_back(
        choice("privacy.track", show,
               {{"on_duty", [&track] { track = agent::Window::on_duty; }},
                {"always", [&track] { track = agent::Window::always; }}},
               "\"on_duty\": with a technician, positions are kept only while they are checked in "
               "or on shift (dispatch.check_in) or work is under way; without one, always. "
               "\"always\": always."));
    table.push_back(
        zones("privacy.zones", draft,
              "Places where nothing is kept: \"name: latitude, longitude, radius in metres\", at "
              "most 50. The track ends and begins at their edge: make them wide, and their middle "
              "not the door."));
}

}  // namespace outrider::cli
