#include "client/cli/export.hpp"

#include "tests/client/cli/points.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <sstream>

using namespace outrider;
using namespace outrider::cli;
using namespace outrider::test;

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (auto i = text.find(what); i != std::string::npos; i = text.find(what, i + 1)) ++found;
    return found;
}

bool has(const std::string& text, const std::string& what) {
    return text.find(what) != std::string::npos;
}

// Every element that is opened is closed again, in order.
bool well_formed(const std::string& xml) {
    std::vector<std::string> open;
    for (std::size_t i = xml.find('<'); i != std::string::npos; i = xml.find('<', i + 1)) {
        const std::size_t end = xml.find('>', i);
        if (end == std::string::npos) return false;
        const std::string tag = xml.substr(i + 1, end - i - 1);
        if (tag.starts_with('?') || tag.ends_with('/')) continue;
        const std::string name = tag.substr(0, tag.find(' '));
        if (!name.starts_with('/')) {
            open.push_back(name);
        } else {
            if (open.empty() || open.back() != name.substr(1)) return false;
            open.pop_back();
        }
    }
    return open.empty();
}

// A drive with everything in it: a rejected jump, a fix without position, a gap, and two late
// pings.
std::vector<api::TrackPoint> drive() {
    std::vector<api::TrackPoint> points;
    points.push_back(ping(0, 1));
    for (int s = 1; s < 20; ++s) points.push_back(point(s));
    points.push_back(ping(20, 2, 300));
    auto jump = point(21, gps::Verdict::impossible_speed);
    jump.latitude = 51;
    jump.judgement.measured = 183;
    jump.judgement.limit = 70;
    points.push_back(jump);
    auto nowhere = point(22, gps::Verdict::no_fix);
    nowhere.latitude = nowhere.longitude = nan;
    nowhere.speed_mps.reset();
    nowhere.track_deg.reset();
    points.push_back(nowhere);
    auto near = point(23, gps::Verdict::inaccurate);
    points.push_back(near);
    for (int s = 200; s < 220; ++s) points.push_back(point(s));
    points.push_back(ping(220, 3, std::nullopt));
    points.push_back(ping(260, 4));
    return points;
}

constexpr int now = 1000;

}  // namespace

TEST_CASE(
    "GPX has a segment for each stretch between gaps, and the pings as a track of their own") {
    const auto points = drive();
    const std::string gpx = to_gpx(points);
    CHECK(well_formed(gpx));
    CHECK(count(gpx, "<trk>") == 2);
    CHECK(count(gpx, "<trkseg>") == 3);
    CHECK(count(gpx, "<trkpt ") == 43 + 4);
    CHECK(has(gpx,
              "<trkpt lat=\"37.4000000\" lon=\"-122.1000000\"><time>2026-11-21T14:00:00.000Z"
              "</time><extensions><gpxtpx:TrackPointExtension><gpxtpx:speed>10.50</gpxtpx:speed>"
              "<gpxtpx:course>45.0</gpxtpx:course></gpxtpx:TrackPointExtension></extensions>"
              "</trkpt>"));
    CHECK(has(gpx, "<name>3</name>"));
    CHECK_FALSE(has(gpx, "nan"));
}

TEST_CASE("an empty track is a valid file in every format") {
    CHECK(well_formed(to_gpx({})));
    CHECK(nlohmann::json::parse(to_geojson({}, {at(now)}))["features"].empty());
    CHECK(count(to_csv({}), "\n") == 1);
    const std::string svg = to_svg({}, {at(now)});
    CHECK(well_formed(svg));
    CHECK(has(svg, "Nothing to draw"));
}

