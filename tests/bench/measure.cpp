#include "tests/bench/measure.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>

namespace outrider::bench {
namespace {

using Steady = std::chrono::steady_clock;

double thread_cpu_s() {
    timespec spent{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

std::int64_t written() { return proc_number("/proc/self/io", "write_bytes"); }

// Three digits say all that a noisy machine knows; thousands apart.
std::string number(double value) {
    const double size = std::abs(value);
    if (size < 100) return fmt::format("{:.{}f}", value, size < 1 ? 3 : size < 10 ? 2 : 1);
    const double unit = std::pow(10.0, std::floor(std::log10(size)) - 2);
    std::string text = fmt::format("{:.0f}", std::round(value / unit) * unit);
    for (auto i = static_cast<std::ptrdiff_t>(text.size()) - 3; i > 0; i -= 3) {
        text.insert(static_cast<std::size_t>(i), 1, ',');
    }
    return text;
}

}  // namespace

Meter::Meter() : start_(Steady::now()), cpu_s_(thread_cpu_s()), written_(written()) {}

Cost Meter::per(std::size_t count) const {
    const double n = static_cast<double>(count);
    const double seconds = std::chrono::duration<double>(Steady::now() - start_).count();
    return {n / seconds, (thread_cpu_s() - cpu_s_) * 1e6 / n,
            static_cast<double>(written() - written_) / n};
}

std::vector<Cost> interleaved(std::string_view what, int rounds,
                              const std::vector<std::function<Cost()>>& sides) {
    progress(fmt::format("{}: {} rounds", what, rounds));
    std::vector<std::vector<Cost>> all(sides.size());
    for (int round = 0; round <= rounds; ++round) {
        for (std::size_t i = 0; i < sides.size(); ++i) {
            const Cost cost = sides[i]();
            if (round > 0) all[i].push_back(cost);
        }
    }
    std::vector<Cost> medians;
    for (const auto& costs : all) medians.push_back(median_of(costs));
    return medians;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

Cost median_of(const std::vector<Cost>& costs) {
    const auto of = [&](double Cost::*member) {
        std::vector<double> values;
        for (const Cost& cost : costs) values.push_back(cost.*member);
        return median(std::move(values));
    };
    return {of(&Cost::per_second), of(&Cost::cpu_us), of(&Cost::written_bytes)};
}

std::int64_t proc_number(const std::string& file, std::string_view name) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(name) && line.substr(name.size()).starts_with(':')) {
            return std::stoll(line.substr(name.size() + 1));
        }
    }
    return 0;
}

void Report::heading(std::string text) { lines_.push_back({std::move(text), {}}); }

void Report::add(Row row) { lines_.push_back({"", std::move(row)}); }

void Report::add(const std::string& key, const std::string& what, const Cost& ours,
                 const Cost& other) {
    add({key + ".rate", what, "/s", ours.per_second, other.per_second, ""});
    add({key + ".cpu_us", "  CPU each", "µs", ours.cpu_us, other.cpu_us, ""});
}

void Report::print() const {
    const auto put = [](const std::string& text) { std::fputs(text.c_str(), stdout); };
    for (const auto& [heading, row] : lines_) {
        if (!heading.empty()) {
            put(fmt::format("\n{}\n", heading));
            continue;
        }
        if (!row.skipped.empty()) {
            put(fmt::format("  {:<44} skipped: {}\n", row.what, row.skipped));
            continue;
        }
        put(fmt::format("  {:<44} {:>10} {:<4}", row.what, number(row.ours), row.unit));
        if (row.other) {
            put(fmt::format(" {:>10} {:<4} {:>7}", number(*row.other), row.unit,
                            number(row.ours / *row.other)));
        }
        put("\n");
    }
}

std::string Report::json() const {
    auto rows = nlohmann::ordered_json::object();
    for (const auto& [heading, row] : lines_) {
        if (!heading.empty()) continue;
        nlohmann::ordered_json figures = {
            {"what", row.what.substr(row.what.find_first_not_of(' '))}, {"unit", row.unit}};
        if (!row.skipped.empty()) {
            figures["skipped"] = row.skipped;
        } else {
            figures["ours"] = row.ours;
        }
        if (row.other) {
            figures["other"] = *row.other;
            figures["ratio"] = row.ours / *row.other;
        }
        rows[row.key] = std::move(figures);
    }
    return rows.dump(2) + "\n";
}

void progress(std::string_view text) {
    static const auto start = Steady::now();
    const auto seconds = std::chrono::duration<double>(Steady::now() - start).count();
    fmt::print(stderr, "bench: {:4.0f} s  {}\n", seconds, text);
}

}  // namespace outrider::bench
