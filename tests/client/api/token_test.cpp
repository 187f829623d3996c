#include "client/api/token.hpp"

#include "tests/client/api/scripted_client.hpp"
#include "tests/support/result.hpp"
#include "tests/support/virtual_clock.hpp"

namespace outrider::api {

namespace {

using std::chrono::seconds;

struct Desk {
    test::VirtualClock clock;
    test::ScriptedClient authority;
    Credentials credentials{"cid.a b&c", "cs1.secret+/=", "ak1.key"};
    TokenSource tokens{authority, clock, credentials};

    Result<std::string> token() { return clock.run(tokens.token()); }
    void will_answer(int status, std::string body, std::string type = "application/json") {
        authority.answers.push_back(test::answer(status, std::move(body), std::move(type)));
    }
    void will_grant(const std::string& token, const std::string& life = "900") {
        will_answer(200, R"({"access_token":")" + token + R"(","expires_in":)" + life +
                             R"(,"token_type":"Bearer","scope":"tn.dis.gpspings:w"})");
    }
};

}  // namespace

TEST_CASE("a token is asked for with the form the contract wants") {
    Desk desk;
    desk.will_grant("t1");
    CHECK(*desk.token() == "t1");
    REQUIRE(desk.authority.requests.size() == 1);
    const http::Request& request = desk.authority.requests[0];
    CHECK(request.method == "POST");
    CHECK(request.target == "/connect/token");
    CHECK(request.headers.get("content-type") == "application/x-www-form-urlencoded");
    CHECK(request.body ==
          "grant_type=client_credentials&client_id=cid.a%20b%26c"
          "&client_secret=cs1.secret%2B%2F%3D");
}

TEST_CASE("a token is kept until a minute before its end, a short one until half of its life") {
    struct Row {
        const char* life;
        int good_s, renewed_s;
    };
    const Row rows[] = {
        {"900", 839, 840}, {"120", 59, 60},     {"100", 49, 50},        {"121", 60, 61},
        {"2", 0, 1},       {"900.7", 839, 840}, {"0", 29, 30},          {"-5", 29, 30},
        {"null", 29, 30},  {"\"900\"", 29, 30}, {"1e300", 86339, 86340}};
    for (const Row& row : rows) {
        CAPTURE(row.life);
        Desk desk;
        desk.will_grant("t1", row.life);
        desk.will_grant("t2");
        CHECK(*desk.token() == "t1");
        desk.clock.run_for(seconds(row.good_s));
        CHECK(*desk.token() == "t1");
        desk.clock.run_for(seconds(row.renewed_s - row.good_s));
        CHECK(*desk.token() == "t2");
    }
}

TEST_CASE("a jump of the wall clock does not age a token") {
    Desk desk;
    desk.will_grant("t1");
    CHECK(*desk.token() == "t1");
    desk.clock.jump(std::chrono::hours(24));
    CHECK(*desk.token() == "t1");
    CHECK(desk.authority.requests.size() == 1);
}

TEST_CASE("a refused token is not used again") {
    Desk desk;
    desk.will_grant("t1");
    desk.will_grant("t2");
    CHECK(*desk.token() == "t1");
    desk.tokens.refused();
    CHECK(*desk.token() == "t2");
}

TEST_CASE("a failed renewal gives an error and the next one is tried afresh") {
    Desk desk;
    Error broken(Fault::unreachable, "the connection broke");
    broken.ambiguous = true;
    desk.authority.answers.push_back(broken);
    desk.will_grant("t1");
    const auto first = desk.token();
    REQUIRE_FALSE(first);
    CHECK(first.error().fault == Fault::unreachable);
    CHECK_FALSE(first.error().ambiguous);
    CHECK(*desk.token() == "t1");
}

TEST_CASE("credentials the office does not take are unauthorised, with the settings to check") {
    Desk desk;
    desk.will_answer(400, R"({"error":"invalid_client"})");
    const auto token = desk.token();
    REQUIRE_FALSE(token);
    CHECK(token.error().fault == Fault::unauthorised);
    CHECK(token.error().detail.find("servicetitan.client_id and client_secret_file") !=
          std::string::npos);
}

TEST_CASE("no answer of the token endpoint is ever taken for a word about pings") {
    for (int status = 100; status < 600; ++status) {
        if (status >= 200 && status < 300) continue;
        Desk desk;
        desk.will_answer(status, R"({"error":"who knows"})");
        const auto token = desk.token();
        REQUIRE_FALSE(token);
        CHECK(token.error().fault != Fault::refused);
        CHECK(token.error().fault != Fault::too_large);
        CHECK_FALSE(token.error().ambiguous);
    }
    Desk desk;
    desk.authority.answers.push_back(Error(Fault::too_large, "more than 1 MiB"));
    CHECK(desk.token().error().fault == Fault::malformed);
}

TEST_CASE("what is no token is malformed and is not kept") {
    const std::pair<std::string, std::string> wrong[] = {
        {"<html>Welcome to Guest WiFi</html>", "text/html"},
        {R"({"access_token":"t","expires_in":900})", "text/plain"},
        {"", "application/json"},
        {"[]", "application/json"},
        {"{}", "application/json"},
        {std::string(1'000'000, '['), "application/json"},
        {R"({"access_token":7})", "application/json"},
        {R"({"access_token":""})", "application/json"},
        {R"({"access_token":"a\r\nX: y"})", "application/json"},
        {R"({"access_token":"a b"})", "application/json"},
        {R"({"access_token":")" + std::string(9000, 'a') + "\"}", "application/json"},
        {R"({"access_token":"t","token_type":"MAC"})", "application/json"},
        {R"({"access_token":"t","token_type":7})", "application/json"},
    };
    for (const auto& [body, type] : wrong) {
        const std::string beginning = body.substr(0, 60);
        CAPTURE(beginning);
        Desk desk;
        desk.will_answer(200, body, type);
        desk.will_grant("good");
        const auto token = desk.token();
        REQUIRE_FALSE(token);
        CHECK(token.error().fault == Fault::malformed);
        CHECK(token.error().detail.find("captive portal") != std::string::npos);
        CHECK(*desk.token() == "good");
    }
}

