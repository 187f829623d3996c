#include "gps/gpsd.hpp"

#include "gps/lines.hpp"
#include "platform/clock.hpp"
#include "tests/support/result.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace outrider;
using namespace outrider::gps;
using Kind = GpsdLine::Kind;

namespace {

constexpr const char* good_report =
    R"({"class":"TPV","device":"/dev/ttyACM0","status":2,"mode":3,"time":"2026-11-20T10:00:00.123Z",)"
    R"("lat":51.123456789,"lon":-0.123456789,"altHAE":81.8,"altMSL":98.5,"alt":98.5,"epx":8.9,)"
    R"("epy":14.2,"epv":43.4,"track":359.9,"speed":12.345,"climb":-0.3,"eps":28.4,"eph":3.5})";

GpsdLine read(std::string_view line) {
    GpsdReader reader;
    return reader.read(line);
}

std::string report(std::string_view members) {
    return R"({"class":"TPV","device":"/dev/a",)" + std::string(members) + "}";
}

std::string repeated(std::string_view text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

}  // namespace

TEST_SUITE("gps/gpsd_reader") {
    TEST_CASE("a report becomes a fix with all that is known") {
        const GpsdLine line = read(good_report);
        REQUIRE(line.kind == Kind::report);
        const Fix& fix = line.fix;
        CHECK(fix.mode == Mode::three_d);
        REQUIRE(fix.time);
        CHECK(to_rfc3339(*fix.time) == "2026-11-20T10:00:00.123Z");
        CHECK(fix.latitude == doctest::Approx(51.123456789).epsilon(1e-12));
        CHECK(fix.longitude == doctest::Approx(-0.123456789).epsilon(1e-12));
        CHECK(fix.speed_mps == doctest::Approx(12.345));
        CHECK(fix.track_deg == doctest::Approx(359.9));
        CHECK(fix.altitude_m == doctest::Approx(98.5));
        CHECK(fix.climb_mps == doctest::Approx(-0.3));
        CHECK(fix.accuracy_m == doctest::Approx(3.5));
        CHECK(fix.status == 2);
        CHECK(fix.device == "/dev/ttyACM0");
        CHECK(line.device == "/dev/ttyACM0");
        CHECK(!fix.satellites_used);
    }

    TEST_CASE("what a report does not say is absent, whatever the one before said") {
        GpsdReader reader;
        reader.read(good_report);
        const GpsdLine line = reader.read(R"({"class":"TPV","mode":1})");
        REQUIRE(line.kind == Kind::report);
        CHECK(line.fix.mode == Mode::none);
        CHECK(!line.fix.time);
        CHECK(std::isnan(line.fix.latitude));
        CHECK(std::isnan(line.fix.longitude));
        CHECK(!line.fix.speed_mps);
        CHECK(!line.fix.track_deg);
        CHECK(!line.fix.altitude_m);
        CHECK(!line.fix.accuracy_m);
        CHECK(line.fix.status == 0);
        CHECK(line.fix.device.empty());
    }

    TEST_CASE("half a position is no position") {
        CHECK(std::isnan(read(report(R"("mode":3,"lon":2.0)")).fix.latitude));
        CHECK(std::isnan(read(report(R"("mode":3,"lat":2.0)")).fix.longitude));
        CHECK(std::isnan(read(report(R"("mode":3,"lat":"x","lon":2.0)")).fix.latitude));
        CHECK(std::isnan(read(report(R"("mode":3,"lat":null,"lon":2.0)")).fix.latitude));
    }

    TEST_CASE("the error of a place comes from epx and epy when there is no eph") {
        CHECK(read(report(R"("mode":3,"lat":1,"lon":2,"epx":3.0,"epy":4.0)")).fix.accuracy_m ==
              doctest::Approx(5));
        CHECK(!read(report(R"("mode":3,"lat":1,"lon":2,"epx":3.0)")).fix.accuracy_m);
        CHECK(read(report(R"("mode":3,"lat":1,"lon":2,"altHAE":7.0)")).fix.altitude_m ==
              doctest::Approx(7));
    }

    TEST_CASE("a time that is none is absent") {
        for (const char* time : {R"("")", R"("garbage")", R"("1969-12-31T23:59:59Z")", "12345",
                                 "{}", R"("1970-01-01T00:00:00.000Z")"}) {
            CAPTURE(time);
            const GpsdLine line =
                read(report(R"("mode":3,"lat":1.0,"lon":2.0,"time":)" + std::string(time)));
            CHECK(line.kind == Kind::report);
            CHECK(!line.fix.time);
            CHECK(line.fix.latitude == 1);
        }
        const GpsdLine old =
            read(report(R"("mode":3,"lat":1,"lon":2,"time":"1980-01-06T00:00:00Z")"));
        REQUIRE(old.fix.time);
        CHECK(to_rfc3339(*old.fix.time) == "1980-01-06T00:00:00.000Z");
        const GpsdLine far =
            read(report(R"("mode":3,"lat":1,"lon":2,"time":"2137-01-01T00:00:00Z")"));
        REQUIRE(far.fix.time);
        CHECK(to_rfc3339(*far.fix.time) == "2137-01-01T00:00:00.000Z");
    }

    TEST_CASE("no mode but gpsd's four") {
        for (const char* mode : {"-1", "4", "99", "99999999999999", "18446744073709551615", "3.7",
                                 R"("3")", "null", "4294967299"}) {
            CAPTURE(mode);
            const GpsdLine line =
                read(report(R"("lat":1.0,"lon":2.0,"mode":)" + std::string(mode)));
            CHECK(line.fix.mode == Mode::unknown);
        }
    }

    TEST_CASE("members of newer gpsds, nested ones too, cost nothing") {
        for (const char* extra :
             {R"("new":{"a":[1,{"b":2}]},)", R"("new":[1,2,3],)", R"("new":true,"old":null,)",
              R"("a_very_long_name_that_libgps_has_no_room_for_at_all_in_its_buffer":1,)"}) {
            CAPTURE(extra);
            const GpsdLine line =
                read(report(extra + std::string(R"("mode":3,"lat":1.5,"lon":2)")));
            CHECK(line.kind == Kind::report);
            CHECK(line.fix.mode == Mode::three_d);
            CHECK(line.fix.latitude == 1.5);
        }
        CHECK(read(R"({ "mode" : 3, "class" : "TPV" , "lat" : 1.5, "lon" : 2 } )").fix.latitude ==
              1.5);
    }

    TEST_CASE("latitudes beyond the world and status 8 are the sieve's to judge") {
        const GpsdLine line =
            read(report(R"("mode":3,"status":8,"lat":91.0,"lon":500.0,"speed":-3)"));
        CHECK(line.fix.latitude == 91);
        CHECK(line.fix.longitude == 500);
        CHECK(line.fix.speed_mps == -3);
        CHECK(line.fix.status == 8);
    }

    TEST_CASE("what is no report of gpsd's is unreadable, and does no harm") {
        const std::string lines[] = {
            "",
            "garbage",
            "{",
            "[]",
            "null",
            "42",
            "{}",
            R"({"a":1})",
            R"({"class":7})",
            R"({"class":{"class":"TPV"}})",
            R"({"class":"TPV","mode":3,"lat":1.0)",
            R"({"class":"TPV","mode":3,"lat":nan,"lon":nan})",
            R"({"class":"TPV","mode":3,"lat":1e400,"lon":1.0})",
            R"({"class":"TPV","mode":2,"lat":1.0,"lon":2.0}{"class":"TPV","mode":3})",
            R"({"class":"DEVICE"})",
            R"({"class":"DEVICES"})",
            R"({"class":"DEVICES","devices":7})",
            "\xff\xfe\x00\x01",
            std::string("{\"class\":\"TPV\",\0\"mode\":3}", 25),
            "{\"class\":\"TPV\",\"device\":\"\xff\"}",
            repeated("[", 30'000),
            repeated("{\"a\":", 10'000),
            R"({"class":"TPV","x":)" + repeated("[", 100) + repeated("]", 100) + "}",
            R"({"class":"TPV","device":")" + std::string(Lines::longest, 'x') + "\"}",
            "<html><body>Please log in</body></html>",
            "HTTP/1.1 200 OK",
        };
        GpsdReader reader;
        for (const std::string& line : lines) {
            CAPTURE(line.substr(0, 60));
            CHECK(reader.read(line).kind == Kind::unreadable);
            CHECK(reader.read(good_report).fix.mode == Mode::three_d);
        }
    }

    TEST_CASE("a device's name that libgps has no room for, or that hides a NUL, is none") {
        const GpsdLine line = read(R"({"class":"TPV","mode":3,"lat":1,"lon":2,"device":")" +
                                   std::string(300, 'd') + "\"}");
        CHECK(line.kind == Kind::report);
        CHECK(line.device.empty());
        CHECK(line.fix.latitude == 1);
        CHECK(read(R"({"class":"TPV","mode":3,"lat":1,"lon":2,"device":"/dev/a\u0000b"})")
                  .device.empty());
    }

    TEST_CASE("a sky counts the satellites in use, when it lists them") {
        const GpsdLine sky = read(
            R"({"class":"SKY","device":"/dev/b","nSat":3,"uSat":2,"satellites":[{"PRN":1,"used":true,)"
            R"("ss":30},{"PRN":2,"used":true,"new":{"a":1}},{"PRN":3,"used":false}]})");
        CHECK(sky.kind == Kind::sky);
        CHECK(sky.device == "/dev/b");
        CHECK(sky.satellites_used == 2);
        CHECK(read(R"({"class":"SKY","satellites":[]})").satellites_used == 0);
        for (const char* text :
             {R"({"class":"SKY","hdop":1.0})", R"({"class":"SKY","satellites":{"a":1}})",
              R"({"class":"SKY","satellites":[1,2]})"}) {
            CAPTURE(text);
            CHECK(read(text).kind == Kind::sky);
            CHECK(!read(text).satellites_used);
        }
        // More than libgps has room for.
        const std::string many = R"({"class":"SKY","satellites":[)" +
                                 repeated(R"({"PRN":1,"used":true},)", 999) + "{}]}";
        CHECK(read(many).kind == Kind::sky);
        CHECK(!read(many).satellites_used);
    }

    TEST_CASE("more than four devices do not hang, and only active ones count") {
        std::string list;
        for (int i = 0; i < 40; ++i)
            list +=
                R"({"class":"DEVICE","path":"/dev/)" + std::to_string(i) + R"(","x":{"y":[]}},)";
        const GpsdLine many = read(R"({"class":"DEVICES","devices":[)" + list + "7]}");
        CHECK(many.kind == Kind::devices);
        CHECK(many.devices.size() == 16);
        const GpsdLine some = read(
            R"({"class":"DEVICES","devices":[{"path":"/dev/gone","activated":0},)"
            R"({"path":"/dev/on","activated":"2026-11-21T02:53:25.195Z"},{"path":7},{"path":""}]})");
        CHECK(some.devices == std::vector<std::string>{"/dev/on"});
        CHECK(read(R"({"class":"DEVICES","devices":[]})").devices.empty());
    }

    TEST_CASE("devices come and go") {
        const GpsdLine gone = read(R"({"class":"DEVICE","path":"/dev/a","activated":0})");
        CHECK(gone.kind == Kind::device);
        CHECK(gone.device == "/dev/a");
        CHECK(!gone.activated);
        CHECK(read(R"({"class":"DEVICE","path":"/dev/a","activated":"2026-11-20T10:00:00Z"})")
                  .activated);
    }

    TEST_CASE("gpsd introduces itself, answers and complains") {
        const GpsdLine version = read(
            R"({"class":"VERSION","release":"3.22","rev":"3.22","proto_major":3,"proto_minor":14})");
        CHECK(version.kind == Kind::version);
        CHECK(version.text == "3.22");
        CHECK(read(R"({"class":"WATCH","enable":true})").kind == Kind::watch);
        CHECK(read(R"({"class":"ERROR","message":"hello"})").text == "hello");
        CHECK(read(R"({"class":"PPS","device":"/dev/b"})").kind == Kind::other);
    }

    TEST_CASE("a report with bytes changed at random never does harm") {
        std::mt19937_64 dice(1);
        GpsdReader reader;
        for (int i = 0; i < 20'000; ++i) {
            std::string line = good_report;
            for (auto n = dice() % 4 + 1; n > 0; --n)
                line[dice() % line.size()] = static_cast<char>(dice());
            const GpsdLine says = reader.read(line);
            if (says.kind != Kind::report) continue;
            CHECK(static_cast<int>(says.fix.mode) <= 3);
            if (says.fix.speed_mps) CHECK(std::isfinite(*says.fix.speed_mps));
        }
    }

    TEST_CASE("reports are asked for in JSON, of one receiver when it is named") {
        CHECK(watch_command("") == "?WATCH={\"enable\":true,\"json\":true};\n");
        CHECK(watch_command("/dev/serial/by-id/usb-\"u\"") ==
              "?WATCH={\"device\":\"/dev/serial/by-id/"
              "usb-\\\"u\\\"\",\"enable\":true,\"json\":true};\n");
    }
}
