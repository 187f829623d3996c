#pragma once
// What a fleet, or a share of one, has to report. Shares add up to the same whole however it was
// divided.

#include "client/fleet/histogram.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::fleet {

// A whole number for each stretch of time since the start. The stretch begins as a second and
// doubles when there would be too many.
enum class Fold { sum, most };
template <Fold fold>
class Course {
public:
    static constexpr std::size_t most_points = 4096;

    void add(std::int64_t second, std::int64_t value);  // before the start counts as the start
    void add(const Course&);
    std::int64_t step_s() const { return step_s_; }
    const std::vector<std::int64_t>& values() const { return values_; }
    static bool restore(Course&, std::int64_t step_s, std::vector<std::int64_t> values);
    bool operator==(const Course&) const = default;

private:
    void coarsen();

    std::int64_t step_s_ = 1;
    std::vector<std::int64_t> values_;
};
using Series = Course<Fold::sum>;  // so many in this stretch
using Peaks = Course<Fold::most>;  // at most so much in this stretch, and at least 0

// What must be true and was not.
struct Violation {
    std::uint64_t seed = 0;  // plays it again
    std::int64_t technician = 0;
    std::string words;
    auto operator<=>(const Violation&) const = default;
};

// One technician's way, for the map.
struct Spot {  // metres from the middle of the town
    std::int64_t east_m = 0, north_m = 0;
    auto operator<=>(const Spot&) const = default;
};
struct Trail {
    std::int64_t technician = 0;
    std::vector<Spot> driven;    // a line: where the vehicle was
    std::vector<Spot> reported;  // dots: what the office knows
    auto operator<=>(const Trail&) const = default;
};

// Names the report has words and pictures for; any other is reported under its own.
// counts:     histories, technicians, violations, captured, reported, accepted, waiting,
//             dead_letters, lost, duplicates, late, taps, requests, retries; of a herd (see
//             herd.hpp) herd_steady, herd_out_s, herd_back_s
// histograms: any; those ending with _us are microseconds; latency_us has a picture
// series:     pings (accepted), handed, retries, doubtful (pings of requests whose outcome was not
//             known), duplicates, age_s with age_samples (their quotient is the mean
//             age of the newest acknowledged position), herd_naive and herd_ours (requests)
// peaks:      age_s
// timings:    wall_s, total_cpu_s, technicians_bytes (memory of each)
struct Figures {
    static constexpr std::size_t most_violations = 1000, most_trails = 24, most_spots = 1500;

    std::map<std::string, std::int64_t, std::less<>> counts;
    std::map<std::string, Histogram, std::less<>> histograms;
    std::map<std::string, Series, std::less<>> series;
    std::map<std::string, Peaks, std::less<>> peaks;
    std::vector<Violation> violations;  // sorted; the first of them: counts has how many there are
    std::vector<Trail> trails;          // the same; use keep()
    // All that differs from run to run. Of several the largest counts; of total_… their sum.
    std::map<std::string, double, std::less<>> timings;

    std::int64_t count(std::string_view name) const;  // 0 for a name that is not there
    void keep(Violation);                             // counted, too, as "violations"
    void keep(Trail);                                 // thinned when it has too many spots
    bool operator==(const Figures&) const = default;
};

// Associative and commutative but for the rounding of timings.
void add(Figures&, const Figures&);

}  // namespace outrider::fleet
