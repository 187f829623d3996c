#include "client/fleet/chart.hpp"

#include "client/api/plain_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

namespace outrider::fleet::chart {

namespace {

constexpr std::size_t most_points = 700;
constexpr double height = 316, left = 84, top = 14, bottom = 258;
constexpr std::size_t styles = 4;  // of lines, in the page's style sheet

struct Frame {
    double width = 760, right = 716;
};
Frame frame_of(const Words& words) {
    Frame frame;
    if (words.width == Width::half) return frame;
    frame.width = 1560;
    frame.right = 1516;
    return frame;
}

struct Axis {
    double most = 1, step = 1;
};

// A little above `value`, in steps of 1, 2 or 5.
Axis axis_for(double value, int steps) {
    Axis axis;
    const double rough = std::max(value, 1e-9) / steps;
    const double magnitude = std::pow(10, std::floor(std::log10(rough)));
    axis.step = magnitude;
    for (const double times : {2.0, 5.0, 10.0})
        if (axis.step < rough) axis.step = times * magnitude;
    axis.most = std::ceil(value / axis.step - 1e-9) * axis.step;
    if (axis.most <= 0) axis.most = axis.step;
    return axis;
}

std::string number(double value) {
    if (std::abs(value) >= 1000) return grouped(std::llround(value));
    return fmt::format("{:.4g}", value);
}

double time_step(double total_s) {
    static constexpr std::array steps = {1.0,    2.0,    5.0,    10.0,   15.0,   30.0,   60.0,
                                         120.0,  300.0,  600.0,  900.0,  1800.0, 3600.0, 7200.0,
                                         1.08e4, 2.16e4, 4.32e4, 8.64e4, 1.728e5};
    for (const double step : steps)
        if (total_s / step <= 9) return step;
    return total_s / 7;
}

std::string text(double x, double y, std::string_view anchor, std::string_view words) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y,
                       anchor, escaped(words));
}

std::string grid_line(double x1, double y1, double x2, double y2) {
    return fmt::format("<path class=\"grid\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\"/>\n", x1, y1, x2,
                       y2);
}

std::string figure(const Words& words, const std::string& legend, const std::string& content) {
    return fmt::format(
        "<figure{6}>\n<h2>{0}</h2>\n{1}<svg viewBox=\"0 0 {2} {3}\" role=\"img\" "
        "aria-label=\"{0}\">\n{4}</svg>\n<figcaption>{5}</figcaption>\n</figure>\n",
        escaped(words.title), legend, frame_of(words).width, height, content,
        escaped(words.caption), words.width == Width::whole ? " class=\"wide\"" : "");
}

std::string legend_entry(std::size_t style, std::string_view name) {
    return fmt::format(
        "<span><svg class=\"key\" viewBox=\"0 0 34 10\" aria-hidden=\"true\">"
        "<path class=\"line l{}\" d=\"M1 5H33\"/></svg>{}</span>\n",
        style, escaped(name));
}

std::vector<double> thinned(const std::vector<double>& values, std::size_t by, Fold fold) {
    if (by <= 1) return values;
    std::vector<double> out;
    for (std::size_t i = 0; i < values.size(); i += by) {
        const std::size_t end = std::min(i + by, values.size());
        double most = values[i], sum = 0;
        for (std::size_t k = i; k < end; ++k) {
            most = std::max(most, values[k]);
            sum += values[k];
        }
        out.push_back(fold == Fold::most ? most : sum / static_cast<double>(end - i));
    }
    return out;
}

template <class Values>
Line made(std::string name, std::int64_t step_s, const Values& values, double divisor, Fold fold) {
    std::vector<double> all;
    for (const auto value : values) all.push_back(static_cast<double>(value) / divisor);
    const std::size_t by = (all.size() + most_points - 1) / most_points;
    Line line;
    line.name = std::move(name);
    line.step_s = static_cast<double>(step_s) * static_cast<double>(std::max<std::size_t>(by, 1));
    line.values = thinned(all, by, fold);
    return line;
}

std::string polyline(const Line& line, std::size_t style, double total_s, double most,
                     double right) {
    std::string d;
    for (std::size_t i = 0; i < line.values.size(); ++i) {
        // In the middle of its stretch.
        const double at = (static_cast<double>(i) + 0.5) * line.step_s / total_s;
        const double x = left + (right - left) * at;
        const double y = bottom - (bottom - top) * std::min(line.values[i] / most, 1.0);
        fmt::format_to(std::back_inserter(d), "{}{:.1f} {:.1f}", i == 0 ? "M" : "L", x, y);
    }
    return fmt::format("<path class=\"line l{}\" d=\"{}\"/>\n", style, d);
}

std::string time_axis(double total_s, double right) {
    std::string out;
    const double step = time_step(total_s);
    for (double at = 0; at <= total_s * 1.0001; at += step) {
        const double x = left + (right - left) * at / total_s;
        out += grid_line(x, bottom, x, bottom + 5);
        out += text(x, bottom + 22, "middle", at == 0 ? "0" : seconds(at));
    }
    return out + text((left + right) / 2, height - 8, "middle", "since the start");
}

std::string value_axis(const Axis& axis, double right) {
    std::string out;
    for (double value = 0; value <= axis.most * 1.0001; value += axis.step) {
        const double y = bottom - (bottom - top) * value / axis.most;
        out += grid_line(left, y, right, y);
        out += text(left - 8, y + 6, "end", number(value));
    }
    return out;
}

