#include "client/cli/svg.hpp"

#include "client/cli/console.hpp"

#include <fmt/format.h>

#include <cmath>

namespace outrider::cli::svg {

namespace {

constexpr double finest_px = 0.4;  // nearer points of a line cannot be told apart

constexpr std::string_view style =
    R"(text { font-family: "DejaVu Sans", Verdana, Arial, sans-serif; font-size: 15px; fill: #1f2933; }
.title { font-size: 22px; font-weight: bold; }
.small { font-size: 13px; fill: #52606d; }
.raw { fill: none; stroke: #7b8794; stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round; }
.gap { fill: none; stroke: #7b8794; stroke-width: 1.6; stroke-dasharray: 6 6; }
.ping { fill: #1d5fbf; stroke: #ffffff; stroke-width: 0.8; }
.rejected { fill: none; stroke: #c0187c; stroke-width: 1.6; }
.start { fill: #2b8a3e; stroke: #ffffff; stroke-width: 2; }
.end { fill: #1f2933; stroke: #ffffff; stroke-width: 2; }
.halo { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; font-weight: bold; }
)";

std::string distance(double metres) {
    return metres < 1000 ? fmt::format("{:.0f} m", metres) : fmt::format("{:g} km", metres / 1000);
}

}  // namespace

std::string page(std::string_view title, std::string_view rules, std::string_view content) {
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
        "viewBox=\"0 0 {0} {1}\">\n<title>{2}</title>\n<style>\n{3}{4}</style>\n"
        "<rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n",
        width, height, title, style, rules);
    out += fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"#f7f9fb\" "
        "stroke=\"#cbd2d9\"/>\n",
        frame.left, frame.top, frame.width, frame.height);
    out += content;
    return out + "</svg>\n";
}

std::string circle(Pixel at, double radius, std::string_view kind) {
    return fmt::format("<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"/>\n", kind, at.x,
                       at.y, radius);
}

std::string cross(Pixel at, std::string_view kind) {
    return fmt::format("<path class=\"{}\" d=\"M{:.1f} {:.1f}l8 8m0 -8l-8 8\"/>\n", kind, at.x - 4,
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

std::string marker(Pixel at, std::string_view kind, const std::string& words, double dy) {
    const bool at_the_right = at.x > frame.left + frame.width - 170;
    const double x = at_the_right ? at.x - 12 : at.x + 12;
    return circle(at, 7, kind) +
           fmt::format("<text class=\"halo\" x=\"{:.1f}\" y=\"{:.1f}\"{}>{}</text>\n", x, at.y + dy,
                       at_the_right ? " text-anchor=\"end\"" : "", words);
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

std::string kilometres(double metres) {
    return metres < 1000 ? fmt::format("{:.0f} m", metres)
                         : fmt::format("{:.1f} km", metres / 1000);
}

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", grouped(count), count == 1 ? one : many);
}

std::string stretch(Instant from, Instant to) {
    const std::string first = to_rfc3339(from), last = to_rfc3339(to);
    const std::string until = first.substr(0, 10) == last.substr(0, 10)
                                  ? last.substr(11, 5)
                                  : last.substr(0, 10) + " " + last.substr(11, 5);
    return fmt::format("{} {} to {} UTC", first.substr(0, 10), first.substr(11, 5), until);
}

}  // namespace outrider::cli::svg
