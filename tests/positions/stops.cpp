#include "tests/positions/stops.hpp"

#include "gps/geodesy.hpp"
#include "tests/positions/stands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace outrider::positions {
namespace {

constexpr double stop_s = 180, lengthened_s = 300;

struct Stop {
    Instant begin, end;
    bool found = false;
};

void find(const Fixes& fixes, std::vector<Stop>& stops) {
    gps::Judge judge{gps::JudgeSettings{}};
    std::vector<gps::Judged> out;
    for (const gps::Fix& fix : fixes) {
        judge.add(fix, *fix.time, out);
        out.clear();
        if (judge.motion() != gps::MotionState::parked) continue;
        for (Stop& stop : stops) stop.found |= stop.begin <= *fix.time && *fix.time <= stop.end;
    }
}

std::vector<Stop> recorded(const Fixes& drive) {
    std::vector<Stop> stops;
    for (const Stand& stand : stands_of(drive, stop_s))
        stops.push_back({*drive[stand.first].time, *drive[stand.last].time});
    return stops;
}

// The noise of a stand, at another place and time.
void stand_at(const gps::Fix& place, const Fixes& noise, Fixes& out) {
    const Fixes lasting = made_to_last(noise, lengthened_s);
    for (const gps::Fix& fix : lasting) {
        gps::Fix moved = place;
        moved.latitude += fix.latitude - lasting.front().latitude;
        moved.longitude += fix.longitude - lasting.front().longitude;
        moved.speed_mps = fix.speed_mps;
        moved.track_deg = fix.track_deg;
        moved.accuracy_m = fix.accuracy_m;
        const Duration since = *fix.time - *lasting.front().time;
        if (since == Duration(0)) continue;
        moved.time = *place.time + since;
        moved.seen = place.seen + since;
        out.push_back(std::move(moved));
    }
}

// A drive with a longer stop wherever it stood still for five seconds, at most one in 400 m.
struct Made {
    Fixes fixes;
    std::vector<Stop> stops;
};

Made with_stops(const Fixes& drive, const std::vector<Fixes>& standing, std::size_t& which) {
    constexpr double still_mps = 0.3, still_s = 5, apart_m = 400;
    const std::vector<Stop> own = recorded(drive);
    Made made;
    Duration later{};
    std::optional<std::size_t> still_since;
    double way_m = apart_m;
    for (std::size_t i = 0; i < drive.size(); ++i) {
        gps::Fix fix = drive[i];
        if (i > 0) {
            const gps::Fix& before = drive[i - 1];
            const double step =
                gps::distance_m(before.latitude, before.longitude, fix.latitude, fix.longitude);
            if (step > 1) way_m += step;
        }
        const bool still = fix.speed_mps && *fix.speed_mps <= still_mps;
        if (!still) still_since.reset();
        if (still && !still_since) still_since = i;
        const bool in_own = std::ranges::any_of(own, [&](const Stop& stop) {
            return stop.begin <= *drive[i].time && *drive[i].time <= stop.end;
        });
        const bool here = still && !in_own && way_m >= apart_m &&
                          seconds_between(drive[*still_since], drive[i]) >= still_s;
        *fix.time += later;
        fix.seen += later;
        made.fixes.push_back(fix);
        if (!here || standing.empty()) continue;
        stand_at(fix, standing[which++ % standing.size()], made.fixes);
        made.stops.push_back({*fix.time, *made.fixes.back().time});
        later += *made.fixes.back().time - *fix.time;
        way_m = 0;
    }
    return made;
}

}  // namespace

void measure_stops(const Drives& all, const std::vector<Fixes>& standing,
                   std::vector<Figure>& figures) {
    std::size_t own = 0, own_found = 0, made = 0, made_found = 0, which = 0;
    for (const Fixes& drive : all.drives) {
        std::vector<Stop> stops = recorded(drive);
        find(drive, stops);
        own += stops.size();
        own_found += static_cast<std::size_t>(std::ranges::count(stops, true, &Stop::found));
        Made longer = with_stops(drive, standing, which);
        find(longer.fixes, longer.stops);
        made += longer.stops.size();
        made_found +=
            static_cast<std::size_t>(std::ranges::count(longer.stops, true, &Stop::found));
    }
    figures.push_back({"stops_found", share(own_found + made_found, own + made),
                       Figure::Asked::at_least, 0.90,
                       fmt::format("{} of {} recorded stops, {} of {} made of a drive's standstill "
                                   "and a standing receiver",
                                   own_found, own, made_found, made)});
}

}  // namespace outrider::positions
