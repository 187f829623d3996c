#include "client/cli/fleet.hpp"

#include "client/cli/command_line.hpp"
#include "client/cli/exit_code.hpp"
#include "client/fleet/chance.hpp"
#include "platform/files.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

using namespace outrider;
using namespace outrider::cli;

namespace {

using Tell = FleetPlayers::Tell;

std::uint64_t seed_of(const FleetCommand& command, std::int64_t history) {
    return fleet::mix(command.seed.value_or(0), static_cast<std::uint64_t>(history));
}

// A history that is what its seed makes of it.
Result<fleet::Figures> play_history(const FleetCommand& command, std::int64_t history) {
    fleet::Chance chance(seed_of(command, history));
    fleet::Figures figures;
    figures.counts["technicians"] = static_cast<std::int64_t>(chance.between(1, 4));
    figures.counts["accepted"] = static_cast<std::int64_t>(chance.between(0, 1000));
    figures.histograms["latency_us"].add(static_cast<std::int64_t>(chance.between(0, 1e6)));
    figures.series["pings"].add(static_cast<std::int64_t>(chance.between(0, 9000)), 1);
    return figures;
}

Result<fleet::Figures> broken(std::uint64_t seed) {
    fleet::Figures figures;
    if (seed % 10 == 3) figures.keep(fleet::Violation{seed, 2, "a tap was \x1b[31mlost"});
    return figures;
}
Result<fleet::Figures> play_broken(const FleetCommand& command, std::int64_t history) {
    return broken(seed_of(command, history));
}
Result<fleet::Figures> tell_history(const FleetCommand& command, const Tell& tell) {
    tell("a day begins");
    return broken(command.replayed);
}

struct Desk {
    test::TemporaryDirectory folder;
    std::string out, err;
    Console console{[this](std::string_view text) -> Result<> {
                        out += text;
                        return {};
                    },
                    [this](std::string_view text) { err += text; }, Style{}};
    Surroundings around;
    FleetPlayers players{play_history, tell_history, nullptr, play_history, nullptr};

    std::string file(const std::string& name) const { return folder.file(name); }
    int fleet(std::vector<std::string> words) {
        out.clear();
        err.clear();
        words.insert(words.begin(), "fleet");
        const Command command = parse_command_line(words);
        if (const auto* answer = std::get_if<Answer>(&command)) {
            out = answer->out;
            err = answer->err;
            return answer->exit_code;
        }
        return run(console, around, std::get<FleetCommand>(command), players);
    }
    int judge(std::vector<std::string> words) {
        words.insert(words.begin(), "--virtual");
        return fleet(std::move(words));
    }
    bool says(const std::string& words) const { return out.find(words) != std::string::npos; }
    bool complains(const std::string& words) const {
        const bool good = err.find(words) != std::string::npos;
        if (!good) MESSAGE(err);
        return good;
    }
    std::string text(const std::string& name) const {
        const auto read = read_file(file(name), 1 << 24);
        REQUIRE(read);
        return *read;
    }
    nlohmann::json json(const std::string& name) const { return nlohmann::json::parse(text(name)); }
};

std::string without_timings(const std::string& report) {
    const auto at = report.find("\n \"timings\"");
    REQUIRE(at != std::string::npos);
    return report.substr(0, at);
}

}  // namespace

TEST_CASE("a judged fleet's report is the same from any number of processes and shards") {
    Desk desk;
    const std::vector<std::string> asked{"--histories", "50", "--seed", "9"};
    const auto judge = [&](std::vector<std::string> more) {
        more.insert(more.begin(), asked.begin(), asked.end());
        return desk.judge(more);
    };
    REQUIRE(judge({"--jobs", "1", "--json", desk.file("one.json")}) == exit_ok);
    const std::string one = without_timings(desk.text("one.json"));
    CHECK(desk.json("one.json")["histories"] == 50);
    CHECK(desk.json("one.json")["violations"] == 0);
    CHECK(desk.json("one.json")["seeds_of_violations"].empty());
    CHECK(desk.json("one.json")["technicians"] > 50);
    CHECK(desk.complains("50 of 50 histories"));
    CHECK(desk.says("violations"));
    REQUIRE(judge({"--jobs", "3", "--json", desk.file("three.json")}) == exit_ok);
    CHECK(without_timings(desk.text("three.json")) == one);
    for (const std::string of : {"4", "7"}) {
        const std::string parts = desk.file("parts" + of);
        std::filesystem::create_directory(parts);
        for (int i = 0; i < std::stoi(of); ++i)
            REQUIRE(judge({"--jobs", "2", "--shard", std::to_string(i) + "/" + of, "--out",
                           parts}) == exit_ok);
        REQUIRE(desk.fleet({"merge", parts, "--json", desk.file("m.json"), "--html",
                            desk.file("m.html")}) == exit_ok);
        CHECK(without_timings(desk.text("m.json")) == one);
        CHECK(desk.text("m.html").find("</html>") != std::string::npos);
    }
}

