#include "client/cli/private.hpp"

#include "client/cli/command_line.hpp"
#include "client/cli/config.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace outrider;
using namespace outrider::cli;

namespace {

Instant at(const char* text) { return *parse_rfc3339(text); }

template <class Wanted>
Wanted parsed(const std::vector<std::string>& arguments) {
    const Command command = parse_command_line(arguments);
    REQUIRE(std::holds_alternative<Wanted>(command));
    return std::get<Wanted>(command);
}

bool refused(const std::vector<std::string>& arguments) {
    const Command command = parse_command_line(arguments);
    const auto* answer = std::get_if<Answer>(&command);
    return answer != nullptr && answer->exit_code == 64;
}

}  // namespace

TEST_CASE("private mode is put on, for a while or not, and off") {
    const auto on = parsed<PrivateCommand>({"private", "on", "--for", "1h"});
    CHECK(on.verb == PrivateCommand::Verb::on);
    CHECK(on.length == "1h");
    CHECK(parsed<PrivateCommand>({"private", "on"}).length.empty());
    CHECK(parsed<PrivateCommand>({"private", "off"}).verb == PrivateCommand::Verb::off);
    CHECK(refused({"private"}));
    CHECK(refused({"private", "off", "--for", "1h"}));
    CHECK(parsed<PrivacyCommand>({"privacy", "report", "--places"}).places);
}

TEST_CASE("forget wants to know what, and one thing only") {
    CHECK(refused({"forget"}));
    CHECK(refused({"forget", "--to", "now"}));
    CHECK(refused({"forget", "--all-track", "--before", "2d"}));
    CHECK(refused({"forget", "--from", "2d", "--before", "1d"}));
    const auto some = parsed<ForgetCommand>({"forget", "--from", "2d", "--to", "1d", "--yes"});
    CHECK(some.yes);
    CHECK_FALSE(some.queued);
    CHECK(parsed<ForgetCommand>({"forget", "--all-track", "--queued"}).queued);
    CHECK_FALSE(parsed<ForgetCommand>({"forget", "--before", "2d"}).yes);
}

TEST_CASE("the screen says that nothing is kept, why, and until when") {
    api::PrivacyView view;
    view.state = "kept";
    CHECK(not_kept(view).empty());
    CHECK(render(view, Style{}) == "Positions are kept and reported.\n");
    view.state = "private mode";
    view.since = at("2026-11-21T14:02:00Z");
    view.until = at("2026-11-21T15:02:00Z");
    CHECK(not_kept(view) == "nothing is kept: private mode since 14:02:00Z, until 15:02:00Z");
    view.state = "private zone";
    view.until.reset();
    view.zone = "home\x1b[2J";
    CHECK(not_kept(view) == "nothing is kept: private zone \"home [2J\" since 14:02:00Z");
}

TEST_CASE("the report is read by people: what, how much, of when, until when") {
    api::PrivacyReport report;
    report.now.state = "off shift";
    report.at = at("2026-11-21T20:00:00Z");
    report.unit = "van-7";
    report.technician = 301;
    report.technician_name = "Ana Ruiz";
    report.window = "on duty";
    report.on_duty = "On duty: during shifts.";
    report.zones.push_back({"home", 300, std::nullopt, std::nullopt});
    report.holds.push_back({"track", 1234, at("2026-11-20T08:00:00Z"), at("2026-11-21T17:00:00Z"),
                            "a fix each", "for 14 days"});
    report.office = "https://office";
    report.sends = {"Positions."};
    report.not_kept = 55;
    CHECK(render(report, Style{}) == R"(van-7, technician 301 Ana Ruiz, at 2026-11-21T20:00Z
Now: nothing is kept: off shift
Kept: on duty. On duty: during shifts.
Private zones: 
  home, 300 m around its middle

On this device
  track: 1,234, 2026-11-20T08:00Z to 2026-11-21T17:00Z
      a fix each; for 14 days

What goes to the office (https://office)
  Positions.

55 fixes came while nothing was to be kept: that there were so many is all that is
left of them. 0 were deleted by hand.
)");
    report.zones[0].latitude = 47.5;
    report.zones[0].longitude = 8.25;
    CHECK(render(report, Style{}).find("home, 300 m around 47.500000 8.250000") !=
          std::string::npos);
}

TEST_CASE("forget says what would go and what stays") {
    api::ForgetAnswer answer;
    answer.track = 1200;
    answer.queued = 3;
    answer.kept_queued = true;
    CHECK(render(answer, Style{}) ==
          "The track on this device: 1,200 fixes would be deleted.\n"
          "Positions the office has not got: 3, refused by it: 0. They stay; --queued deletes "
          "them, too.\n");
    answer.done = true;
    answer.kept_queued = false;
    answer.left = {"Copies may be left."};
    CHECK(render(answer, Style{}) ==
          "The track on this device: 1,200 fixes deleted.\n"
          "Positions the office has not got: 3, refused by it: 0. These were discarded.\n"
          "Copies may be left.\n");
}

namespace {

Configuration with_zones(const std::string& list) {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("outrider.toml");
    std::ofstream(path) << "[unit]\nid = \"van-07\"\n[servicetitan]\ntenant = \"1234567\"\n"
                           "gps_provider = \"outrider\"\nclient_id = \"cid.example\"\n"
                           "[privacy]\nzones = "
                        << list << "\n";
    return load_configuration(path, Surroundings());
}

}  // namespace

TEST_CASE("zones are read from the configuration") {
    const auto good =
        with_zones(R"(["home: 47.36667, 8.55, 300", " mum's place :-33.9,-70.5 , 150.5"])");
    CHECK(good.problems.empty());
    REQUIRE(good.settings.privacy.zones.size() == 2);
    CHECK(good.settings.privacy.zones[0].name == "home");
    CHECK(good.settings.privacy.zones[0].latitude == 47.36667);
    CHECK(good.settings.privacy.zones[0].longitude == 8.55);
    CHECK(good.settings.privacy.zones[0].radius_m == 300);
    CHECK(good.settings.privacy.zones[1].name == "mum's place");
    CHECK(good.settings.privacy.zones[1].longitude == -70.5);
    CHECK(good.settings.privacy.track == agent::Window::on_duty);
}

TEST_CASE("a wrong zone is a mistake that names its number and quotes no place") {
    for (const char* wrong :
         {"47.36667, 8.55, 300", ": 47.36667, 8.55, 300", "home: 97.36667, 8.55, 300",
          "home: 47.36667, 188.55, 300", "home: 47.36667, 8.55, 3", "home: 47.36667, 8.55",
          "home: 47.36667, 8.55, 300, 1", "home: 47.36667 N, 8.55, 300", "home: nan, 8.55, 300"}) {
        CAPTURE(wrong);
        const auto read = with_zones(std::string(R"(["work: 40, 8, 300", ")") + wrong + R"("])");
        REQUIRE(read.problems.size() == 1);
        CHECK(read.problems[0].text.find("number 2 is no zone") != std::string::npos);
        CHECK(to_string(read.problems[0]).find("47.36667 ") == std::string::npos);
    }
    std::string many;
    for (int i = 0; i < 51; ++i) many += R"("home: 47, 8, 300", )";
    const auto read = with_zones("[" + many + "]");
    REQUIRE(read.problems.size() == 1);
    CHECK(read.problems[0].text.find("at most 50") != std::string::npos);
}
