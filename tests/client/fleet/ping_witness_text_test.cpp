#include "client/fleet/ping_witness_text.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace outrider;
using namespace outrider::fleet;

TEST_CASE("an array of objects is read to its end") {
    FlatArray array(
        R"( [ {"a":"x\"y","b":-1.5e1,"c":null} , {} ,{"t":"2026-11-21T06:30:01.250Z"}] )");
    FlatObject one;
    REQUIRE(array.next(one));
    CHECK(one.at("a") == R"(x\"y)");
    CHECK(one.number("b") == -15);
    CHECK(one.at("c") == "null");
    CHECK(!one.number("c"));
    CHECK(one.at("d").empty());
    REQUIRE(array.next(one));
    CHECK(one.members.empty());
    REQUIRE(array.next(one));
    CHECK(one.time("t")->time_since_epoch() == std::chrono::milliseconds(1'795'242'601'250));
    CHECK(!array.whole());
    CHECK(!array.next(one));
    CHECK(array.whole());
}

TEST_CASE("what breaks off, or is none, is not whole") {
    for (const std::string_view text :
         {"", "[", "[{", R"([{"a":"b")", R"([{"a":"b"})", R"([{"a":"b"},)", R"([{"a":{}}])",
          R"([{"a" "b"}])", R"([{"a":"b"}{}])", "[1]", "[{}] x", R"({"a":"b"})", "<html>"}) {
        CAPTURE(text);
        FlatArray array(text);
        FlatObject one;
        while (array.next(one)) {
        }
        CHECK(!array.whole());
    }
    CHECK(!read_flat_object(R"({"a":"b"} x)"));
    CHECK(read_flat_object(R"({"a":"b"} )"));
}

TEST_CASE("a time of another form is none") {
    for (const std::string_view text :
         {"2026-11-21T06:30:01Z", "2026-13-21T06:30:01.250Z", "2026-11-21 06:30:01.250Z",
          "2026-11-2aT06:30:01.250Z", "2026-11-21T06:30:01.250+"}) {
        CAPTURE(text);
        FlatObject one;
        one.members = {{"t", text}};
        CHECK(!one.time("t"));
    }
}
