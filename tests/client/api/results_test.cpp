#include "client/api/results.hpp"

#include "tests/support/result.hpp"

namespace outrider::api {

TEST_CASE("results are read with the members the contract has and those it may get") {
    const auto results = parse_ping_results(
        R"([{"externalId":"a","status":"Success","message":""},)"
        R"({"status":"Fail","message":"unknown unit","externalId":"b"},)"
        R"({"externalId":"c","status":"Pending","message":null,"more":{"x":[1,{"status":"Fail"}]}}])");
    REQUIRE(results);
    REQUIRE(results->size() == 3);
    CHECK((*results)[0].status == PingResult::Status::success);
    CHECK((*results)[1].status == PingResult::Status::fail);
    CHECK((*results)[1].external_id == "b");
    CHECK((*results)[1].message == "unknown unit");
    CHECK((*results)[2].status == PingResult::Status::other);
    CHECK(parse_ping_results("[]")->empty());
}

TEST_CASE("anything but an array of results is malformed") {
    const std::string_view wrong[] = {
        "",
        "null",
        "true",
        "7",
        "\"ok\"",
        "{}",
        "[",
        "[]x",
        "[1]",
        "[null]",
        "[[]]",
        "[{}]",
        R"([{"externalId":"a"}])",
        R"([{"status":"Success"}])",
        R"([{"externalId":1,"status":"Success","message":""}])",
        R"([{"externalId":"a","status":true,"message":""}])",
        R"([{"externalId":"a","status":"Success","message":7}])",
        R"([{"externalId":["a"],"status":"Success","message":""}])",
        R"([{"externalId":"a","status":{},"message":""}])",
        R"([{"externalId":"a","status":"Success","message":""})",
        R"({"data":[{"externalId":"a","status":"Success","message":""}]})",
        "[{\"externalId\":\"\xff\",\"status\":\"Success\"}]",
        "<html><body>Welcome</body></html>",
    };
    for (const std::string_view text : wrong) {
        CAPTURE(text);
        const auto results = parse_ping_results(text);
        REQUIRE_FALSE(results);
        CHECK(results.error().fault == Fault::malformed);
        CHECK_FALSE(results.error().detail.empty());
    }
}

TEST_CASE("a megabyte of brackets and a megabyte of message are survived") {
    CHECK_FALSE(parse_ping_results(std::string(1'000'000, '[')));
    std::string deep = R"([{"externalId":"a","status":"Success","x":)";
    deep += std::string(500'000, '[') + std::string(500'000, ']') + "}]";
    CHECK(parse_ping_results(deep).error().detail.find("deep") != std::string::npos);
    const auto long_words = parse_ping_results(R"([{"externalId":"a","status":"Fail","message":")" +
                                               std::string(1'000'000, 'x') + "\"}]");
    REQUIRE(long_words);
    CHECK(long_words->front().message.size() == 4096);
}

TEST_CASE("every cut of an answer is malformed") {
    const std::string whole = R"([{"externalId":"a","status":"Success","message":"x"}])";
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CHECK_FALSE(parse_ping_results(whole.substr(0, length)));
    }
    CHECK(parse_ping_results(whole));
}

TEST_CASE("only JSON content types are JSON") {
    const auto json = [](const char* type) {
        http::Headers headers;
        headers.set("Content-Type", type);
        return is_json(headers);
    };
    CHECK(json("application/json"));
    CHECK(json("Application/JSON; charset=utf-8"));
    CHECK(json("application/problem+json ; x=y"));
    CHECK_FALSE(json("text/html"));
    CHECK_FALSE(json("text/json; application/json"));
    CHECK_FALSE(json(""));
    CHECK_FALSE(is_json(http::Headers()));
}

}  // namespace outrider::api
