// `./dev gps`: what becomes of recorded drives, measured. Prints one table.

#include "gps/judge.hpp"
#include "tests/positions/jumps.hpp"
#include "tests/positions/optimum.hpp"
#include "tests/positions/recording.hpp"
#include "tests/positions/rivals.hpp"
#include "tests/positions/track_evaluator.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

namespace outrider::positions {
namespace {

constexpr Duration never = std::chrono::hours(24) * 365 * 20;
constexpr Instant today = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21);

using Fixes = std::vector<gps::Fix>;

// Without the end of the vehicle's stand: a rule by itself.
struct Row {
    std::string rule;
    std::size_t pings = 0, optimum = 0;
    int beyond = 0;
    double largest_m = 0;

    void add(const std::vector<gps::Judged>& judged, double bound_m, std::size_t fewest) {
        const test::TrackErrors errors = test::errors_of(judged, bound_m);
        pings += static_cast<std::size_t>(errors.pings);
        beyond += errors.beyond;
        largest_m = std::max(largest_m, errors.largest_m);
        optimum += fewest;
    }
    double ratio() const {
        return optimum == 0 ? 0 : static_cast<double>(pings) / static_cast<double>(optimum);
    }
    void print(double hours) const {
        std::cout << fmt::format("{:<28} {:>7} {:>9.1f} {:>11.1f} {:>8} {:>9.3f}\n", rule, pings,
                                 static_cast<double>(pings) / hours, largest_m, beyond, ratio());
    }
};

Fixes believed_of(const Recording& recording) {
    gps::Sieve sieve{gps::SieveSettings{}};
    Fixes believed;
    std::vector<gps::Judged> rejected;
    for (const gps::Fix& fix : recording.fixes) sieve.add(fix, today, believed, rejected);
    return believed;
}

// Each run of increasing times without a long silence is a drive.
std::vector<Fixes> drives_of(const Fixes& fixes) {
    constexpr Duration longest_silence = std::chrono::minutes(5);
    std::vector<Fixes> drives;
    for (const gps::Fix& fix : fixes) {
        const bool goes_on = !drives.empty() && *fix.time > *drives.back().back().time &&
                             *fix.time - *drives.back().back().time <= longest_silence;
        if (!goes_on) drives.emplace_back();
        drives.back().push_back(fix);
    }
    std::erase_if(drives, [](const Fixes& drive) { return drive.size() < 30; });
    return drives;
}

std::vector<gps::Judged> judge(const Fixes& fixes, double bound_m, std::optional<Duration> cap) {
    gps::CadenceSettings settings;
    settings.bound_m = bound_m;
    settings.interval = cap.value_or(never);
    settings.heartbeat_interval = never;
    gps::Cadence cadence(settings);
    std::vector<gps::Judged> out;
    for (const gps::Fix& fix : fixes) cadence.add(fix, gps::MotionState::moving, out);
    cadence.finish(out);
    return out;
}

// As the agent has it: sieve, motion and cadence with their defaults.
std::vector<gps::Judged> judge_wholly(const Recording& recording) {
    gps::Judge judge{gps::JudgeSettings{}};
    std::vector<gps::Judged> out;
    for (const gps::Fix& fix : recording.fixes) judge.add(fix, today, out);
    judge.finish(out);
    return out;
}

double hours_of(const std::vector<Fixes>& drives) {
    double hours = 0;
    for (const Fixes& drive : drives) {
        const Duration time = *drive.back().time - *drive.front().time;
        hours += std::chrono::duration<double, std::ratio<3600>>(time).count();
    }
    return hours;
}

Result<std::vector<Recording>> read_all(const std::string& folder) {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".csv") paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    std::vector<Recording> recordings;
    for (const std::string& path : paths) {
        auto recording = read_recording(path);
        if (!recording) return recording.error();
        recording->begin_at(today);
        if (recording->once_a_second()) recordings.push_back(std::move(*recording));
    }
    return recordings;
}

int run(const std::string& folder, const std::string& json_file) {
    const auto recordings = read_all(folder);
    if (!recordings) {
        std::cerr << recordings.error().detail << "\n";
        return 1;
    }
    std::vector<Fixes> drives;
    Jumps jumps;
    Row wholly{"as the agent has it"};
    for (const Recording& recording : *recordings) {
        std::ranges::move(drives_of(believed_of(recording)), std::back_inserter(drives));
        count_jumps(recording, jumps);
        wholly.add(judge_wholly(recording), gps::CadenceSettings().bound_m, 0);
    }
    if (drives.empty()) {
        std::cerr << folder << ": no drives of one fix a second (.csv) in it\n";
        return 1;
    }
    const double hours = hours_of(drives);
    std::cout << fmt::format(
        "{} recordings, {} drives, {:.1f} h\n{:<28} {:>7} {:>9} {:>11} {:>8} {:>9}\n",
        recordings->size(), drives.size(), hours, "rule", "pings", "an hour", "largest, m",
        "beyond", "x fewest");
    nlohmann::ordered_json json;
    struct Case {
        const char *rule, *key;
        double bound_m;
        std::optional<Duration> cap;
    };
    const std::chrono::seconds cap(30);
    int beyond = wholly.beyond;
    for (const Case& one : {Case{"5 m", "ratio_5m", 5, {}}, Case{"10 m", "ratio_10m", 10, {}},
                            Case{"25 m", "ratio_25m", 25, {}},
                            Case{"10 m, within 30 s", "ratio_10m_cap30", 10, cap}}) {
        Row row{one.rule};
        for (const Fixes& drive : drives) {
            row.add(judge(drive, one.bound_m, one.cap), one.bound_m,
                    fewest_pings(drive, one.bound_m, one.cap));
        }
        row.print(hours);
        json[one.key] = row.ratio();
        beyond += row.beyond;
    }
    for (const Rival& rival : rivals()) {
        Row row{rival.name};
        for (const Fixes& drive : drives) {
            row.add(rival.judge(drive), 10, fewest_pings(drive, 10, std::nullopt));
        }
        row.print(hours);
    }
    wholly.print(hours);
    const auto share = [](std::size_t part, std::size_t all) {
        return all == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(all);
    };
    json["beyond_bound"] = beyond;
    json["jumps_refused"] = share(jumps.refused, jumps.made);
    json["good_refused"] = share(jumps.good_refused, jumps.good);
    std::cout << fmt::format("jumps: {} of {} refused; good fixes beside them: {} of {}\n",
                             jumps.refused, jumps.made, jumps.good_refused, jumps.good);
    if (!json_file.empty()) std::ofstream(json_file) << json.dump(2) << "\n";
    return 0;
}

}  // namespace
}  // namespace outrider::positions

// [--json FILE] [FOLDER]
int main(int argc, char** argv) {
    std::string folder = PROJECT_FOLDER "/tests/data/positions", json;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--json" && i + 1 < argc) {
            json = argv[++i];
        } else {
            folder = word;
        }
    }
    return outrider::positions::run(folder, json);
}
