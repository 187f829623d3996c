#include "client/cli/fleet.hpp"

#include "client/cli/exit_code.hpp"
#include "client/fleet/report_html.hpp"
#include "platform/files.hpp"
#include "platform/random.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <utility>

namespace outrider::cli {

namespace {

using Verb = FleetCommand::Verb;

int complain_usage(const Console& console, const Error& error) {
    complain(console, error);
    return exit_usage;
}

// Before minutes of playing, rather than after.
Result<> can_be_written(const char* flag, const std::string& file) {
    if (file.empty() || file == "-") return {};
    namespace fs = std::filesystem;
    std::error_code ignored;
    const fs::path path(file);
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    if (!fs::is_directory(folder, ignored))
        return Error(Fault::storage, fmt::format("{} {}: there is no folder {}: make it", flag,
                                                 file, folder.string()));
    const bool part = std::string_view(flag) == "--out";
    if (!part && fs::is_directory(path, ignored))
        return Error(Fault::storage,
                     fmt::format("{} {}: is a folder: name a file in it", flag, file));
    return {};
}

Result<> can_be_written(const FleetCommand& command) {
    for (const auto& [flag, file] :
         {std::pair("--out", &command.out), std::pair("--json", &command.json),
          std::pair("--html", &command.html)}) {
        if (const Result<> possible = can_be_written(flag, *file); !possible) return possible;
    }
    return {};
}

// Shards never write over each other: what they are told to write to is a folder.
Result<> make_room_for(const FleetCommand& command, const fleet::Shard& shard) {
    if (shard.of == 1 || command.out.ends_with(".json")) return {};
    std::error_code trouble;
    std::filesystem::create_directories(command.out, trouble);
    if (!trouble) return {};
    return Error(Fault::storage, fmt::format("--out {}: the folder cannot be made: {}", command.out,
                                             trouble.message()));
}

Result<> write(const Console& console, const FleetCommand& command, const fleet::Part& part) {
    if (!command.out.empty()) {
        if (const Result<> saved = fleet::save_part(command.out, part); !saved) return saved;
    }
    if (!command.html.empty()) {
        const Result<> saved = replace_file(command.html, fleet::report_html(part));
        if (!saved) return saved;
    }
    if (command.json == "-") return console.out(fleet::report_json(part));
    if (!command.json.empty()) {
        const Result<> saved = replace_file(command.json, fleet::report_json(part));
        if (!saved) return saved;
    }
    return console.out(fleet_table(part, console.style));
}

int verdict_on(const fleet::Part& part) {
    if (part.figures.count("interrupted") > 0) return exit_interrupted;
    const bool broken = part.figures.count("violations") > 0 || part.figures.count("lost") > 0;
    return broken ? exit_broken : exit_ok;
}

int report(const Console& console, const FleetCommand& command, const fleet::Part& part) {
    const Result<> written = write(console, command, part);
    console.err(fleet_violations(command, part, console.style));
    return finish(console, written, verdict_on(part));
}

int failed(const Console& console, const Error& error) {
    const int code = complain(console, error);
    if (error.fault == Fault::cancelled) return exit_interrupted;
    return error.fault == Fault::malformed ? exit_usage : code;
}

int merge(const Console& console, const FleetCommand& command) {
    const auto merged = fleet::merge_files(command.parts);
    if (!merged) {
        const int code = complain(console, merged.error());
        return merged.error().fault == Fault::storage ? code : exit_data;
    }
    return report(console, command, *merged);
}

int replay(const Console& console, const FleetCommand& command, const FleetPlayers& players) {
    Result<> told{};
    const auto tell = [&](std::string_view line) {
        if (told) told = console.out(fmt::format("{}\n", line));
    };
    auto figures = players.replay(command, tell);
    if (!figures) return failed(console, figures.error());
    figures->counts["histories"] = 1;
    fleet::Part part;
    part.asked = asked(command);
    part.version = OUTRIDER_VERSION;
    part.figures = std::move(*figures);
    const int code = report(console, command, part);
    return told ? code : complain(console, told.error());
}

}  // namespace

int run(const Console& console, const Surroundings& around, const FleetCommand& given,
        const FleetPlayers& players) {
    if (const Result<> possible = can_be_written(given); !possible)
        return complain(console, possible.error());
    if (given.verb == Verb::merge) return merge(console, given);
    if (given.verb == Verb::replay) return replay(console, given, players);
    const auto shard = fleet::find_shard(
        given.shard, [&](std::string_view variable) { return around.get(variable); });
    if (!shard) return complain_usage(console, shard.error());
    FleetCommand command = given;
    if (shard->of > 1 && !command.seed)
        return complain_usage(
            console, Error(Fault::malformed, fmt::format("shard {}: give --seed, the same to all "
                                                         "shards",
                                                         to_string(*shard))));
    if (shard->of > 1 && command.out.empty())
        return complain_usage(
            console, Error(Fault::malformed, fmt::format("shard {}: give --out, for `outrider "
                                                         "fleet merge` to find the part",
                                                         to_string(*shard))));
    if (const Result<> ready = make_room_for(command, *shard); !ready)
        return complain(console, ready.error());
    if (!command.seed) command.seed = entropy() >> 11U;  // so that JSON's readers keep all of it
    console.err(fmt::format("seed {}\n", *command.seed));
    const auto part = play(console, command, *shard, players);
    if (!part) return failed(console, part.error());
    return report(console, command, *part);
}

}  // namespace outrider::cli
