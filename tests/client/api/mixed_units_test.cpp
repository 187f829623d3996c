// Pings of several units in one request to ServiceTitan.

#include "client/api/servicetitan.hpp"

#include "tests/client/api/scripted_client.hpp"
#include "tests/support/result.hpp"
#include "tests/support/virtual_clock.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <map>

namespace outrider::api {
namespace {

constexpr std::uint64_t identity = 0xabc;
constexpr Instant morning{std::chrono::seconds(1'790'000'000)};

Destination unit(const std::string& id) {
    Destination destination;
    destination.origin = *net::parse_origin("https://api.example");
    destination.tenant = "1000001";
    destination.gps_provider = "outrider";
    destination.unit_id = id;
    destination.unit_name = "Van of " + id;
    return destination;
}

offline::Envelope envelope(std::int64_t sequence, std::int64_t destination) {
    Ping ping;
    ping.time = morning + std::chrono::seconds(sequence);
    ping.latitude = 51.5;
    offline::Envelope out;
    out.sequence = sequence;
    out.destination = destination;
    out.body = encode(ping);
    return out;
}

std::string result(std::int64_t sequence, const char* status) {
    return R"({"externalId":")" + external_id(identity, sequence) + R"(","status":")" + status +
           R"(","message":"so it is"})";
}

// Destinations 1 to 3 are units of one provider; 4 has another tenant, 5 another provider, 6
// another API, and 7 is no destination at all.
struct Setup {
    test::VirtualClock clock;
    test::ScriptedClient authority, api;
    Credentials credentials{"cid", "cs1.secret", "ak1.key"};
    TokenSource tokens{authority, clock, credentials};
    std::map<std::int64_t, std::string> texts;
    int asked = 0;
    ServiceTitan uplink{
        api,      *net::parse_origin("https://api.example"),      tokens, credentials, clock,
        identity, [this](std::int64_t id) { return text_of(id); }};

    Setup() {
        authority.answers.push_back(
            test::answer(200, R"({"access_token":"token1","expires_in":900})"));
        for (const std::int64_t id : {1, 2, 3}) texts[id] = encode(unit("u" + std::to_string(id)));
        Destination other = unit("u1");
        other.tenant = "2";
        texts[4] = encode(other);
        other = unit("u1");
        other.gps_provider = "another";
        texts[5] = encode(other);
        other = unit("u1");
        other.origin = *net::parse_origin("https://elsewhere.example");
        texts[6] = encode(other);
        texts[7] = "no destination";
        uplink.mixes_units(true);
    }
    Result<std::string> text_of(std::int64_t id) {
        ++asked;
        return texts.at(id);
    }
    Result<std::vector<Answer>> deliver(const std::vector<offline::Envelope>& batch) {
        return clock.run(uplink.deliver(batch));
    }
};

TEST_CASE("pings of several units share a request, each with its own unit's names") {
    Setup line;
    line.api.answers.push_back(test::answer(
        200,
        "[" + result(3, "Success") + "," + result(1, "Success") + "," + result(2, "Fail") + "]"));
    const auto answers = line.deliver({envelope(1, 2), envelope(2, 1), envelope(3, 2)});
    REQUIRE(answers);
    REQUIRE(line.api.requests.size() == 1);
    const auto body = nlohmann::json::parse(line.api.requests[0].body, nullptr, false);
    REQUIRE(body.size() == 3);
    CHECK(body[0]["unitId"] == "u2");
    CHECK(body[0]["unitName"] == "Van of u2");
    CHECK(body[1]["unitId"] == "u1");
    CHECK(body[2]["unitId"] == "u2");
    CHECK(body[1]["externalId"] == external_id(identity, 2));
    REQUIRE(answers->size() == 3);
    CHECK((*answers)[0].accepted);
    CHECK_FALSE((*answers)[1].accepted);
    CHECK((*answers)[1].words == "so it is");
    CHECK((*answers)[2].accepted);
}

TEST_CASE("units do not mix unless they may") {
    Setup line;
    line.uplink.mixes_units(false);
    CHECK_FALSE(line.uplink.together(1, 2));
    CHECK(line.uplink.together(2, 2));
    line.api.answers.push_back(test::answer(200, "[" + result(1, "Success") + "]"));
    const auto answers = line.deliver({envelope(1, 1), envelope(2, 2)});
    REQUIRE(answers);
    CHECK(answers->size() == 1);
    CHECK(nlohmann::json::parse(line.api.requests[0].body).size() == 1);
}

TEST_CASE("another tenant's, provider's or API's pings are not in the request, and still owed") {
    Setup line;
    for (const std::int64_t other : {4, 5, 6, 7}) {
        CAPTURE(other);
        CHECK_FALSE(line.uplink.together(1, other));
        CHECK_FALSE(line.uplink.together(other, 1));
        CHECK(line.uplink.together(other, other));
        line.api.answers.push_back(test::answer(200, "[" + result(1, "Success") + "]"));
        const auto answers = line.deliver({envelope(1, 1), envelope(2, other)});
        REQUIRE(answers);
        REQUIRE(answers->size() == 1);
        CHECK(answers->front().sequence == 1);
        CHECK(nlohmann::json::parse(line.api.requests.back().body).size() == 1);
    }
    CHECK(line.uplink.together(1, 3));
    const std::size_t requests = line.api.requests.size();
    CHECK(line.deliver({envelope(1, 6), envelope(2, 1)}).error().fault == Fault::unauthorised);
    CHECK(line.api.requests.size() == requests);
}

TEST_CASE("what the office holds is asked for unit by unit") {
    Setup line;
    std::vector<std::int64_t> told;
    line.uplink.report_handling(
        [&](const offline::Envelope* one) { told.push_back(one == nullptr ? 0 : one->sequence); });
    const auto held = [](std::int64_t sequence) {
        return R"({"data":[{"utcDateTime":")" +
               to_rfc3339(morning + std::chrono::seconds(sequence)) + R"("}]})";
    };
    line.api.answers.push_back(test::answer(200, held(3)));
    line.api.answers.push_back(test::answer(200, held(2)));
    const std::vector<offline::Envelope> doubtful = {envelope(1, 1), envelope(2, 3),
                                                     envelope(3, 1)};
    const auto found = line.clock.run(line.uplink.held(doubtful));
    REQUIRE(found);
    CHECK(*found == std::vector<std::int64_t>{3, 2});
    REQUIRE(line.api.requests.size() == 2);
    CHECK(line.api.requests[0].target.find("technicianId=u1&") != std::string::npos);
    CHECK(line.api.requests[1].target.find("technicianId=u3&") != std::string::npos);
    CHECK(told == std::vector<std::int64_t>{1, 3, 0, 2, 0});

    line.api.answers.push_back(test::answer(200, held(1)));
    line.api.answers.push_back(test::answer(503, "{}"));
    CHECK_FALSE(line.clock.run(line.uplink.held(doubtful)));
}

}  // namespace
}  // namespace outrider::api
