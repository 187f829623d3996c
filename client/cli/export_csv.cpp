#include "client/cli/export.hpp"
#include "client/cli/numbers.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace outrider::cli {

namespace {

std::string field(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + '"';
}

struct Column {
    const char* name;
    std::string (*value)(const api::TrackPoint&);
};
using Point = const api::TrackPoint&;
constexpr std::array columns = {
    Column{"time", [](Point p) { return to_rfc3339(p.time); }},
    Column{"latitude",
           [](Point p) { return std::isfinite(p.latitude) ? degrees(p.latitude) : ""; }},
    Column{"longitude",
           [](Point p) { return std::isfinite(p.longitude) ? degrees(p.longitude) : ""; }},
    Column{"altitude_m", [](Point p) { return number_or(p.altitude_m); }},
    Column{"speed_mps", [](Point p) { return number_or(p.speed_mps); }},
    Column{"track_deg", [](Point p) { return number_or(p.track_deg); }},
    Column{"accuracy_m", [](Point p) { return number_or(p.accuracy_m); }},
    Column{"verdict", [](Point p) { return std::string(gps::name(p.judgement.verdict)); }},
    Column{"cause", [](Point p) { return std::string(gps::name(p.judgement.cause)); }},
    Column{"measured", [](Point p) { return number_or(p.judgement.measured); }},
    Column{"limit", [](Point p) { return number_or(p.judgement.limit); }},
    Column{"explanation", [](Point p) { return gps::explain(p.judgement); }},
    Column{"ping", [](Point p) { return p.sequence ? fmt::format("{}", *p.sequence) : ""; }},
    Column{"delivered", [](Point p) { return p.delivered ? to_rfc3339(*p.delivered) : ""; }},
};

}  // namespace

std::string to_csv(Track track) {
    std::string out;
    for (const auto& column : columns) out += (out.empty() ? "" : ",") + std::string(column.name);
    out += "\n";
    for (const auto& point : track) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            out += (i == 0 ? "" : ",") + field(columns[i].value(point));
        }
        out += "\n";
    }
    return out;
}

}  // namespace outrider::cli