std::string marked(const Mark& mark, const Axis& axis, double total_s, double right) {
    const auto x_of = [&](double at_s) { return left + (right - left) * at_s / total_s; };
    const double y = bottom - (bottom - top) * mark.value / axis.most;
    std::string out = fmt::format(
        "<rect class=\"dead\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
        "height=\"{:.1f}\"/>\n",
        x_of(mark.from_s), top, x_of(mark.until_s) - x_of(mark.from_s), bottom - top);
    if (mark.until_s > mark.from_s)
        out += text(x_of((mark.from_s + mark.until_s) / 2), top + 20, "middle", "nobody answers");
    out += fmt::format("<path class=\"mark\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>\n", left, y, right);
    return out + text(right, y - 7, "end", mark.name);
}

}  // namespace

std::string escaped(std::string_view raw) {
    std::string out;
    for (const char c : api::cleaned(raw, raw.size())) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += c;
        }
    }
    return out;
}

std::string grouped(std::int64_t value) {
    std::string digits = fmt::format("{}", value);
    for (std::size_t i = digits.size(), first = value < 0 ? 1 : 0; i > first + 3;)
        digits.insert(i -= 3, ",");
    return digits;
}

std::string seconds(double value) {
    if (value < 60) return fmt::format("{:.3g} s", value);
    if (value < 3600) return fmt::format("{:.3g} min", value / 60);
    if (value < 48 * 3600) return fmt::format("{:.3g} h", value / 3600);
    return fmt::format("{:.3g} days", value / 86400);
}

Line line_of(std::string name, const Peaks& peaks) {
    return made(std::move(name), peaks.step_s(), peaks.values(), 1, Fold::most);
}

Line rate_of(std::string name, const Series& series) {
    return made(std::move(name), series.step_s(), series.values(),
                static_cast<double>(series.step_s()), Fold::sum);
}

Line mean_of(std::string name, const Series& sum, const Series& count) {
    std::vector<double> means;
    if (sum.step_s() == count.step_s()) {
        for (std::size_t i = 0; i < std::min(sum.values().size(), count.values().size()); ++i) {
            const double n = static_cast<double>(count.values()[i]);
            const double before = means.empty() ? 0 : means.back();
            means.push_back(n > 0 ? static_cast<double>(sum.values()[i]) / n : before);
        }
    }
    return made(std::move(name), sum.step_s(), means, 1, Fold::sum);
}

std::string over_time(const Words& words, const std::vector<Line>& lines,
                      const std::optional<Mark>& mark) {
    double total_s = 0, most = mark ? mark->value : 0;
    std::size_t longest = 0;
    for (const Line& line : lines) {
        total_s = std::max(total_s, static_cast<double>(line.values.size()) * line.step_s);
        longest = std::max(longest, line.values.size());
        for (const double value : line.values) most = std::max(most, value);
    }
    if (longest < 2) return "";
    const Axis axis = axis_for(most, 5);
    const double right = frame_of(words).right;
    std::string legend = "<p class=\"legend\">\n", content;
    content = value_axis(axis, right) + time_axis(total_s, right);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].values.empty()) continue;
        content += polyline(lines[i], i % styles, total_s, axis.most, right);
        legend += legend_entry(i % styles, lines[i].name);
    }
    if (mark) content = marked(*mark, axis, total_s, right) + content;
    legend += fmt::format("<span class=\"unit\">{}</span>\n</p>\n", escaped(words.unit));
    return figure(words, legend, content);
}

// Each step to the right is a tenth of what was left: 90, 99, 99.9 of 100.
std::string percentiles(const Words& words, const Histogram& us) {
    if (us.count() < 2) return "";
    constexpr int nines = 5, dots = 24;
    const double right = frame_of(words).right;
    const auto decade = [](double value) { return std::log10(std::max(value, 1.0)); };
    const double low = std::floor(decade(static_cast<double>(us.at(0))));
    const double high = std::max(std::ceil(decade(static_cast<double>(us.most()))), low + 1);
    const auto y_of = [&](double value) {
        return bottom - (bottom - top) * (decade(value) - low) / (high - low);
    };
    std::string content;
    for (double d = low; d <= high; ++d) {
        const double value = std::pow(10, d);
        content += grid_line(left, y_of(value), right, y_of(value));
        content += text(left - 8, y_of(value) + 6, "end",
                        value < 1000  ? fmt::format("{:g} \u00b5s", value)
                        : value < 1e6 ? fmt::format("{:g} ms", value / 1e3)
                                      : fmt::format("{:g} s", value / 1e6));
    }
    std::string d;
    for (int i = 0; i <= nines * dots; ++i) {
        const double x = left + (right - left) * i / (nines * dots);
        const double share = 1 - std::pow(10, -static_cast<double>(i) / dots);
        const auto value = us.at(std::llround(share * 1e6));
        fmt::format_to(std::back_inserter(d), "{}{:.1f} {:.1f}", i == 0 ? "M" : "L", x,
                       y_of(static_cast<double>(value)));
    }
    for (int i = 0; i <= nines; ++i) {
        const double x = left + (right - left) * i / nines;
        content += grid_line(x, bottom, x, bottom + 5);
        const double percent = 100 - 100 * std::pow(10, -i);
        content += text(x, bottom + 22, i == 0 ? "start" : "middle",
                        i == 0 ? "fastest" : fmt::format("{:g} %", percent));
    }
    content += fmt::format("<path class=\"line l0\" d=\"{}\"/>\n", d);
    content += text((left + right) / 2, height - 8, "middle", "so many took at most so long");
    return figure(words, "", content);
}

}  // namespace outrider::fleet::chart
