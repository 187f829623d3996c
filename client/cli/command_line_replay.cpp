#include "client/cli/command_line_replay.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>

namespace outrider::cli {

void add_replay(CLI::App& app, Command& chosen) {
    auto* sub = app.add_subcommand("replay", "what the agent would have made of a recording");
    auto command = std::make_shared<ReplayCommand>();
    sub->add_option("FILE", command->file, "'-' for standard input")->required();
    const auto format = [command](const std::string& word) {
        command->format = gps::recording_format(CLI::detail::to_lower(word));
        if (!command->format) throw CLI::ValidationError("--format", "give gpsd, nmea, csv or gpx");
    };
    sub->add_option_function<std::string>("--format", format,
                                          "gpsd, nmea, csv or gpx (by what is in it)")
        ->type_name("FORMAT");
    sub->add_option("--config", command->config, "judge by this configuration (the defaults)")
        ->type_name("FILE");
    sub->add_option("--diff", command->diff, "and by this one beside it")->type_name("FILE");
    sub->add_option("--most", command->most, "so many differences one by one, at most (10)")
        ->check(CLI::Range(0, 1'000'000).description(""))
        ->type_name("N");
    sub->add_option("--clock", command->clock,
                    "what the device's clock showed, or how far it was off (it was right)")
        ->type_name("TIME");
    sub->add_option("--svg", command->svg, "draw it into this file")->type_name("FILE");
    sub->add_option("--json", command->json, "the figures as JSON, '-' for standard output")
        ->type_name("FILE");
    sub->add_flag("--verdicts", command->verdicts, "a line a fix, for a test to keep");
    sub->footer(
        "A recording is gpsd's JSON (gpspipe -w), NMEA 0183, GPX, or a table with a header: time\n"
        "(RFC 3339, or seconds since 1970), latitude, longitude, and any of speed_mps,\n"
        "track_deg, accuracy_m, altitude_m, mode, sats, device, arrived.\n"
        "Exit code 1: two configurations differ, or a believed fix lies beyond the bound.\n\n"
        "Examples:\n  gpspipe -w -u -T %s > drive.json\n"
        "  outrider replay drive.json --svg drive.svg\n"
        "  outrider replay drive.json --diff other.toml\n"
        "  outrider replay drive.json --clock=-8h --verdicts");
    sub->final_callback([command, &chosen] { chosen = *command; });
}

}  // namespace outrider::cli
