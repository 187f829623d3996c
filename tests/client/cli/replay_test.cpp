#include "client/cli/replay.hpp"

#include "client/cli/exit_code.hpp"
#include "client/cli/export.hpp"
#include "platform/files.hpp"
#include "tests/client/cli/points.hpp"
#include "tests/gps/fixes.hpp"
#include "tests/positions/track_evaluator.hpp"
#include "tests/support/places.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

using namespace outrider;
using namespace outrider::cli;
using namespace std::chrono_literals;

namespace {

struct Desk {
    test::TemporaryDirectory directory;
    std::string out, err;
    Console console{[this](std::string_view text) -> Result<> {
                        out += text;
                        return {};
                    },
                    [this](std::string_view text) { err += text; }, Style{}};
    Surroundings around;

    std::string write(const std::string& name, const std::string& text) {
        std::ofstream(directory.file(name)) << text;
        return directory.file(name);
    }
    int replay(ReplayCommand command) {
        out.clear();
        err.clear();
        return run(console, around, command);
    }
    int replay(const std::string& file) {
        ReplayCommand command;
        command.file = file;
        return replay(command);
    }
    bool says(const std::string& words) const { return out.find(words) != std::string::npos; }
};

// East at 10 m/s, a fix a second; then standing; then a jump and back.
std::string drive() {
    std::string text = "time,latitude,longitude,speed_mps,accuracy_m,device\n";
    const auto add = [&](int second, double east_m, double speed) {
        const gps::Fix fix = test::fix_at(second, east_m);
        text += fmt::format("{},{:.7f},{:.7f},{},2,/dev/ttyACM0\n", to_rfc3339(*fix.time),
                            fix.latitude, fix.longitude, speed);
    };
    for (int s = 0; s <= 120; ++s) add(s, 10.0 * s, 10);
    for (int s = 121; s < 300; ++s) add(s, 1200, 0);
    add(300, 2200, 0);
    for (int s = 301; s < 310; ++s) add(s, 1200, 0);
    return text;
}

gps::Played played(const std::string& path, std::optional<gps::RecordingFormat> format = {}) {
    gps::RecordingReader reader(format);
    const auto text = read_file(test::project_file("tests/data/" + path), 1 << 22);
    REQUIRE(text);
    REQUIRE(reader.add(*text));
    auto recording = reader.finish();
    REQUIRE(recording);
    return play_back(std::move(*recording), {});
}

}  // namespace

TEST_CASE("a replay counts verdicts, and says how often, how far and how wrong") {
    Desk desk;
    const std::string file = desk.write("drive.txt", drive());
    CHECK(desk.replay(file) == exit_ok);
    CHECK(desk.err == "");
    CHECK(desk.says(file + ": csv, 311 lines\n2026-11-21 06:00 to 06:05 UTC\n"));
    CHECK(desk.says("fixes                                    310\n"));
    CHECK(desk.says("  rejected: "));
    CHECK(desk.says("km                                      1.20\n"));
    CHECK(desk.says("time on the way                        5 min\n"));
    CHECK(desk.says("beyond the bound                    0 (10 m)\n"));
    CHECK(desk.says("longest without a fix "));
}

TEST_CASE("the same recording and configuration give the same text") {
    Desk desk;
    const std::string file = desk.write("drive.csv", drive());
    ReplayCommand command;
    command.file = file;
    command.verdicts = true;
    CHECK(desk.replay(command) == exit_ok);
    const std::string first = desk.out;
    CHECK(desk.replay(command) == exit_ok);
    CHECK(desk.out == first);
    CHECK(first.starts_with("captured: 310\n"));
    CHECK(std::ranges::count(first, '\n') >= 312);
    CHECK(desk.says(
        "time, verdict, sentence\n2026-11-21T06:00:00.000Z, reported, reported: the first fix\n"));
    CHECK(desk.says("2026-11-21T06:05:00.000Z, "));
}

TEST_CASE("a configuration may say no more than how to judge, and what is wrong in it is told") {
    Desk desk;
    ReplayCommand command;
    command.file = desk.write("drive.csv", drive());
    command.config = desk.write("o.toml", "[sample]\nbound_m = 50\n");
    CHECK(desk.replay(command) == exit_ok);
    CHECK(desk.says("0 (50 m)"));
    command.config = desk.write("o.toml", "[sample]\nbund_m = 50\n");
    CHECK(desk.replay(command) == exit_configuration);
    CHECK(desk.err.find("o.toml:2") != std::string::npos);
    CHECK(desk.err.find("bound_m") != std::string::npos);
}

