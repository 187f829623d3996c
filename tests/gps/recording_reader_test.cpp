#include "gps/judge.hpp"
#include "gps/recording.hpp"
#include "gps/recording_clock.hpp"
#include "tests/gps/recordings.hpp"
#include "tests/support/result.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace outrider;
using namespace outrider::gps;
using namespace outrider::test;

namespace {

std::string why(const Result<Recording>& read) {
    return read ? std::string("it was read") : read.error().detail;
}

// With its checksum.
std::string sentence(std::string_view body) {
    unsigned sum = 0;
    for (const char c : body) sum ^= static_cast<unsigned char>(c);
    return fmt::format("${}*{:02X}\n", body, sum);
}

const std::string rmc =
    sentence("GNRMC,021417.00,A,3725.58362,N,12205.61915,W,10.0,65.13,070220,13.06,E,F,V");
const std::string gga =
    "$GNGGA,021417.00,3725.58362,N,12205.61915,W,5,12,0.76,4.4,M,-30.0,M,0.0,2000*52\r\n";

std::vector<Verdict> verdicts_of(Recording recording) {
    const Played played = play_back(std::move(recording), {});
    Judge judge{JudgeSettings()};
    std::vector<Judged> judged;
    for (std::size_t i = 0; i < played.fixes.size(); ++i)
        judge.add(played.fixes[i], played.walls[i], judged);
    judge.finish(judged);
    std::ranges::stable_sort(judged, {}, [](const Judged& one) { return one.fix.seen; });
    std::vector<Verdict> verdicts;
    for (const Judged& one : judged) verdicts.push_back(one.judgement.verdict);
    return verdicts;
}

}  // namespace

