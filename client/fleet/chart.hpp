#pragma once
// Pictures for the report's page: lines over time, percentiles, a map. Each is a whole <figure>.

#include "client/fleet/figures.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::fleet::chart {

// For HTML's text and attributes, whatever was in it.
std::string escaped(std::string_view);
std::string grouped(std::int64_t);  // "12,345"
std::string seconds(double);        // "2 min", "1.5 h"

enum class Width { half, whole };  // of the page
struct Words {
    std::string title, unit;  // "pings a second"
    std::string caption;
    Width width = Width::half;
};
struct Line {
    std::string name;
    double step_s = 1;
    std::vector<double> values;
};
struct Mark {  // a line across, and a time when nobody answered
    std::string name;
    double value = 0, from_s = 0, until_s = 0;
};
// "" when no line has two points.
std::string over_time(const Words&, const std::vector<Line>&,
                      const std::optional<Mark>& = std::nullopt);

// What is measured in microseconds, by how many took at most so long.
std::string percentiles(const Words&, const Histogram& us);

std::string map(const Words&, const std::vector<Trail>&);

// Values as they are, thinned to what a picture can show.
Line line_of(std::string name, const Peaks&);
Line rate_of(std::string name, const Series&);  // a second
// The one divided by the other where there is something to divide by.
Line mean_of(std::string name, const Series& sum, const Series& count);

}  // namespace outrider::fleet::chart
