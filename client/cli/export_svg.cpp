#include "client/cli/console.hpp"
#include "client/cli/export.hpp"
#include "client/cli/projection.hpp"
#include "client/cli/svg.hpp"
#include "gps/geodesy.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace outrider::cli {

using namespace svg;

namespace {

constexpr std::string_view rules =
    R"(.dead { fill: none; stroke: #f0a020; stroke-width: 11; stroke-opacity: 0.45; stroke-linejoin: round; stroke-linecap: round; }
.late { fill: #d9480f; stroke: #ffffff; stroke-width: 0.8; }
)";

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
        if (shown) out += cross(project(point), "rejected");
        if (!shown) ++counts.outside;
    }
    return out;
}

std::string markers(const std::vector<Points>& raw, const Projection& project) {
    if (raw.empty()) return "";
    const auto* first = raw.front().front();
    const auto* last = raw.back().back();
    // Apart from each other also when the drive ended where it began.
    return marker(project(*last), "end", "end " + clock_time(last->time), 20) +
           marker(project(*first), "start", "start " + clock_time(first->time), -10);
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
    add(cross({x, y}, "rejected"), counted(counts.rejected, "fix rejected", "fixes rejected"));
    y -= 10;
    if (counts.outside > 0)
        add("", fmt::format("{} of them not in sight", grouped(counts.outside)));
    return out;
}

std::string title(const std::vector<Points>& raw, const Counts& counts) {
    if (raw.empty()) {
        return text(20, 44, "title", "Nothing to draw: no believed fix in this time");
    }
    return text(20, 44, "title",
                fmt::format("{}, {}", stretch(raw.front().front()->time, raw.back().back()->time),
                            kilometres(counts.length_m)));
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

    picture = title(raw, counts) + picture + legend(counts) + north_arrow();
    picture += raw.empty() ? "" : scale_bar(project.metres_per_pixel());
    return page("Outrider track", rules, picture);
}

}  // namespace outrider::cli
