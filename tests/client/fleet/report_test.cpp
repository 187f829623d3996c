#include "client/fleet/chart.hpp"
#include "client/fleet/report_html.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace outrider::fleet;

namespace {

std::size_t times(const std::string& text, const std::string& words) {
    std::size_t count = 0;
    for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1))
        ++count;
    return count;
}

bool has(const std::string& text, const std::string& words) { return times(text, words) > 0; }

Part full_part() {
    Part part;
    part.asked = {{"seed", "7"}, {"mode", "virtual"}};
    part.version = "1.2.3";
    Figures& figures = part.figures;
    figures.counts = {{"histories", 12'345}, {"lost", 0}, {"duplicates", 17}, {"technicians", 30}};
    for (int second = 0; second < 600; ++second) {
        figures.series["pings"].add(second, 100 + second % 7);
        figures.series["retries"].add(second, second % 3);
        figures.series["age_s"].add(second, 3000);
        figures.series["age_samples"].add(second, 1000);
        figures.series["herd_naive"].add(second, second % 30 == 0 ? 900 : 10);
        figures.series["herd_ours"].add(second, 35);
        figures.peaks["age_s"].add(second, 9);
        figures.histograms["latency_us"].add(1000 + second * second);
    }
    figures.keep(Trail{3, {{0, 0}, {500, 200}, {900, -300}}, {{0, 0}, {900, -300}}});
    return part;
}

}  // namespace

TEST_CASE("the page of a fleet has all its pictures and asks nobody for anything") {
    const std::string page = report_html(full_part());
    for (const char* title :
         {"<h2>Pings</h2>", "<h2>Latency</h2>", "<h2>Retries and duplicates</h2>",
          "<h2>Age of the newest position the office has</h2>", "<h2>The herd after an outage</h2>",
          "<h2>Where they drove</h2>"}) {
        CAPTURE(title);
        CHECK(times(page, title) == 1);
    }
    CHECK(has(page, "<b>12,345</b>histories"));
    CHECK(has(page, "<b>0</b>lost: the books balance"));
    CHECK(has(page, "<b>17</b>twice at the office"));
    CHECK(has(page, "default-src 'none'"));
    CHECK(has(page, "prefers-color-scheme: dark"));
    for (const char* outside :
         {"http://", "https://", "src=", "url(", "@import", "<script", "<link"})
        CHECK_FALSE(has(page, outside));
    CHECK_FALSE(has(page, "nan"));
    CHECK_FALSE(has(page, "inf "));
}

TEST_CASE("the page says what is wrong, and by which seed") {
    Part part = full_part();
    part.figures.counts["lost"] = 2;
    part.figures.keep(Violation{99'887'766, 4, "a ping was lost"});
    const std::string page = report_html(part);
    CHECK(has(page, "tile bad\"><b>2</b>lost"));
    CHECK(has(page, "tile bad\"><b>1</b>violations"));
    CHECK(has(page, "<code>99887766</code>"));
    CHECK(has(page, "a ping was lost"));
    CHECK(has(report_html(full_part()), "tile good\"><b>0</b>violations"));
}

TEST_CASE("nothing in a report becomes HTML") {
    Part part = full_part();
    const std::string bad = "<img src=x onerror=\"a&b\">'\x01";
    part.asked[bad] = bad;
    part.version = bad;
    part.figures.counts[bad] = 1;
    part.figures.timings[bad] = 1;
    part.figures.histograms[bad].add(1);
    part.figures.keep(Violation{1, 1, bad});
    const std::string page = report_html(part);
    CHECK_FALSE(has(page, "<img"));
    CHECK_FALSE(has(page, "onerror=\""));
    CHECK_FALSE(has(page, "\x01"));
    CHECK(times(page, "&lt;img src=x onerror=&quot;a&amp;b&quot;&gt;&#39;") == 7);
}

TEST_CASE("the page of nothing is a page") {
    const std::string page = report_html(Part());
    CHECK(has(page, "<b>0</b>violations"));
    CHECK_FALSE(has(page, "<figure>"));
    CHECK(has(page, "</html>"));
}

TEST_CASE("a long course is drawn with few points, a peak as high as it was") {
    Peaks peaks;
    Series series;
    for (int second = 0; second < 4000; ++second) {
        peaks.add(second, second == 1234 ? 500 : 1);
        series.add(second, 10);
    }
    const chart::Line highest = chart::line_of("x", peaks), rate = chart::rate_of("x", series);
    CHECK(highest.values.size() <= 700);
    CHECK(std::ranges::max(highest.values) == 500);
    CHECK(std::ranges::min(rate.values) == 10);
    CHECK(std::ranges::max(rate.values) == 10);
    CHECK(rate.step_s * static_cast<double>(rate.values.size()) >= 4000);
    series.add(100'000, 640);  // the step is 32 s now
    CHECK(chart::rate_of("x", series).values.front() == 10);
}