TEST_CASE("the shard is the one Slurm or Kubernetes says") {
    Desk desk;
    desk.around.variables = {{"SLURM_ARRAY_TASK_ID", "3"}, {"SLURM_ARRAY_TASK_COUNT", "4"}};
    REQUIRE(desk.judge({"--histories", "8", "--seed", "1", "--out", desk.folder.path()}) == 0);
    CHECK(desk.json("part-00003.json")["shard"] == "3/4");
    CHECK(desk.json("part-00003.json")["histories"] == 2);
    desk.around.variables = {{"JOB_COMPLETION_INDEX", "2"}};
    REQUIRE(desk.judge({"--histories", "8", "--seed", "1", "--shard", "/4", "--out",
                        desk.folder.path()}) == 0);
    CHECK(desk.json("part-00002.json")["shard"] == "2/4");
    CHECK(desk.judge({"--seed", "1", "--out", desk.folder.path()}) == exit_usage);
    CHECK(desk.complains("JOB_COMPLETION_INDEX"));
    desk.around.variables = {{"SLURM_ARRAY_TASK_ID", "three"}};
    CHECK(desk.judge({"--seed", "1", "--out", desk.folder.path()}) == exit_usage);
    CHECK(desk.complains("SLURM_ARRAY_TASK_ID is \"three\""));
}

TEST_CASE("the program hears what Slurm and Kubernetes say") {
    for (const char* name :
         {"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN",
          "SLURM_ARRAY_TASK_MAX", "JOB_COMPLETION_INDEX"}) {
        REQUIRE(::setenv(name, "7", 1) == 0);
        CAPTURE(std::string(name));
        CHECK(Surroundings::of_this_process().get(name) == "7");
        ::unsetenv(name);
        CHECK(Surroundings::of_this_process().get(name) == "");
    }
}

TEST_CASE("a violation is told with the command that plays it again, and ends with 1") {
    Desk desk;
    desk.players.judge = play_broken;
    CHECK(desk.judge({"--histories", "100", "--seed", "4", "--faults", "none", "--json",
                      desk.file("r.json")}) == exit_broken);
    const auto report = desk.json("r.json");
    CHECK(report["violations"] > 0);
    CHECK(report["violations"] == report["seeds_of_violations"].size());
    const std::string seed = report["seeds_of_violations"][0];
    CHECK(desk.complains("seed " + seed + ", technician 2: a tap was  [31mlost"));
    CHECK(desk.complains("outrider fleet --virtual --faults none --replay " + seed));
    CHECK(desk.judge({"--faults", "none", "--replay", seed}) == exit_broken);
    CHECK(desk.complains("seed " + seed));
    CHECK(desk.judge({"--replay", "20"}) == exit_ok);
}

TEST_CASE("the herd is in the report once, of however many shards and processes") {
    Desk desk;
    desk.players.herd = [](const FleetCommand&) {
        fleet::Figures figures;
        figures.counts["herd_agents"] = 1000;
        return Result<fleet::Figures>(figures);
    };
    for (const char* shard : {"0/2", "1/2"})
        REQUIRE(desk.judge({"--histories", "4", "--seed", "1", "--herd", "--jobs", "2", "--shard",
                            shard, "--out", desk.folder.path()}) == exit_ok);
    REQUIRE(desk.fleet({"merge", desk.folder.path(), "--json", desk.file("m.json")}) == exit_ok);
    CHECK(desk.json("m.json")["counts"]["herd_agents"] == 1000);
}

TEST_CASE("a replayed history is told") {
    Desk desk;
    CHECK(desk.judge({"--replay", "77", "--json", desk.file("r.json")}) == exit_ok);
    CHECK(desk.says("a day begins\n"));
    CHECK(desk.json("r.json")["histories"] == 1);
}

