#pragma once
// Recordings for tests: read from text or from the project's data, and written in each format.

#include "gps/recording.hpp"
#include "platform/files.hpp"
#include "tests/support/places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::test {

inline Result<gps::Recording> read_text(std::string_view text,
                                        std::optional<gps::RecordingFormat> format = std::nullopt,
                                        std::size_t piece = 1 << 16) {
    gps::RecordingReader reader(format);
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
        if (auto taken = reader.add(text.substr(0, piece)); !taken) return taken.error();
    }
    return reader.finish();
}

inline std::string data(const std::string& path) {
    auto text = read_file(project_file("tests/data/" + path), 1 << 22);
    return text ? *text : std::string();
}

inline std::string or_nothing(const std::optional<double>& value) {
    return value ? fmt::format("{}", *value) : std::string();
}

inline std::string as_csv(const std::vector<gps::Fix>& fixes) {
    std::string text = "time,lat,lon,speed_mps,track_deg,accuracy_m,altitude_m,sats,mode\n";
    for (const gps::Fix& fix : fixes) {
        text += fmt::format("{},{},{},{},{},{},{},{},{}\n",
                            fix.time ? to_rfc3339(*fix.time) : std::string(), fix.latitude,
                            fix.longitude, or_nothing(fix.speed_mps), or_nothing(fix.track_deg),
                            or_nothing(fix.accuracy_m), or_nothing(fix.altitude_m),
                            fix.satellites_used.value_or(0), static_cast<int>(fix.mode));
    }
    return text;
}

inline std::string as_gpsd(const std::vector<gps::Fix>& fixes) {
    std::string text = "{\"class\":\"VERSION\",\"release\":\"3.22\"}\r\n";
    for (const gps::Fix& fix : fixes) {
        text += "{\"class\":\"TPV\",\"device\":\"/dev/ttyACM0\",\"mode\":" +
                std::to_string(static_cast<int>(fix.mode));
        const auto add = [&](const char* name, const std::string& value) {
            if (!value.empty()) text += fmt::format(",\"{}\":{}", name, value);
        };
        add("time", fix.time ? "\"" + to_rfc3339(*fix.time) + "\"" : std::string());
        add("lat", fmt::format("{}", fix.latitude));
        add("lon", fmt::format("{}", fix.longitude));
        add("speed", or_nothing(fix.speed_mps));
        add("track", or_nothing(fix.track_deg));
        add("eph", or_nothing(fix.accuracy_m));
        add("altMSL", or_nothing(fix.altitude_m));
        text += "}\r\n";
    }
    return text;
}

inline std::string as_gpx(const std::vector<gps::Fix>& fixes) {
    std::string text =
        "<?xml version=\"1.0\"?>\n<gpx version=\"1.1\" creator=\"a logger\" "
        "xmlns=\"http://www.topografix.com/GPX/1/1\" xmlns:g=\"x\"><trk><trkseg>\n";
    for (const gps::Fix& fix : fixes) {
        text += fmt::format("<trkpt lat=\"{}\" lon=\"{}\">", fix.latitude, fix.longitude);
        if (fix.altitude_m) text += fmt::format("<ele>{}</ele>", *fix.altitude_m);
        if (fix.time) text += fmt::format("<time>{}</time>", to_rfc3339(*fix.time));
        if (fix.accuracy_m) text += fmt::format("<hdop>{}</hdop>", *fix.accuracy_m / 19);
        text += "<extensions><g:TrackPointExtension>";
        if (fix.speed_mps) text += fmt::format("<g:speed>{}</g:speed>", *fix.speed_mps);
        if (fix.track_deg) text += fmt::format("<g:course>{}</g:course>", *fix.track_deg);
        text += "</g:TrackPointExtension></extensions></trkpt>\n";
    }
    return text + "</trkseg></trk></gpx>\n";
}

}  // namespace outrider::test
