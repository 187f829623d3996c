#include "client/fleet/technician.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace outrider::fleet {
namespace {

using namespace std::chrono_literals;
using dispatch::Verb;

constexpr Duration overtime = 90min;    // in which a visit may still begin
constexpr Duration look_every = 25min;  // for more to do
constexpr std::uint64_t of_person = 201;

Duration drive_time(const Place& from, const Place& to) {
    const double metres = std::abs(from.east_m - to.east_m) + std::abs(from.north_m - to.north_m);
    constexpr double pace_mps = 8;
    return std::chrono::seconds(60 + static_cast<std::int64_t>(metres / pace_mps));
}

}  // namespace

Technician::Technician(const DayPlan& plan, std::size_t number,
                       std::vector<dispatch::Id> appointments, Instant day, Clock& truth, Van& van,
                       Screen& screen)
    : plan_(plan),
      me_(plan.technicians.at(number)),
      appointments_(std::move(appointments)),
      day_(day),
      truth_(truth),
      van_(van),
      screen_(screen),
      alarm_(truth.alarm()),
      chance_(mix(me_.seed, of_person)) {}

Duration Technician::some(double least_s, double most_s) {
    return Duration(static_cast<std::int64_t>(1000 * chance_.between(least_s, most_s)));
}

Async<> Technician::rest(Duration time) {
    const Result<> slept = co_await alarm_->sleep(time);
    if (slept) co_return;
    // Cancelled: this wait throws, see Tasks, so that nobody taps a screen that is gone.
    const Result<> none = co_await alarm_->sleep(overtime);
    static_cast<void>(none);
}

Async<> Technician::rest_until(Duration end) {
    for (;;) {
        const auto next = std::ranges::min_element(late_, {}, &Late::due);
        if (next == late_.end() || next->due >= end) break;
        const Late late = *next;
        late_.erase(next);
        if (late.due > now()) {
            const Duration pause = late.due - now();
            co_await rest(pause);
        }
        co_await tap(late.verb, late.appointment);
    }
    if (end <= now()) co_return;
    const Duration left = end - now();
    co_await rest(left);
}

Async<> Technician::work() {
    const Duration late = some(-300, 900);
    co_await rest_until(plan_.begins + late);
    while (now() < plan_.ends + overtime) {
        co_await take_breaks();
        const std::optional<Visit> next = next_visit();
        if (next) {
            co_await visit(*next);
        } else {
            if (now() >= plan_.ends) break;
            const Duration until = std::min(plan_.ends, now() + look_every);
            co_await rest_until(until);
        }
    }
    co_await drive(me_.van.home);
    const Duration end = now() + some(600, 1800);
    co_await rest_until(end);
}

bool Technician::been_to(dispatch::Id appointment) const {
    return std::ranges::find(been_to_, appointment) != been_to_.end();
}

// As planned, as long as the office has not taken it away; then whatever else it has for them.
std::optional<Technician::Visit> Technician::next_visit() {
    const std::optional<api::DayView> view = screen_.look();
    const bool known = view && view->as_of;
    for (const PlannedVisit& planned : me_.visits) {
        const dispatch::Id appointment = appointments_.at(planned.appointment);
        if (been_to(appointment)) continue;
        if (known && find(*view, appointment) == nullptr) continue;
        return Visit{appointment, planned.place, planned.starts, planned.on_site};
    }
    return known ? surprise(*view) : std::nullopt;
}

std::optional<Technician::Visit> Technician::surprise(const api::DayView& view) const {
    for (std::size_t i = 0; i < plan_.appointments.size(); ++i) {
        const dispatch::Id appointment = appointments_.at(i);
        const api::DayView::Appointment* shown = find(view, appointment);
        if (shown == nullptr || been_to(appointment)) continue;
        if (shown->status == dispatch::Status::done) continue;
        const PlannedAppointment& planned = plan_.appointments[i];
        const Duration on_site = std::min<Duration>(planned.ends - planned.starts, 45min);
        return Visit{appointment, planned.place, planned.starts, on_site};
    }
    return std::nullopt;
}

