#include "tests/positions/recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>

namespace outrider::positions {
namespace {

constexpr std::string_view header = "t,lat,lon,speed,track,acc,alt,mode";
constexpr std::size_t columns = 8;

using Fields = std::array<std::optional<double>, columns>;

bool read_field(std::string_view text, std::optional<double>& field) {
    if (text.empty()) return true;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), field.emplace());
    return error == std::errc() && end == text.data() + text.size();
}

bool read_fields(std::string_view line, Fields& fields) {
    for (std::size_t i = 0; i < columns; ++i) {
        const auto comma = line.find(',');
        if ((comma == line.npos) != (i + 1 == columns)) return false;
        if (!read_field(line.substr(0, comma), fields[i])) return false;
        line.remove_prefix(comma == line.npos ? line.size() : comma + 1);
    }
    return true;
}

gps::Fix fix_of(const Fields& fields, double begin) {
    const auto& [time, latitude, longitude, speed, track, accuracy, altitude, mode] = fields;
    gps::Fix fix;
    fix.mode = static_cast<gps::Mode>(static_cast<int>(mode.value_or(0)));
    if (time) {
        using Seconds = std::chrono::duration<double>;
        fix.time = Instant(std::chrono::duration_cast<Duration>(Seconds(*time)));
        fix.seen = Uptime(std::chrono::duration_cast<Duration>(Seconds(*time - begin)));
    }
    fix.latitude = latitude.value_or(std::nan(""));
    fix.longitude = longitude.value_or(std::nan(""));
    fix.speed_mps = speed;
    fix.track_deg = track;
    fix.accuracy_m = accuracy;
    fix.altitude_m = altitude;
    fix.device = "recorded";
    return fix;
}

}  // namespace

bool Recording::once_a_second() const {
    std::vector<Duration> steps;
    for (std::size_t i = 1; i < fixes.size(); ++i) {
        if (fixes[i].time && fixes[i - 1].time)
            steps.push_back(*fixes[i].time - *fixes[i - 1].time);
    }
    if (steps.empty()) return false;
    const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
    std::ranges::nth_element(steps, middle);
    return *middle == std::chrono::seconds(1);
}

void Recording::begin_at(Instant begin) {
    const auto first =
        std::ranges::find_if(fixes, [](const gps::Fix& fix) { return fix.time.has_value(); });
    if (first == fixes.end()) return;
    const Duration later = begin - *first->time;
    for (gps::Fix& fix : fixes) {
        if (fix.time) *fix.time += later;
    }
}

Result<Recording> read_recording(const std::string& path) {
    std::ifstream file(path);
    if (!file) return Error(Fault::storage, path + ": cannot be opened");
    const auto malformed = [&](std::size_t number) {
        return Error(Fault::malformed, fmt::format("{}:{}: expected {}", path, number, header));
    };
    Recording recording;
    recording.name = std::filesystem::path(path).stem();
    std::string line;
    if (!std::getline(file, line) || line != header) return malformed(1);
    double begin = 0;
    for (std::size_t number = 2; std::getline(file, line); ++number) {
        Fields fields;
        if (!read_fields(line, fields)) return malformed(number);
        if (recording.fixes.empty()) begin = fields[0].value_or(0);
        recording.fixes.push_back(fix_of(fields, begin));
    }
    return recording;
}

}  // namespace outrider::positions