TEST_CASE("no secret and no token stands in an error, even when the office repeats it") {
    const std::string echo = R"({"error":"cs1.secret+/=","error_description":"cs1.secret+/=",)"
                             R"("message":"cs1.secret+/=","access_token":"cs1.secret+/= t1"})";
    for (const int status : {200, 302, 400, 401, 403, 404, 429, 500, 503}) {
        Desk desk;
        desk.will_answer(status, echo);
        const auto token = desk.token();
        REQUIRE_FALSE(token);
        CHECK(token.error().detail.find("cs1.secret") == std::string::npos);
        CHECK(token.error().detail.find("t1") == std::string::npos);
    }
}

TEST_CASE("Retry-After of a busy token endpoint is passed on") {
    Desk desk;
    http::Response busy = test::answer(429, "");
    busy.headers.set("Retry-After", "9");
    desk.authority.answers.push_back(busy);
    const auto token = desk.token();
    REQUIRE_FALSE(token);
    CHECK(token.error().fault == Fault::busy);
    CHECK(token.error().wait == seconds(9));
}

TEST_CASE("a busy token endpoint is not asked again before the time it wanted is over") {
    for (const int status : {429, 503}) {
        Desk desk;
        http::Response busy = test::answer(status, "");
        busy.headers.set("Retry-After", "90");
        desk.authority.answers.push_back(busy);
        desk.will_grant("t1");
        CHECK_FALSE(desk.token());
        desk.clock.run_for(seconds(60));
        const auto token = desk.token();
        REQUIRE_FALSE(token);
        CHECK(token.error().fault == Fault::busy);
        CHECK(token.error().wait == seconds(30));
        CHECK(desk.authority.requests.size() == 1);
        desk.clock.run_for(seconds(30));
        CHECK(*desk.token() == "t1");
    }
}

TEST_CASE("a token that is good is given out whatever the endpoint wants") {
    Desk desk;
    desk.will_grant("t1", "120");
    CHECK(*desk.token() == "t1");
    desk.tokens.refused();
    http::Response busy = test::answer(503, "");
    busy.headers.set("Retry-After", "10");
    desk.authority.answers.push_back(busy);
    desk.will_grant("t2");
    CHECK_FALSE(desk.token());
    desk.clock.run_for(seconds(10));
    CHECK(*desk.token() == "t2");
    CHECK(*desk.token() == "t2");
    CHECK(desk.authority.requests.size() == 3);
}

}  // namespace outrider::api
