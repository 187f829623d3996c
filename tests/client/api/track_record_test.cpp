#include "client/api/local.hpp"

#include "tests/support/result.hpp"

#include <cmath>
#include <limits>
#include <random>

namespace outrider::api {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TrackPoint full_point() {
    TrackPoint point;
    point.time = *parse_rfc3339("2026-11-21T06:30:00.250Z");
    point.latitude = 51.5007292;
    point.longitude = -0.1246254;
    point.speed_mps = 13.4;
    point.track_deg = 271.5;
    point.altitude_m = -3.25;
    point.accuracy_m = 2.75;
    point.judgement.verdict = gps::Verdict::reported;
    point.judgement.cause = gps::Cause::turn;
    point.judgement.measured = 183.2;
    point.judgement.limit = 30;
    point.sequence = 77;
    return point;
}

TrackPoint again(const TrackPoint& point) {
    const auto decoded = decode_track_point(encode(point));
    REQUIRE(decoded);
    return *decoded;
}

}  // namespace

TEST_CASE("a full record keeps everything in under 64 bytes, a plain one in half of that") {
    const TrackPoint point = full_point();
    CHECK(encode(point).size() < 64);
    CHECK(to_json(again(point)) == to_json(point));
    TrackPoint plain;
    plain.latitude = plain.longitude = 1;
    plain.speed_mps = 1;
    plain.track_deg = 1;
    CHECK(encode(plain).size() < 32);
}

TEST_CASE("each part may be absent by itself") {
    for (unsigned parts = 0; parts < 128; ++parts) {
        TrackPoint point = full_point();
        if (parts & 1U) point.speed_mps.reset();
        if (parts & 2U) point.track_deg.reset();
        if (parts & 4U) point.altitude_m.reset();
        if (parts & 8U) point.accuracy_m.reset();
        if (parts & 16U) point.sequence.reset();
        if (parts & 32U) point.judgement.measured = point.judgement.limit = 0;
        if (parts & 64U) point.latitude = point.longitude = nan;
        CHECK(to_json(again(point)) == to_json(point));
    }
}

TEST_CASE("positions nobody can be at are kept as they were said, up to the longest record") {
    TrackPoint point = full_point();
    point.latitude = 9.1e17;
    point.longitude = -1e300;
    point.judgement.verdict = gps::Verdict::out_of_range;
    CHECK(encode(point).size() < 64);
    CHECK(again(point).latitude == 9.1e17);
    CHECK(again(point).longitude == -1e300);
}

TEST_CASE("wild numbers are bounded or left out, never undefined") {
    for (const double wild : {nan, std::numeric_limits<double>::infinity(), 1e300, -1e300}) {
        TrackPoint point = full_point();
        point.speed_mps = point.track_deg = point.altitude_m = point.accuracy_m = wild;
        point.judgement.measured = point.judgement.limit = wild;
        point.time = Instant(Duration(std::numeric_limits<std::int64_t>::min()));
        const TrackPoint decoded = again(point);
        CHECK(decoded.time == Instant{});
        CHECK(decoded.speed_mps.has_value() == std::isfinite(wild));
    }
}

TEST_CASE("every cut is refused, and every changed byte is refused or is a valid point") {
    TrackPoint wild = full_point();
    wild.latitude = 1e9;
    for (const TrackPoint& point : {full_point(), TrackPoint(), wild}) {
        const std::string record = encode(point);
        for (std::size_t length = 0; length < record.size(); ++length) {
            CHECK(decode_track_point(record.substr(0, length)).error().fault == Fault::malformed);
        }
        CHECK_FALSE(decode_track_point(record + '\0'));
        for (std::size_t i = 0; i < record.size(); ++i) {
            for (int value = 0; value < 256; ++value) {
                std::string changed = record;
                changed[i] = static_cast<char>(value);
                const auto decoded = decode_track_point(changed);
                if (decoded) REQUIRE(parse_track_point(to_json(*decoded)));
            }
        }
    }
}

TEST_CASE("a record with two positions, or with one that is no number, is refused") {
    std::string twice = encode(full_point());
    twice[1] = static_cast<char>(twice[1] | 2);
    CHECK_FALSE(decode_track_point(twice));
    TrackPoint wild = full_point();
    wild.latitude = 1e9;
    std::string endless = encode(wild);
    REQUIRE(decode_track_point(endless));
    endless.replace(12, 8, 8, '\xff');
    CHECK_FALSE(decode_track_point(endless));
}

TEST_CASE("random bytes are never fatal") {
    std::mt19937_64 dice(11);
    for (int i = 0; i < 20'000; ++i) {
        std::string record(dice() % 70, '\0');
        for (char& c : record) c = static_cast<char>(dice());
        if (!record.empty()) record[0] = 1;
        const auto decoded = decode_track_point(record);
        if (decoded) REQUIRE(parse_track_point(to_json(*decoded)));
    }
}

}  // namespace outrider::api
