#include "client/fleet/recorded_drive.hpp"

#include "gps/geodesy.hpp"
#include "gps/recording_clock.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace outrider::fleet {
namespace {

constexpr double degree = std::numbers::pi / 180;
constexpr double newest_for_s = 2;  // after it there is no fix

double seconds_of(Duration d) { return std::chrono::duration<double>(d).count(); }

double whole_turns_off(double degrees) {
    const double rest = std::fmod(degrees, 360);
    return rest < 0 ? rest + 360 : rest;
}

// Metres from a place nearby, across the meridian where days begin as well.
Place beside(const gps::Fix& from, const gps::Fix& fix) {
    const double east = std::remainder(fix.longitude - from.longitude, 360) * degree;
    const double north = (fix.latitude - from.latitude) * degree;
    return {gps::mean_radius_m * east * std::cos(from.latitude * degree),
            gps::mean_radius_m * north};
}

}  // namespace

Result<std::shared_ptr<const RecordedDrive>> RecordedDrive::from(gps::Recording recording) {
    const gps::Played played = gps::play_back(std::move(recording), {});
    const auto drive = std::make_shared<RecordedDrive>();
    const gps::Fix* first = nullptr;
    for (const gps::Fix& fix : played.fixes) {
        if (!fix.usable() || !std::isfinite(fix.latitude) || !std::isfinite(fix.longitude))
            continue;
        if (first == nullptr) first = &fix;
        Report report;
        report.at = fix.seen - first->seen;
        report.place = beside(*first, fix);
        if (metres_between(report.place, {}) > farthest_m)
            return Error(Fault::too_large,
                         "the recording goes over 100 km away from where it begins: cut it");
        report.speed_mps = fix.speed_mps;
        report.track_deg = fix.track_deg;
        report.accuracy_m = fix.accuracy_m;
        report.satellites = fix.satellites_used;
        report.mode = fix.mode;
        drive->reports_.push_back(report);
    }
    if (first == nullptr || drive->reports_.back().at < shortest)
        return Error(Fault::malformed,
                     "the recording holds less than a minute of positions: take a longer one");
    return std::shared_ptr<const RecordedDrive>(drive);
}

Retrace::Retrace(std::shared_ptr<const RecordedDrive> drive, std::uint64_t seed, Place home)
    : drive_(std::move(drive)), home_(home) {
    Chance chance(seed);
    turned_deg_ = chance.between(0, 360);
    sine_ = std::sin(turned_deg_ * degree);
    cosine_ = std::cos(turned_deg_ * degree);
    mirrored_ = chance.happens(0.5);
    pass(chance.uniform() * 2 * seconds_of(drive_->reports().back().at));
}

// On the way back a report holds until the one before it was made.
void Retrace::pass(double seconds) {
    const std::vector<Report>& reports = drive_->reports();
    const double whole_s = seconds_of(reports.back().at);
    passed_s_ = std::fmod(passed_s_ + seconds, 2 * whole_s);
    back_ = passed_s_ >= whole_s;
    const double at_s = back_ ? 2 * whole_s - passed_s_ : passed_s_;
    while (index_ + 1 < reports.size() && seconds_of(reports[index_ + 1].at) <= at_s) ++index_;
    while (index_ > 0 && seconds_of(reports[index_].at) > at_s) --index_;
}

Place Retrace::place() const {
    const double east = mirrored_ ? -now().place.east_m : now().place.east_m;
    const double north = now().place.north_m;
    return {home_.east_m + east * cosine_ + north * sine_,
            home_.north_m - east * sine_ + north * cosine_};
}

gps::Fix Retrace::observe(const Chart& chart) const {
    const Report& report = now();
    const double whole_s = seconds_of(drive_->reports().back().at);
    const double at_s = back_ ? 2 * whole_s - passed_s_ : passed_s_;
    gps::Fix fix;
    if (at_s - seconds_of(report.at) > newest_for_s) {
        fix.mode = gps::Mode::none;
        return fix;
    }
    const Place here = place();
    fix.mode = report.mode;
    fix.latitude = chart.latitude(here.north_m);
    fix.longitude = chart.longitude(here.east_m);
    fix.speed_mps = report.speed_mps;
    fix.accuracy_m = report.accuracy_m;
    fix.satellites_used = report.satellites;
    if (report.track_deg) {
        const double track = mirrored_ ? -*report.track_deg : *report.track_deg;
        fix.track_deg = whole_turns_off(track + turned_deg_ + (back_ ? 180 : 0));
    }
    return fix;
}

}  // namespace outrider::fleet
