#include "platform/clock.hpp"
#include "tests/support/result.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace outrider {
namespace {

struct Example {
    std::string_view text;
    std::string_view same_as;  // in UTC; empty when it is no time
};

constexpr Example examples[] = {
    {"2026-11-21T06:30:00Z", "2026-11-21T06:30:00.000Z"},
    {"2026-11-21t06:30:00z", "2026-11-21T06:30:00.000Z"},
    {"2026-11-21 06:30:00Z", "2026-11-21T06:30:00.000Z"},
    {"2026-11-21T06:30:00.5Z", "2026-11-21T06:30:00.500Z"},
    {"2026-11-21T06:30:00.123456789Z", "2026-11-21T06:30:00.123Z"},
    {"2026-11-21T06:30:00.999999999Z", "2026-11-21T06:30:00.999Z"},
    {"2026-11-21T06:30:00+02:00", "2026-11-21T04:30:00.000Z"},
    {"2026-11-21T23:30:00-05:30", "2026-11-22T05:00:00.000Z"},
    {"2026-11-21T06:30:00-00:00", "2026-11-21T06:30:00.000Z"},
    {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"},
    {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"},
    {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"},
    {"1969-12-31T23:00:00-01:00", "1970-01-01T00:00:00.000Z"},
    {"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
    {"", ""},
    {"2026-11-21", ""},
    {"2026-11-21T06:30Z", ""},
    {"2026-11-21T06:30:00", ""},
    {"2026-11-21T06:30:00.Z", ""},
    {"2026-11-21T06:30:00.1234567890Z", ""},
    {"2026-11-21T06:30:00ZZ", ""},
    {"2026-11-21T06:30:00+2:00", ""},
    {"2026-11-21T06:30:00+24:00", ""},
    {"2026-11-21T06:30:00+02:60", ""},
    {"2026-11-21T24:00:00Z", ""},
    {"2026-11-21T06:60:00Z", ""},
    {"2026-11-21T06:30:61Z", ""},
    {"2026-13-21T06:30:00Z", ""},
    {"2026-02-29T06:30:00Z", ""},
    {"2026-00-01T06:30:00Z", ""},
    {"2026-01-00T06:30:00Z", ""},
    {"1969-12-31T23:59:59Z", ""},
    {"9999-12-31T23:59:59-01:00", ""},
    {"+026-11-21T06:30:00Z", ""},
    {"2026/11/21T06:30:00Z", ""},
    {"2026-11-21T0-:30:00Z", ""},
    {" 2026-11-21T06:30:00Z", ""},
};

TEST_CASE("an RFC 3339 time is read whatever its offset, and nothing else is") {
    for (const Example& example : examples) {
        CAPTURE(example.text);
        const Result<Instant> parsed = parse_rfc3339(example.text);
        REQUIRE(parsed.has_value() == !example.same_as.empty());
        if (parsed) CHECK(to_rfc3339(*parsed) == example.same_as);
        if (!parsed) CHECK(parsed.error().fault == Fault::malformed);
    }
}

TEST_CASE("every prefix of a time is no time") {
    const std::string_view whole = "2026-11-21T06:30:00.000+01:00";
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CAPTURE(length);
        CHECK_FALSE(parse_rfc3339(whole.substr(0, length)));
    }
}

}  // namespace
}  // namespace outrider
