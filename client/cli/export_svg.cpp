#include "client/cli/console.hpp"
#include "client/cli/export.hpp"
#include "client/cli/projection.hpp"
#include "gps/geodesy.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace outrider::cli {

namespace {

constexpr double width = 1200, height = 900;
constexpr Box frame{20, 70, 880, 810};
constexpr Box inner{50, 100, 820, 750};  // where the track is: room for markers at its edges
constexpr double legend_left = 925;
constexpr double finest_px = 0.4;  // nearer points of a line cannot be told apart

constexpr std::string_view style = R"(<style>
text { font-family: "DejaVu Sans", Verdana, Arial, sans-serif; font-size: 15px; fill: #1f2933; }
.title { font-size: 22px; font-weight: bold; }
.small { font-size: 13px; fill: #52606d; }
.raw { fill: none; stroke: #7b8794; stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round; }
.gap { fill: none; stroke: #7b8794; stroke-width: 1.6; stroke-dasharray: 6 6; }
.dead { fill: none; stroke: #f0a020; stroke-width: 11; stroke-opacity: 0.45; stroke-linejoin: round; stroke-linecap: round; }
.ping { fill: #1d5fbf; stroke: #ffffff; stroke-width: 0.8; }
.late { fill: #d9480f; stroke: #ffffff; stroke-width: 0.8; }
.rejected { fill: none; stroke: #c0187c; stroke-width: 1.6; }
.start { fill: #2b8a3e; stroke: #ffffff; stroke-width: 2; }
.end { fill: #1f2933; stroke: #ffffff; stroke-width: 2; }
.halo { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; font-weight: bold; }
</style>
)";

std::string circle(Pixel at, double radius, std::string_view kind) {
    return fmt::format("<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"/>\n", kind, at.x,
                       at.y, radius);
}

std::string cross(Pixel at) {
    return fmt::format("<path class=\"rejected\" d=\"M{:.1f} {:.1f}l8 8m0 -8l-8 8\"/>\n", at.x - 4,
                       at.y - 4);
}

std::string text(double x, double y, std::string_view kind, std::string_view words) {
    return fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", kind, x, y,
                       words);
}

std::string line(const std::vector<Pixel>& pixels, std::string_view kind) {
    std::string points;
    Pixel last{-1e9, -1e9};
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        const Pixel at = pixels[i];
        const bool apart = std::hypot(at.x - last.x, at.y - last.y) >= finest_px;
        if (!apart && i + 1 != pixels.size()) continue;
        points += fmt::format("{}{:.1f},{:.1f}", points.empty() ? "" : " ", at.x, at.y);
        last = at;
    }
    return fmt::format("<polyline class=\"{}\" points=\"{}\"/>\n", kind, points);
}

// What the picture shows, counted for its legend.
struct Counts {
    std::int64_t fixes = 0, pings = 0, late = 0, rejected = 0, outside = 0, gaps = 0, zones = 0;
    double length_m = 0;
};

std::vector<Pixel> placed(const Points& points, const Projection& project) {
    std::vector<Pixel> pixels;
    for (const auto* point : points) pixels.push_back(project(*point));
    return pixels;
}

std::string raw_lines(const std::vector<Points>& raw, const Projection& project, Counts& counts) {
    std::string out;
    const api::TrackPoint* last = nullptr;
    for (const auto& segment : raw) {
        if (last != nullptr) {
            ++counts.gaps;
            out += line({project(*last), project(*segment.front())}, "gap");
        }
        out += line(placed(segment, project), "raw");
        for (std::size_t i = 1; i < segment.size(); ++i) {
            counts.length_m += gps::distance_m(segment[i - 1]->latitude, segment[i - 1]->longitude,
                                               segment[i]->latitude, segment[i]->longitude);
        }
        counts.fixes += static_cast<std::int64_t>(segment.size());
        last = segment.back();
    }
    return out;
}

// A dead zone: the way from one late ping to the next, until one arrived in time again.
std::string dead_zones(const std::vector<Points>& raw, const Projection& project,
                       const Lateness& lateness, Counts& counts) {
    std::string out;
    bool dead = false;
    for (const auto& segment : raw) {
        std::vector<Pixel> zone, ahead;  // up to the last late ping, and after it
        const auto draw = [&] {
            // A zone of one place is a line too: its round ends make it a dot.
            if (zone.size() == 1) zone.push_back({zone.front().x + 0.1, zone.front().y});
            if (!zone.empty()) out += line(zone, "dead");
            zone.clear();
            ahead.clear();
        };
        for (const auto* point : segment) {
            const bool was_dead = dead;
            if (is_ping(*point)) dead = is_late(*point, lateness);
            if (dead) ahead.push_back(project(*point));
            if (!is_ping(*point)) continue;
            if (!dead) draw();
            if (dead && !was_dead) ++counts.zones;
            zone.insert(zone.end(), ahead.begin(), ahead.end());
            ahead.clear();
        }
        draw();
    }
    return out;
}

std::string ping_dots(Track track, const Projection& project, const Lateness& lateness,
                      Counts& counts) {
    std::string out;
    for (const auto* ping : pings(track)) {
        const bool late = is_late(*ping, lateness);
        ++(late ? counts.late : counts.pings);
        out += circle(project(*ping), 3.5, late ? "late" : "ping");
    }
    return out;
}

std::string crosses(Track track, const Projection& project, Counts& counts) {
    std::string out;
    for (const auto& point : track) {
        if (gps::believed(point.judgement.verdict)) continue;
        ++counts.rejected;
        // The farthest jumps would shrink the track to a dot: they are counted instead.
        const bool shown = has_position(point) && frame.contains(project(point));
        if (shown) out += cross(project(point));
        if (!shown) ++counts.outside;
    }
    return out;
}

std::string marker(Pixel at, std::string_view kind, const std::string& words, double dy) {
    const bool at_the_right = at.x > frame.left + frame.width - 170;
    const double x = at_the_right ? at.x - 12 : at.x + 12;
    return circle(at, 7, kind) +
           fmt::format("<text class=\"halo\" x=\"{:.1f}\" y=\"{:.1f}\"{}>{}</text>\n", x, at.y + dy,
                       at_the_right ? " text-anchor=\"end\"" : "", words);
}

std::string markers(const std::vector<Points>& raw, const Projection& project) {
    if (raw.empty()) return "";
    const auto* first = raw.front().front();
    const auto* last = raw.back().back();
    // Apart from each other also when the drive ended where it began.
    return marker(project(*last), "end", "end " + clock_time(last->time), 20) +
           marker(project(*first), "start", "start " + clock_time(first->time), -10);
}

std::string distance(double metres) {
    return metres < 1000 ? fmt::format("{:.0f} m", metres) : fmt::format("{:g} km", metres / 1000);
}

std::string scale_bar(double metres_per_pixel) {
    const double longest_m = 200 * metres_per_pixel;
    const double magnitude = std::pow(10, std::floor(std::log10(longest_m)));
    double metres = magnitude;
    for (const double step : {2.0, 5.0})
        metres = step * magnitude <= longest_m ? step * magnitude : metres;
    const double length = metres / metres_per_pixel, x = legend_left, y = height - 40;
    return fmt::format(
               "<path d=\"M{:.1f} {:.1f}v8h{:.1f}v-8\" fill=\"none\" stroke=\"#1f2933\" "
               "stroke-width=\"2\"/>\n",
               x, y, length) +
           text(x, y - 8, "scale", metres < 1 ? fmt::format("{:g} m", metres) : distance(metres));
}

std::string north_arrow() {
    constexpr double x = 1160, y = 800;
    return fmt::format("<path d=\"M{} {}l11 34l-11 -8l-11 8z\" fill=\"#1f2933\"/>\n", x, y) +
           fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">N</text>\n", x, y - 8);
}

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", grouped(count), count == 1 ? one : many);
}

std::string legend(const Counts& counts) {
    const double x = legend_left + 14;
    double y = 110;
    const auto sample = [&](std::string_view kind) {
        return line({{x - 12, y}, {x + 12, y}}, kind);
    };
    std::string out;
    const auto add = [&](const std::string& symbol, const std::string& words) {
        out += symbol + text(x + 26, y + 5, "entry", words);
        y += 32;
    };
    add(sample("raw"), counted(counts.fixes, "fix believed", "fixes believed"));
    add(sample("gap"), counted(counts.gaps, "gap over 60 s", "gaps over 60 s"));
    add(circle({x, y}, 5, "ping"), counted(counts.pings, "ping in time", "pings in time"));
    add(circle({x, y}, 5, "late"),
        counted(counts.late, "ping late or waiting", "pings late or waiting"));
    add(sample("dead"), counted(counts.zones, "dead zone", "dead zones"));
    add(cross({x, y}), counted(counts.rejected, "fix rejected", "fixes rejected"));
    y -= 10;
    if (counts.outside > 0)
        add("", fmt::format("{} of them not in sight", grouped(counts.outside)));
    return out;
}

std::string title(const std::vector<Points>& raw, const Counts& counts) {
    if (raw.empty()) {
        return text(20, 44, "title", "Nothing to draw: no believed fix in this time");
    }
    const std::string from = to_rfc3339(raw.front().front()->time);
    const std::string to = to_rfc3339(raw.back().back()->time);
    const std::string until = from.substr(0, 10) == to.substr(0, 10)
                                  ? to.substr(11, 5)
                                  : to.substr(0, 10) + " " + to.substr(11, 5);
    const std::string length = counts.length_m < 1000
                                   ? fmt::format("{:.0f} m", counts.length_m)
                                   : fmt::format("{:.1f} km", counts.length_m / 1000);
    return text(
        20, 44, "title",
        fmt::format("{} {} to {} UTC, {}", from.substr(0, 10), from.substr(11, 5), until, length));
}

}  // namespace

std::string to_svg(Track track, const Lateness& lateness) {
    const auto raw = segments(track);
    Points believed;
    for (const auto& segment : raw) believed.insert(believed.end(), segment.begin(), segment.end());
    const Projection project(believed, inner);

    Counts counts;
    std::string picture = raw_lines(raw, project, counts);
    picture = dead_zones(raw, project, lateness, counts) + picture;
    picture += raw.empty() ? "" : crosses(track, project, counts);
    picture += ping_dots(track, project, lateness, counts) + markers(raw, project);

    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
        "viewBox=\"0 0 {0} {1}\">\n<title>Outrider track</title>\n{2}"
        "<rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n",
        width, height, style);
    out += fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"#f7f9fb\" "
        "stroke=\"#cbd2d9\"/>\n",
        frame.left, frame.top, frame.width, frame.height);
    out += title(raw, counts) + picture + legend(counts) + north_arrow();
    out += raw.empty() ? "" : scale_bar(project.metres_per_pixel());
    return out + "</svg>\n";
}

}  // namespace outrider::cli
