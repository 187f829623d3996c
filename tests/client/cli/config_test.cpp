#include "client/cli/config.hpp"

#include "client/cli/config_file.hpp"
#include "tests/support/places.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace outrider;
using namespace outrider::cli;
using namespace std::chrono_literals;

namespace {

constexpr auto necessary = R"([unit]
id = "van-07"
[servicetitan]
tenant = "1234567"
gps_provider = "outrider"
client_id = "cid.example"
)";

struct Fixture {
    test::TemporaryDirectory directory;
    Surroundings around;

    std::string write(const std::string& name, const std::string& text) const {
        const std::string path = directory.file(name);
        std::filesystem::create_directories(std::filesystem::path(path).parent_path());
        std::ofstream(path) << text;
        return path;
    }
    Configuration load(const std::string& text) const {
        return load_configuration(write("outrider.toml", text), around);
    }
    // The problems as lines, without the directory's name.
    std::string problems(const std::string& text) const { return lines(load(text).problems); }
    std::string lines(const std::vector<Problem>& problems) const {
        std::string out;
        for (const auto& problem : problems) out += to_string(problem) + "\n";
        const std::string prefix = directory.path() + "/";
        for (auto at = out.find(prefix); at != std::string::npos; at = out.find(prefix)) {
            out.erase(at, prefix.size());
        }
        return out;
    }
};

std::string value(const Configuration& configuration, const std::string& key) {
    for (const auto& shown : configuration.values) {
        if (shown.key == key) return shown.value;
    }
    return "no such key";
}

std::string origin(const Configuration& configuration, const std::string& key) {
    for (const auto& shown : configuration.values) {
        if (shown.key == key) return to_string(shown.place);
    }
    return "no such key";
}

std::string with(const std::string& more) { return necessary + more; }

std::string committed_sample() {
    std::ifstream file(test::project_file("packaging/outrider.toml"));
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a file with the necessary settings leaves every other its default") {
    const auto configuration = load(necessary);
    CHECK(lines(configuration.problems) == "");
    const auto& settings = configuration.settings;
    const agent::Settings defaults;
    CHECK(settings.destination.unit_id == "van-07");
    CHECK(settings.destination.unit_name == "van-07");
    CHECK(settings.destination.tenant == "1234567");
    CHECK(settings.destination.origin.url() == "https://api.servicetitan.io");
    CHECK(settings.auth.url() == "https://auth.servicetitan.io");
    CHECK(settings.judge.cadence.interval == defaults.judge.cadence.interval);
    CHECK(settings.client_secret_file == directory.file("client-secret"));
}

TEST_CASE_FIXTURE(Fixture, "every kind of setting reaches the agent's settings") {
    const auto configuration = load(with(R"(environment = "Integration"
speed_unit = "km/h"
[gps]
port = 12947
device = "/dev/ttyACM0"
[sample]
interval_s = 7.5
bound_m = 12
[queue]
max_days = 3
[journal]
max_bytes = 1_000_000
[log]
level = "debug"
)"));
    CHECK(lines(configuration.problems) == "");
    const auto& settings = configuration.settings;
    CHECK(settings.destination.origin.host == "api-integration.servicetitan.io");
    CHECK(settings.auth.host == "auth-integration.servicetitan.io");
    CHECK(settings.destination.speed_unit == api::SpeedUnit::kilometres_per_hour);
    CHECK(settings.gpsd.port == 12947);
    CHECK(settings.gpsd.device == "/dev/ttyACM0");
    CHECK(settings.judge.cadence.interval == 7500ms);
    CHECK(settings.judge.cadence.bound_m == 12);
    CHECK(settings.retention.keep == std::chrono::days(3));
    CHECK(settings.journal.bytes == 1'000'000);
    CHECK(settings.log_level == Level::debug);
}

constexpr auto two_pins = R"(pins = ["eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=",
        "eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXk="]
)";

