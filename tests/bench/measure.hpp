#pragma once
// Measuring on a noisy machine: both sides in turn, medians, and a table of what came out.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::bench {

// Of one round of work.
struct Cost {
    double per_second = 0;
    double cpu_us = 0;         // of this thread, for each
    double written_bytes = 0;  // to the disk by this process, for each
};

// Runs from its construction on.
class Meter {
public:
    Meter();
    Cost per(std::size_t count) const;

private:
    std::chrono::steady_clock::time_point start_;
    double cpu_s_;
    std::int64_t written_;
};

// Runs all of them in turn, `rounds` times, and once before that to warm up. The median of each.
std::vector<Cost> interleaved(std::string_view what, int rounds,
                              const std::vector<std::function<Cost()>>& sides);

double median(std::vector<double>);
Cost median_of(const std::vector<Cost>&);

// The number after `name` in one of /proc's files of "name: number" lines; 0 without one.
std::int64_t proc_number(const std::string& file, std::string_view name);

struct Row {
    std::string key;   // for the JSON: "drain.batch_100.rate"
    std::string what;  // for people
    std::string unit;
    double ours = 0;
    std::optional<double> other;  // held against it
    std::string skipped;          // why there is no figure
};

class Report {
public:
    void heading(std::string text);
    void add(Row);
    // The rate and CPU time of each side, as two rows.
    void add(const std::string& key, const std::string& what, const Cost& ours, const Cost& other);
    void print() const;
    std::string json() const;

private:
    struct Line {
        std::string heading;  // or else a row
        Row row;
    };
    std::vector<Line> lines_;
};

// To standard error, with the seconds since the start.
void progress(std::string_view text);

}  // namespace outrider::bench
