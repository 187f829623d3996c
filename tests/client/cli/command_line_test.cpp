#include "client/cli/command_line.hpp"

#include "client/cli/exit_code.hpp"
#include "tests/support/places.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace outrider::cli;

namespace {

template <class T>
T parsed(const std::vector<std::string>& arguments) {
    const Command command = parse_command_line(arguments);
    const auto* wanted = std::get_if<T>(&command);
    if (const auto* answer = std::get_if<Answer>(&command);
        wanted == nullptr && answer != nullptr) {
        MESSAGE(answer->err);
    }
    REQUIRE(wanted != nullptr);
    return *wanted;
}

Answer refused(const std::vector<std::string>& arguments) {
    const Answer answer = parsed<Answer>(arguments);
    CHECK(answer.exit_code == exit_usage);
    CHECK(answer.out == "");
    return answer;
}

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

// "outrider …" in the examples of a help text.
std::vector<std::vector<std::string>> examples(const std::string& help) {
    std::vector<std::vector<std::string>> found;
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("  outrider ")) continue;
        auto words = words_of(line.substr(0, line.find_first_of("|&")));
        words.erase(words.begin());
        found.push_back(words);
    }
    return found;
}

}  // namespace

TEST_CASE("each subcommand takes its options") {
    CHECK(parsed<AgentCommand>({"agent", "--config", "/etc/o.toml"}).config == "/etc/o.toml");
    const auto status = parsed<StatusCommand>({"status", "--json", "--watch", "--socket", "/s"});
    CHECK(status.form == Form::json);
    CHECK(status.watch);
    CHECK(status.where.socket == "/s");
    CHECK(parsed<AuditCommand>({"audit", "--config", "/c"}).where.config == "/c");
    CHECK(parsed<TailCommand>({"tail", "--json"}).form == Form::json);
    CHECK_NOTHROW(parsed<VersionCommand>({"version"}));
    const auto shown = parsed<ConfigCommand>({"config", "show", "--origin", "--config", "/c"});
    CHECK(shown.verb == ConfigCommand::Verb::show);
    CHECK(shown.origins == Origins::shown);
    CHECK(shown.config == "/c");
    CHECK(parsed<ConfigCommand>({"config", "sample"}).verb == ConfigCommand::Verb::sample);
}

TEST_CASE("an export has a format, a time and a place to go") {
    const auto plain = parsed<ExportCommand>({"export", "--format", "gpx"});
    CHECK(plain.format == ExportFormat::gpx);
    CHECK(plain.from == "6h");
    CHECK(plain.to == "now");
    CHECK(plain.output == "-");
    const auto full = parsed<ExportCommand>({"export", "--format=SVG", "--from", "2026-08", "--to",
                                             "today", "--output", "/t.svg", "--late", "5min"});
    CHECK(full.late == "5min");
    CHECK(full.format == ExportFormat::svg);
    CHECK(full.from == "2026-08");
    CHECK(full.output == "/t.svg");
    refused({"export"});
    CHECK(refused({"export", "--format", "kml"}).err.find("give gpx, geojson, csv or svg") !=
          std::string::npos);
}

TEST_CASE("the queue's verbs take numbers, lanes and what they mean to do with them") {
    using Verb = QueueCommand::Verb;
    const auto ls = parsed<QueueCommand>(
        {"queue", "ls", "--lane", "pings", "--limit", "7", "--json", "--socket", "/s"});
    CHECK(ls.verb == Verb::ls);
    CHECK(ls.lane == outrider::offline::Lane::pings);
    CHECK(ls.limit == 7);
    CHECK(ls.form == Form::json);
    CHECK(ls.where.socket == "/s");
    CHECK(parsed<QueueCommand>({"queue", "ls"}).limit == 20);
    CHECK(parsed<QueueCommand>({"queue", "show", "42"}).sequences == std::vector<std::int64_t>{42});
    CHECK(parsed<QueueCommand>({"queue", "pause"}).verb == Verb::pause);
    CHECK(parsed<QueueCommand>({"queue", "export", "-"}).output == "-");
    const auto drop =
        parsed<QueueCommand>({"queue", "dead", "drop", "42", "43", "--lane=actions", "--yes"});
    CHECK(drop.verb == Verb::drop);
    CHECK(drop.sequences == std::vector<std::int64_t>{42, 43});
    CHECK(drop.lane == outrider::offline::Lane::actions);
    CHECK(drop.yes);
    const auto retry = parsed<QueueCommand>({"queue", "dead", "retry", "--all"});
    CHECK(retry.all);
    CHECK_FALSE(retry.yes);
    CHECK_FALSE(retry.lane);
    const auto audit = parsed<AuditCommand>({"audit", "--verify", "--database", "/d"});
    CHECK(audit.verify);
    CHECK(audit.database == "/d");

    refused({"queue"});
    refused({"queue", "dead"});
    refused({"queue", "show"});
    refused({"queue", "show", "1", "2"});
    refused({"queue", "show", "0"});
    refused({"queue", "show", "1.5"});
    refused({"queue", "export"});
    refused({"queue", "ls", "--limit", "0"});
    refused({"queue", "ls", "--lane", "boats"});
    CHECK(refused({"queue", "dead", "drop"}).err.find("give numbers or --all") !=
          std::string::npos);
    refused({"queue", "dead", "drop", "--yes"});
    refused({"queue", "dead", "drop", "42", "--all"});
    refused({"queue", "dead", "retry", "all"});
}

