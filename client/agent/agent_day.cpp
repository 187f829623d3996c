// The agent's part in the technician's day.

#include "client/agent/agent.hpp"

#include "gps/geodesy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace outrider::agent {
namespace {

constexpr Duration place_is_known = std::chrono::seconds(30);  // after the last fix
constexpr Duration way_is_known = std::chrono::seconds(60);
constexpr Duration day_is_old = std::chrono::minutes(10);

}  // namespace

Result<> Agent::open_workday(api::Desk* desk, std::int64_t destination) {
    if (desk == nullptr || settings_.workday.technician == 0) return {};
    auto workday = Workday::open(store_, *desk, clock_, settings_.workday, destination,
                                 [this] { return moment(); });
    if (!workday) return workday.error();
    workday_ = std::move(*workday);
    courier_.run_first(*workday_);
    tracker_.mention([this] { return workday_->under_way(); });
    auto suggestions = Suggestions::open(store_, *workday_, clock_, settings_.suggestions);
    if (!suggestions) return suggestions.error();
    suggestions_ = std::move(*suggestions);
    workday_->estimate_by([this] { return estimate(); });
    return {};
}

void Agent::follow(const gps::Fix& fix, gps::MotionState motion) {
    heard_time(fix);
    see(Minute::covered);
    travel_.add(fix, motion);
    if (suggestions_ && suggestions_->take(fix, motion)) courier_.errand_waits();
}

// Whoever has a technician on the way looks at the map.
gps::Audience Agent::audience() const {
    const Courier::State state = courier_.state();
    if (state == Courier::State::retrying || state == Courier::State::paused) {
        return gps::Audience::nobody;
    }
    const bool on_the_way = workday_ && workday_->under_way() &&
                            workday_->under_way()->status == dispatch::Status::dispatched;
    return on_the_way ? gps::Audience::customer : gps::Audience::office;
}

// By the receiver's time where there is one: the device's clock may be anything.
Moment Agent::moment() const {
    Moment moment;
    const Uptime now = clock_.uptime();
    const auto by_gps = clock_.by_gps(now);
    moment.by_gps = by_gps.has_value();
    moment.time = by_gps.value_or(clock_.now());
    const auto& fix = tracker_.last_believed();
    if (fix && now - fix->seen < place_is_known) {
        moment.latitude = fix->latitude;
        moment.longitude = fix->longitude;
    }
    return moment;
}

// What failed by the wrong time may work by the right one.
void Agent::heard_time(const gps::Fix& fix) {
    if (!clock_.hear(fix)) return;
    store_.journal().time_is_known(true);
    privacy_->time_is_known();
    tell_workday_the_time();
    if (!clock_.off()) return;
    if (workday_) {
        workday_->office_is_back();
        courier_.errand_waits();
    }
    if (courier_.view().error) courier_.flush();
}

void Agent::tell_workday_the_time() {
    if (!workday_) return;
    const auto time = [this](Uptime at) { return clock_.by_gps(at); };
    if (workday_->know_time(time)) courier_.errand_waits();
}

Result<std::optional<api::Denied>> Agent::tap(dispatch::Verb verb,
                                              std::optional<dispatch::Id> appointment) {
    if (!workday_) {
        return Error(Fault::refused, "this device has no technician: set technician.id");
    }
    auto answer = workday_->tap(verb, appointment);
    if (answer && !*answer) {
        suggestions_->look();
        courier_.errand_waits();
    }
    return answer;
}

Result<api::DayView> Agent::day() {
    auto suggested = suggestions_->cards();
    auto view = workday_->view();
    if (!view) return view;
    view->suggestions = std::move(suggested);
    for (auto& each : view->appointments) {
        const bool goal = view->under_way ? each.id == *view->under_way
                                          : view->next && each.id == view->next->appointment;
        if (goal && each.status < dispatch::Status::working) each.eta = eta(each);
    }
    return view;
}

std::optional<api::DayView::Appointment::Eta> Agent::eta(
    const api::DayView::Appointment& there) const {
    const auto& fix = tracker_.last_believed();
    const Uptime now = clock_.uptime();
    if (!fix || now - fix->seen > way_is_known || !there.latitude || !there.longitude) {
        return std::nullopt;
    }
    const gps::Eta way = travel_.to(
        gps::distance_m(fix->latitude, fix->longitude, *there.latitude, *there.longitude));
    const Instant from = clock_.now();
    return api::DayView::Appointment::Eta{from + way.low, from + way.likely, from + way.high};
}

std::optional<api::Estimate> Agent::estimate() const {
    const auto view = workday_->view();
    if (!view || !view->under_way) return std::nullopt;
    const auto there =
        std::ranges::find(view->appointments, *view->under_way, &api::DayView::Appointment::id);
    if (there == view->appointments.end()) return std::nullopt;
    const auto when = eta(*there);
    if (!when) return std::nullopt;
    api::Estimate estimate;
    estimate.technician = settings_.workday.technician;
    estimate.appointment = there->id;
    estimate.at = clock_.now();
    estimate.low = when->low;
    estimate.likely = when->likely;
    estimate.high = when->high;
    return estimate;
}

Result<std::vector<api::Card>> Agent::cards(std::size_t limit) {
    std::vector<api::Card> all = suggestions_->cards();
    auto refused = workday_->cards(limit);
    if (!refused) return refused;
    std::ranges::move(*refused, std::back_inserter(all));
    return all;
}

Result<std::optional<api::Denied>> Agent::accept(dispatch::Verb verb, dispatch::Id appointment) {
    auto answer = suggestions_->accept(verb, appointment, keeping() == Keeping::yes);
    if (answer && !*answer) courier_.errand_waits();
    return answer;
}

Result<> Agent::dismiss(dispatch::Verb verb, dispatch::Id appointment) {
    return suggestions_->dismiss(verb, appointment);
}

Result<> Agent::reload_workday() {
    if (!workday_) return {};
    auto loaded = workday_->reload();
    if (loaded) courier_.errand_waits();
    return loaded;
}

void Agent::judge_day(api::Status& status) const {
    using Health = api::Status::Health;
    const auto degraded = [&](std::string reason) {
        status.health = std::max(status.health, Health::degraded);
        status.reasons.push_back(std::move(reason));
    };
    if (!workday_) {
        if (status.queue.actions > 0) {
            degraded(
                fmt::format("{} taps wait, and this device has no technician: set "
                            "technician.id",
                            status.queue.actions));
        }
        return;
    }
    const auto& silence = workday_->silence();
    if (!silence || status.running < start_up) return;
    if (!silence->since) {
        degraded("the office has not told the day yet: " + silence->why);
    } else if (const auto age = workday_->age(); !age) {
        degraded("the day is from before this start, and nobody knows how old: " + silence->why);
    } else if (*age > day_is_old) {
        degraded(fmt::format("the day is {} min old: {}", age->count() / 60'000, silence->why));
    }
}

}  // namespace outrider::agent
