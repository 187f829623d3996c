// A replay as a picture: fixes by their verdict, the track as reported, and where it is most wrong.

#include "client/cli/replay.hpp"
#include "client/cli/svg.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <set>
#include <utility>

namespace outrider::cli {

namespace {

constexpr std::string_view rules =
    R"(.held { fill: #7b8794; }
.parked { fill: #2b8a3e; }
.reported { fill: none; stroke: #1d5fbf; stroke-width: 1.4; stroke-linejoin: round; }
.worst { fill: none; stroke: #d9480f; stroke-width: 2.5; }
)";

struct Dot {
    gps::Verdict verdict;
    std::string_view name;
    double radius;
};
// In the order they are drawn in.
constexpr std::array dots{Dot{gps::Verdict::held, "held", 1.8},
                          Dot{gps::Verdict::parked, "parked", 2.2},
                          Dot{gps::Verdict::reported, "ping", 3.5}};

api::TrackPoint point_of(const gps::Judged& judged, Duration moved) {
    api::TrackPoint point;
    if (judged.fix.time) point.time = *judged.fix.time - moved;
    point.latitude = judged.fix.latitude;
    point.longitude = judged.fix.longitude;
    point.judgement = judged.judgement;
    return point;
}

// A million dots on one spot are one.
class Drawing {
public:
    bool first_at(Pixel at) { return drawn_.emplace(std::lround(at.x), std::lround(at.y)).second; }

private:
    std::set<std::pair<long, long>> drawn_;
};

std::string drawn_dots(const std::vector<api::TrackPoint>& points, const Projection& project,
                       const Dot& kind) {
    std::string out;
    Drawing drawing;
    for (const api::TrackPoint& point : points) {
        if (point.judgement.verdict != kind.verdict || !has_position(point)) continue;
        const Pixel at = project(point);
        if (drawing.first_at(at)) out += svg::circle(at, kind.radius, kind.name);
    }
    return out;
}

std::string crosses(const std::vector<api::TrackPoint>& points, const Projection& project,
                    std::int64_t& outside) {
    std::string out;
    Drawing drawing;
    for (const api::TrackPoint& point : points) {
        if (gps::believed(point.judgement.verdict)) continue;
        const bool shown = has_position(point) && svg::frame.contains(project(point));
        if (!shown) ++outside;
        if (shown && drawing.first_at(project(point)))
            out += svg::cross(project(point), "rejected");
    }
    return out;
}

// From ping to ping; a new line where the times step back.
std::string reported_track(const std::vector<api::TrackPoint>& points, const Projection& project) {
    std::string out;
    std::vector<Pixel> pixels;
    const api::TrackPoint* last = nullptr;
    const auto end = [&] {
        if (pixels.size() > 1) out += svg::line(pixels, "reported");
        pixels.clear();
    };
    for (const api::TrackPoint& point : points) {
        if (!is_ping(point)) continue;
        if (last != nullptr && point.time < last->time) end();
        pixels.push_back(project(point));
        last = &point;
    }
    end();
    return out;
}

std::string legend(const Run& run, std::int64_t outside) {
    const double x = svg::legend_left + 14;
    double y = 110;
    std::string out;
    const auto add = [&](const std::string& symbol, const std::string& words) {
        out += symbol + svg::text(x + 26, y + 5, "entry", words);
        y += 30;
    };
    const auto count_of = [&](gps::Verdict verdict) {
        const auto found = run.figures.verdicts.find(verdict);
        return found == run.figures.verdicts.end() ? 0 : static_cast<std::int64_t>(found->second);
    };
    for (const Dot& kind : dots) {
        add(svg::circle({x, y}, 5, kind.name),
            fmt::format("{} {}", grouped(count_of(kind.verdict)), gps::name(kind.verdict)));
    }
    add(svg::line({{x - 12, y}, {x + 12, y}}, "reported"), "the track as reported");
    add(svg::circle({x, y}, 7, "worst"),
        fmt::format("largest error: {:.1f} m", run.figures.largest_error_m));
    for (const gps::Verdict verdict : gps::all_verdicts()) {
        if (gps::believed(verdict) || count_of(verdict) == 0) continue;
        add(svg::cross({x, y}, "rejected"),
            fmt::format("{} {}", grouped(count_of(verdict)), gps::name(verdict)));
    }
    if (outside > 0) add("", fmt::format("{} of them not in sight", grouped(outside)));
    return out;
}

}  // namespace

std::string replay_svg(const Replay& replay, const Run& run) {
    std::vector<api::TrackPoint> points;
    points.reserve(run.replayed.judged.size());
    for (const gps::Judged& judged : run.replayed.judged)
        points.push_back(point_of(judged, replay.moved));
    Points believed;
    for (const api::TrackPoint& point : points)
        if (is_believed(point)) believed.push_back(&point);
    const Projection project(believed, svg::inner);
    if (believed.empty()) {
        return svg::page("Outrider replay", rules,
                         svg::text(20, 44, "title", "Nothing to draw: not one fix is believed"));
    }
    std::int64_t outside = 0;
    std::string picture =
        svg::text(20, 44, "title",
                  fmt::format("{}, {}", svg::stretch(believed.front()->time, believed.back()->time),
                              svg::kilometres(run.figures.metres)));
    picture += reported_track(points, project);
    picture += crosses(points, project, outside);
    for (const Dot& kind : dots) picture += drawn_dots(points, project, kind);
    if (run.figures.worst) {
        const Pixel at = project(points[*run.figures.worst]);
        picture +=
            svg::marker(at, "worst", fmt::format("{:.1f} m", run.figures.largest_error_m), 5);
    }
    picture += legend(run, outside) + svg::north_arrow();
    picture += svg::scale_bar(project.metres_per_pixel());
    return svg::page("Outrider replay", rules, picture);
}

}  // namespace outrider::cli