TEST_CASE("a fresh seed is told, and plays the same again") {
    Desk desk;
    REQUIRE(desk.judge({"--histories", "3", "--json", "-"}) == exit_ok);
    const auto first = nlohmann::json::parse(desk.out);
    const std::string seed = first["asked"]["seed"];
    CHECK(desk.complains("seed " + seed + "\n"));
    REQUIRE(desk.judge({"--histories", "3", "--json", "-", "--seed", seed}) == exit_ok);
    CHECK(nlohmann::json::parse(desk.out)["counts"] == first["counts"]);
    REQUIRE(desk.judge({"--histories", "3", "--json", "-"}) == exit_ok);
    CHECK(nlohmann::json::parse(desk.out)["asked"]["seed"] != seed);
}

TEST_CASE("a process that dies is named with its shard and seed, and nothing is written") {
    Desk desk;
    const std::uint64_t unlucky = fleet::mix(6, 17);
    desk.players.judge = [&](const FleetCommand& command, std::int64_t history) {
        if (seed_of(command, history) == unlucky) ::raise(SIGKILL);
        return play_history(command, history);
    };
    CHECK(desk.judge({"--histories", "60", "--seed", "6", "--shard", "0/2", "--jobs", "2", "--out",
                      desk.file("part.json"), "--json", desk.file("r.json")}) == exit_software);
    CHECK(desk.complains("shard 0/2: the process that played seed " + std::to_string(unlucky) +
                         " (outrider fleet --virtual --faults all --replay " +
                         std::to_string(unlucky) + ") was killed by signal 9"));
    CHECK_FALSE(std::filesystem::exists(desk.file("part.json")));
    CHECK_FALSE(std::filesystem::exists(desk.file("r.json")));
}

TEST_CASE("a signal stops a fleet, and nothing is written") {
    Desk desk;
    const pid_t us = ::getpid();
    desk.players.judge = [us](const FleetCommand&, std::int64_t) -> Result<fleet::Figures> {
        ::kill(us, SIGTERM);
        for (;;) ::pause();
    };
    CHECK(desk.judge({"--histories", "4", "--json", desk.file("r.json")}) == exit_interrupted);
    CHECK(desk.complains("SIGTERM"));
    CHECK_FALSE(std::filesystem::exists(desk.file("r.json")));
}

TEST_CASE("what a history cannot do ends the fleet with its words") {
    Desk desk;
    desk.players.judge = [](const FleetCommand&, std::int64_t) -> Result<fleet::Figures> {
        return Error(Fault::storage, "no memory for a disk");
    };
    CHECK(desk.judge({"--histories", "2", "--seed", "5"}) == exit_io);
    CHECK(desk.complains("outrider: history "));
    CHECK(desk.complains("no memory for a disk"));
}

TEST_CASE("a load plays its technicians here, or shared out to processes") {
    Desk desk;
    desk.players.load = [](const FleetCommand& command, fleet::Range range, const Tell& tell) {
        fleet::Figures figures;
        figures.counts["technicians"] = range.size();
        figures.counts["first"] = range.first;
        tell("connected");
        if (command.endpoint == "http://h:3")
            return Result<fleet::Figures>(Error(Fault::refused, "not even one was on time"));
        return Result<fleet::Figures>(
            command.endpoint == "http://h:1"
                ? Result<fleet::Figures>(figures)
                : Result<fleet::Figures>(Error(Fault::unreachable, "nobody answers")));
    };
    REQUIRE(desk.fleet({"--endpoint", "http://h:1", "--technicians", "10", "--shard", "1/2",
                        "--seed", "1", "--out", desk.file("p.json")}) == exit_ok);
    CHECK(desk.json("p.json")["counts"]["technicians"] == 5);
    CHECK(desk.json("p.json")["counts"]["first"] == 5);
    CHECK(desk.complains("connected\n"));
    REQUIRE(desk.fleet({"--endpoint", "http://h:1", "--technicians", "10", "--jobs", "3", "--json",
                        desk.file("r.json")}) == exit_ok);
    CHECK(desk.json("r.json")["counts"]["technicians"] == 10);
    CHECK(desk.json("r.json")["counts"]["first"] == 0 + 3 + 6);
    CHECK(desk.fleet({"--endpoint", "http://h:2", "--json", desk.file("x.json")}) ==
          exit_unavailable);
    CHECK(desk.complains("nobody answers"));
    CHECK(desk.fleet({"--endpoint", "http://h:3"}) == exit_unavailable);
    CHECK(desk.fleet({"--endpoint", "http://h:3", "--jobs", "2"}) == exit_unavailable);
    CHECK_FALSE(std::filesystem::exists(desk.file("x.json")));
}

