#include "tests/positions/parked.hpp"

#include "tests/positions/stands.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace outrider::positions {
namespace {

struct Hour {
    int pings = 0, departures = 0;
};

Hour an_hour_of(const Fixes& stand) {
    Hour hour;
    gps::Judge judge{gps::JudgeSettings{}};
    std::vector<gps::Judged> out;
    gps::MotionState before = gps::MotionState::unknown;
    for (const gps::Fix& fix : made_to_last(stand, 3600)) {
        judge.add(fix, wall_at(fix), out);
        const gps::MotionState now = judge.motion();
        if (now == gps::MotionState::moving && before != now) ++hour.departures;
        before = now;
    }
    hour.pings = static_cast<int>(std::ranges::count_if(out, [](const gps::Judged& one) {
        return one.judgement.verdict == gps::Verdict::reported;
    }));
    return hour;
}

}  // namespace

void measure_parked(const std::vector<Fixes>& receivers, std::vector<Figure>& figures) {
    int most = 0, departures = 0, pings = 0;
    for (const Fixes& receiver : receivers) {
        const Hour hour = an_hour_of(receiver);
        most = std::max(most, hour.pings);
        pings += hour.pings;
        departures += hour.departures;
    }
    const std::string of = fmt::format(
        "{} standing receivers, each played there and back for an hour", receivers.size());
    const double mean = share(static_cast<std::size_t>(pings), receivers.size());
    figures.push_back({"parked_pings_per_hour", receivers.empty() ? mean : most,
                       Figure::Asked::at_most, 13,
                       fmt::format("the most of {}; {:.1f} on average", of, mean)});
    figures.push_back({"false_departures", receivers.empty() ? mean : departures,
                       Figure::Asked::at_most, 0, "the same hours"});
}

}  // namespace outrider::positions
