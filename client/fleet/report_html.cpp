#include "client/fleet/report_html.hpp"

#include "client/fleet/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace outrider::fleet {

namespace {

using chart::escaped;
using chart::grouped;
using chart::Line;
using chart::Words;

constexpr std::string_view head = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Outrider fleet</title>
<style>
:root { --paper: #f6f7f9; --card: #ffffff; --ink: #1b2430; --soft: #566270; --edge: #d5dbe2;
  --c0: #1d5fbf; --c1: #b4530a; --c2: #2b7a3e; --c3: #a3196f; --c4: #6b46c1; --c5: #0f7c86;
  --good: #1f7a34; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #12161b; --card: #1b2129; --ink: #e7ecf2; --soft: #a3afbd; --edge: #343e4a;
    --c0: #74adff; --c1: #f5a04d; --c2: #66cf7b; --c3: #f084c6; --c4: #b69bff; --c5: #5fd0da;
    --good: #66cf7b; --bad: #ff8a80; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.45 "DejaVu Sans", Verdana, Arial, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 24px 20px 48px; }
h1 { font-size: 26px; margin: 0 0 4px; }
h2 { font-size: 17px; margin: 0 0 6px; }
.asked { color: var(--soft); margin: 0 0 20px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); gap: 14px; }
.tile, figure, .box { background: var(--card); border: 1px solid var(--edge); border-radius: 8px;
  padding: 14px 16px; margin: 0; }
.tile b { display: block; font-size: 28px; line-height: 1.2; }
.tile.good { border-left: 6px solid var(--good); }
.tile.bad { border-left: 6px solid var(--bad); }
.tile.bad b { color: var(--bad); }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(480px, 100%), 1fr));
  gap: 14px; margin: 14px 0; }
.wide { grid-column: 1 / -1; }
figure > svg { width: 100%; height: auto; display: block; }
figcaption { color: var(--soft); font-size: 14px; margin-top: 6px; }
svg text { font-size: 18px; fill: var(--soft); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 6px; font-size: 14px; }
.legend .unit { margin-left: auto; color: var(--soft); }
.key { width: 34px; height: 10px; margin-right: 6px; }
.grid { stroke: var(--edge); stroke-width: 1; }
.scale { stroke: var(--ink); stroke-width: 2; fill: none; }
.dead { fill: var(--edge); opacity: 0.35; }
.mark { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 2 5; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.l0 { stroke: var(--c0); } .l1 { stroke: var(--c1); stroke-dasharray: 7 4; }
.l2 { stroke: var(--c2); stroke-dasharray: 2 3; } .l3 { stroke: var(--c3); stroke-dasharray: 10 3 2 3; }
.driven { fill: none; stroke-width: 1.6; stroke-linejoin: round; opacity: 0.65; }
.reported { fill: none; stroke-width: 5; stroke-linecap: round; }
.m0 { stroke: var(--c0); } .m1 { stroke: var(--c1); } .m2 { stroke: var(--c2); }
.m3 { stroke: var(--c3); } .m4 { stroke: var(--c4); } .m5 { stroke: var(--c5); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: right; padding: 4px 10px; border-bottom: 1px solid var(--edge); }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
th.words, td.words { text-align: left; }
.numbers td { white-space: nowrap; }
code { font-family: "DejaVu Sans Mono", monospace; }
</style>
</head>
<body>
<main>
)";

enum class Verdict { plain, good, bad };

std::string tile(Verdict verdict, std::string_view figure, std::string_view words) {
    static constexpr std::array kinds = {"", " good", " bad"};
    return fmt::format("<div class=\"tile{}\"><b>{}</b>{}</div>\n",
                       kinds[static_cast<std::size_t>(verdict)], escaped(figure), escaped(words));
}

// What must be 0 and is, or is not.
std::string judged(std::int64_t count, std::string_view none, std::string_view some) {
    return tile(count == 0 ? Verdict::good : Verdict::bad, grouped(count),
                count == 0 ? none : some);
}

