#include "client/api/privacy.hpp"

#include "tests/support/result.hpp"

#include <doctest/doctest.h>

namespace outrider::api {
namespace {

using namespace std::chrono_literals;

Instant at(std::int64_t seconds) { return Instant(std::chrono::seconds(1'795'000'000 + seconds)); }

TEST_CASE("private mode is asked for with or without an end") {
    auto request = parse_private_request(R"({"on":true,"for_s":90})");
    REQUIRE(request);
    CHECK(request->on);
    CHECK(request->length == Duration(90s));
    request = parse_private_request(R"({"on":false})");
    REQUIRE(request);
    CHECK_FALSE(request->length);
    for (const char* wrong :
         {"", "[]", "{}", R"({"on":1})", R"({"on":true,"for_s":"1h"})", R"({"on":true,"for_s":0})",
          R"({"on":true,"for_s":-5})", R"({"on":true,"for_s":2678401})"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_private_request(wrong));
    }
    CHECK(parse_private_request(R"({"on":true,"for_s":2678400})"));
}

TEST_CASE("what is to be forgotten has a beginning before its end, or none") {
    auto request = parse_forget_request(
        R"({"from":"2026-11-21T06:00:00Z","to":null,"queued":true,"for_good":false})");
    REQUIRE(request);
    CHECK(request->from);
    CHECK_FALSE(request->to);
    CHECK(request->queued);
    CHECK_FALSE(request->for_good);
    CHECK_FALSE(parse_forget_request(
        R"({"from":"2026-11-21T06:00:00Z","to":"2026-11-21T06:00:00Z","queued":true,)"
        R"("for_good":true})"));
    CHECK_FALSE(parse_forget_request(R"({"from":"yesterday","queued":true,"for_good":true})"));
    CHECK_FALSE(parse_forget_request("{}"));
}

TEST_CASE("the page of private mode reads what it wrote, and nothing else") {
    PrivatePage page;
    page.since = at(0);
    page.until = at(3600);
    page.by = 1000;
    page.over = Uptime(std::chrono::seconds(5));
    page.boot = "5f6e";
    auto read = decode_private_page(encode(page));
    REQUIRE(read);
    CHECK(read->since == page.since);
    CHECK(read->until == page.until);
    CHECK(read->by == 1000);
    CHECK(read->over == page.over);
    CHECK(read->boot == page.boot);
    page.until.reset();
    read = decode_private_page(encode(page));
    REQUIRE(read);
    CHECK_FALSE(read->until);
    CHECK_FALSE(decode_private_page("on"));
    CHECK_FALSE(decode_private_page(R"({"until":null})"));
}

TEST_CASE("the report reads what it wrote") {
    PrivacyReport report;
    report.now = {"private zone", at(0), std::nullopt, "home"};
    report.at = at(1);
    report.zones = {{"home", 300, std::nullopt, std::nullopt}, {"b", 20, 1.5, -2.5}};
    report.holds = {{"track", 7, at(0), at(1), "a", "b"}};
    report.sends = {"Positions."};
    report.not_kept = 3;
    const auto read = parse_privacy_report(to_json(report));
    REQUIRE(read);
    CHECK(to_json(*read) == to_json(report));
    CHECK(read->now.zone == "home");
    CHECK(read->zones[1].longitude == -2.5);
    CHECK(read->holds[0].count == 7);
}

}  // namespace
}  // namespace outrider::api
