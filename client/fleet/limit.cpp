// The largest fleet that is on time.

#include "client/fleet/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace outrider::fleet {
namespace {

constexpr Duration round_length = std::chrono::seconds(20);
constexpr int most_rounds = 20;
constexpr std::int64_t late_of_a_thousand = 1;
constexpr double busy = 0.85;  // of what there is

double rate(const Figures& figures) {
    const auto wall = figures.timings.find("wall_s");
    const double seconds = wall == figures.timings.end() ? 0 : wall->second;
    return seconds > 0 ? static_cast<double>(figures.count("accepted")) / seconds : 0;
}

bool on_time(const Figures& figures) {
    const std::int64_t planned = figures.count("reported") + figures.count("unmade");
    const std::int64_t late = figures.count("late") + figures.count("unmade");
    return figures.count("lost") == 0 && late * 1000 <= planned * late_of_a_thousand;
}

// What stood in the way of a fleet that was too large.
std::string bound(const Figures& figures, const LoadOptions& options) {
    const auto timing = [&](const char* name) {
        const auto found = figures.timings.find(name);
        return found == figures.timings.end() ? 0 : found->second;
    };
    const double wall = std::max(timing("wall_s"), 0.001);
    const double cpu = timing("total_cpu_s") / wall;
    if (cpu >= busy) return fmt::format("our own CPU ({:.0f} % of a core)", 100 * cpu);
    const auto latencies = figures.histograms.find("latency_us");
    if (latencies == figures.histograms.end() || latencies->second.count() == 0) {
        return "an office that answers nothing";
    }
    const Histogram& latency = latencies->second;
    const double asking = static_cast<double>(latency.sum()) / 1e6 / wall / options.connections;
    const double usual_ms = static_cast<double>(latency.at(500'000)) / 1e3;
    const double best_ms = static_cast<double>(latency.least()) / 1e3;
    if (asking >= busy / 2 && usual_ms < 2 * best_ms) {
        return fmt::format(
            "the link ({:.0f} ms a request at best: more --connections or a larger "
            "--batch may help)",
            best_ms);
    }
    if (asking >= busy / 2) {
        return fmt::format(
            "the office ({:.0f} ms a request, {:.0f} at best; our CPU {:.0f} % of a "
            "core)",
            usual_ms, best_ms, 100 * cpu);
    }
    return fmt::format(
        "this machine, which others use too (our CPU {:.0f} % of a core, {:.0f} ms "
        "a request)",
        100 * cpu, usual_ms);
}

// The next size to try; nothing when the answer is known well enough.
std::optional<std::int64_t> next_size(std::int64_t good, std::int64_t bad) {
    if (bad == 0)
        return good < LoadLimits::technicians
                   ? std::optional(std::min<std::int64_t>(2 * good, LoadLimits::technicians))
                   : std::nullopt;
    if (bad - good <= std::max<std::int64_t>(1, good / 8)) return std::nullopt;
    return good + (bad - good) / 2;
}

}  // namespace

Async<Result<Figures>> find_limit(LoadOptions options, const Carry& carry,
                                  const Progress& progress) {
    options.duration = round_length;
    options.share.reset();
    std::int64_t good = 0, bad = 0;
    Result<Figures> best = Error(Fault::refused, "not even one technician was on time");
    std::string why;
    const auto tell = [&progress](const std::string& line) {
        if (progress) progress(line);
    };
    for (int round = 0; round < most_rounds; ++round) {
        Result<Figures> figures = co_await carry(options);
        if (!figures) co_return figures;
        if (figures->count("interrupted") > 0) break;
        const bool carried = on_time(*figures);
        tell(fmt::format("{} technicians: {:.0f} pings/s, {} of {} late: {}", options.technicians,
                         rate(*figures), figures->count("late") + figures->count("unmade"),
                         figures->count("reported") + figures->count("unmade"),
                         carried ? "on time" : "too many"));
        if (carried) {
            good = options.technicians;
            best = std::move(figures);
        } else {
            bad = options.technicians;
            why = bound(*figures, options);
        }
        const std::optional<std::int64_t> next = next_size(good, bad);
        if (!next) break;
        options.technicians = *next;
    }
    if (!best) co_return best;
    best->counts["largest_fleet"] = good;
    tell(fmt::format("the largest fleet on time: {} technicians, {:.0f} pings/s{}", good,
                     rate(*best), why.empty() ? "" : "; a larger one is bound by " + why));
    co_return best;
}

}  // namespace outrider::fleet
