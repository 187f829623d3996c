#include "client/fleet/technician.hpp"

#include <algorithm>

namespace outrider::fleet {
namespace {

using namespace std::chrono_literals;
using dispatch::Status;
using dispatch::Verb;
using Shown = api::DayView::Appointment;

constexpr int most_tries = 6;

bool offers(const Shown& shown, Verb verb) {
    return std::ranges::find(shown.can, verb) != shown.can.end();
}

bool ends_it(Verb verb) {
    return verb == Verb::done || verb == Verb::close || verb == Verb::complete;
}

bool is_so_already(const Shown& shown, Verb verb) {
    if (shown.status == Status::done) return true;
    switch (verb) {
        case Verb::dispatch: return shown.status != Status::scheduled;
        case Verb::arrive: return shown.status == Status::working;
        case Verb::pause: return shown.status != Status::working;
        case Verb::resume: return !shown.paused || shown.status == Status::dispatched;
        case Verb::cancel: return shown.status != Status::dispatched;
        default: return false;
    }
}

// What comes before it: the first of these that is offered is tapped in its place.
std::vector<Verb> before(Verb verb) {
    if (verb == Verb::dispatch) return {Verb::resume};
    if (verb == Verb::arrive) return {Verb::dispatch, Verb::resume};
    if (ends_it(verb)) return {Verb::arrive, Verb::dispatch, Verb::resume};
    return {};
}

bool permitted(const api::DayView& view, Verb verb) {
    const api::DayView::Me& me = view.technician;
    if (sets_out(verb) || verb == Verb::cancel) return me.may_dispatch;
    if (verb == Verb::pause) return me.may_pause;
    return me.may_arrive;
}

}  // namespace

const Shown* Technician::find(const api::DayView& view, dispatch::Id appointment) {
    const auto shown = std::ranges::find(view.appointments, appointment, &Shown::id);
    if (shown == view.appointments.end()) return nullptr;
    const auto off = [](const std::string& status) {
        return status == "Canceled" || status == "Hold" || status == "Completed";
    };
    if (off(shown->appointment_status) || off(shown->job_status)) return nullptr;
    return &*shown;
}

Async<Technician::Outcome> Technician::tap(Verb verb, dispatch::Id appointment) {
    const std::optional<api::DayView> view = screen_.look();
    if (!view || !view->as_of) co_return Outcome::dark;
    const Shown* shown = find(*view, appointment);
    if (shown == nullptr) co_return Outcome::gone;
    if (chance_.happens(me_.habits.taps_nonsense)) {
        tap_nonsense();
        co_return Outcome::again;
    }
    if (!offers(*shown, verb)) co_return first_things_first(*view, *shown, verb);
    const Screen::Answer answer = screen_.tap(verb, appointment);
    if (answer == Screen::Answer::dark) co_return Outcome::dark;
    if (chance_.happens(me_.habits.taps_twice)) {
        const Duration pause = some(0.1, 3);
        co_await rest(pause);
        screen_.tap(verb, appointment);
    }
    co_return answer == Screen::Answer::taken ? Outcome::taken : Outcome::not_offered;
}

Technician::Outcome Technician::first_things_first(const api::DayView& view, const Shown& shown,
                                                   Verb verb) {
    if (is_so_already(shown, verb)) return Outcome::pointless;
    if (ends_it(verb) && offers(shown, Verb::done)) {
        const Screen::Answer answer = screen_.tap(Verb::done, shown.id);
        return answer == Screen::Answer::taken ? Outcome::taken : Outcome::not_offered;
    }
    for (const Verb first : before(verb)) {
        if (!offers(shown, first)) continue;
        screen_.tap(first, shown.id);
        return Outcome::again;
    }
    if (view.under_way && *view.under_way != shown.id) return put_aside(view, *view.under_way);
    if (!permitted(view, verb)) return Outcome::pointless;
    return Outcome::not_offered;
}

// Something else is under way still, as far as the office knows.
Technician::Outcome Technician::put_aside(const api::DayView& view, dispatch::Id other) {
    const Shown* shown = find(view, other);
    if (shown == nullptr) return Outcome::not_offered;
    for (const Verb verb : {Verb::done, Verb::arrive, Verb::cancel}) {
        if (!offers(*shown, verb)) continue;
        screen_.tap(verb, other);
        return Outcome::again;
    }
    return Outcome::not_offered;
}

void Technician::tap_nonsense() {
    const Verb verb = static_cast<Verb>(chance_.pick(static_cast<std::size_t>(Verb::complete) + 1));
    const bool nowhere = chance_.happens(0.1);
    screen_.tap(verb, nowhere ? 999'999 : appointments_[chance_.pick(appointments_.size())]);
}

Async<Technician::Outcome> Technician::insist(Verb verb, dispatch::Id appointment) {
    Outcome outcome = Outcome::dark;
    for (int i = 0; i < most_tries; ++i) {
        outcome = co_await tap(verb, appointment);
        const bool later = outcome == Outcome::not_offered || outcome == Outcome::dark;
        if (!later && outcome != Outcome::again) break;
        const Duration pause = later ? some(60, 480) : some(1, 20);
        co_await rest(pause);
    }
    co_return outcome;
}

Async<Technician::Outcome> Technician::tap_or_forget(Verb verb, dispatch::Id appointment,
                                                     double forgets) {
    if (!chance_.happens(forgets)) {
        const Outcome outcome = co_await insist(verb, appointment);
        co_return outcome;
    }
    if (chance_.happens(me_.habits.remembers))
        late_.push_back({verb, appointment, now() + some(60, 2400)});
    co_return Outcome::pointless;
}

}  // namespace outrider::fleet
