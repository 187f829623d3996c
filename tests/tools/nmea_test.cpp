#include "tests/tools/nmea.hpp"

#include "platform/files.hpp"
#include "tests/support/places.hpp"
#include "tests/support/result.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::tools;
using namespace std::chrono;

namespace {

Instant at(std::string_view text) { return *parse_rfc3339(text); }

std::string one(std::string_view text, seconds by) {
    const auto sentences = read_sentences(text);
    REQUIRE(sentences.size() == 1);
    return shifted(sentences.front(), by);
}

}  // namespace

TEST_SUITE("tools/nmea") {
    TEST_CASE("times and dates move together, and the checksum is right again") {
        const auto rmc =
            "$GNRMC,021417.00,A,3725.58362,N,12205.61915,W,0.028,65.13,070220,13.06,E,F,V*4A";
        CHECK(one(rmc, 24h) ==
              "$GNRMC,021417.00,A,3725.58362,N,12205.61915,W,0.028,65.13,080220,13.06,E,F,V*45");
        CHECK(one("$GPZDA,030807.00,10,08,2006,00,00*67", 1s) ==
              "$GPZDA,030808.00,10,08,2006,00,00*68");
        CHECK(one(rmc, 0s) == rmc);
    }

    TEST_CASE("a sentence without a date takes its neighbours', also over midnight") {
        const auto sentences = read_sentences(
            "# a comment\r\n"
            "$GPGGA,235958.5,,,,,0,00,,,M,0.0,M,,0000\r\n"
            "$GPRMC,235959,V,,,,,,,181207,0,N\r\n"
            "\r\n"
            "$GPGLL,,,,,000000,V,N\r\n"
            "$GPGSA,A,1\r\n"
            "$GPRMC,000000,V,,,,,,,191207,0,N\r\n");
        REQUIRE(sentences.size() == 5);
        CHECK(sentences[0].time == at("2007-12-18T23:59:58.500Z"));
        CHECK(sentences[1].time == at("2007-12-18T23:59:59Z"));
        CHECK(sentences[2].time == at("2007-12-19T00:00:00Z"));
        CHECK(!sentences[3].time);
        CHECK(sentences[4].time == sentences[2].time);
        CHECK(shifted(sentences[0], 2s) == "$GPGGA,000000.5,,,,,0,00,,,M,0.0,M,,0000");
        CHECK(shifted(sentences[1], 1s) == "$GPRMC,000000,V,,,,,,,191207,0,N");
        CHECK(shifted(sentences[3], 1s) == "$GPGSA,A,1");
    }

    TEST_CASE("what is broken, empty or strange stays as it is") {
        for (const char* text :
             {"$GPRMC,,V,,,,,,,,,,N*53", "$GPRMC", "$", "garbage", "$GPRMC,021417.00,A*00",
              "$GPZDA,030807.00,10,08,2006,00,00*68", "$GPRMC,ab1417,V,,,,,,,181207,0,N",
              "$GPRMC,*", "$PUBX,00,081350.00"}) {
            CAPTURE(text);
            CHECK(one(text, 3600s) == text);
        }
        CHECK(read_sentences("").empty());
    }

    TEST_CASE("the carried drive moves as a whole") {
        const auto log =
            read_file(test::project_file("tests/data/drive_mountain_view.nmea"), 1 << 20);
        REQUIRE(log);
        CHECK(!is_binary(*log));
        const auto sentences = read_sentences(*log);
        std::string moved;
        for (const auto& sentence : sentences)
            moved += shifted(sentence, 86'400s * 2000 + 7s) + '\n';
        const auto again = read_sentences(moved);
        REQUIRE(again.size() == sentences.size());
        std::size_t timed = 0;
        for (std::size_t i = 0; i < again.size(); ++i) {
            if (!sentences[i].time) continue;
            ++timed;
            CHECK(again[i].time == *sentences[i].time + 86'400s * 2000 + 7s);
        }
        CHECK(timed > 3200);
    }

    TEST_CASE("binary logs are told from text, and their head is left out") {
        const auto binary =
            read_file(test::project_file("tests/data/gpsd/bu303-moving.log"), 1 << 20);
        REQUIRE(binary);
        CHECK(is_binary(*binary));
        CHECK(without_leading_comments(*binary).starts_with("\xa0\xa2"));
        const auto text = read_file(test::project_file("tests/data/gpsd/haicom-305N.log"), 1 << 20);
        REQUIRE(text);
        CHECK(!is_binary(*text));
    }
}
