#include "client/cli/dates.hpp"

#include "tests/support/result.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::cli;

namespace {

// "first .. last", shortened to seconds.
std::string stretch(const std::string& text) {
    const Instant now = *parse_rfc3339("2026-11-21T06:30:15Z");
    const auto parsed = parse_stretch(text, now);
    if (!parsed) return parsed.error().detail;
    const std::string first = to_rfc3339(parsed->first).substr(0, 19);
    const std::string last = to_rfc3339(parsed->last).substr(0, 19);
    return first == last ? first : first + " .. " + last;
}

}  // namespace

TEST_CASE("any beginning of a date means the whole stretch it names") {
    CHECK(stretch("2026") == "2026-01-01T00:00:00 .. 2027-01-01T00:00:00");
    CHECK(stretch("2026-12") == "2026-12-01T00:00:00 .. 2027-01-01T00:00:00");
    CHECK(stretch("2028-02") == "2028-02-01T00:00:00 .. 2028-03-01T00:00:00");
    CHECK(stretch("2026-08-20") == "2026-08-20T00:00:00 .. 2026-08-21T00:00:00");
    CHECK(stretch("2026-08-20T14") == "2026-08-20T14:00:00 .. 2026-08-20T15:00:00");
    CHECK(stretch("2026-08-20 14:30") == "2026-08-20T14:30:00 .. 2026-08-20T14:31:00");
    CHECK(stretch("2026-08-20T14:30:05Z") == "2026-08-20T14:30:05 .. 2026-08-20T14:30:06");
}

TEST_CASE("words and ages are counted from now") {
    CHECK(stretch("now") == "2026-11-21T06:30:15");
    CHECK(stretch("today") == "2026-11-21T00:00:00 .. 2026-11-22T00:00:00");
    CHECK(stretch("yesterday") == "2026-11-20T00:00:00 .. 2026-11-21T00:00:00");
    CHECK(stretch("6h") == "2026-11-21T00:30:15");
    CHECK(stretch("90min") == "2026-11-21T05:00:15");
    CHECK(stretch("2d") == "2026-11-19T06:30:15");
    CHECK(stretch("15s") == "2026-11-21T06:30:00");
}

TEST_CASE("a time of day is the last that has begun") {
    CHECK(stretch("06:30") == "2026-11-21T06:30:00 .. 2026-11-21T06:31:00");
    CHECK(stretch("06:30:15") == "2026-11-21T06:30:15 .. 2026-11-21T06:30:16");
    CHECK(stretch("06:30:16") == "2026-11-20T06:30:16 .. 2026-11-20T06:30:17");
    CHECK(stretch("14:32") == "2026-11-20T14:32:00 .. 2026-11-20T14:33:00");
}

TEST_CASE("a full date-time may have a zone and a fraction") {
    CHECK(stretch("2026-08-20T14:30:05.250+02:00") == "2026-08-20T12:30:05");
}

TEST_CASE("what is no time is refused with examples") {
    for (const char* text :
         {"", "never", "2026-13", "2026-02-30", "2026-08-20T25", "26-08-20", "2026-8", "2026-08-",
          "-6h", "6", "6 h", "99999999999999999999h", "1969", "24:00", "6:30", "06:30:", "06:3x",
          "2026-08-20T14:30:05junk", "2026-08-20T1x"}) {
        CAPTURE(text);
        CHECK(stretch(text).find("is no time: give 2026-08-20T14:30") != std::string::npos);
    }
}
