#include "client/api/ping.hpp"

#include "tests/support/result.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <random>

namespace outrider::api {

namespace {

Ping some_ping() {
    Ping ping;
    ping.time = *parse_rfc3339("2026-11-21T06:30:00.125Z");
    ping.latitude = 51.5007292;
    ping.longitude = -0.1246254;
    ping.speed_mps = 13.41;
    return ping;
}

Destination some_destination() {
    Destination destination;
    destination.origin = *net::parse_origin("https://api.servicetitan.io");
    destination.tenant = "1000001";
    destination.gps_provider = "outrider";
    destination.unit_id = "van-7";
    destination.unit_name = "Van 7";
    return destination;
}

std::string rendered(const Ping& ping, const Destination& destination) {
    std::string out;
    append_json(out, ping, destination, "or-1-1");
    return out;
}

}  // namespace

TEST_CASE("a ping on the wire has exactly the contract's members, in its order") {
    CHECK(rendered(some_ping(), some_destination()) ==
          R"({"unitId":"van-7","unitName":"Van 7","eventTime":"2026-11-21T06:30:00.125Z",)"
          R"("latitude":51.5007292,"longitude":-0.1246254,"speed":30.00,"street":"","city":"",)"
          R"("region":"","postalCode":"","message":"","externalId":"or-1-1","isNew":false,)"
          R"("statusMessage":""})");
}

TEST_CASE("what is not known is null on the wire, never a number") {
    Ping ping = some_ping();
    ping.speed_mps.reset();
    CHECK(rendered(ping, some_destination()).find("\"speed\":null") != std::string::npos);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double wild : {nan, infinity, -infinity, 1e300, 90.1}) {
        ping.latitude = wild;
        CHECK(rendered(ping, some_destination()).find("\"latitude\":null") != std::string::npos);
        const auto again = decode_ping(encode(ping));
        REQUIRE(again);
        CHECK(std::isnan(again->latitude));
    }
}

TEST_CASE("coordinates keep seven decimals, zeros and small negatives included") {
    struct Row {
        double degrees;
        const char* text;
    };
    const Row rows[] = {{0, "0.0000000"},     {-0.0000001, "-0.0000001"},
                        {-0.5, "-0.5000000"}, {89.9999999, "89.9999999"},
                        {90, "90.0000000"},   {-90, "-90.0000000"},
                        {1e-9, "0.0000000"},  {12.34567894, "12.3456789"}};
    for (const Row& row : rows) {
        Ping ping = some_ping();
        ping.latitude = row.degrees;
        CHECK(rendered(ping, some_destination())
                  .find(std::string("\"latitude\":") + row.text + ",") != std::string::npos);
    }
}

TEST_CASE("speed is given in the destination's unit with two decimals") {
    struct Row {
        const char* unit;
        double mps;
        const char* text;
    };
    const Row rows[] = {{"mph", 44.704, "99.99"}, {"km/h", 10, "36.00"},
                        {"m/s", 10.555, "10.56"}, {"mph", 0, "0.00"},
                        {"km/h", 0.01, "0.04"},   {"m/s", 1e12, "100000.00"},
                        {"mph", 26.82, "59.99"},  {"km/h", 27.78, "100.01"}};
    for (const Row& row : rows) {
        Destination destination = some_destination();
        destination.speed_unit = *parse_speed_unit(row.unit);
        Ping ping = some_ping();
        ping.speed_mps = row.mps;
        const std::string out = rendered(ping, destination);
        CAPTURE(out);
        CHECK(out.find(std::string("\"speed\":") + row.text + ",") != std::string::npos);
    }
    CHECK(parse_speed_unit("knots").error().detail.find("mph, km/h or m/s") != std::string::npos);
}

TEST_CASE("hostile unit names stay one JSON string") {
    Destination destination = some_destination();
    destination.unit_name = "a\",\"extra\":\"\n\xff\x01";
    const auto json = nlohmann::json::parse(rendered(some_ping(), destination), nullptr, false);
    REQUIRE(json.is_object());
    CHECK(json.size() == 14);
    CHECK(json["unitName"] == "a\",\"extra\":\"\n\xef\xbf\xbd\x01");
}

