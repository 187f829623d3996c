#pragma once
// `outrider replay`: what the agent would have made of a recording.

#include "client/cli/command_line.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/replay_play.hpp"

#include <string>
#include <vector>

namespace outrider::cli {

// Given anew as it is read; "" as the file's name is standard input.
Result<gps::Recording> read_recording(const Console&, const std::string& file,
                                      std::optional<gps::RecordingFormat>);

// One configuration's replay.
struct Run {
    std::string name;  // "defaults" or the configuration's file
    double bound_m = 0;
    Replayed replayed;
    ReplayFigures figures;
};
struct Replay {
    std::string file;
    gps::RecordingFormat format = gps::RecordingFormat::gpsd;
    std::size_t lines = 0, elsewhere = 0, broken = 0;
    std::string first_broken;
    Duration moved{};       // see gps::Played: what is shown are the recorded times
    std::vector<Run> runs;  // one or two
};

// Pure: each a whole text. At most `most` differences are told one by one.
std::string replay_table(const Replay&, const Style&, std::size_t most);
std::string replay_json(const Replay&, std::size_t most);
// One line a fix: counts first, as the recorded pings in the tests have them.
std::string replay_verdicts(const Replay&, const Run&);
std::string replay_svg(const Replay&, const Run&);

}  // namespace outrider::cli