TEST_CASE("the office's flags are the rows of its table") {
    const auto office = parsed<OfficeCommand>(
        {"office", "--listen", "127.0.0.1:0", "--unit", "a", "--unit", "b", "--token-life", "60"});
    std::string text;
    for (const auto& [key, words] : office.flags) {
        text += key + "=";
        for (const auto& word : words) text += word + ",";
        text += " ";
    }
    CHECK(text == "listen=127.0.0.1:0, token_life=60, unit=a,b, ");
    refused({"office", "--client-secret", "cs1.demo"});  // a secret has no business in argv
}

TEST_CASE("a replay has a recording, and what to judge it by") {
    const auto plain = parsed<ReplayCommand>({"replay", "drive.nmea"});
    CHECK(plain.file == "drive.nmea");
    CHECK_FALSE(plain.format);
    CHECK_FALSE(plain.verdicts);
    const auto full = parsed<ReplayCommand>({"replay", "-", "--format", "GPX", "--config", "/a",
                                             "--diff", "/b", "--clock=-8h", "--svg", "/s", "--json",
                                             "-", "--verdicts", "--most", "3"});
    CHECK(full.file == "-");
    CHECK(full.format == outrider::gps::RecordingFormat::gpx);
    CHECK(full.config == "/a");
    CHECK(full.diff == "/b");
    CHECK(full.clock == "-8h");
    CHECK(full.svg == "/s");
    CHECK(full.json == "-");
    CHECK(full.verdicts);
    CHECK(full.most == 3);
    CHECK(refused({"replay", "f", "--format", "kml"}).err.find("gpsd, nmea, csv or gpx") !=
          std::string::npos);
    refused({"replay"});
}

TEST_CASE("what cannot be understood is refused with 64 and a hint") {
    CHECK(refused({}).err.find("status") != std::string::npos);
    CHECK(refused({"stauts"}).err.find("no subcommand \"stauts\": did you mean status?") !=
          std::string::npos);
    CHECK(refused({"config"}).err.find("subcommand") != std::string::npos);
    refused({"status", "--jsno"});
    refused({"status", "extra"});
    refused({"agent", "--config"});
}

TEST_CASE("help is an answer, not a mistake, and its examples are true") {
    std::vector<std::vector<std::string>> commands = {{"agent"}, {"office"},        {"status"},
                                                      {"audit"}, {"tail"},          {"export"},
                                                      {"queue"}, {"queue", "dead"}, {"replay"}};
    for (const std::string verb : {"ls", "show", "flush", "pause", "resume", "export"}) {
        commands.push_back({"queue", verb});
    }
    for (const std::string verb : {"ls", "show", "retry", "drop"}) {
        commands.push_back({"queue", "dead", verb});
    }
    for (auto words : commands) {
        CAPTURE(words.back());
        words.emplace_back("--help");
        const Answer help = parsed<Answer>(words);
        CHECK(help.exit_code == exit_ok);
        CHECK(help.err == "");
        const auto shown = examples(help.out);
        CHECK_FALSE(shown.empty());
        for (const auto& example : shown) {
            CHECK_FALSE(std::holds_alternative<Answer>(parse_command_line(example)));
        }
    }
    CHECK(parsed<Answer>({"--version"}).out == "outrider " OUTRIDER_VERSION "\n");
}

TEST_CASE("systemd starts the agent with a command line that is understood") {
    std::ifstream unit(outrider::test::project_file("packaging/outrider.service"));
    std::string line, start;
    while (std::getline(unit, line)) {
        if (line.starts_with("ExecStart=")) start = line.substr(10);
    }
    auto words = words_of(start);
    REQUIRE(words.size() > 1);
    CHECK(words[0] == "/usr/bin/outrider");
    words.erase(words.begin());
    CHECK(parsed<AgentCommand>(words).config == "/etc/outrider/outrider.toml");
}