std::string tiles(const Figures& figures) {
    std::string out = "<div class=\"tiles\">\n";
    out += judged(figures.count("violations"), "violations: all that must hold held",
                  "violations: something that must hold did not");
    if (figures.counts.contains("lost"))
        out += judged(figures.count("lost"), "lost: the books balance",
                      "lost: captured, and nowhere now");
    if (figures.counts.contains("duplicates"))
        out += tile(Verdict::plain, grouped(figures.count("duplicates")),
                    "twice at the office, after an answer that did not come");
    struct Plain {
        std::string_view name, words;
    };
    static constexpr std::array plain = {
        Plain{"histories", "histories"},
        Plain{"technicians", "technicians"},
        Plain{"accepted", "pings the office accepted"},
        Plain{"late", "over two seconds behind plan"},
        Plain{"taps", "taps"},
        Plain{"retries", "retries"},
        Plain{"doubtful", "pings without an answer, maybe twice at the office"},
    };
    for (const Plain& one : plain)
        if (figures.counts.contains(one.name))
            out += tile(Verdict::plain, grouped(figures.count(one.name)), one.words);
    return out + "</div>\n";
}

std::string asked_words(const Part& part) {
    std::string out;
    for (const auto& [name, value] : part.asked)
        out += fmt::format("{}{} {}", out.empty() ? "" : " · ", name, value);
    if (part.shard.of > 1) out += " · shard " + to_string(part.shard);
    return fmt::format("<p class=\"asked\">{} · outrider {}</p>\n", escaped(out),
                       escaped(part.version));
}

std::string violations(const Figures& figures) {
    if (figures.violations.empty()) return "";
    constexpr std::size_t told = 100;
    std::string out =
        "<div class=\"box\"><h2>Violations</h2>\n<div class=\"scroll\"><table>\n<tr><th>seed</th>"
        "<th>technician</th><th class=\"words\">what is wrong</th></tr>\n";
    for (std::size_t i = 0; i < std::min(told, figures.violations.size()); ++i) {
        const Violation& one = figures.violations[i];
        out += fmt::format(
            "<tr><td><code>{}</code></td><td>{}</td><td class=\"words\">{}</td>"
            "</tr>\n",
            one.seed, one.technician, escaped(one.words));
    }
    out +=
        "</table></div>\n<p>A seed plays the same again: <code>outrider fleet --virtual --replay "
        "SEED</code></p>\n";
    const std::int64_t all = figures.count("violations");
    if (all > static_cast<std::int64_t>(told))
        out += fmt::format("<p>and {} more</p>\n", grouped(all - static_cast<std::int64_t>(told)));
    return out + "</div>\n";
}

template <class Map>
const typename Map::mapped_type* find(const Map& map, std::string_view name) {
    const auto found = map.find(name);
    return found == map.end() ? nullptr : &found->second;
}

// Those of some series that there are, a second.
std::vector<Line> rates(const Figures& figures,
                        const std::vector<std::pair<const char*, const char*>>& wanted) {
    std::vector<Line> lines;
    for (const auto& [name, words] : wanted)
        if (const Series* series = find(figures.series, name))
            lines.push_back(chart::rate_of(words, *series));
    return lines;
}

std::string ages(const Figures& figures) {
    std::vector<Line> lines;
    const Series* sum = find(figures.series, "age_s");
    const Series* count = find(figures.series, "age_samples");
    if (sum != nullptr && count != nullptr) lines.push_back(chart::mean_of("mean", *sum, *count));
    if (const Peaks* oldest = find(figures.peaks, "age_s"))
        lines.push_back(chart::line_of("oldest", *oldest));
    Words words;
    words.title = "Age of the newest position the office has";
    words.unit = "seconds";
    words.caption = "Of all technicians on shift: what the office knows of each is so old.";
    return chart::over_time(words, lines);
}

