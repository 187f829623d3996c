#include "client/cli/export.hpp"
#include "client/cli/numbers.hpp"

#include <fmt/format.h>

#include <cmath>

namespace outrider::cli {

namespace {

std::string coordinates(const api::TrackPoint& point) {
    std::string text = "[" + degrees(point.longitude) + "," + degrees(point.latitude);
    if (point.altitude_m && std::isfinite(*point.altitude_m)) {
        text += fmt::format(",{:.1f}", *point.altitude_m);
    }
    return text + "]";
}

// A stretch of a single fix is no line, but it is a place.
std::string geometry(const Points& segment) {
    if (segment.size() == 1) {
        return "{\"type\":\"Point\",\"coordinates\":" + coordinates(*segment.front()) + "}";
    }
    std::string list;
    for (const auto* point : segment) list += (list.empty() ? "" : ",") + coordinates(*point);
    return "{\"type\":\"LineString\",\"coordinates\":[" + list + "]}";
}

std::string stretch(const Points& segment) {
    return fmt::format(
        "{{\"type\":\"Feature\",\"geometry\":{},\"properties\":{{\"kind\":\"track\","
        "\"from\":\"{}\",\"to\":\"{}\",\"fixes\":{}}}}}",
        geometry(segment), to_rfc3339(segment.front()->time), to_rfc3339(segment.back()->time),
        segment.size());
}

std::string feature(const api::TrackPoint& ping, const Lateness& lateness) {
    const std::string delivered =
        ping.delivered ? "\"" + to_rfc3339(*ping.delivered) + "\"" : "null";
    const std::string sequence = ping.sequence ? fmt::format("{}", *ping.sequence) : "null";
    return fmt::format(
        "{{\"type\":\"Feature\",\"geometry\":{{\"type\":\"Point\",\"coordinates\":{}}},"
        "\"properties\":{{\"kind\":\"ping\",\"time\":\"{}\",\"speed_mps\":{},\"track_deg\":{},"
        "\"accuracy_m\":{},\"verdict\":\"{}\",\"cause\":\"{}\",\"ping\":{},\"delivered\":{},"
        "\"late\":{}}}}}",
        coordinates(ping), to_rfc3339(ping.time), number_or(ping.speed_mps, "null"),
        number_or(ping.track_deg, "null"), number_or(ping.accuracy_m, "null"),
        gps::name(ping.judgement.verdict), gps::name(ping.judgement.cause), sequence, delivered,
        is_late(ping, lateness));
}

}  // namespace

std::string to_geojson(Track track, const Lateness& lateness) {
    std::string features;
    const auto add = [&features](const std::string& one) {
        features += (features.empty() ? "\n" : ",\n") + one;
    };
    for (const auto& segment : segments(track)) add(stretch(segment));
    for (const auto* ping : pings(track)) add(feature(*ping, lateness));
    return "{\"type\":\"FeatureCollection\",\"features\":[" + features + "\n]}\n";
}

}  // namespace outrider::cli
