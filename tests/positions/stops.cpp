#include "tests/positions/stops.hpp"

#include "gps/geodesy.hpp"
#include "tests/positions/stands.hpp"

#include <fmt/format.h>

#include <algorithm>

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
    bool moved = true;  // since the stop before: one that is never left finds no other
    for (const gps::Fix& fix : fixes) {
        judge.add(fix, *fix.time, out);
        out.clear();
        if (judge.motion() == gps::MotionState::moving) moved = true;
        if (judge.motion() != gps::MotionState::parked || !moved) continue;
        for (Stop& stop : stops) {
            if (stop.found || *fix.time < stop.begin || *fix.time > stop.end) continue;
            stop.found = true;
            moved = false;
        }
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

// Whether the vehicle stood at this fix, in the drive as it was: still for some seconds by Doppler,
// or silent for some until the next fix, which is near.
bool stood_at(const Fixes& drive, std::size_t at) {
    constexpr double still_mps = 0.3, still_s = 3, near_m = 25;
    if (at + 1 == drive.size()) return true;
    const gps::Fix &fix = drive[at], &next = drive[at + 1];
    const bool slept = seconds_between(fix, next) >= still_s;
    if (slept &&
        gps::distance_m(fix.latitude, fix.longitude, next.latitude, next.longitude) <= near_m)
        return true;
    std::size_t since = at;
    const auto still = [&](const gps::Fix& one) {
        return one.speed_mps.value_or(still_mps + 1) <= still_mps;
    };
    if (!still(fix)) return false;
    while (since > 0 && still(drive[since - 1])) --since;
    return seconds_between(drive[since], fix) >= still_s;
}

// The drive with longer stops, at most one in 200 m, and none where it has one of its own.
struct Made {
    Fixes fixes;
    std::vector<Stop> stops;
};

Made with_stops(const Fixes& drive, const Fixes& standing) {
    constexpr double apart_m = 200;
    const std::vector<Stop> own = recorded(drive);
    Made made;
    Duration later{};
    double way_m = apart_m;
    for (std::size_t i = 0; i < drive.size(); ++i) {
        gps::Fix fix = drive[i];
        if (i > 0) {
            const gps::Fix& before = drive[i - 1];
            const double step_m =
                gps::distance_m(before.latitude, before.longitude, fix.latitude, fix.longitude);
            if (step_m > 1) way_m += step_m;
        }
        const bool in_own = std::ranges::any_of(own, [&](const Stop& stop) {
            return stop.begin <= *drive[i].time && *drive[i].time <= stop.end;
        });
        const bool here = !in_own && way_m >= apart_m && stood_at(drive, i);
        *fix.time += later;
        fix.seen += later;
        made.fixes.push_back(fix);
        if (!here) continue;
        stand_at(fix, standing, made.fixes);
        const Instant end = *made.fixes.back().time;
        made.stops.push_back({*fix.time, end});
        later += end - *fix.time;
        way_m = 0;
    }
    return made;
}

}  // namespace

void measure_stops(const Drives& all, const std::vector<Fixes>& standing,
                   std::vector<Figure>& figures) {
    std::size_t own = 0, own_found = 0, made = 0, made_found = 0;
    const auto found = [](const std::vector<Stop>& stops) {
        return static_cast<std::size_t>(std::ranges::count(stops, true, &Stop::found));
    };
    for (const Fixes& drive : all.drives) {
        std::vector<Stop> stops = recorded(drive);
        find(drive, stops);
        own += stops.size();
        own_found += found(stops);
        for (const Fixes& noise : standing) {
            Made longer = with_stops(drive, noise);
            find(longer.fixes, longer.stops);
            made += longer.stops.size();
            made_found += found(longer.stops);
        }
    }
    // The few recorded ones must not drown among those that were made.
    const double least = std::min(own > 0 ? share(own_found, own) : 1, share(made_found, made));
    figures.push_back({"stops_found", least, Figure::Asked::at_least, 0.90,
                       fmt::format("{} of {} recorded stops, {} of {} made of {} receivers' noise",
                                   own_found, own, made_found, made, standing.size())});
}

}  // namespace outrider::positions
