#include "client/fleet/day_course.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace outrider::fleet {
namespace {

constexpr std::size_t page = 500;
constexpr Duration sample_every = std::chrono::minutes(1);

struct Known {  // since then the office knows a position of that time
    Instant received{}, event_time{};
};
using Units = std::map<std::string, std::vector<Known>>;  // as it came to be

std::int64_t seconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

void take(const office::KeptPing& kept, const office::ReceivedPing& ping, Units& units) {
    auto& known = units[ping.unit_id];
    const Instant newest = known.empty() ? ping.event_time : known.back().event_time;
    known.push_back({kept.received, std::max(newest, ping.event_time)});
}

// From the first that came to the last: before and after it nobody is on shift.
void sample(const std::vector<Known>& known, Instant begins, Figures& figures) {
    auto now = known.begin();
    for (Instant at = known.front().received; at < known.back().received; at += sample_every) {
        while (now + 1 != known.end() && (now + 1)->received <= at) ++now;
        const std::int64_t second = seconds(at - begins);
        const std::int64_t age = seconds(std::max(Duration::zero(), at - now->event_time));
        figures.series["age_s"].add(second, age);
        figures.series["age_samples"].add(second, 1);
        figures.peaks["age_s"].add(second, age);
    }
}

}  // namespace

Result<> add_course(office::Archive& archive, Instant begins, Figures& figures) {
    Units units;
    std::string body;
    for (std::int64_t arrival = 0;;) {
        const auto pings = archive.pings(arrival, "", page);
        if (!pings) return pings.error();
        for (const office::KeptPing& kept : *pings) {
            const std::int64_t second = seconds(kept.received - begins);
            figures.series["pings"].add(second, 1);
            if (kept.repeats > 0) figures.series["duplicates"].add(second, kept.repeats);
            body = "[" + kept.json + "]";
            const auto parsed = office::parse_gps_pings(body);
            const auto* ping = std::get_if<std::vector<office::ReceivedPing>>(&parsed);
            if (ping != nullptr && ping->size() == 1) take(kept, ping->front(), units);
        }
        if (pings->size() < page) break;
        arrival = pings->back().arrival;
    }
    for (const auto& [id, known] : units) sample(known, begins, figures);
    return {};
}

}  // namespace outrider::fleet
