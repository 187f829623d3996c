#include "client/api/servicetitan.hpp"

#include "tests/client/api/scripted_client.hpp"
#include "tests/support/result.hpp"
#include "tests/support/virtual_clock.hpp"

#include <nlohmann/json.hpp>

namespace outrider::api {

namespace {

constexpr std::uint64_t identity = 0xabc;

Destination owed_to(const std::string& url) {
    Destination destination;
    destination.origin = *net::parse_origin(url);
    destination.tenant = "1000001";
    destination.gps_provider = "out rider";
    destination.unit_id = "van-7";
    destination.unit_name = "Van 7";
    return destination;
}

std::vector<offline::Envelope> envelopes(std::int64_t first, std::int64_t last) {
    std::vector<offline::Envelope> out;
    for (std::int64_t sequence = first; sequence <= last; ++sequence) {
        Ping ping;
        ping.time = Instant(std::chrono::seconds(1'790'000'000 + sequence));
        ping.latitude = 51.5 + static_cast<double>(sequence) / 1000;
        ping.longitude = -0.1;
        offline::Envelope envelope;
        envelope.sequence = sequence;
        envelope.destination = 1;
        envelope.body = encode(ping);
        out.push_back(envelope);
    }
    return out;
}

std::string result(std::int64_t sequence, const char* status, const char* message = "") {
    return R"({"externalId":")" + external_id(identity, sequence) + R"(","status":")" + status +
           R"(","message":")" + message + "\"}";
}

struct Setup {
    test::VirtualClock clock;
    test::ScriptedClient authority, api;
    Credentials credentials{"cid", "cs1.secret", "ak1.key"};
    TokenSource tokens{authority, clock, credentials};
    ServiceTitan uplink{
        api,      *net::parse_origin("https://api.example"),      tokens, credentials, clock,
        identity, [this](std::int64_t id) { return text_of(id); }};
    Result<std::string> text = encode(owed_to("https://api.example"));

    Setup() {
        for (int i = 1; i <= 4; ++i) {
            authority.answers.push_back(
                test::answer(200, R"({"access_token":"token)" + std::to_string(i) +
                                      R"(","expires_in":900,"token_type":"Bearer"})"));
        }
    }
    Result<std::string> text_of(std::int64_t) const { return text; }
    Result<std::vector<Answer>> deliver(const std::vector<offline::Envelope>& batch) {
        return clock.run(uplink.deliver(batch));
    }
    Result<std::vector<Answer>> deliver(int status, std::string body,
                                        std::string type = "application/json") {
        api.answers.push_back(test::answer(status, std::move(body), std::move(type)));
        return deliver(envelopes(1, 3));
    }
};

}  // namespace

TEST_CASE("pings go as a bare array to the provider's endpoint, with token and app key") {
    Setup line;
    const auto answers = line.deliver(200, "[" + result(1, "Success") + "," + result(2, "Success") +
                                               "," + result(3, "Success") + "]");
    REQUIRE(answers);
    REQUIRE(answers->size() == 3);
    REQUIRE(line.api.requests.size() == 1);
    const http::Request& request = line.api.requests[0];
    CHECK(request.method == "POST");
    CHECK(request.target == "/dispatch/v2/tenant/1000001/gps-provider/out%20rider/gps-pings");
    CHECK(request.headers.get("Authorization") == "Bearer token1");
    CHECK(request.headers.get("ST-App-Key") == "ak1.key");
    CHECK(request.headers.get("Content-Type") == "application/json");
    const auto body = nlohmann::json::parse(request.body, nullptr, false);
    REQUIRE(body.is_array());
    REQUIRE(body.size() == 3);
    CHECK(body[1]["externalId"] == external_id(identity, 2));
    CHECK(body[2]["latitude"] == 51.503);
}

TEST_CASE("the same envelopes always make the same bytes") {
    Setup line;
    for (int i = 0; i < 2; ++i) {
        line.api.answers.push_back(Error(Fault::unreachable, "gone"));
        CHECK_FALSE(line.deliver(envelopes(5, 9)));
    }
    REQUIRE(line.api.requests.size() == 2);
    CHECK(line.api.requests[0].body == line.api.requests[1].body);
}

TEST_CASE("results are matched by externalId, in any order; the first of one ping counts") {
    Setup line;
    const auto answers =
        line.deliver(200, "[" + result(3, "Fail", "unknown unit") + "," + result(77, "Success") +
                              "," + result(3, "Success") + "," + result(1, "Success") + "]");
    REQUIRE(answers);
    REQUIRE(answers->size() == 2);
    CHECK((*answers)[0].sequence == 1);
    CHECK((*answers)[0].accepted);
    CHECK((*answers)[1].sequence == 3);
    CHECK_FALSE((*answers)[1].accepted);
    CHECK((*answers)[1].words == "unknown unit");
}

TEST_CASE("a status the contract does not know is no answer") {
    Setup line;
    const auto answers =
        line.deliver(200, "[" + result(1, "Pending") + "," + result(2, "Success") + "]");
    REQUIRE(answers);
    REQUIRE(answers->size() == 1);
    CHECK(answers->front().sequence == 2);
}

TEST_CASE("200 is believed only as JSON of the contract's shape that answers for something") {
    const std::pair<std::string, std::string> wrong[] = {
        {"<html>Welcome</html>", "text/html"},
        {"[" + result(1, "Success") + "]", "text/plain"},
        {"[" + result(1, "Success") + "]", ""},
        {R"({"data":[]})", "application/json"},
        {"[]", "application/json"},
        {"[" + result(99, "Success") + "]", "application/json"},
        {"[" + result(1, "Maybe") + "]", "application/json"},
        {"[" + result(1, "Success"), "application/json"},
        {std::string(1'000'000, '['), "application/json"},
        {"", "application/json"},
    };
    for (const auto& [body, type] : wrong) {
        const std::string beginning = body.substr(0, 60);
        CAPTURE(beginning);
        Setup line;
        const auto answers = line.deliver(200, body, type);
        REQUIRE_FALSE(answers);
        CHECK(answers.error().fault == Fault::malformed);
        CHECK(answers.error().ambiguous);
    }
}

TEST_CASE("a 401 fetches another token and tries once more") {
    Setup line;
    line.api.answers.push_back(test::answer(401, ""));
    line.api.answers.push_back(test::answer(200, "[" + result(1, "Success") + "]"));
    REQUIRE(line.deliver(envelopes(1, 1)));
    REQUIRE(line.api.requests.size() == 2);
    CHECK(line.api.requests[0].headers.get("Authorization") == "Bearer token1");
    CHECK(line.api.requests[1].headers.get("Authorization") == "Bearer token2");
    CHECK(line.api.requests[0].body == line.api.requests[1].body);
}

TEST_CASE("a second 401 is unauthorised, and the next delivery fetches a token again") {
    Setup line;
    line.api.answers.push_back(test::answer(401, ""));
    const auto answers = line.deliver(401, R"({"message":"Access denied"})");
    REQUIRE_FALSE(answers);
    CHECK(answers.error().fault == Fault::unauthorised);
    CHECK(answers.error().detail.find("Access denied") != std::string::npos);
    CHECK(line.api.requests.size() == 2);
    CHECK(line.deliver(200, "[" + result(1, "Success") + "]"));
    CHECK(line.authority.requests.size() == 3);
}

TEST_CASE("refusals of the way are told apart from refusals of pings") {
    struct Row {
        int status;
        Fault fault;
    };
    const Row rows[] = {{400, Fault::refused},      {422, Fault::refused},
                        {403, Fault::unauthorised}, {404, Fault::unauthorised},
                        {405, Fault::unauthorised}, {407, Fault::unauthorised},
                        {413, Fault::too_large},    {429, Fault::busy},
                        {302, Fault::malformed},    {500, Fault::unreachable}};
    for (const Row& row : rows) {
        CAPTURE(row.status);
        Setup line;
        const auto answers = line.deliver(row.status, "{}");
        REQUIRE_FALSE(answers);
        CHECK(answers.error().fault == row.fault);
        CHECK(line.api.requests.size() == 1);
    }
    Setup line;
    CHECK(line.deliver(404, "{}").error().detail.find("out rider") != std::string::npos);
}

TEST_CASE("a lost answer keeps its ambiguity; a lost token has none") {
    Setup line;
    Error lost(Fault::unreachable, "the connection broke");
    lost.ambiguous = true;
    line.api.answers.push_back(lost);
    CHECK(line.deliver(envelopes(1, 1)).error().ambiguous);

    Setup tokenless;
    tokenless.authority.answers.clear();
    tokenless.authority.answers.push_back(test::answer(200, "<html>", "text/html"));
    const auto answers = tokenless.deliver(envelopes(1, 1));
    REQUIRE_FALSE(answers);
    CHECK(answers.error().fault == Fault::malformed);
    CHECK_FALSE(answers.error().ambiguous);
    CHECK(tokenless.api.requests.empty());
}

TEST_CASE("an endless answer is malformed, not a batch too large") {
    Setup line;
    line.api.answers.push_back(Error(Fault::too_large, "more than 1 MiB"));
    const auto answers = line.deliver(envelopes(1, 1));
    REQUIRE_FALSE(answers);
    CHECK(answers.error().fault == Fault::malformed);
    CHECK(answers.error().ambiguous);
}

TEST_CASE("a damaged record is answered for here and holds up nothing behind it") {
    Setup line;
    auto batch = envelopes(1, 3);
    batch[1].body = "garbage";
    line.api.answers.push_back(
        test::answer(200, "[" + result(1, "Success") + "," + result(3, "Success") + "]"));
    const auto answers = line.deliver(batch);
    REQUIRE(answers);
    REQUIRE(answers->size() == 3);
    CHECK_FALSE((*answers)[1].accepted);
    CHECK((*answers)[1].words.find("never sent") == 0);
    CHECK(nlohmann::json::parse(line.api.requests[0].body).size() == 2);

    batch = envelopes(4, 4);
    batch[0].body.clear();
    const auto alone = line.deliver(batch);
    REQUIRE(alone);
    CHECK(alone->size() == 1);
    CHECK(line.api.requests.size() == 1);
}

TEST_CASE("pings owed to another API are not sent, and the error names both") {
    Setup line;
    line.text = encode(owed_to("https://elsewhere.example"));
    const auto answers = line.deliver(envelopes(1, 1));
    REQUIRE_FALSE(answers);
    CHECK(answers.error().fault == Fault::unauthorised);
    CHECK(answers.error().detail.find("https://elsewhere.example") != std::string::npos);
    CHECK(answers.error().detail.find("https://api.example") != std::string::npos);
    CHECK(line.api.requests.empty());
    CHECK(line.authority.requests.empty());
}

TEST_CASE("a destination that cannot be read is an error, and nothing is sent") {
    Setup line;
    line.text = Error(Fault::storage, "no such destination");
    CHECK(line.deliver(envelopes(1, 1)).error().fault == Fault::storage);
    line.text = "{}";
    CHECK(line.deliver(envelopes(1, 1)).error().fault == Fault::malformed);
    CHECK(line.api.requests.empty());
}

TEST_CASE("nothing to deliver asks nobody") {
    Setup line;
    CHECK(line.deliver({})->empty());
    CHECK(line.authority.requests.empty());
}

TEST_CASE("no secret stands in an error of the uplink") {
    for (const int status : {302, 400, 401, 403, 404, 413, 429, 500}) {
        Setup line;
        line.api.answers.push_back(test::answer(401, "{}"));
        const auto answers = line.deliver(status, "{}");
        REQUIRE_FALSE(answers);
        for (const char* secret : {"cs1.secret", "token1", "token2", "ak1.key"}) {
            CHECK(answers.error().detail.find(secret) == std::string::npos);
        }
    }
}

TEST_CASE("an office that repeats what it was asked with is quoted without our secrets") {
    const std::string token = "token.0123456789", key = "ak1.0123456789";
    const auto repeating = [&](int status, const std::string& body) {
        Setup line;
        line.credentials.app_key = key;
        line.authority.answers.clear();
        for (int i = 0; i < 2; ++i) {
            line.authority.answers.push_back(
                test::answer(200, R"({"access_token":")" + token + R"(","expires_in":900})"));
        }
        http::Response response = test::answer(status, body);
        response.headers.set("Location", "/login/" + token + key);
        if (status == 401) line.api.answers.push_back(response);
        line.api.answers.push_back(response);
        return line.deliver(envelopes(1, 1));
    };
    const std::string title =
        R"({"title":"no way for Bearer )" + token + " with " + key + ", " + key + R"("})";
    for (const int status : {302, 400, 401, 403, 404, 413, 429, 500}) {
        CAPTURE(status);
        const auto answers = repeating(status, title);
        REQUIRE_FALSE(answers);
        CHECK(answers.error().detail.find(token) == std::string::npos);
        CHECK(answers.error().detail.find(key) == std::string::npos);
        CHECK(answers.error().detail.find("(secret)") != std::string::npos);
    }
    const std::string failed = "[" + result(1, "Fail", ("who is " + token + "?").c_str()) + "]";
    const auto answers = repeating(200, failed);
    REQUIRE(answers);
    CHECK(answers->front().words == "who is (secret)?");
    // However it is written.
    const std::string escaped = "[" + result(1, "Fail", "who is \\u0074oken.0123456789?") + "]";
    const auto again = repeating(200, escaped);
    REQUIRE(again);
    CHECK(again->front().words == "who is (secret)?");
}

TEST_CASE("what the office holds is known by its time and its place") {
    const auto held = [](const std::string& data) {
        Setup line;
        line.api.answers.push_back(test::answer(200, R"({"data":[)" + data + "]}"));
        const auto found = line.clock.run(line.uplink.held(envelopes(1, 3)));
        REQUIRE(found);
        return *found;
    };
    const std::string second =
        R"({"utcDateTime":")" + to_rfc3339(Instant(std::chrono::seconds(1'790'000'002)));
    using Found = std::vector<std::int64_t>;
    CHECK(held(second + R"(","latitude":51.502,"longitude":-0.1})") == Found{2});
    CHECK(held(second + R"(","latitude":51.503,"longitude":-0.1})").empty());
    CHECK(held(second + R"(","latitude":51.502,"longitude":-0.2})").empty());
    CHECK(held(second + R"("})") == Found{2});
}