TEST_CASE("a ping keeps its bytes through its record, however often") {
    std::mt19937_64 dice(7);
    std::uniform_real_distribution<double> latitude(-90, 90), longitude(-180, 180), speed(0, 90);
    std::uniform_int_distribution<std::int64_t> time(0, 4'000'000'000'000);
    for (int i = 0; i < 2000; ++i) {
        Ping ping;
        ping.time = Instant(Duration(time(dice)));
        ping.latitude = latitude(dice);
        ping.longitude = longitude(dice);
        if (i % 3 != 0) ping.speed_mps = speed(dice);
        ping.is_new = i % 2 == 0;
        const std::string record = encode(ping);
        REQUIRE(record.size() < 32);
        const auto once = decode_ping(record);
        REQUIRE(once);
        REQUIRE(encode(*once) == record);
        REQUIRE(rendered(*once, some_destination()) == rendered(ping, some_destination()));
        REQUIRE(once->is_new == ping.is_new);
        REQUIRE(std::abs(once->latitude - ping.latitude) <= 0.5001e-7);
    }
}

TEST_CASE("every cut and every changed byte of a record is refused or is another valid ping") {
    Ping working = some_ping();
    working.under_way = Ping::Context{812, dispatch::Status::working};
    for (const std::string& record : {encode(some_ping()), encode(working)}) {
        for (std::size_t length = 0; length < record.size(); ++length) {
            CHECK(decode_ping(record.substr(0, length)).error().fault == Fault::malformed);
        }
        CHECK_FALSE(decode_ping(record + "x"));
        for (std::size_t i = 0; i < record.size(); ++i) {
            for (int value = 0; value < 256; ++value) {
                std::string changed = record;
                changed[i] = static_cast<char>(value);
                const auto ping = decode_ping(changed);
                if (!ping) continue;
                REQUIRE(encode(*ping) == changed);
                REQUIRE(nlohmann::json::accept(rendered(*ping, some_destination())));
            }
        }
    }
    std::string newer = encode(some_ping());
    newer[0] = 3;
    CHECK(decode_ping(newer).error().detail.find("newer outrider") != std::string::npos);
}

TEST_CASE("a ping says what the technician was on when it was made") {
    Ping ping = some_ping();
    const Destination destination = some_destination();
    CHECK(rendered(ping, destination).find(R"("statusMessage":"")") != std::string::npos);
    ping.under_way = Ping::Context{812, dispatch::Status::working};
    const auto again = decode_ping(encode(ping));
    REQUIRE(again);
    CHECK(again->under_way == ping.under_way);
    CHECK(encode(ping).size() < 40);
    const std::string text = rendered(*again, destination);
    CHECK(text.find(R"("statusMessage":"Working: appointment 812")") != std::string::npos);
    ping.under_way->appointment = std::numeric_limits<dispatch::Id>::min();
    ping.under_way->status = dispatch::Status::dispatched;
    CHECK(rendered(ping, destination).size() <= longest_json(destination));
}

TEST_CASE("a destination keeps its text, and damaged texts are refused by name") {
    Destination destination = some_destination();
    destination.speed_unit = SpeedUnit::kilometres_per_hour;
    const std::string text = encode(destination);
    CHECK(text == R"({"api":"https://api.servicetitan.io","tenant":"1000001",)"
                  R"("gps_provider":"outrider","unit_id":"van-7","unit_name":"Van 7",)"
                  R"("speed_unit":"km/h"})");
    const auto again = decode_destination(text);
    REQUIRE(again);
    CHECK(*again == destination);
    for (std::size_t length = 0; length < text.size(); ++length) {
        CHECK(decode_destination(text.substr(0, length)).error().fault == Fault::malformed);
    }
    for (const char* member :
         {"api", "tenant", "gps_provider", "unit_id", "unit_name", "speed_unit"}) {
        auto json = nlohmann::json::parse(text);
        json[member] = 7;
        CHECK(decode_destination(json.dump()).error().detail.find(member) != std::string::npos);
    }
    CHECK_FALSE(decode_destination("[]"));
    CHECK_FALSE(decode_destination(std::string(1'000'000, '[')));
}

TEST_CASE("an external id tells database and sequence") {
    CHECK(external_id(0x1f2e3d4c5b6a7988, 42) == "or-1f2e3d4c5b6a7988-42");
    CHECK(external_id(1, 1) == "or-0000000000000001-1");
}

}  // namespace outrider::api