TEST_CASE("two configurations stand side by side, with the fixes they judge differently") {
    Desk desk;
    ReplayCommand command;
    command.file = desk.write("drive.csv", drive());
    command.diff = desk.write("often.toml", "[sample]\ninterval_s = 5\n");
    command.most = 2;
    CHECK(desk.replay(command) == exit_differs);
    CHECK(desk.says("        defaults      often.toml\n"));
    CHECK(desk.says("\nJudged differently: "));
    CHECK(desk.says(" of 310 fixes; the first 2:\n"));
    CHECK(
        desk.says("  defaults    not reported: within 10 m of the line to the next ping\n"
                  "  often.toml  reported: "));
    command.diff = desk.write("same.toml", "[sample]\ninterval_s = 30\n");
    CHECK(desk.replay(command) == exit_ok);
    CHECK(desk.says("\nEvery fix is judged the same.\n"));
}

TEST_CASE("another receiver's fixes are not taken, and which those are is a difference") {
    Desk desk;
    std::string text = drive();
    text += "2026-11-21T06:10:00Z,37.4,-122.1,0,2,/dev/ttyUSB7\n";
    ReplayCommand command;
    command.file = desk.write("drive.csv", text);
    command.config = desk.write("one.toml", "[gps]\ndevice = \"/dev/ttyACM0\"\n");
    command.diff = desk.write("all.toml", "");
    CHECK(desk.replay(command) == exit_differs);
    CHECK(desk.says("fixes                                    310             311\n"));
    CHECK(desk.says("  one.toml  not taken: of another receiver\n"));
    command.diff.clear();
    command.config = desk.write("none.toml", "[gps]\ndevice = \"/dev/ttyS9\"\n");
    CHECK(desk.replay(command) == exit_data);
    CHECK(desk.err.find("no fix of /dev/ttyS9: correct gps.device in ") != std::string::npos);
}

TEST_CASE("what `outrider export` writes can be replayed, each fix once") {
    std::vector<api::TrackPoint> points = {test::ping(0, 1)};
    for (int s = 1; s < 100; ++s) points.push_back(test::point(s));
    points.push_back(test::ping(100, 2));
    Desk desk;
    for (const std::string& text : {to_csv(points), to_gpx(points)}) {
        CHECK(desk.replay(desk.write("own", text)) == exit_ok);
        CHECK(desk.says("fixes                                    101\n"));
        CHECK(desk.says("longest without a fix                    1 s\n"));
    }
}

TEST_CASE("the figures in JSON are those of the table") {
    Desk desk;
    ReplayCommand command;
    command.file = desk.write("drive.csv", drive() + "broken\n");
    command.diff = desk.write("often.toml", "[sample]\ninterval_s = 5\n");
    command.json = "-";
    CHECK(desk.replay(command) == exit_differs);
    const auto json = nlohmann::json::parse(desk.out);
    CHECK(json["format"] == "csv");
    CHECK(json["broken"] == 1);
    CHECK(json["moved_s"] == 0);
    REQUIRE(json["runs"].size() == 2);
    const auto& first = json["runs"][0];
    CHECK(first["configuration"] == "defaults");
    CHECK(first["fixes"] == 310);
    std::int64_t sum = 0;
    for (const auto& [verdict, count] : first["verdicts"].items()) sum += count.get<std::int64_t>();
    CHECK(sum == 310);
    CHECK(first["beyond_bound"] == 0);
    CHECK(first["largest_error_m"].get<double>() <= 10);
    CHECK(json["different"].get<std::size_t>() > 10);
    CHECK(json["differences"].size() == 10);
    // Into a file, the table is there as well.
    command.json = desk.directory.file("figures.json");
    CHECK(desk.replay(command) == exit_differs);
    CHECK(desk.says("pings an hour"));
    CHECK(nlohmann::json::parse(std::ifstream(command.json)) == json);
}

TEST_CASE("a clock that was wrong is played as it was") {
    Desk desk;
    ReplayCommand command;
    command.file = desk.write("drive.csv", drive());
    CHECK(desk.replay(command) == exit_ok);
    const std::string right = desk.out;
    CHECK_FALSE(desk.says("implausible_time"));
    command.clock = "-8h";
    CHECK(desk.replay(command) == exit_ok);
    CHECK(desk.out == right);
    command.clock = "2036-01-01T00:00:00Z";
    CHECK(desk.replay(command) == exit_ok);
    CHECK(desk.out != right);
    for (const std::string nonsense : {"tomorrow", "-", "+8 parsecs", "8h"}) {
        command.clock = nonsense;
        CHECK(desk.replay(command) == exit_usage);
        CHECK(desk.err.find("--clock " + nonsense) != std::string::npos);
    }
}