TEST_CASE("each envelope is told of before it is read, and none while anything waits") {
    Setup line;
    std::vector<std::int64_t> told;
    line.uplink.report_handling([&](const offline::Envelope* one) {
        told.push_back(one == nullptr ? 0 : one->sequence);
        CHECK(line.authority.requests.empty());
    });
    auto batch = envelopes(1, 4);
    batch[1].body = "noise";
    line.api.answers.push_back(test::answer(200, "[]"));
    (void)line.deliver(batch);
    CHECK(line.api.requests.size() == 1);
    CHECK(told == std::vector<std::int64_t>{1, 2, 3, 4, 0});
}

TEST_CASE("while the office wants to hear nothing no ping leaves, and no token is asked for") {
    for (const int status : {429, 503}) {
        Setup line;
        http::Response busy = test::answer(status, "{}");
        busy.headers.set("Retry-After", "1000");  // longer than a token lives
        line.api.answers.push_back(busy);
        const auto first = line.deliver(envelopes(1, 3));
        REQUIRE_FALSE(first);
        CHECK(first.error().ambiguous == (status == 503));
        line.clock.run_for(std::chrono::seconds(999));
        const auto again = line.deliver(envelopes(1, 3));
        REQUIRE_FALSE(again);
        CHECK(again.error().fault == Fault::busy);
        CHECK(again.error().wait == std::chrono::seconds(1));
        CHECK_FALSE(again.error().ambiguous);
        CHECK(line.api.requests.size() == 1);
        CHECK(line.authority.requests.size() == 1);
        line.clock.run_for(std::chrono::seconds(1));
        CHECK(line.deliver(200, "[" + result(1, "Success") + "]"));
    }
}

TEST_CASE("and so it is when the office is asked what it holds") {
    Setup line;
    std::vector<std::int64_t> told;
    line.uplink.report_handling([&](const offline::Envelope* one) {
        told.push_back(one == nullptr ? 0 : one->sequence);
        CHECK(line.authority.requests.empty());
    });
    line.api.answers.push_back(test::answer(200, "[]"));
    (void)line.clock.run(line.uplink.held(envelopes(1, 2)));
    CHECK(line.api.requests.size() == 1);
    CHECK(told == std::vector<std::int64_t>{1, 2, 0});
}

}  // namespace outrider::api