TEST_CASE("a merge that cannot be says which file and what helps") {
    Desk desk;
    CHECK(desk.fleet({"merge", desk.file("none.json")}) == exit_io);
    CHECK(desk.complains("none.json"));
    REQUIRE(desk.judge({"--histories", "4", "--seed", "1", "--shard", "1/2", "--out",
                        desk.file("p.json")}) == exit_ok);
    CHECK(desk.fleet({"merge", desk.file("p.json")}) == exit_data);
    CHECK(desk.complains("1 of 2 parts missing: play 0/2"));
}

TEST_CASE("a load in memory is played branch by branch, in any number of processes") {
    Desk desk;
    const auto play = [&](const char* jobs, const char* report) {
        const int code =
            desk.fleet({"--endpoint", "memory", "--technicians", "1950", "--seed", "9", "--faults",
                        "none", "--jobs", jobs, "--json", desk.file(report)});
        CHECK(code == exit_ok);
        CHECK(desk.complains("20 of 20 branches"));
        return without_timings(desk.text(report));
    };
    CHECK(play("1", "one.json") == play("3", "three.json"));
    std::int64_t technicians = 0;
    FleetCommand command;
    command.seed = 9;
    for (int branch = 0; branch < 20; ++branch) {
        technicians += play_history(command, branch)->count("technicians");
    }
    CHECK(desk.json("one.json")["technicians"] == technicians);
    CHECK(desk.json("one.json")["asked"]["faults"] == "none");
}

TEST_CASE("impossible flags are refused before anything is played") {
    Desk desk;
    desk.players.judge = [](const FleetCommand&, std::int64_t) -> Result<fleet::Figures> {
        return Error(Fault::storage, "played all the same");
    };
    struct Wrong {
        std::vector<std::string> words;
        std::string said;
    };
    const std::vector<Wrong> wrongs = {
        {{}, "--endpoint"},
        {{"--virtual", "--endpoint", "http://h"}, "--endpoint: is for a load"},
        {{"--virtual", "--speed", "2"}, "--speed: is for a load"},
        {{"--endpoint", "http://h", "--histories", "5"}, "--histories: is for the judge"},
        {{"--endpoint", "http://h", "--replay", "5"}, "--replay: is for the judge"},
        {{"--endpoint", "http://h", "--faults", "none"}, "--faults: is for the judge"},
        {{"--endpoint", "memory", "--days", "5"}, "--days: is for the judge"},
        {{"--endpoint", "memory", "--state", "x"}, "--state: is for a real endpoint"},
        {{"--endpoint", "memory", "--find-limit"}, "--find-limit: is for a real endpoint"},
        {{"--virtual", "--technicians", "0"}, "--technicians"},
        {{"--virtual", "--technicians", "many"}, "--technicians"},
        {{"--virtual", "--days", "-1"}, "--days"},
        {{"--virtual", "--jobs", "5000"}, "--jobs"},
        {{"--virtual", "--seed", "-3"}, "--seed"},
        {{"--virtual", "--replay", "0x7"}, "--replay"},
        {{"--virtual", "--faults", "some"}, "give all or none"},
        {{"--virtual", "--shard", "4/4"}, "numbered 0 to 3"},
        {{"--virtual", "--shard", "1/4"}, "give --seed"},
        {{"--virtual", "--shard", "1/4", "--seed", "1"}, "give --out"},
        {{"--virtual", "--shard", "/4", "--seed", "1"}, "SLURM_ARRAY_TASK_ID"},
        {{"--endpoint", "http://h", "--technicians", "2000001"}, "--technicians"},
        {{"--endpoint", "http://h", "--speed", "0.5"}, "--speed"},
        {{"--endpoint", "http://h", "--connections", "129"}, "--connections"},
        {{"--endpoint", "http://h", "--batch", "5001"}, "--batch"},
        {{"--endpoint", "http://h", "--for", "soon"}, "give a time such as"},
        {{"--endpoint", "http://h", "--interval", "0s"}, "give a time such as"},
        {{"--endpoint", "http://h", "--client-secret", "x"}, "--client-secret"},
        {{"--endpoint", "http://h", "--find-limit", "--jobs", "2"}, "--find-limit: is for one"},
        {{"merge"}, "PART"},
    };
    for (const Wrong& wrong : wrongs) {
        CAPTURE(wrong.said);
        CHECK(desk.fleet(wrong.words) == exit_usage);
        CHECK(desk.complains(wrong.said));
    }
    CHECK(desk.judge({"--json", desk.file("no/such/r.json")}) == exit_io);
    CHECK(desk.complains("there is no folder " + desk.file("no/such")));
    CHECK(desk.judge({"--html", desk.folder.path()}) == exit_io);
    CHECK(desk.complains("is a folder"));
}