TEST_CASE("what cannot be read names the file, the line and what is wrong") {
    Desk desk;
    CHECK(desk.replay(desk.directory.file("absent")) == exit_io);
    CHECK(desk.err.find("absent: No such file") != std::string::npos);
    CHECK(desk.replay(desk.directory.path()) == exit_io);
    const std::string letter = desk.write("letter", "Dear Sir\n");
    CHECK(desk.replay(letter) == exit_data);
    CHECK(desk.err.find("outrider: " + letter + ": neither gpsd's JSON") == 0);
    const std::string bad = desk.write("bad.csv", "time,lat,lon\n1,2\n");
    CHECK(desk.replay(bad) == exit_data);
    CHECK(desk.err ==
          "outrider: " + bad + ": line 2: 2 fields, the header has 3: no position can be read\n");
}

TEST_CASE("a picture has a dot for each verdict, the reported track and the worst place") {
    Desk desk;
    ReplayCommand command;
    command.file = desk.write("drive.csv", drive());
    command.svg = desk.directory.file("drive.svg");
    CHECK(desk.replay(command) == exit_ok);
    const auto text = read_file(command.svg, 1 << 20);
    REQUIRE(text);
    for (const std::string part :
         {"<title>Outrider replay</title>", "class=\"held\"", "class=\"parked\"", "class=\"ping\"",
          "<polyline class=\"reported\"", "class=\"rejected\"", "class=\"worst\"",
          "2026-11-21 06:00 to 06:05 UTC, 1.2 km", "largest error: "}) {
        CAPTURE(part);
        CHECK(text->find(part) != std::string::npos);
    }
    CHECK(text->find("nan") == std::string::npos);
    // A drive of which nothing is believed is a picture, too.
    command.file = desk.write("nowhere.csv", "time,lat,lon\n1795242600,0,0\n");
    CHECK(desk.replay(command) == exit_ok);
    CHECK(read_file(command.svg, 1 << 20)->find("Nothing to draw") != std::string::npos);
}

TEST_CASE("the errors are those that the evaluator of the tests finds") {
    for (const std::string name : {"drive_mountain_view.nmea", "gpsd/bt451.log.chk",
                                   "gpsd/humminbird-M37.log.chk", "gpsd/haicom-305N.log.chk"}) {
        CAPTURE(name);
        const gps::Played drive = played(name);
        for (const double bound : {10.0, 40.0}) {
            gps::JudgeSettings settings;
            settings.cadence.bound_m = bound;
            const Replayed replayed = replay(drive, settings, "");
            CHECK(replayed.judged.size() == drive.fixes.size());
            const ReplayFigures figures = figures_of(replayed, bound);
            const auto errors = test::errors_of(replayed.judged, bound);
            CHECK(figures.pings == static_cast<std::size_t>(errors.pings));
            CHECK(figures.believed == static_cast<std::size_t>(errors.believed));
            if (errors.beyond == 0) {
                CHECK(figures.beyond == 0);
                CHECK(figures.largest_error_m == doctest::Approx(errors.largest_m).epsilon(0.01));
            }
        }
    }
}

TEST_CASE("a fix beyond the bound is found, wherever the pings leave it") {
    const auto judged = [](double second, double east_m, double north_m, gps::Verdict verdict) {
        gps::Judged one;
        one.fix = test::fix_at(second, east_m, north_m);
        one.judgement.verdict = verdict;
        return one;
    };
    using gps::Verdict;
    Replayed replayed;
    replayed.judged = {judged(0, 0, 0, Verdict::reported), judged(50, 500, 30, Verdict::held),
                       judged(60, 0, 9000, Verdict::jump), judged(100, 1000, 0, Verdict::reported),
                       judged(110, 1000, 20, Verdict::parked)};
    const ReplayFigures figures = figures_of(replayed, 10);
    CHECK(figures.fixes == 5);
    CHECK(figures.believed == 4);
    CHECK(figures.pings == 2);
    CHECK(figures.largest_error_m == doctest::Approx(30).epsilon(0.01));
    CHECK(figures.worst == 1);
    CHECK(figures.beyond == 2);  // the last one, too: the office sees the van at the last ping
    CHECK(figures.metres == doctest::Approx(1001.8).epsilon(0.001));
    CHECK(figures.hours == doctest::Approx(110.0 / 3600));
    CHECK(figures.without_ping.length == 100s);
    CHECK(figures.without_fix.length == 50s);
    // A pause of the recording is no way and no time.
    replayed.judged.push_back(judged(110 + 400, 99'000, 0, Verdict::reported));
    CHECK(figures_of(replayed, 10).hours == figures.hours);
    CHECK(figures_of(replayed, 10).without_fix.length == 400s);
}