std::string herd(const Figures& figures) {
    Words words;
    words.width = chart::Width::whole;
    words.title = "The herd after an outage";
    words.unit = "requests a second";
    words.caption =
        "All agents find the office gone and come back to it: naive ones at once and at a fixed "
        "pace, ours by chance within a growing pause.";
    std::optional<chart::Mark> mark;
    if (const auto steady = figures.counts.find("herd_steady"); steady != figures.counts.end()) {
        constexpr double window_s = 10;  // that it was counted in
        mark.emplace();
        mark->name = "twice as often as ever";
        mark->value = 2 * static_cast<double>(steady->second) / window_s;
        mark->from_s = static_cast<double>(figures.count("herd_out_s"));
        mark->until_s = static_cast<double>(figures.count("herd_back_s"));
    }
    const auto lines = rates(figures, {{"herd_ours", "ours"}, {"herd_naive", "naive"}});
    return lines.empty() ? "" : chart::over_time(words, lines, mark);
}

std::string pictures(const Figures& figures) {
    Words pings, retries, latency, map;
    pings.title = "Pings";
    pings.unit = "a second";
    pings.caption = "Accepted by the office, ping by ping.";
    retries.title = "Retries and duplicates";
    retries.unit = "a second";
    retries.caption =
        "Requests that failed and were sent again; the pings of those whose answer did not come, "
        "which the office may have had; and what it was known to have had twice.";
    latency.title = "Latency";
    latency.caption = "From the request to the office's answer.";
    map.title = "Where they drove";
    map.caption =
        "Some of the technicians: lines where the vehicle was, dots what the office knows.";
    std::string out = "<div class=\"pictures\">\n";
    out += chart::over_time(
        pings, rates(figures, {{"pings", "accepted"}, {"handed", "handed to the queue"}}));
    if (const Histogram* us = find(figures.histograms, "latency_us"))
        out += chart::percentiles(latency, *us);
    out += chart::over_time(retries, rates(figures, {{"retries", "requests again"},
                                                     {"doubtful", "pings, maybe twice"},
                                                     {"duplicates", "pings twice"}}));
    out += ages(figures) + herd(figures) + chart::map(map, figures.trails);
    return out + "</div>\n";
}

std::string value_of(std::string_view name, std::int64_t value) {
    if (!name.ends_with("_us")) return grouped(value);
    return fmt::format("{:.3f} ms", static_cast<double>(value) / 1000);
}

std::string histograms(const Figures& figures) {
    if (figures.histograms.empty()) return "";
    std::string out =
        "<div class=\"box wide\"><h2>Distributions</h2>\n<div class=\"scroll\"><table "
        "class=\"numbers\">\n<tr><th></th>"
        "<th>count</th><th>least</th><th>half</th><th>90 %</th><th>99 %</th><th>99.9 %</th>"
        "<th>most</th></tr>\n";
    for (const auto& [name, histogram] : figures.histograms) {
        out += fmt::format("<tr><td>{}</td><td>{}</td>", escaped(name), grouped(histogram.count()));
        const std::array values = {histogram.least(),     histogram.at(500'000),
                                   histogram.at(900'000), histogram.at(990'000),
                                   histogram.at(999'000), histogram.most()};
        for (const std::int64_t value : values)
            out += fmt::format("<td>{}</td>", value_of(name, value));
        out += "</tr>\n";
    }
    return out + "</table></div></div>\n";
}

std::string everything(const Part& part) {
    std::string out =
        "<div class=\"box wide\"><h2>All figures</h2>\n<div class=\"scroll\"><table>\n";
    for (const auto& [name, value] : part.figures.counts)
        out += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", escaped(name), grouped(value));
    for (const auto& [name, value] : part.figures.timings)
        out += fmt::format("<tr><td>{}</td><td>{:.6g}</td></tr>\n", escaped(name), value);
    return out + "</table></div></div>\n";
}

}  // namespace

std::string report_html(const Part& part) {
    std::string out(head);
    out += "<h1>Outrider fleet</h1>\n" + asked_words(part) + tiles(part.figures);
    out += pictures(part.figures) + violations(part.figures);
    out += "<div class=\"pictures\">\n" + histograms(part.figures) + everything(part) + "</div>\n";
    return out + "</main>\n</body>\n</html>\n";
}

}  // namespace outrider::fleet
