#include "client/fleet/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace outrider::fleet::chart {

namespace {

constexpr double side = 1560, high = 760, margin = 30;
constexpr std::size_t colours = 6;

// Metres of the town to the picture's pixels, north up, the same scale both ways.
class Ground {
public:
    explicit Ground(const std::vector<Trail>& trails) {
        for (const Trail& trail : trails) {
            for (const Spot& spot : trail.driven) include(spot);
            for (const Spot& spot : trail.reported) include(spot);
        }
        const double wide = std::max(east_most_ - east_least_, 100.0);
        const double tall = std::max(north_most_ - north_least_, 100.0);
        scale_ = std::min((side - 2 * margin) / wide, (high - 2 * margin) / tall);
    }
    bool empty() const { return east_least_ > east_most_; }
    double x(const Spot& spot) const {
        const double middle = (east_least_ + east_most_) / 2;
        return side / 2 + (static_cast<double>(spot.east_m) - middle) * scale_;
    }
    double y(const Spot& spot) const {
        const double middle = (north_least_ + north_most_) / 2;
        return high / 2 - (static_cast<double>(spot.north_m) - middle) * scale_;
    }
    double pixels_per_metre() const { return scale_; }

private:
    void include(const Spot& spot) {
        const auto east = static_cast<double>(spot.east_m);
        const auto north = static_cast<double>(spot.north_m);
        east_least_ = std::min(east_least_, east);
        east_most_ = std::max(east_most_, east);
        north_least_ = std::min(north_least_, north);
        north_most_ = std::max(north_most_, north);
    }

    static constexpr double far = std::numeric_limits<double>::max();
    double east_least_ = far, east_most_ = -far, north_least_ = far, north_most_ = -far;
    double scale_ = 1;
};

std::string scale_bar(const Ground& ground) {
    const double longest_m = 240 / ground.pixels_per_metre();
    const double magnitude = std::pow(10, std::floor(std::log10(longest_m)));
    double metres = magnitude;
    for (const double step : {2.0, 5.0})
        if (step * magnitude <= longest_m) metres = step * magnitude;
    const std::string words =
        metres < 1000 ? fmt::format("{:g} m", metres) : fmt::format("{:g} km", metres / 1000);
    return fmt::format(
        "<path class=\"scale\" d=\"M16 {0}v6h{1:.1f}v-6\"/>\n<text x=\"16\" "
        "y=\"{2}\">{3}</text>\n",
        high - 18, metres * ground.pixels_per_metre(), high - 22, words);
}

std::string drawn(const Trail& trail, const Ground& ground, std::size_t colour) {
    std::string line, dots;
    for (std::size_t i = 0; i < trail.driven.size(); ++i) {
        fmt::format_to(std::back_inserter(line), "{}{:.1f} {:.1f}", i == 0 ? "M" : "L",
                       ground.x(trail.driven[i]), ground.y(trail.driven[i]));
    }
    // A line of no length with round ends is a dot, in fewer letters than a circle.
    for (const Spot& spot : trail.reported)
        fmt::format_to(std::back_inserter(dots), "M{:.1f} {:.1f}h0", ground.x(spot),
                       ground.y(spot));
    std::string out =
        fmt::format("<g class=\"m{}\"><title>technician {}</title>\n", colour, trail.technician);
    if (!line.empty()) out += fmt::format("<path class=\"driven\" d=\"{}\"/>\n", line);
    if (!dots.empty()) out += fmt::format("<path class=\"reported\" d=\"{}\"/>\n", dots);
    return out + "</g>\n";
}

}  // namespace

std::string map(const Words& words, const std::vector<Trail>& trails) {
    const Ground ground(trails);
    if (ground.empty()) return "";
    std::string content;
    for (std::size_t i = 0; i < trails.size(); ++i)
        content += drawn(trails[i], ground, i % colours);
    return fmt::format(
        "<figure class=\"wide\">\n<h2>{0}</h2>\n<p class=\"legend\"><span><svg class=\"key\" "
        "viewBox=\"0 0 34 "
        "10\" "
        "aria-hidden=\"true\"><g class=\"m0\"><path class=\"driven\" d=\"M1 5H33\"/></g></svg>"
        "driven</span><span><svg class=\"key\" viewBox=\"0 0 34 10\" aria-hidden=\"true\">"
        "<g class=\"m0\"><path class=\"reported\" d=\"M8 5h0M20 5h0\"/></g></svg>reported</span>"
        "</p>\n<svg viewBox=\"0 0 {1} {2}\" role=\"img\" aria-label=\"{0}\">\n{3}{4}</svg>\n"
        "<figcaption>{5}</figcaption>\n</figure>\n",
        escaped(words.title), side, high, content, scale_bar(ground), escaped(words.caption));
}

}  // namespace outrider::fleet::chart
