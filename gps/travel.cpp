#include "gps/travel.hpp"

#include "gps/between.hpp"
#include "gps/geodesy.hpp"

#include <algorithm>
#include <cmath>

namespace outrider::gps {
namespace {

// A leg with a hole in it, where the vehicle may have stood, tells nothing of its pace.
constexpr Duration longest_hole = std::chrono::minutes(2);

Duration rounded(double seconds) { return Duration(std::llround(seconds * 1000)); }

}  // namespace

Travel::Travel(TravelSettings settings)
    : settings_(settings),
      metres_(in_seconds(settings.prior) * settings.pace_mps / settings.detour),
      seconds_(in_seconds(settings.prior)) {}

void Travel::add(const Fix& fix, MotionState motion) {
    if (!fix.time) return;
    const bool drives = motion == MotionState::moving;
    const Instant now = *fix.time;
    const bool broken = leg_ && (now <= leg_->last || now - leg_->last > longest_hole);
    if (!drives || broken) {
        leg_.reset();
        if (!drives) return;
    }
    if (!leg_) {
        leg_ = Leg{now, now, fix.latitude, fix.longitude};
        return;
    }
    leg_->last = now;
    if (now - leg_->begun < settings_.leg) return;
    learn(distance_m(leg_->latitude, leg_->longitude, fix.latitude, fix.longitude),
          now - leg_->begun);
    leg_ = Leg{now, now, fix.latitude, fix.longitude};
}

void Travel::learn(double metres, Duration time) {
    metres_ += metres;
    seconds_ += in_seconds(time);
    const double most = in_seconds(settings_.memory);
    if (seconds_ <= most) return;
    metres_ *= most / seconds_;
    seconds_ = most;
}

double Travel::pace_mps() const {
    return std::clamp(metres_ / seconds_, settings_.slowest_mps, settings_.fastest_mps);
}

Eta Travel::to(double distance_m) const {
    const double driving = distance_m / pace_mps();
    const double last = in_seconds(settings_.last_yards);
    Eta eta;
    eta.low = rounded(driving * settings_.soonest);
    eta.likely = rounded(driving + last);
    eta.high = rounded(driving * settings_.latest + 2 * last);
    return eta;
}

}  // namespace outrider::gps
