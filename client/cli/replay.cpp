#include "client/cli/replay.hpp"

#include "client/cli/config.hpp"
#include "client/cli/dates.hpp"
#include "client/cli/exit_code.hpp"
#include "platform/files.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <utility>

namespace outrider::cli {

namespace {

constexpr std::size_t most_bytes = 1024UL * 1024 * 1024;
constexpr std::size_t piece = 256 * 1024;
constexpr std::size_t told_every = 32UL * 1024 * 1024;

Error unreadable(const std::string& file) {
    return Error(Fault::storage, fmt::format("{}: {}", file, std::strerror(errno)));
}

// One line that is written over, for a person.
class Progress {
public:
    explicit Progress(const Console& console) : console_(console) {}
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress() {
        if (told_) console_.err("\n");
    }
    void tell(std::size_t bytes) {
        if (!console_.watched) return;
        told_ = true;
        console_.err(fmt::format("\rread {} MiB", bytes >> 20U));
    }

private:
    const Console& console_;
    bool told_ = false;
};

// "2026-11-21T08:00:00Z", or "-8h" and "+90s" beside the recording.
Result<gps::WallClock> wall_clock(const std::string& text) {
    gps::WallClock clock;
    if (text.empty()) return clock;
    constexpr Instant now = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
    if (text.front() == '-' || text.front() == '+') {
        const auto stretch = parse_stretch(text.substr(1), now);
        if (stretch && stretch->first == stretch->last && stretch->first < now) {
            const Duration off = now - stretch->first;
            clock.ahead = text.front() == '-' ? -off : off;
            return clock;
        }
    } else if (const auto time = parse_rfc3339(text)) {
        clock.begins = *time;
        return clock;
    }
    return Error(Fault::malformed,
                 fmt::format("--clock {}: give a time such as 2026-11-21T08:00:00Z, or how far it "
                             "is off, such as --clock=-8h",
                             text));
}

// The defaults, or what a file says, which need not have what only an agent that runs needs.
struct Rules {
    std::string name = "defaults";
    agent::Settings settings;
    std::vector<Problem> problems;
};

Rules rules_of(const std::string& file, const Surroundings& around) {
    Rules rules;
    if (file.empty()) return rules;
    Configuration configuration = load_rules(file, around);
    rules.name = file;
    rules.settings = std::move(configuration.settings);
    rules.problems = std::move(configuration.problems);
    return rules;
}

Run run_of(const gps::Played& played, const Rules& rules) {
    Run run;
    run.name = rules.name;
    run.bound_m = rules.settings.judge.cadence.bound_m;
    run.replayed = replay(played, rules.settings.judge, rules.settings.gpsd.device);
    run.figures = figures_of(run.replayed, run.bound_m);
    return run;
}

Result<> save(const Console& console, const std::string& file, const std::string& text) {
    return file == "-" ? console.out(text) : replace_file(file, text);
}

Result<> write(const Console& console, const ReplayCommand& command, const Replay& replay) {
    if (!command.svg.empty()) {
        const Result<> saved = replace_file(command.svg, replay_svg(replay, replay.runs.front()));
        if (!saved) return saved;
    }
    if (!command.json.empty()) {
        const Result<> saved = save(console, command.json, replay_json(replay, command.most));
        if (!saved) return saved;
    }
    if (command.verdicts) return console.out(replay_verdicts(replay, replay.runs.front()));
    if (command.json == "-") return {};
    return console.out(replay_table(replay, console.style, command.most));
}

int verdict_on(const Replay& replay) {
    for (const Run& run : replay.runs)
        if (run.figures.beyond > 0) return exit_differs;
    if (replay.runs.size() < 2) return exit_ok;
    const auto found = differences(replay.runs.front().replayed, replay.runs.back().replayed);
    return found.empty() ? exit_ok : exit_differs;
}

int failed(const Console& console, const Error& error) {
    const int code = complain(console, error);
    return error.fault == Fault::storage ? code : exit_data;
}

}  // namespace

Result<gps::Recording> read_recording(const Console& console, const std::string& file,
                                      std::optional<gps::RecordingFormat> format) {
    const bool standard = file == "-";
    const std::string name = standard ? "standard input" : file;
    std::ifstream opened;
    if (!standard) opened.open(file, std::ios::binary);
    std::istream& in = standard ? std::cin : opened;
    if (!in) return unreadable(name);
    gps::RecordingReader reader(format);
    const auto located = [&](Error error) {
        // "line 3: …" becomes "drive.csv: line 3: …".
        error.detail = name + ": " + error.detail;
        return error;
    };
    Progress progress(console);
    std::string buffer(piece, '\0');
    for (std::size_t read = 0;;) {
        in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        const auto count = static_cast<std::size_t>(in.gcount());
        if (in.bad()) return unreadable(name);
        if (count == 0) break;
        if (read / told_every != (read + count) / told_every) progress.tell(read + count);
        read += count;
        if (read > most_bytes)
            return located(Error(Fault::too_large, "more than 1 GiB: cut it into pieces"));
        if (const Result<> taken = reader.add(std::string_view(buffer.data(), count)); !taken)
            return located(taken.error());
    }
    auto recording = reader.finish();
    if (!recording) return located(recording.error());
    return recording;
}

int run(const Console& console, const Surroundings& around, const ReplayCommand& command) {
    std::vector<Rules> rules{rules_of(command.config, around)};
    if (!command.diff.empty()) rules.push_back(rules_of(command.diff, around));
    for (const Rules& one : rules)
        if (!one.problems.empty()) return complain(console, one.problems);
    const auto clock = wall_clock(command.clock);
    if (!clock) {
        complain(console, clock.error());
        return exit_usage;
    }
    auto recording = read_recording(console, command.file, command.format);
    if (!recording) return failed(console, recording.error());
    Replay replay;
    replay.file = command.file == "-" ? "standard input" : command.file;
    replay.format = recording->format;
    replay.lines = recording->lines;
    replay.elsewhere = recording->elsewhere;
    replay.broken = recording->broken;
    replay.first_broken = recording->first_broken;
    const gps::Played played = play_back(std::move(*recording), *clock);
    replay.moved = played.moved;
    for (const Rules& one : rules) replay.runs.push_back(run_of(played, one));
    if (replay.runs.front().figures.fixes == 0) {
        return failed(console,
                      Error(Fault::malformed,
                            fmt::format("{}: no fix of {}: correct gps.device in {}", replay.file,
                                        rules.front().settings.gpsd.device, rules.front().name)));
    }
    return finish(console, write(console, command, replay), verdict_on(replay));
}

}  // namespace outrider::cli
