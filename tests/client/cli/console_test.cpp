#include "client/cli/console.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::cli;
using namespace std::chrono_literals;

TEST_CASE("an age is told in the unit a person would use") {
    CHECK(age(0s) == "0 s");
    CHECK(age(-5s) == "0 s");
    CHECK(age(12s + 900ms) == "12 s");
    CHECK(age(119s) == "119 s");
    CHECK(age(120s) == "2 min");
    CHECK(age(119min) == "119 min");
    CHECK(age(2h) == "2 h");
    CHECK(age(2h + 5min) == "2 h 5 min");
    CHECK(age(49h) == "2 days");
}

TEST_CASE("large numbers are grouped") {
    CHECK(grouped(0) == "0");
    CHECK(grouped(999) == "999");
    CHECK(grouped(1000) == "1,000");
    CHECK(grouped(1234567) == "1,234,567");
    CHECK(grouped(-100) == "-100");
    CHECK(grouped(-1234) == "-1,234");
}

TEST_CASE("a course has a name, around the whole circle") {
    CHECK(compass(0) == "north");
    CHECK(compass(92) == "east");
    CHECK(compass(350) == "north");
    CHECK(compass(360) == "north");
    CHECK(compass(-45) == "north-west");
    CHECK(compass(1e300) != "");
}

TEST_CASE("colour is there only when asked for") {
    CHECK(Style{}.paint(Colour::bad, "x") == "x");
    CHECK(Style{true}.paint(Colour::bad, "x") == "\x1b[31mx\x1b[0m");
    CHECK(Style{true}.paint(Colour::none, "x") == "x");
}

TEST_CASE("sizes are short, and in the unit that keeps them so") {
    CHECK(size(0) == "0 bytes");
    CHECK(size(999) == "999 bytes");
    CHECK(size(1000) == "1.0 KiB");
    CHECK(size(75'168) == "73 KiB");
    CHECK(size(43'200'000) == "41 MiB");
}

TEST_CASE("what a terminal takes for commands becomes spaces, and letters stay") {
    CHECK(harmless("a\x1b[2Jb\n\x7f\t") == "a [2Jb   ");
    CHECK(harmless("\xc2\x9b") == " ");
    CHECK(harmless("caf\xc3\xa9 \xc2\xa7") == "caf\xc3\xa9 \xc2\xa7");
    CHECK(harmless("\xc2") == "\xc2");
}
