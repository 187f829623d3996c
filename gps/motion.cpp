#include "gps/motion.hpp"

#include "gps/geodesy.hpp"

#include <algorithm>
#include <cmath>

namespace outrider::gps {
namespace {

constexpr std::size_t fewest = 4;     // fixes that can show a stand
constexpr int most = 64;              // kept of one stop_after, whatever the receiver's rate
constexpr double creeping_mps = 1;    // faster by Doppler is no stand
constexpr double clearly_away = 0.7;  // of the stationary radius: Doppler alone lies under a roof
constexpr double weak_leave_m = 120;  // by weak ones: three times their error

}  // namespace

std::string_view name(MotionState state) {
    switch (state) {
        case MotionState::unknown: return "unknown";
        case MotionState::moving: return "moving";
        case MotionState::parked: return "parked";
    }
    return "unknown";
}

Motion::Motion(MotionSettings settings) : settings_(settings) {}

double Motion::metres_between(const Spot& spot, const Fix& fix) {
    return distance_m(spot.latitude, spot.longitude, fix.latitude, fix.longitude);
}

// The mean place; differences of longitude are wrapped, so the date line is no trap.
Motion::Spot Motion::centre() const {
    Spot centre = recent_.back();
    double north = 0, east = 0;
    for (const Spot& spot : recent_) {
        north += spot.latitude - centre.latitude;
        east += short_way_deg(spot.longitude - centre.longitude);
    }
    const auto count = static_cast<double>(recent_.size());
    centre.latitude += north / count;
    centre.longitude = std::remainder(centre.longitude + east / count, 360.0);
    return centre;
}

MotionState Motion::update(const Fix& fix) {
    if (state_ == MotionState::parked) {
        if (leaves(fix)) {
            state_ = MotionState::moving;
            recent_.assign(1, Spot(fix));
        }
        return state_;
    }
    if (fix.weak()) return state_;
    remember(fix);
    if (stands(fix)) {
        state_ = MotionState::parked;
        stood_ = centre();
        outside_ = fast_ = 0;
        recent_.clear();
    } else if (state_ == MotionState::unknown &&
               (fix.speed_mps.value_or(0) >= settings_.leave_speed_mps ||
                metres_between(recent_.front(), fix) > settings_.leave_radius_m)) {
        state_ = MotionState::moving;
    }
    return state_;
}

void Motion::remember(const Fix& fix) {
    // The receiver's clock was put back: what came before says nothing about now.
    if (!recent_.empty() && *fix.time <= recent_.back().time) recent_.clear();
    if (recent_.empty() || *fix.time - recent_.back().time >= settings_.stop_after / most)
        recent_.emplace_back(fix);
    // The oldest one stays although it is older than stop_after: together they span it.
    while (recent_.size() > fewest && *fix.time - recent_[1].time >= settings_.stop_after)
        recent_.pop_front();
}

bool Motion::stands(const Fix& fix) const {
    if (recent_.size() < fewest) return false;
    if (*fix.time - recent_.front().time < settings_.stop_after) return false;
    if (fix.speed_mps.value_or(0) >= creeping_mps) return false;
    const Spot middle = centre();
    const auto near = [&](const auto& one) {
        return no_farther(middle.latitude, middle.longitude, one.latitude, one.longitude,
                          settings_.stationary_radius_m);
    };
    return near(fix) && std::ranges::all_of(recent_, near);
}

bool Motion::leaves(const Fix& fix) {
    // Most fixes of those who stand are so near that it does not matter how near.
    const double near_m =
        std::min(clearly_away * settings_.stationary_radius_m, settings_.leave_radius_m);
    const bool here =
        no_farther(stood_.latitude, stood_.longitude, fix.latitude, fix.longitude, near_m);
    const double away = here ? 0 : metres_between(stood_, fix);
    const double far =
        fix.weak() ? std::max(weak_leave_m, settings_.leave_radius_m) : settings_.leave_radius_m;
    const bool fast = !fix.weak() && fix.speed_mps.value_or(0) >= settings_.leave_speed_mps &&
                      away > clearly_away * settings_.stationary_radius_m;
    outside_ = away > far ? outside_ + 1 : 0;
    fast_ = fast ? fast_ + 1 : 0;
    return outside_ >= settings_.leave_confirmations ||
           fast_ >= settings_.leave_speed_confirmations;
}

}  // namespace outrider::gps