TEST_CASE("GeoJSON has lines for the stretches and points for the pings, longitude first") {
    const auto points = drive();
    const auto json = nlohmann::json::parse(to_geojson(points, {at(now)}));
    CHECK(json["type"] == "FeatureCollection");
    const auto& features = json["features"];
    REQUIRE(features.size() == 2 + 4);
    CHECK(features[0]["geometry"]["type"] == "LineString");
    CHECK(features[0]["geometry"]["coordinates"].size() == 21);
    CHECK(features[0]["geometry"]["coordinates"][0][0] == -122.1);
    CHECK(features[0]["properties"]["from"] == "2026-11-21T14:00:00.000Z");
    const auto& late = features[3];
    CHECK(late["geometry"]["type"] == "Point");
    CHECK(late["properties"]["ping"] == 2);
    CHECK(late["properties"]["speed_mps"] == 10.5);
    CHECK(late["properties"]["verdict"] == "reported");
    CHECK(late["properties"]["delivered"] == "2026-11-21T14:05:20.000Z");
    CHECK(late["properties"]["late"] == true);
    CHECK(features[4]["properties"]["delivered"].is_null());
    CHECK(features[5]["properties"]["late"] == false);
}

TEST_CASE("a lone fix is a point in GeoJSON: a line needs two") {
    const std::vector<api::TrackPoint> points = {point(0)};
    const auto json = nlohmann::json::parse(to_geojson(points, {at(now)}));
    CHECK(json["features"][0]["geometry"]["type"] == "Point");
}

TEST_CASE("CSV has every fix, rejected ones too, with its verdict and reason") {
    const auto points = drive();
    const std::string csv = to_csv(points);
    std::istringstream lines(csv);
    std::string line;
    std::getline(lines, line);
    CHECK(line ==
          "time,latitude,longitude,altitude_m,speed_mps,track_deg,accuracy_m,verdict,cause,"
          "measured,limit,explanation,ping,delivered");
    CHECK(count(csv, "\n") == 1 + points.size());
    CHECK(has(csv,
              "2026-11-21T14:00:00.000Z,37.4000000,-122.1000000,,10.5,45,,reported,turn,51,"
              "50,"));
    CHECK(has(csv, ",1,2026-11-21T14:00:05.000Z\n"));
    CHECK(has(csv, ",impossible_speed,none,183,70,\"rejected"));  // its reason has a comma
    CHECK(has(csv, "2026-11-21T14:00:22.000Z,,,,,,,no_fix,"));
}

TEST_CASE("the picture shows and counts everything, and says what is out of sight") {
    const auto points = drive();
    const std::string svg = to_svg(points, {at(now)});
    CHECK(well_formed(svg));
    CHECK(has(svg, ">43 fixes believed<"));
    CHECK(has(svg, ">1 gap over 60 s<"));
    CHECK(has(svg, ">2 pings in time<"));
    CHECK(has(svg, ">2 pings late or waiting<"));
    CHECK(has(svg, ">1 dead zone<"));
    CHECK(has(svg, ">3 fixes rejected<"));
    CHECK(has(svg, ">2 of them not in sight<"));
    CHECK(has(svg, "2026-11-21 14:00 to 14:04 UTC"));
    CHECK(has(svg, ">start 14:00:00Z<"));
    CHECK(has(svg, ">end 14:04:20Z<"));
    CHECK(count(svg, "<polyline class=\"raw\"") == 2 + 1);  // and the legend's
    CHECK(count(svg, "<polyline class=\"gap\"") == 1 + 1);
    CHECK(count(svg, "<polyline class=\"dead\"") == 2 + 1);  // on both sides of the gap
    CHECK(count(svg, "<circle class=\"late\"") == 2 + 1);
    CHECK_FALSE(has(svg, "nan"));
    CHECK_FALSE(has(svg, "inf"));
}

TEST_CASE("a ping made just now is not called late") {
    const std::vector<api::TrackPoint> points = {ping(0, 1, std::nullopt)};
    CHECK(has(to_svg(points, {at(30)}), ">0 pings late or waiting<"));
    CHECK(has(to_svg(points, {at(61)}), ">1 ping late or waiting<"));
}

TEST_CASE("a picture stays small however many fixes lie on top of each other") {
    std::vector<api::TrackPoint> points;
    for (int s = 0; s < 50'000; ++s) {
        auto p = point(0);
        p.time = at(s);
        points.push_back(p);
    }
    CHECK(to_svg(points, {at(now)}).size() < 10'000);
}
