#include "tests/positions/stands.hpp"

#include "gps/geodesy.hpp"

#include <algorithm>
#include <cmath>

namespace outrider::positions {
namespace {

constexpr double radius_m = 25, surely_back_m = 15, surely_gone_m = 120, wandering_s = 90;
constexpr std::size_t of_the_middle = 40;  // fixes

double middle(std::vector<double> values) {
    const auto it = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, it);
    return *it;
}

// No drive here crosses the date line.
Stand middle_of(const Fixes& drive, std::size_t first, std::size_t last) {
    std::vector<double> north, east;
    for (std::size_t i = first; i <= last; ++i) {
        north.push_back(drive[i].latitude);
        east.push_back(drive[i].longitude);
    }
    return {first, last, middle(north), middle(east)};
}

double away_m(const Stand& stand, const gps::Fix& fix) {
    return gps::distance_m(stand.latitude, stand.longitude, fix.latitude, fix.longitude);
}

// The first fix after `last` that is there again, having wandered off; or `last`.
std::size_t back_after(const Fixes& drive, const Stand& stand, std::size_t last) {
    for (std::size_t i = last + 1; i < drive.size(); ++i) {
        const double away = away_m(stand, drive[i]);
        if (seconds_between(drive[last], drive[i]) >= wandering_s || away >= surely_gone_m) break;
        if (away <= surely_back_m) return i;
    }
    return last;
}

Stand longest_from(const Fixes& drive, std::size_t first, double silence_s) {
    Stand stand{first, first, drive[first].latitude, drive[first].longitude};
    while (stand.last + 1 < drive.size()) {
        std::size_t next = stand.last + 1;
        if (seconds_between(drive[stand.last], drive[next]) > silence_s) break;
        if (away_m(stand, drive[next]) > radius_m) next = back_after(drive, stand, stand.last);
        if (next == stand.last) break;
        const std::size_t known = std::min(next, first + of_the_middle);
        const bool moves = next <= first + of_the_middle;
        if (moves) stand = middle_of(drive, first, known);
        stand.last = next;
    }
    return stand;
}

// Doppler near zero for as long as that means something.
bool still(const Fixes& fixes) {
    constexpr double still_mps = 0.5, shortest_s = 10;
    constexpr std::size_t fewest = 10;
    if (fixes.size() < fewest) return false;
    if (seconds_between(fixes.front(), fixes.back()) < shortest_s) return false;
    std::vector<double> speeds;
    for (const gps::Fix& fix : fixes) {
        if (fix.speed_mps) speeds.push_back(*fix.speed_mps);
    }
    if (speeds.size() < fixes.size() / 2) return false;
    std::ranges::sort(speeds);
    return speeds[speeds.size() * 95 / 100] <= still_mps;
}

bool sees_the_sky(const Fixes& fixes) {
    constexpr double satellites = 5;
    std::vector<double> counts;
    for (const gps::Fix& fix : fixes) counts.push_back(fix.satellites_used.value_or(0));
    return middle(counts) >= satellites;
}

// As the receiver gave them, but for its repetitions.
Fixes in_order(const Recording& recording) {
    Fixes fixes;
    for (const gps::Fix& fix : recording.fixes) {
        if (!fix.usable() || !fix.time) continue;
        if (fixes.empty() || *fix.time > *fixes.back().time) fixes.push_back(fix);
    }
    return fixes;
}

}  // namespace

std::vector<Stand> stands_of(const Fixes& drive, double least_s, double silence_s) {
    std::vector<Stand> stands;
    for (std::size_t i = 0; i < drive.size();) {
        const Stand stand = longest_from(drive, i, silence_s);
        const bool long_enough = seconds_between(drive[i], drive[stand.last]) >= least_s;
        if (long_enough) stands.push_back(stand);
        i = long_enough ? stand.last + 1 : i + 1;
    }
    return stands;
}

std::vector<Fixes> standing_receivers(const std::vector<Recording>& recordings, const Drives& all) {
    constexpr double least_s = 120, margin_s = 20;
    std::vector<Fixes> receivers;
    for (const Recording& recording : recordings) {
        if (!recording.answers) continue;
        Fixes fixes = in_order(recording);
        if (still(fixes) && sees_the_sky(fixes)) receivers.push_back(std::move(fixes));
    }
    for (const Fixes& drive : all.drives) {
        for (const Stand& stand : stands_of(drive, least_s)) {
            // Without its arrival and departure.
            Fixes fixes;
            for (std::size_t i = stand.first; i <= stand.last; ++i) {
                if (seconds_between(drive[stand.first], drive[i]) >= margin_s &&
                    seconds_between(drive[i], drive[stand.last]) >= margin_s)
                    fixes.push_back(drive[i]);
            }
            if (still(fixes)) receivers.push_back(std::move(fixes));
        }
    }
    return receivers;
}

Fixes made_to_last(const Fixes& stand, double seconds) {
    Fixes made;
    const Duration whole =
        std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
    Duration since{};
    std::size_t at = 0;
    for (bool forth = true; since <= whole;) {
        gps::Fix fix = stand[at];
        fix.time = today + since;
        fix.seen = Uptime(since);
        made.push_back(std::move(fix));
        if (at + 1 == stand.size()) forth = false;
        if (at == 0) forth = true;
        const std::size_t next = forth ? at + 1 : at - 1;
        const Duration step = *stand[next].time - *stand[at].time;
        since += step < Duration(0) ? -step : step;
        at = next;
    }
    return made;
}

}  // namespace outrider::positions
