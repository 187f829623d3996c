#include "platform/http.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string_view>

namespace outrider::http {
namespace {

const Instant now = *parse_rfc3339("2026-11-21T06:30:00Z");

struct Asked {
    std::string_view field;
    int seconds;  // -1: nothing
};

constexpr Asked waits[] = {
    {"0", 0},
    {"12", 12},
    {" 12\t", 12},
    {"3600", 3600},
    {"3601", 3600},
    {"1000000000", 3600},
    {"99999999999999999999999999", 3600},
    {"Sat, 21 Nov 2026 06:30:30 GMT", 30},
    {"Saturday, 21-Nov-26 06:31:00 GMT", 60},
    {"Sat Nov 21 06:30:05 2026", 5},
    {"Sun Nov  1 06:30:05 2026", 0},
    {"Sat, 21 Nov 2026 05:00:00 GMT", 0},
    {"Sat, 21 Nov 2037 05:00:00 GMT", 3600},
    {"Sunday, 06-Nov-94 08:49:37 GMT", 0},
    {"", -1},
    {"-1", -1},
    {"+5", -1},
    {"1.5", -1},
    {"soon", -1},
    {"Sat, 21 Nov 2026 06:30:30 CET", -1},
    {"Sat, 32 Nov 2026 06:30:30 GMT", -1},
    {"Sat, 31 Nov 2026 06:30:30 GMT", -1},
    {"Sat, 21 Nix 2026 06:30:30 GMT", -1},
    {"Sat, 21 Nov 2026 25:30:30 GMT", -1},
    {"Sat, 21 Nov 2026 06:30 GMT", -1},
    {"12 34", -1},
};

TEST_CASE("Retry-After is seconds or a date, never negative, never more than an hour") {
    for (const Asked& asked : waits) {
        CAPTURE(asked.field);
        const auto wait = retry_after(asked.field, now);
        REQUIRE(wait.has_value() == (asked.seconds >= 0));
        if (wait) CHECK(wait->count() == asked.seconds);
    }
}

struct Query {
    std::string_view target, name, value;
};

constexpr Query queries[] = {
    {"/x?a=1&b=2", "a", "1"},
    {"/x?a=1&b=2", "b", "2"},
    {"/x?a=1&a=2", "a", "1"},
    {"/x?a=1", "b", ""},
    {"/x", "a", ""},
    {"/x?", "a", ""},
    {"/x?a", "a", ""},
    {"/x?a=", "a", ""},
    {"/x?a=b=c", "a", "b=c"},
    {"/x?a=x%20y%2B%26", "a", "x y+&"},
    {"/x?a=1+2", "a", "1+2"},
    {"/x?%61=1", "a", "1"},
    {"/x?a=%", "a", "%"},
    {"/x?a=%4", "a", "%4"},
    {"/x?a=%zz%41", "a", "%zzA"},
    {"/x?&&a=1", "a", "1"},
    {"/x?=1", "a", ""},
};

TEST_CASE("a query's values come decoded") {
    for (const Query& query : queries) {
        CAPTURE(query.target);
        CHECK(query_value(query.target, query.name) == query.value);
    }
    CHECK(path_of("/a/b?c=d") == "/a/b");
    CHECK(path_of("/a/b") == "/a/b");
}

TEST_CASE("what is encoded comes back the same") {
    std::string all;
    for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
    CHECK(query_value("/x?v=" + percent_encode(all), "v") == all);
    CHECK(percent_encode("a b/c~") == "a%20b%2Fc~");
}

TEST_CASE("headers are found whatever their case") {
    Headers headers = {{"Content-Type", "text/html"}};
    CHECK(headers.get("content-type") == "text/html");
    headers.set("CONTENT-TYPE", "application/json");
    CHECK(headers.get("Content-Type") == "application/json");
    CHECK(headers.get("Content").empty());
    CHECK(std::distance(headers.begin(), headers.end()) == 1);
}

}  // namespace
}  // namespace outrider::http
