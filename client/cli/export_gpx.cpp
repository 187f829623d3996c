#include "client/cli/export.hpp"
#include "client/cli/numbers.hpp"

#include <fmt/format.h>

namespace outrider::cli {

namespace {

constexpr std::string_view head =
    R"(<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="outrider" xmlns="http://www.topografix.com/GPX/1/1" xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.topografix.com/GPX/1/1 http://www.topografix.com/GPX/1/1/gpx.xsd http://www.garmin.com/xmlschemas/TrackPointExtension/v2 https://www8.garmin.com/xmlschemas/TrackPointExtensionv2.xsd">
)";

std::string extension(const api::TrackPoint& point) {
    std::string inner;
    if (point.speed_mps)
        inner += fmt::format("<gpxtpx:speed>{:.2f}</gpxtpx:speed>", *point.speed_mps);
    if (point.track_deg) {
        inner += fmt::format("<gpxtpx:course>{:.1f}</gpxtpx:course>", *point.track_deg);
    }
    if (inner.empty()) return "";
    return "<extensions><gpxtpx:TrackPointExtension>" + inner +
           "</gpxtpx:TrackPointExtension></extensions>";
}

// The order of the elements is the schema's.
void add_point(std::string& out, const api::TrackPoint& point, std::string_view name) {
    out += fmt::format("      <trkpt lat=\"{}\" lon=\"{}\">", degrees(point.latitude),
                       degrees(point.longitude));
    if (point.altitude_m) out += fmt::format("<ele>{:.1f}</ele>", *point.altitude_m);
    out += fmt::format("<time>{}</time>", to_rfc3339(point.time));
    if (!name.empty()) out += fmt::format("<name>{}</name>", name);
    out += extension(point) + "</trkpt>\n";
}

}  // namespace

std::string to_gpx(Track track) {
    std::string out(head);
    const auto raw = segments(track);
    if (!raw.empty()) {
        out += fmt::format("  <metadata><time>{}</time></metadata>\n",
                           to_rfc3339(raw.front().front()->time));
        out += "  <trk><name>Fixes</name>\n";
        for (const auto& segment : raw) {
            out += "    <trkseg>\n";
            for (const auto* point : segment) add_point(out, *point, "");
            out += "    </trkseg>\n";
        }
        out += "  </trk>\n";
    }
    const auto reported = pings(track);
    if (!reported.empty()) {
        out += "  <trk><name>Pings</name>\n    <trkseg>\n";
        for (const auto* ping : reported) {
            add_point(out, *ping, ping->sequence ? fmt::format("{}", *ping->sequence) : "");
        }
        out += "    </trkseg>\n  </trk>\n";
    }
    return out + "</gpx>\n";
}

}  // namespace outrider::cli