TEST_CASE_FIXTURE(Fixture, "what the network demands reaches the agent's settings") {
    const auto configuration = load(with(std::string(two_pins) + R"(
client_certificate_file = "/etc/outrider/van.pem"
client_key_file = "/etc/outrider/van.key"
[http]
proxy = "http://proxy.example:3128"
proxy_credentials_file = "/etc/outrider/proxy"
)"));
    CHECK(lines(configuration.problems) == "");
    const auto& settings = configuration.settings;
    CHECK(settings.trust.pins.size() == 2);
    CHECK(settings.trust.client_certificate_file == "/etc/outrider/van.pem");
    CHECK(settings.trust.client_key_file == "/etc/outrider/van.key");
    CHECK(settings.proxy.origin == net::Origin{false, "proxy.example", 3128});
    CHECK(settings.proxy.credentials_file == "/etc/outrider/proxy");
}

TEST_CASE_FIXTURE(Fixture, "pins and proxies that would cut the device off are told") {
    const std::string single =
        problems(with("pins = [\"eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=\"]\n"));
    CHECK(single.find("outrider.toml:7:1: servicetitan.pins: is a single pin") == 0);
    CHECK(problems(with("pins = [\"abc\", \"def\"]\n")).find("\"abc\" is no pin") !=
          std::string::npos);
    CHECK(problems(with("[http]\nproxy = \"https://proxy\"\n")).find("begin it with http://") !=
          std::string::npos);
    const std::string careless = problems(with("[http]\nproxy = \"http://me:word@proxy\"\n"));
    CHECK(careless.find("outrider.toml:8:1: http.proxy: ") == 0);
    CHECK(careless.find("me:word") == std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "an explicit URL wins over the environment, wherever it stands") {
    const auto configuration =
        load(with("api_url = \"http://127.0.0.1:8088\"\nenvironment = \"integration\"\n"));
    CHECK(lines(configuration.problems) == "");
    CHECK(configuration.settings.destination.origin.url() == "http://127.0.0.1:8088");
    CHECK(configuration.settings.auth.host == "auth-integration.servicetitan.io");
}

TEST_CASE_FIXTURE(Fixture, "all problems of a file are told, each with its place and a fix") {
    CHECK(problems(R"([unit]
id = 7
nmae = "Van 7"
[servicetitan]
api_url = "http://api.example.com"
tenant = "12/34"
gps_provider = "outrider"
[gps]
port = 70000
stale_after_s = "10s"
[gsp]
host = "somewhere"
[sample]
interval_s = nan
max_days = 3
[log]
level = "loud"
)") == R"(outrider.toml: servicetitan.client_id: is missing: add a line such as client_id = "cid.example" below [servicetitan]
outrider.toml:2:1: unit.id: 7 does not do: give a text in quotes
outrider.toml:3:1: unit.nmae: is no setting of ours: did you mean name?
outrider.toml:5:1: servicetitan.api_url: "http://api.example.com" would send positions and secrets unencrypted: use https:// (plain http is for this machine only)
outrider.toml:6:1: servicetitan.tenant: "12/34" is no identifier: give letters, digits, '-', '_' and '.' only
outrider.toml:9:1: gps.port: 70000 does not do: give a whole number from 1 to 65535
outrider.toml:10:1: gps.stale_after_s: the text "10s" does not do: give a number of seconds from 2 to 3600, without a unit
outrider.toml:11:2: gsp: is no section of ours: did you mean [gps]?
outrider.toml:14:1: sample.interval_s: nan does not do: give a number of seconds from 1 to 86400, without a unit
outrider.toml:15:1: sample.max_days: is no setting of ours: did you mean max_days in [queue]?
outrider.toml:17:1: log.level: the text "loud" does not do: give "error" or "warning" or "notice" or "info" or "debug"
)");
}

TEST_CASE_FIXTURE(Fixture, "what is not one value where one belongs is named") {
    CHECK(
        problems(with("[[gps]]\nport = 1\n")) ==
        "outrider.toml:7:3: gps: is a section, not a setting: write [gps] on a line of its own\n");
    CHECK(problems(with("[gps]\nport = 2026-11-21\n")) ==
          "outrider.toml:8:1: gps.port: this kind of value does not do: give a whole number from 1 "
          "to 65535\n");
    CHECK(problems(with("[gps.port]\nnumber = 2947\n")).find("gps.port: a section does not do") !=
          std::string::npos);
    CHECK(problems(with("[gps]\nport = true\n")).find("true does not do") != std::string::npos);
    CHECK(problems(with("[state]\ndirectory = \"here\"\n")) ==
          "outrider.toml:8:1: state.directory: is no absolute path: begin it with /\n");
    CHECK(
        problems(with("[local]\nsocket = \"/" + std::string(107, 's') + "\"\n")) ==
        "outrider.toml:8:1: local.socket: has 108 characters, a socket's path at most 107: choose "
        "a shorter one\n");
    CHECK(problems(with("api_url = \"servicetitan\"\n")).find("outrider.toml:7:1: ") == 0);
}

TEST_CASE_FIXTURE(Fixture,
                  "an error of syntax is told with line and column, and nothing is guessed") {
    const std::string text = problems("[unit]\nid = \"van\nname = 3\n");
    CHECK(text.find("outrider.toml:2:") == 0);
    CHECK(std::count(text.begin(), text.end(), '\n') == 1);
}

TEST_CASE_FIXTURE(Fixture, "values that contradict each other are told") {
    CHECK(
        problems(with("[motion]\nstationary_radius_m = 40\n")) ==
        "outrider.toml:8:1: motion.stationary_radius_m: is more than motion.leave_radius_m: lower "
        "this one or raise that one\n");
    CHECK(problems(with("[retry]\ncap_s = 1\n")).find("outrider.toml:8:1: retry.base_s") == 0);
}

TEST_CASE_FIXTURE(Fixture, "a file that is not there, or no file at all, is told") {
    const auto configuration = load_configuration(directory.file("none.toml"), around);
    REQUIRE(configuration.problems.size() == 1);
    CHECK(to_string(configuration.problems[0]).find(directory.file("none.toml")) == 0);
    CHECK(load_configuration(directory.path(), around).problems.size() == 1);
}

TEST_CASE_FIXTURE(Fixture,
                  "drop-ins are read in the order of their names and the last word holds") {
    write("outrider.d/20-van.toml", "[sample]\ninterval_s = 20\n[unit]\nid = \"van-20\"\n");
    write("outrider.d/10-fleet.toml", "[sample]\ninterval_s = 10\nbound_m = 45\n");
    write("outrider.d/30-off.toml.disabled", "[sample]\ninterval_s = 3\n");
    const auto configuration = load(necessary);
    CHECK(lines(configuration.problems) == "");
    CHECK(configuration.settings.judge.cadence.interval == 20s);
    CHECK(configuration.settings.judge.cadence.bound_m == 45);
    CHECK(configuration.settings.destination.unit_name == "van-20");
    CHECK(origin(configuration, "sample.interval_s") ==
          directory.file("outrider.d/20-van.toml") + ":2");
    CHECK(origin(configuration, "servicetitan.tenant") == directory.file("outrider.toml") + ":4");
    CHECK(origin(configuration, "unit.name") == directory.file("outrider.d/20-van.toml") + ":4");
    CHECK(origin(configuration, "gps.port") == "default");
}

TEST_CASE_FIXTURE(Fixture, "a mistake in a drop-in is told although a later one overrides it") {
    write("outrider.d/10.toml", "[sample]\ninterval_s = -1\n");
    write("outrider.d/20.toml", "[sample]\ninterval_s = 10\n");
    CHECK(problems(necessary).find("outrider.d/10.toml:2:1: sample.interval_s") == 0);
}

TEST_CASE_FIXTURE(Fixture, "drop-ins belong to the file they are named after") {
    write("outrider.d/10.toml", "[sample]\ninterval_s = 10\n");
    write("van.d/10.toml", "[sample]\ninterval_s = 11\n");
    const auto configuration = load_configuration(write("van.toml", necessary), around);
    CHECK(configuration.settings.judge.cadence.interval == 11s);
}

TEST_CASE_FIXTURE(Fixture, "what is shown is TOML that loads to the same settings") {
    const auto configuration = load(with("[sample]\nbound_m = 12.5\n"));
    const std::string shown = show(configuration, Origins::hidden);
    const auto again = load_configuration(write("again.toml", shown), around);
    CHECK(lines(again.problems) == "");
    CHECK(show(again, Origins::hidden) == shown);
    const std::string explained = show(configuration, Origins::shown);
    CHECK(explained.find("# " + directory.file("outrider.toml") + ":8\n") != std::string::npos);
    CHECK(explained.find("# default\n") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "a check finds secrets that are missing, and those others can read") {
    const auto configuration = load(necessary);
    write("client-secret", "cs1.demo\n");
    std::filesystem::permissions(directory.file("client-secret"), std::filesystem::perms(0644));
    const auto found = check_files(configuration);
    REQUIRE(found.size() == 2);
    CHECK(lines(found).find("outrider.toml: servicetitan.client_secret_file: ") == 0);
    CHECK(found[0].text.find("0600") != std::string::npos);
    CHECK(found[1].key == "servicetitan.app_key_file");
    CHECK(found[1].text.find("write it into that file and chmod 0600 it") != std::string::npos);

    write("app-key", "ak1.demo\n");
    for (const auto* name : {"client-secret", "app-key"}) {
        std::filesystem::permissions(directory.file(name), std::filesystem::perms(0600));
    }
    CHECK(check_files(configuration).empty());
}

TEST_CASE_FIXTURE(Fixture, "a check finds what the network's secrets lack") {
    for (const auto* name : {"client-secret", "app-key", "van.key", "proxy"}) {
        write(name, "secret\n");
        std::filesystem::permissions(directory.file(name), std::filesystem::perms(0600));
    }
    const std::string key = "client_key_file = \"" + directory.file("van.key") + "\"\n";
    const std::string rest = "client_certificate_file = \"/van.pem\"\n" + key +
                             "[http]\nproxy_credentials_file = \"" + directory.file("proxy") +
                             "\"\n";
    CHECK(lines(check_files(load(with(rest)))) == "");
    for (const auto* name : {"van.key", "proxy"}) {
        std::filesystem::permissions(directory.file(name), std::filesystem::perms(0640));
    }
    const auto found = check_files(load(with(rest)));
    REQUIRE(found.size() == 2);
    CHECK(found[0].key == "servicetitan.client_key_file");
    CHECK(found[1].key == "http.proxy_credentials_file");
    CHECK(found[1].text.find("chmod 0600 it") != std::string::npos);
    std::filesystem::permissions(directory.file("van.key"), std::filesystem::perms(0600));
    const auto half = check_files(load(with(key)));
    REQUIRE(half.size() == 1);
    CHECK(half[0].text == "a certificate and its key go together: name both");
}

TEST_CASE_FIXTURE(Fixture, "secrets, state and socket come from systemd when it provides them") {
    around.variables = {{"CREDENTIALS_DIRECTORY", "/run/credentials/outrider.service"},
                        {"STATE_DIRECTORY", "/var/lib/outrider:/var/lib/other"},
                        {"RUNTIME_DIRECTORY", "/run/outrider"},
                        {"XDG_RUNTIME_DIR", "/run/user/1000"}};
    const auto settings = load(necessary).settings;
    CHECK(settings.client_secret_file == "/run/credentials/outrider.service/client-secret");
    CHECK(settings.app_key_file == "/run/credentials/outrider.service/app-key");
    CHECK(settings.state_directory == "/var/lib/outrider");
    CHECK(settings.socket == "/run/outrider/outrider.sock");
}

TEST_CASE_FIXTURE(Fixture,
                  "the agent's socket is looked for where it was told, then where it may be") {
    const std::string told = write("outrider.toml", with("[local]\nsocket = \"/tmp/own.sock\"\n"));
    CHECK(find_socket("/given.sock", told, around) == "/given.sock");
    CHECK(find_socket("", told, around) == "/tmp/own.sock");
    around.variables["RUNTIME_DIRECTORY"] = directory.path();
    CHECK(find_socket("", write("other.toml", necessary), around) ==
          directory.file("outrider.sock"));
}

TEST_CASE("the sample in packaging is what the table says: outrider config sample writes it") {
    CHECK(committed_sample() == sample_configuration());
}

TEST_CASE_FIXTURE(Fixture, "the sample loads, and its commented lines are the defaults") {
    around.root = true;
    const auto sample = load(sample_configuration());
    CHECK(lines(sample.problems) == "");
    std::string everything, line;
    std::istringstream text(sample_configuration());
    while (std::getline(text, line)) {
        const bool setting = line.starts_with('#') && !line.starts_with("# ");
        everything += (setting ? line.substr(1) : line) + "\n";
    }
    const auto uncommented = load_configuration(write("all.toml", everything), around);
    CHECK(lines(uncommented.problems) == "");
    for (const auto& shown : uncommented.values) {
        CAPTURE(shown.key);
        CHECK_FALSE(shown.place.file.empty());
        const bool secret = shown.key.ends_with("secret_file") || shown.key.ends_with("key_file");
        if (!secret) CHECK(shown.value == value(sample, shown.key));
    }
}

TEST_CASE_FIXTURE(Fixture, "the office takes flags and a file alike, and flags win") {
    const std::string file =
        write("office.toml", "listen = \"127.0.0.1:1\"\ntoken_life = 60\nunit = [\"a\", \"b\"]\n");
    const auto office = load_office_configuration(file, {{"listen", {"[::1]:9"}},
                                                         {"requests_per_second", {"0"}},
                                                         {"tenant", {"42"}},
                                                         {"utc_offset", {"-08:30"}}});
    CHECK(lines(office.problems) == "");
    CHECK(office.settings.utc_offset == -(8h + 30min));
    CHECK(office.settings.host == "::1");
    CHECK(office.settings.port == 9);
    CHECK(office.settings.token_life == 60s);
    CHECK(office.settings.requests_per_second == 0);
    CHECK(office.settings.tenant == "42");
    CHECK(office.settings.units == std::vector<std::string>{"a", "b"});
    CHECK_FALSE(office.settings.tls);
}

TEST_CASE_FIXTURE(Fixture, "the office's mistakes are told, whichever way they came") {
    const auto office = load_office_configuration(
        write("office.toml", "tokenlife = 60\ntls_key = \"/key.pem\"\n"),
        {{"listen", {"8088"}}, {"token_life", {"long"}}, {"app_key_file", {"/no/such/file"}}});
    const std::string text = lines(office.problems);
    CHECK(
        text.find("office.toml:1:1: tokenlife: is no setting of ours: did you mean token_life?") !=
        std::string::npos);
    CHECK(text.find("command line: listen: \"8088\" is no address: give HOST:PORT") !=
          std::string::npos);
    CHECK(text.find("command line: token_life: the text \"long\" does not do") !=
          std::string::npos);
    CHECK(text.find("TLS needs both") != std::string::npos);
    CHECK(text.find("/no/such/file") != std::string::npos);
}