Async<> Technician::visit(Visit visit) {
    been_to_.push_back(visit.appointment);
    const Duration way = drive_time(van_.place(), visit.place);
    const Duration leave = visit.starts - way - some(0, 600);
    co_await rest_until(leave);
    co_await take_breaks();
    const Outcome outcome = co_await go_there(visit);
    if (outcome == Outcome::gone) co_return;
    co_await stay(visit);
}

Async<Technician::Outcome> Technician::go_there(Visit visit) {
    Outcome outcome =
        co_await tap_or_forget(Verb::dispatch, visit.appointment, me_.habits.forgets_dispatch);
    if (outcome == Outcome::gone) co_return outcome;
    if (outcome == Outcome::not_offered || outcome == Outcome::dark)
        late_.push_back({Verb::dispatch, visit.appointment, now() + some(120, 900)});
    if (chance_.happens(me_.habits.cancels)) co_await change_mind(visit.appointment);
    co_await drive(visit.place);
    co_return outcome;
}

Async<> Technician::change_mind(dispatch::Id appointment) {
    Duration pause = some(5, 400);
    co_await rest(pause);
    const Outcome cancelled = co_await tap(Verb::cancel, appointment);
    if (cancelled != Outcome::taken) co_return;
    pause = some(20, 600);
    co_await rest(pause);
    co_await insist(Verb::dispatch, appointment);
}

Async<> Technician::drive(Place to) {
    van_.pass_until(truth_.uptime());
    van_.start_engine();
    Duration pause = some(4, 45);
    co_await rest(pause);
    van_.pass_until(truth_.uptime());
    van_.set_off(to);
    while (van_.on_the_way()) {
        const Duration there = now() + std::max<Duration>(van_.until_there(), 100ms);
        co_await rest_until(there);
        van_.pass_until(truth_.uptime());
    }
    pause = some(3, 60);
    co_await rest(pause);
    van_.stop_engine();
}

Async<> Technician::stay(Visit visit) {
    const Duration walk = some(10, 150);
    co_await rest(walk);
    const Outcome arrived =
        co_await tap_or_forget(Verb::arrive, visit.appointment, me_.habits.forgets_arrive);
    if (arrived == Outcome::gone) co_return;
    Duration end = now() + visit.on_site;
    if (breaks_taken_ < me_.breaks.size() && me_.breaks[breaks_taken_].begins < end - 5min) {
        const Break away = me_.breaks[breaks_taken_++];
        co_await rest_until(away.begins);
        const Duration left = now();
        co_await leave_work_for(away, visit);
        end += now() - left;
    }
    co_await rest_until(end);
    const Verb verb = !chance_.happens(me_.habits.closes) ? Verb::done
                      : chance_.happens(0.6)              ? Verb::close
                                                          : Verb::complete;
    const Outcome done = co_await tap_or_forget(verb, visit.appointment, me_.habits.forgets_done);
    if (done == Outcome::gone) co_return;
    const Duration packing = some(20, 240);
    co_await rest(packing);
}

// Those between visits.
Async<> Technician::take_breaks() {
    while (breaks_taken_ < me_.breaks.size() && me_.breaks[breaks_taken_].begins <= now()) {
        const Break here = me_.breaks[breaks_taken_++];
        if (here.at) co_await drive(*here.at);
        const Duration end = now() + here.lasts;
        co_await rest_until(end);
    }
}

// Not everybody says so; and who does not drive away may not say so either.
Async<> Technician::leave_work_for(Break away, Visit visit) {
    bool paused = false;
    if (chance_.happens(away.at ? 0.7 : 0.3)) {
        const Outcome outcome = co_await tap(Verb::pause, visit.appointment);
        paused = outcome == Outcome::taken;
    }
    if (away.at) co_await drive(*away.at);
    const Duration end = now() + away.lasts;
    co_await rest_until(end);
    if (paused) co_await insist(Verb::resume, visit.appointment);
    if (away.at) co_await drive(visit.place);
    if (paused) co_await insist(Verb::arrive, visit.appointment);
}

}  // namespace outrider::fleet
