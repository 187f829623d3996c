#include "tests/client/office/town.hpp"
#include "tests/support/virtual_clock.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace outrider::office {

namespace {

using Json = nlohmann::json;

OfficeSettings with_sample_day() {
    OfficeSettings settings;
    settings.seed = "sample";
    return settings;
}

std::string move(const std::string& id, const std::string& verb, const std::string& technician,
                 const std::string& appointment, Instant happened) {
    return Json{{"id", id},
                {"verb", verb},
                {"technician", Json::parse(technician)},
                {"appointment", Json::parse(appointment)},
                {"happened", to_rfc3339(happened)}}
        .dump();
}

Async<> morning(test::Town& town) {
    const Instant now = town.clock->now();
    const std::string actions = "/office/v1/actions";
    Json json = co_await town.ask("POST", actions, move("a", "dispatch", "301", "801", now));
    CHECK(json["rule"] == "checked in");
    json = co_await town.ask("POST", actions, move("b", "check_in", "301", "null", now));
    CHECK(json["technicians"] == Json{301});
    json = co_await town.ask("POST", actions, move("a", "dispatch", "null", "801", now));
    CHECK(json["technicians"] == Json{301});
    json = co_await town.ask("PATCH", "/office/v1/technicians/301", R"({"may_arrive":false})");
    CHECK(json == Json::object());
    json = co_await town.ask("GET", "/office/v1/technicians/301", "");
    CHECK(json["may_arrive"] == false);
    json = co_await town.ask("PATCH", "/office/v1/appointments/802", R"({"standing":"on hold"})");
    CHECK(json == Json::object());
    json = co_await town.ask("PATCH", "/office/v1/jobs/704", R"({"standing":"canceled"})");
    CHECK(json == Json::object());
    json = co_await town.ask("GET", "/office/v1/board", "");
    CHECK(json["technicians"][0]["status"] == "Dispatched");
    CHECK(json["appointments"][1]["status"] == "Hold");
    CHECK(json["appointments"][4]["status"] == "Canceled");
    json = co_await town.ask("PUT", "/office/v1/settings", R"({"notifications":"off"})");
    CHECK(json["notifications"] == "off");
    json = co_await town.ask("GET", "/office/v1/settings", "");
    CHECK(json["notifications"] == "off");
    // One line, so that it is JSON as it stands. The link is where the office listens.
    json = co_await town.ask("GET", "/office/v1/notifications", "");
    CHECK(json["technician"] == 301);
    const std::string text = json["text"];
    CHECK(text.find(": " + town.origin.url() + "/office/v1/tracking/") != std::string::npos);
    http::Request request;
    request.target = actions;
    const auto log = co_await town.control->send(std::move(request));
    REQUIRE(log);
    CHECK(log->headers.get("Content-Type") == "application/x-ndjson");
    CHECK(std::count(log->body.begin(), log->body.end(), '\n') == 3);
}

Async<> nowhere(test::Town& town) {
    const std::vector<std::pair<std::string, std::string>> calls = {
        {"GET", "/office/v1/jobs/704"},        {"PATCH", "/office/v1/jobs/"},
        {"PATCH", "/office/v1/jobs/0"},        {"PATCH", "/office/v1/jobs/-1"},
        {"PATCH", "/office/v1/jobs/7x"},       {"PATCH", "/office/v1/jobs/7/8"},
        {"DELETE", "/office/v1/actions"},      {"GET", "/office/v1/"},
        {"GET", "/office/v2/board"},           {"PATCH", "/office/v1/jobs/99999999999999999999"},
        {"GET", "/office/v1/tracking/secret"}, {"POST", "/office/v1/board"}};
    for (const auto& [method, target] : calls) {
        const std::string& where = target;
        CAPTURE(where);
        const Json json = co_await town.ask(method, where, "{}");
        CHECK(json["statusCode"] == 404);
    }
}

}  // namespace

TEST_CASE("the office's people do on its socket what only they may, and see what came of it") {
    test::Town town(with_sample_day());
    Async<> visit = morning(town);
    town.run(std::move(visit));
}

TEST_CASE("what the socket does not know it answers with what there is") {
    test::Town town(with_sample_day());
    Async<> visit = nowhere(town);
    town.run(std::move(visit));
}

TEST_CASE("an office does not open with a seed it cannot read") {
    test::VirtualClock clock;
    OfficeSettings settings;
    settings.database = ":memory:";
    settings.port = 0;
    settings.seed = "/nowhere/day.toml";
    const auto office = Office::open(clock.executor(), clock, settings, Dice(1));
    REQUIRE_FALSE(office);
    CHECK(office.error().detail.find("/nowhere/day.toml") != std::string::npos);
}

}  // namespace outrider::office