TEST_SUITE("gps/recording_reader") {
    TEST_CASE("the sentences of one time are one fix") {
        const auto read = read_text(rmc + gga);
        REQUIRE(read);
        CHECK(read->format == RecordingFormat::nmea);
        CHECK(read->broken == 0);
        REQUIRE(read->fixes.size() == 1);
        const Fix& fix = read->fixes.front();
        CHECK(fix.mode == Mode::three_d);
        REQUIRE(fix.time);
        CHECK(to_rfc3339(*fix.time) == "2020-02-07T02:14:17.000Z");
        CHECK(fix.latitude == doctest::Approx(37 + 25.58362 / 60));
        CHECK(fix.longitude == doctest::Approx(-122 - 5.61915 / 60));
        CHECK(fix.speed_mps == doctest::Approx(5.1444).epsilon(0.001));
        CHECK(fix.track_deg == 65.13);
        CHECK(fix.altitude_m == 4.4);
        CHECK(fix.satellites_used == 12);
        CHECK(fix.accuracy_m == doctest::Approx(0.76 * 19));
    }

    TEST_CASE("broken sentences are counted with the first one's place, and others passed over") {
        std::string text = "$GPGSA,A,3,17,02*00\n";
        text += rmc;
        text += "!AIVDM,1,1,,A,15M,0*00\n";
        text += sentence("GPGSV,1,1,00");
        text += "$GNGGA,0214";
        text += gga;  // the one before it was cut short by it
        const auto read = read_text(text + "$GNRMC,021418.00,A,37");
        REQUIRE(read);
        CHECK(read->fixes.size() == 1);
        CHECK(read->fixes.front().mode == Mode::three_d);
        CHECK(read->broken == 2);
        CHECK(read->first_broken == "line 1: its checksum is wrong");
        CHECK(read->elsewhere == 2);
    }

    TEST_CASE("a sentence without a position is a report without a fix") {
        const auto read = read_text(sentence("GPRMC,021417,V,,,,,,,070220,,,N") +
                                    sentence("GPGGA,021418,,,,,0,00,,,M,,M,,"));
        REQUIRE(read);
        REQUIRE(read->fixes.size() == 2);
        for (const Fix& fix : read->fixes) CHECK(fix.mode == Mode::none);
    }

    TEST_CASE("times are of the last date that was told, and go on over midnight") {
        const auto at = [](std::string_view time) {
            return sentence(fmt::format("GPGGA,{},3725.5,N,12205.6,W,1,8,1.0,4,M,,M,,", time));
        };
        const auto read =
            read_text(at("235957") + sentence("GPRMC,235958,A,3725.5,N,12205.6,W,1,1,311219,,,A") +
                      at("235958") + at("235959") + at("000000") +
                      sentence("GPRMC,000001,A,3725.5,S,12205.6,E,1,1,010120,,,A"));
        REQUIRE(read);
        REQUIRE(read->fixes.size() == 5);
        CHECK_FALSE(read->fixes[0].time);  // before the first date
        CHECK(to_rfc3339(*read->fixes[1].time) == "2019-12-31T23:59:58.000Z");
        CHECK(to_rfc3339(*read->fixes[2].time) == "2019-12-31T23:59:59.000Z");
        CHECK(to_rfc3339(*read->fixes[3].time) == "2020-01-01T00:00:00.000Z");
        CHECK(to_rfc3339(*read->fixes[4].time) == "2020-01-01T00:00:01.000Z");
        CHECK(read->fixes[4].latitude < 0);
        CHECK(read->fixes[4].longitude > 0);
    }

    TEST_CASE("two-digit years are of 1980 to 2079") {
        const auto year = [](std::string_view date) {
            const auto read = read_text(
                sentence(fmt::format("GPRMC,120000,A,3725.5,N,12205.6,W,1,1,{},,,A", date)));
            return read && read->fixes[0].time ? to_rfc3339(*read->fixes[0].time).substr(0, 10)
                                               : std::string();
        };
        CHECK(year("060180") == "1980-01-06");
        CHECK(year("311279") == "2079-12-31");
        CHECK(year("310299") == "");
    }

    TEST_CASE("gpsd's reports are read as from gpsd, whatever stands between them") {
        const auto read = read_text(data("gpsd/motorola-t805.log.chk"));
        REQUIRE(read);
        CHECK(read->format == RecordingFormat::gpsd);
        CHECK(read->fixes.size() == 41);
        CHECK(read->broken == 0);
        CHECK(read->elsewhere + read->fixes.size() == read->lines);
        const auto many = read_text(data("gpsd/ublox-neo-m8n.log.chk"));
        REQUIRE(many);
        CHECK(many->fixes.back().satellites_used >= 10);
    }

    TEST_CASE("gpspipe's stamps are when a report arrived") {
        const std::string line = R"({"class":"TPV","mode":3,"lat":37.4,"lon":-122.1})";
        const auto read =
            read_text("1763706600.250: " + line + "\n1763706601.250000: " + line + "\n");
        REQUIRE(read);
        REQUIRE(read->arrivals.size() == 2);
        CHECK(to_rfc3339(read->arrivals[0]) == "2025-11-21T06:30:00.250Z");
        CHECK(read->arrivals[1] - read->arrivals[0] == std::chrono::seconds(1));
        // One without is no clock for the others.
        const auto half = read_text("1763706600.250: " + line + "\n" + line + "\n");
        REQUIRE(half);
        CHECK(half->arrivals.empty());
    }

    TEST_CASE("a table's columns stand in any order and unit, among others") {
        const auto read = read_text(
            "# a logger's comment\nName;Longitude;LAT;speed_kmh;utc\n"
            "\"a;\"\"b\"\"\";-122.1;37.4;36;2026-11-21 06:30:00\n"
            ";-122.1;37.5;;1795242600.5\n");
        REQUIRE(read);
        CHECK(read->format == RecordingFormat::csv);
        REQUIRE(read->fixes.size() == 2);
        CHECK(read->fixes[0].longitude == -122.1);
        CHECK(read->fixes[0].latitude == 37.4);
        CHECK(read->fixes[0].speed_mps == doctest::Approx(10));
        CHECK(to_rfc3339(*read->fixes[0].time) == "2026-11-21T06:30:00.000Z");
        CHECK(to_rfc3339(*read->fixes[1].time) == "2026-11-21T06:30:00.500Z");
        CHECK_FALSE(read->fixes[1].speed_mps);
        CHECK(read->fixes[1].mode == Mode::two_d);
    }

    TEST_CASE("the tables that the project measures itself by are read whole") {
        for (const std::string name : {"car_m241", "car_dg100", "car_mountain_view"}) {
            CAPTURE(name);
            const auto read = read_text(data("positions/" + name + ".csv"));
            REQUIRE(read);
            CHECK(read->broken == 0);
            CHECK(read->fixes.size() == read->lines - 1);
        }
    }

    TEST_CASE("a time of long before satellites is one, for the sieve to judge") {
        const auto read = read_text("t,lat,lon\n-2147483647.793,37,-122\n");
        REQUIRE(read);
        CHECK(to_rfc3339(*read->fixes[0].time).starts_with("1901-12-13T"));
        CHECK_FALSE(read_text("t,lat,lon\n-1e300,37,-122\n"));
    }

    TEST_CASE("a row that cannot be read is counted, with what is wrong with it") {
        const auto read = read_text("time,lat,lon\n1763706600,north,1\n1763706600,37,-122\n17637");
        REQUIRE(read);
        CHECK(read->fixes.size() == 1);
        CHECK(read->broken == 2);
        CHECK(read->first_broken == "line 2: \"north\" is no number");
    }

    TEST_CASE("GPX has its speeds in any namespace, and our own pings are not read again") {
        const std::string point =
            "<trkpt lat=\"37.4\" lon=\"-122.1\"><time>2026-11-21T06:30:00Z"
            "</time><extensions><a:speed> 3.5 </a:speed></extensions></trkpt>";
        const auto gpx = [&](const std::string& creator) {
            return read_text("<gpx creator=\"" + creator + "\"><trk><name>Fixes</name><trkseg>" +
                             point + "</trkseg></trk><trk><name>Pings</name><trkseg>" + point +
                             "</trkseg></trk></gpx>");
        };
        const auto theirs = gpx("a logger");
        REQUIRE(theirs);
        CHECK(theirs->format == RecordingFormat::gpx);
        CHECK(theirs->fixes.size() == 2);
        CHECK(theirs->fixes[0].speed_mps == 3.5);
        CHECK(theirs->fixes[0].mode == Mode::two_d);
        const auto ours = gpx("outrider");
        REQUIRE(ours);
        CHECK(ours->fixes.size() == 1);
    }

    TEST_CASE("the same drive is judged the same in every format, read in any pieces") {
        const auto nmea = read_text(data("drive_mountain_view.nmea"));
        REQUIRE(nmea);
        CHECK(nmea->fixes.size() == 1653);
        const std::vector<Verdict> verdicts = verdicts_of(*nmea);
        CHECK(std::ranges::count(verdicts, Verdict::reported) > 50);
        CHECK(std::ranges::count(verdicts, Verdict::held) > 500);
        const std::vector<Fix> fixes = nmea->fixes;
        for (const auto& one : {std::pair{RecordingFormat::csv, as_csv(fixes)},
                                {RecordingFormat::gpx, as_gpx(fixes)},
                                {RecordingFormat::gpsd, as_gpsd(fixes)}}) {
            CAPTURE(name(one.first));
            for (const std::size_t piece : {std::size_t(1 << 20), std::size_t(97)}) {
                const auto read = read_text(one.second, std::nullopt, piece);
                REQUIRE(read);
                CHECK(read->format == one.first);
                CHECK(read->broken == 0);
                CHECK(verdicts_of(*read) == verdicts);
            }
        }
    }

    TEST_CASE("what is no recording says what was looked for, and where it failed") {
        CHECK(why(read_text("")).find("neither gpsd's JSON") == 0);
        CHECK(why(read_text("Dear Sir or Madam\n")).find("--format") != std::string::npos);
        CHECK(why(read_text("a,b,c\n1,2,3\n")) ==
              "line 1: a header with a column time is needed, such as "
              "time,latitude,longitude,speed_mps");
        CHECK(why(read_text("time,lat,lon\nx,1,2\n")) ==
              "line 2: \"x\" is no time: no position can be read");
        CHECK(why(read_text("$GPRMC,1*00\n")) ==
              "line 1: its checksum is wrong: no position can be read");
        CHECK(why(read_text("<html></html>")) == "no position in it (lines read: 1)");
        CHECK(
            why(read_text("<gpx><trk><trkseg><trkpt lat=\"1\" lon=\"2\"/></trkseg></trk></gpx>")) ==
            "line 1: a point without a time: no position can be read");
        // Told what it is, it is read as that.
        CHECK(why(read_text("Dear Sir\n", RecordingFormat::nmea)) ==
              "no position in it (lines read: 1)");
    }

    TEST_CASE("a document type, in which entities multiply, ends a GPX file") {
        std::string text = "<!DOCTYPE gpx [<!ENTITY a \"aaaaaaaaaa\">";
        for (char c = 'b'; c < 'k'; ++c)
            text += fmt::format("<!ENTITY {} \"&{};&{};&{};&{};\">", c, c - 1, c - 1, c - 1, c - 1);
        text += "]><gpx>&j;</gpx>";
        CHECK(why(read_text(text)) ==
              "line 1: a document type: no GPX file has one: no position can be read");
    }

    TEST_CASE("depth and length end a GPX file, and what came before is kept") {
        const std::string point =
            "<gpx><trk><trkseg><trkpt lat=\"1\" "
            "lon=\"2\"><time>2026-11-21T06:30:00Z</time></trkpt>";
        std::string deep;
        for (int i = 0; i < 100'000; ++i) deep += "<a>";
        const auto read = read_text(point + deep);
        REQUIRE(read);
        CHECK(read->fixes.size() == 1);
        CHECK(read->first_broken == "line 1: too deep for a GPX file");
        const auto tag = read_text(point + "<a b=\"" + std::string(4'000'000, 'x'));
        REQUIRE(tag);
        CHECK(tag->first_broken == "line 1: longer than anything in a GPX file");
        const auto cut = read_text(point + "\n<trkpt lat=\"1\"");
        REQUIRE(cut);
        CHECK(cut->broken == 1);
        CHECK(cut->first_broken.starts_with("line 2: "));
    }

    TEST_CASE("a line without an end is passed over, and the next one read") {
        const auto read =
            read_text("time,lat,lon\n" + std::string(300'000, '1') + "\n1763706600,37,-122\n");
        REQUIRE(read);
        CHECK(read->fixes.size() == 1);
        CHECK(read->first_broken == "line 2: longer than 65536 bytes");
    }

    TEST_CASE("a byte order mark is no part of the header") {
        CHECK(read_text("\xef\xbb\xbftime,lat,lon\r\n1763706600,37,-122\r\n"));
    }

    TEST_CASE("there is an end to how many fixes are read") {
        RecordingReader reader(RecordingFormat::csv, 20'000);
        REQUIRE(reader.add("time,lat,lon\n"));
        std::string thousand;
        for (int i = 0; i < 1000; ++i) thousand += "1763706600,37,-122\n";
        Result<> added;
        std::size_t thousands = 0;
        for (; added && thousands < 30; ++thousands) added = reader.add(thousand);
        REQUIRE_FALSE(added);
        CHECK(added.error().fault == Fault::too_large);
        CHECK(thousands == 21);
    }
}
