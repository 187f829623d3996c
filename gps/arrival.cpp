#include "gps/arrival.hpp"

#include "gps/geodesy.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace outrider::gps {
namespace {

constexpr double degree_m = 111'000;  // of latitude: no degree of it is shorter by much
constexpr int most_weight = 120;      // of a stand's centre: a long one still follows slowly

// Exact where it matters; a place that is far off by its latitude alone is only far off.
double away_m(double latitude, double longitude, const Place& place, double matters_m) {
    const double north = std::abs(latitude - place.latitude) * degree_m;
    if (north > 2 * matters_m) return std::numeric_limits<double>::infinity();
    return distance_m(latitude, longitude, place.latitude, place.longitude);
}

Stand begun_by(const Fix& fix) {
    Stand stand;
    stand.since = stand.last = *fix.time;
    stand.latitude = fix.latitude;
    stand.longitude = fix.longitude;
    stand.fixes = 1;
    return stand;
}

void add(Stand& stand, const Fix& fix) {
    stand.last = *fix.time;
    stand.fixes = std::min(stand.fixes + 1, most_weight);
    const double share = 1.0 / stand.fixes;
    const double east = std::remainder(fix.longitude - stand.longitude, 360.0);
    stand.latitude += (fix.latitude - stand.latitude) * share;
    stand.longitude = std::remainder(stand.longitude + east * share, 360.0);
}

double metres_from(const Stand& stand, const Fix& fix) {
    return distance_m(stand.latitude, stand.longitude, fix.latitude, fix.longitude);
}

}  // namespace

void Arrival::expect(std::span<const Place> places) {
    std::array<Watched, most_places> now;
    const std::size_t count = std::min(places.size(), most_places);
    for (std::size_t i = 0; i < count; ++i) {
        const auto known = std::ranges::find(watched(), places[i], &Watched::place);
        if (known != watched().end()) now.at(i) = *known;
        now.at(i).place = places[i];
    }
    watched_ = now;
    count_ = count;
}

bool Arrival::tells(const Fix& fix) const {
    if (!fix.time || !std::isfinite(fix.latitude) || !std::isfinite(fix.longitude)) return false;
    return !fix.weak() && fix.accuracy_m.value_or(0) <= settings_.worst_accuracy_m;
}

bool Arrival::update(const Fix& fix, MotionState motion) {
    if (!tells(fix)) return false;
    follow_stand(fix);
    const double reach_m = std::max(settings_.radius_m, 2 * fix.accuracy_m.value_or(0));
    const bool stands = stand_ && !stray_ && motion == MotionState::parked &&
                        stand_->last - stand_->since >= settings_.stood;
    bool changed = false;
    for (Watched& one : watched()) {
        if (look(one, fix, reach_m, stands)) changed = true;
    }
    const bool for_long = stands && stand_->last - stand_->since >= settings_.certain &&
                          fix.accuracy_m.value_or(0) <= settings_.certain_accuracy_m;
    if (for_long && be_certain()) changed = true;
    return changed;
}

// A stand ends with the second fix running that is outside it: one may be a jump.
void Arrival::follow_stand(const Fix& fix) {
    const bool rolls = fix.speed_mps.value_or(0) >= settings_.rolling_mps;
    const bool young = !stand_ || stand_->last - stand_->since < settings_.stood;
    const auto after_hole = [&](Instant last) {
        return *fix.time <= last || *fix.time - last > settings_.longest_gap;
    };
    const bool apart = (last_ && after_hole(*last_)) || (stand_ && after_hole(stand_->last));
    last_ = fix.time;
    if (apart) doubt();
    if (apart || (rolls && young)) {
        stand_.reset();
        stray_.reset();
        if (!rolls) stand_ = begun_by(fix);
        return;
    }
    if (!stand_) {
        stand_ = begun_by(fix);
    } else if (metres_from(*stand_, fix) <= settings_.stand_radius_m) {
        add(*stand_, fix);
        stray_.reset();
    } else if (!stray_) {
        stray_ = begun_by(fix);
    } else {
        const bool together = metres_from(*stray_, fix) <= settings_.stand_radius_m;
        stand_ = together && !rolls ? stray_ : begun_by(fix);
        if (together && !rolls) add(*stand_, fix);
        stray_.reset();
    }
}

// Nobody knows where it was meanwhile: what was certain has to become so anew.
void Arrival::doubt() {
    for (Watched& one : watched()) {
        one.doubted = true;
        one.presence.certain = false;
    }
}

bool Arrival::look(Watched& one, const Fix& fix, double reach_m, bool stands) {
    using State = Presence::State;
    const double leave_m = settings_.leave_factor * reach_m;
    one.within =
        stand_ && away_m(stand_->latitude, stand_->longitude, one.place, leave_m) <= reach_m;
    if (leaves(one, fix, leave_m)) {
        const bool was_there =
            one.presence.state == State::near || one.presence.state == State::stood;
        if (!was_there) return false;
        one.presence.state = State::gone;
        one.presence.left = one.outside_since;
        return true;
    }
    const bool stood = one.presence.state == State::stood;
    if (stood && !one.doubted) return false;
    if (stands && one.within) {
        const Instant came = stood ? one.presence.came : stand_->since;
        one.presence = Presence();
        one.presence.state = State::stood;
        one.presence.since = stand_->since;
        one.presence.came = came;
        one.doubted = false;
        return true;
    }
    if (stood || one.presence.state == State::near) return false;
    if (away_m(fix.latitude, fix.longitude, one.place, leave_m) > reach_m) return false;
    one.presence = Presence();
    one.presence.state = State::near;
    return true;
}

bool Arrival::leaves(Watched& one, const Fix& fix, double leave_m) {
    if (away_m(fix.latitude, fix.longitude, one.place, leave_m) <= leave_m) {
        one.outside = 0;
        return false;
    }
    if (one.outside == 0) one.outside_since = *fix.time;
    one.outside = std::min(one.outside + 1, settings_.leave_confirmations);
    return one.outside >= settings_.leave_confirmations;
}

// Only where no other place could be meant: one within reach, and none it is still at.
bool Arrival::be_certain() {
    Watched* only = nullptr;
    for (Watched& one : watched()) {
        if (!one.within && one.presence.state != Presence::State::stood) continue;
        if (only != nullptr) return false;
        only = &one;
    }
    if (only == nullptr || !only->within || only->presence.certain ||
        only->presence.state != Presence::State::stood) {
        return false;
    }
    only->presence.certain = true;
    return true;
}

const Presence* Arrival::at(std::int64_t place) const {
    const auto found =
        std::ranges::find(watched(), place, [](const Watched& one) { return one.place.id; });
    return found == watched().end() ? nullptr : &found->presence;
}

std::optional<Duration> Arrival::standing(std::int64_t place) const {
    const auto found =
        std::ranges::find(watched(), place, [](const Watched& one) { return one.place.id; });
    const bool there = found != watched().end() && found->within && stand_ && !stray_;
    if (!there) return std::nullopt;
    return stand_->last - stand_->since;
}

bool Arrival::ambiguous(std::int64_t place, std::int64_t other) const {
    const Presence* one = at(place);
    const Presence* two = at(other);
    using State = Presence::State;
    return place != other && one != nullptr && two != nullptr && one->state == State::stood &&
           two->state == State::stood;
}

}  // namespace outrider::gps
