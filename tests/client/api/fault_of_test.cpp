#include "client/api/servicetitan.hpp"

#include "tests/client/api/scripted_client.hpp"
#include "tests/support/result.hpp"

namespace outrider::api {

namespace {

constexpr std::string_view peer = "https://api.example";

Error fault(int status, std::string body = "", std::string type = "application/json") {
    const auto error =
        fault_of(test::answer(status, std::move(body), std::move(type)), peer, Instant{});
    REQUIRE(error);
    return *error;
}

}  // namespace

TEST_CASE("each status has its fault, and says whether the request may have been carried out") {
    struct Row {
        int status;
        Fault fault;
        bool ambiguous;
    };
    const Row rows[] = {
        {301, Fault::malformed, false},    {302, Fault::malformed, false},
        {400, Fault::refused, false},      {401, Fault::unauthorised, false},
        {403, Fault::unauthorised, false}, {404, Fault::refused, false},
        {408, Fault::busy, false},         {409, Fault::refused, false},
        {413, Fault::too_large, false},    {422, Fault::refused, false},
        {425, Fault::busy, false},         {429, Fault::busy, false},
        {499, Fault::refused, false},      {500, Fault::unreachable, true},
        {502, Fault::unreachable, true},   {503, Fault::busy, true},
        {504, Fault::unreachable, true},   {511, Fault::unreachable, false},
        {599, Fault::unreachable, true},   {101, Fault::malformed, true},
        {0, Fault::malformed, true},       {999, Fault::malformed, true},
    };
    for (const Row& row : rows) {
        CAPTURE(row.status);
        const Error error = fault(row.status);
        CHECK(error.fault == row.fault);
        CHECK(error.ambiguous == row.ambiguous);
        CHECK(error.detail.find("https://api.example") == 0);
    }
    for (const int status : {200, 201, 204, 299}) {
        CHECK_FALSE(fault_of(test::answer(status, ""), peer, Instant{}));
    }
}

TEST_CASE("Retry-After is passed on from those that ask to wait") {
    http::Response response = test::answer(429, "");
    response.headers.set("Retry-After", "7");
    CHECK(fault_of(response, peer, Instant{})->wait == std::chrono::seconds(7));
    response.status = 503;
    CHECK(fault_of(response, peer, Instant{})->wait == std::chrono::seconds(7));
    response.status = 400;
    CHECK_FALSE(fault_of(response, peer, Instant{})->wait);
    CHECK_FALSE(fault(429).wait);
}

TEST_CASE("the peer's own words are told: a problem's, a gateway's or those of a page") {
    CHECK(fault(400, R"({"title":"One or more errors.","traceId":"00-1","errors":)"
                     R"({"[0].unitId":["The unitId field is required."]}})")
              .detail ==
          "https://api.example answered 400: One or more errors. [0].unitId: The unitId "
          "field is required. (traceId 00-1)");
    CHECK(fault(429, R"({"statusCode":429,"message":"Rate limit is exceeded."})").detail ==
          "https://api.example answered 429: Rate limit is exceeded.");
    CHECK(fault(500, "<html><h1>Bad\n gateway</h1></html>", "text/html").detail ==
          "https://api.example answered 500: Bad gateway");
    CHECK(fault(500).detail == "https://api.example answered 500");
}

TEST_CASE("a redirect names where to, and the captive portal it smells of") {
    http::Response response = test::answer(302, "");
    response.headers.set("Location", "http://portal.example/login?client_secret=cs1.mine");
    const auto error = fault_of(response, peer, Instant{});
    CHECK(error->detail.find("redirects to http://portal.example:") != std::string::npos);
    CHECK(error->detail.find("cs1.mine") == std::string::npos);
    CHECK(error->detail.find("captive portal") != std::string::npos);
}

TEST_CASE("garbage in an error's body stays a short line") {
    const std::string bodies[] = {std::string(1'000'000, 'x'),
                                  std::string(1'000'000, '['),
                                  std::string(1'000'000, '<'),
                                  std::string(100'000, '\x80'),
                                  "\n\r\x01\x02\x7f text",
                                  R"({"title":7,"errors":[1],"message":{"x":1},"traceId":null})",
                                  R"({"errors":{"a":[],"b":[7],"c":"x","d":{}}})"};
    for (const std::string& body : bodies) {
        const Error error = fault(500, body);
        CHECK(error.detail.size() < 400);
        for (const char c : error.detail) CHECK(static_cast<unsigned char>(c) >= 0x20);
    }
}

}  // namespace outrider::api
