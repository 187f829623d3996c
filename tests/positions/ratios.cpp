#include "tests/positions/ratios.hpp"

#include "tests/positions/optimum.hpp"
#include "tests/positions/rivals.hpp"
#include "tests/positions/track_evaluator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <optional>

namespace outrider::positions {
namespace {

constexpr Duration never = std::chrono::hours(24) * 365 * 20;

struct Row {
    std::string rule;
    std::size_t pings = 0, optimum = 0;
    int beyond = 0;
    double largest_m = 0;

    void add(const std::vector<gps::Judged>& judged, double bound_m, std::size_t fewest) {
        const test::TrackErrors errors = test::errors_of(judged, bound_m);
        pings += static_cast<std::size_t>(errors.pings);
        beyond += errors.beyond;
        largest_m = std::max(largest_m, errors.largest_m);
        optimum += fewest;
    }
    void print(double hours) const {
        std::cout << fmt::format("{:<28} {:>7} {:>9.1f} {:>11.1f} {:>8} {:>9}\n", rule, pings,
                                 static_cast<double>(pings) / hours, largest_m, beyond,
                                 optimum ? fmt::format("{:.3f}", share(pings, optimum)) : "");
    }
};

// Without the end of the vehicle's stand: the cadence by itself.
std::vector<gps::Judged> judge(const Fixes& fixes, double bound_m, std::optional<Duration> cap) {
    gps::CadenceSettings settings;
    settings.bound_m = bound_m;
    settings.interval = cap.value_or(never);
    settings.heartbeat_interval = never;
    gps::Cadence cadence(settings);
    std::vector<gps::Judged> out;
    for (const gps::Fix& fix : fixes) cadence.add(fix, gps::MotionState::moving, out);
    cadence.finish(out);
    return out;
}

}  // namespace

int measure_ratios(const Drives& all, std::vector<Figure>& figures) {
    std::cout << fmt::format("{:<28} {:>7} {:>9} {:>11} {:>8} {:>9}\n", "rule", "pings", "an hour",
                             "largest, m", "beyond", "x fewest");
    struct Case {
        const char *rule, *key;
        double bound_m;
        std::optional<Duration> cap;
        double limit;
    };
    const std::chrono::seconds cap(30);
    int beyond = 0;
    for (const Case& one :
         {Case{"5 m", "ratio_5m", 5, {}, 1.10}, Case{"10 m", "ratio_10m", 10, {}, 1.10},
          Case{"25 m", "ratio_25m", 25, {}, 1.10},
          Case{"10 m, within 30 s", "ratio_10m_cap30", 10, cap, 1.06}}) {
        Row row{one.rule};
        for (const Fixes& drive : all.drives) {
            row.add(judge(drive, one.bound_m, one.cap), one.bound_m,
                    fewest_pings(drive, one.bound_m, one.cap));
        }
        row.print(all.hours);
        figures.push_back({one.key, share(row.pings, row.optimum), Figure::Asked::at_most,
                           one.limit,
                           fmt::format("{} pings, {} with hindsight", row.pings, row.optimum)});
        beyond += row.beyond;
    }
    return beyond;
}

void print_others(const Drives& all) {
    std::vector<std::size_t> fewest;
    for (const Fixes& drive : all.drives) fewest.push_back(fewest_pings(drive, 10, std::nullopt));
    for (const Rival& rival : rivals()) {
        Row row{rival.name};
        for (std::size_t i = 0; i < all.drives.size(); ++i)
            row.add(rival.judge(all.drives[i]), 10, fewest[i]);
        row.print(all.hours);
    }
    Row wholly{"10 m, as the agent has it"};
    for (const Recording* recording : all.recordings)
        wholly.add(judge_wholly(*recording), gps::CadenceSettings().bound_m, 0);
    wholly.print(all.hours);
}

}  // namespace outrider::positions
