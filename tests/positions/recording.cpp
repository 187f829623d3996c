#include "tests/positions/recording.hpp"

#include "gps/geodesy.hpp"
#include "gps/gpsd.hpp"
#include "gps/gpsd_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

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

gps::Fix fix_of(const Fields& fields) {
    const auto& [time, latitude, longitude, speed, track, accuracy, altitude, mode] = fields;
    gps::Fix fix;
    fix.mode = static_cast<gps::Mode>(static_cast<int>(mode.value_or(0)));
    if (time) {
        using Seconds = std::chrono::duration<double>;
        fix.time = Instant(std::chrono::duration_cast<Duration>(Seconds(*time)));
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

// Of things that may be missing or anything: the middle one, the largest but a tenth, ...
template <class T>
std::optional<T> one_of(std::vector<T> values, double share) {
    if (values.empty()) return std::nullopt;
    const double place = share * static_cast<double>(values.size() - 1);
    const auto it = values.begin() + static_cast<std::ptrdiff_t>(place);
    std::ranges::nth_element(values, it);
    return *it;
}

}  // namespace

bool Recording::vehicle() const {
    constexpr double fast_mps = 40 / 3.6;
    std::vector<double> speeds;
    for (std::size_t i = 1; i < fixes.size(); ++i) {
        const gps::Fix &before = fixes[i - 1], &fix = fixes[i];
        if (fix.speed_mps) {
            speeds.push_back(*fix.speed_mps);
        } else if (fix.time && before.time && *fix.time > *before.time) {
            speeds.push_back(
                gps::distance_m(before.latitude, before.longitude, fix.latitude, fix.longitude) /
                seconds_between(before, fix));
        }
    }
    std::erase_if(speeds, [](double speed) { return !std::isfinite(speed); });
    return !answers && one_of(std::move(speeds), 0.9).value_or(0) >= fast_mps;
}

bool Recording::once_a_second() const {
    std::vector<Duration> steps;
    for (std::size_t i = 1; i < fixes.size(); ++i) {
        if (fixes[i].time && fixes[i - 1].time)
            steps.push_back(*fixes[i].time - *fixes[i - 1].time);
    }
    return one_of(std::move(steps), 0.5) == std::chrono::seconds(1);
}

void Recording::move_to_today() {
    std::vector<Duration> behind;
    for (const gps::Fix& fix : fixes) {
        if (fix.time && fix.usable()) behind.push_back(wall_at(fix) - *fix.time);
    }
    const auto later = one_of(std::move(behind), 0.5);
    if (!later) return;
    for (gps::Fix& fix : fixes) {
        if (fix.time) *fix.time += *later;
    }
}

Result<Recording> read_table(const std::string& path) {
    std::ifstream file(path);
    if (!file) return Error(Fault::storage, path + ": cannot be opened");
    const auto malformed = [&](std::size_t number) {
        return Error(Fault::malformed, fmt::format("{}:{}: expected {}", path, number, header));
    };
    Recording recording;
    recording.name = std::filesystem::path(path).stem();
    std::string line;
    if (!std::getline(file, line) || line != header) return malformed(1);
    Uptime now{};
    std::optional<Instant> last;
    for (std::size_t number = 2; std::getline(file, line); ++number) {
        Fields fields;
        if (!read_fields(line, fields)) return malformed(number);
        gps::Fix fix = fix_of(fields);
        if (fix.time && last) now += std::max(Duration(0), *fix.time - *last);
        if (fix.time) last = fix.time;
        fix.seen = now;
        recording.fixes.push_back(std::move(fix));
    }
    return recording;
}

Result<Recording> read_answers(const std::string& path) {
    constexpr Duration longest_step = std::chrono::seconds(10);
    std::ifstream file(path);
    if (!file) return Error(Fault::storage, path + ": cannot be opened");
    Recording recording;
    recording.name = std::filesystem::path(path).stem().stem();
    recording.answers = true;
    gps::GpsdReader reader;
    gps::GpsdFacts facts{gps::GpsdOptions()};
    Uptime now{};
    std::optional<Instant> last;
    facts.connected(now);
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with('{')) continue;
        gps::GpsdLine says = reader.read(line);
        if (says.kind == gps::GpsdLine::Kind::unreadable) ++recording.unreadable;
        if (says.kind == gps::GpsdLine::Kind::report) {
            const auto& time = says.fix.time;
            const Duration step = time && last ? *time - *last : std::chrono::seconds(1);
            now += step < Duration(0) || step > longest_step ? std::chrono::seconds(1) : step;
            if (time) last = time;
        }
        auto fix = facts.take(std::move(says), now);
        if (fix) recording.fixes.push_back(std::move(*fix));
    }
    return recording;
}

Result<std::vector<Recording>> read_all(const std::vector<std::string>& folders) {
    std::vector<std::string> paths;
    for (const std::string& folder : folders) {
        std::error_code error;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, error))
            paths.push_back(entry.path());
        if (error) return Error(Fault::storage, folder + ": " + error.message());
    }
    std::ranges::sort(paths);
    std::vector<Recording> recordings;
    for (const std::string& path : paths) {
        const bool answers = path.ends_with(".log.chk");
        if (!answers && !path.ends_with(".csv")) continue;
        auto recording = answers ? read_answers(path) : read_table(path);
        if (!recording) return recording.error();
        recording->move_to_today();
        recordings.push_back(std::move(*recording));
    }
    return recordings;
}

}  // namespace outrider::positions
