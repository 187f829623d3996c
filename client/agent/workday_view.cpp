// How the day, what waits and the cards are told.

#include "client/agent/workday.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace outrider::agent {

using dispatch::Action;
using dispatch::Day;
using dispatch::Id;
using dispatch::Verb;
using dispatch::Who;
using offline::Lane;

namespace {

// A check-in is for a working day; a guess from what the technician's record says, for a moment.
constexpr Duration check_in_holds = std::chrono::hours(12);
constexpr Duration guess_holds = std::chrono::minutes(10);

bool on_shift(const std::vector<api::OfficeDay::Shift>& shifts, Instant at) {
    return std::ranges::any_of(
        shifts, [at](const auto& shift) { return shift.start <= at && at < shift.end; });
}

// What is true of the world when the office has not taken it.
std::string mine(Verb verb) {
    switch (verb) {
        case Verb::dispatch:
        case Verb::resume: return "You were on the way.";
        case Verb::cancel: return "You were not on the way any more.";
        case Verb::arrive: return "You arrived there.";
        case Verb::pause: return "You paused there.";
        case Verb::done: return "You were done there.";
        case Verb::close: return "You closed the appointment for everybody.";
        case Verb::complete: return "You completed the job.";
        default: break;
    }
    return std::string(name(verb));
}

// On the way to what is gone there is nothing to decide; on the site there is.
bool to_decide(Verb verb) { return !dispatch::sets_out(verb) && verb != Verb::cancel; }

}  // namespace

api::WaitingTap Workday::describe(const Pending& pending) const {
    api::WaitingTap tap;
    tap.sequence = pending.sequence;
    tap.verb = pending.tap.verb;
    tap.appointment = pending.tap.appointment;
    tap.happened = pending.tap.happened;
    tap.held = pending.held.value_or("");
    tap.number = pending.tap.believed.number;
    tap.customer = pending.tap.believed.customer;
    return tap;
}

std::vector<api::WaitingTap> Workday::waiting() const {
    std::vector<api::WaitingTap> taps;
    for (const Pending& pending : pending_) taps.push_back(describe(pending));
    return taps;
}

api::Card Workday::card_of(const offline::DeadLetter& letter, const api::Tap& tap) const {
    api::Card card;
    card.sequence = letter.envelope.sequence;
    card.verb = tap.verb;
    card.appointment = tap.appointment;
    card.happened = tap.happened;
    card.at = letter.buried;
    card.mine = mine(tap.verb);
    card.office = letter.words;
    card.to_decide = to_decide(tap.verb);
    card.next = card.to_decide
                    ? "The office's word stands. Talk to the office, then try again or dismiss it."
                    : "The office's word stands: there is nothing to do.";
    card.number = tap.believed.number;
    card.customer = tap.believed.customer;
    return card;
}

Result<std::vector<api::Card>> Workday::cards(std::size_t limit) {
    const auto letters = store_.outbox().dead_letters(Lane::actions, limit);
    if (!letters) return letters.error();
    std::vector<api::Card> cards;
    for (const offline::DeadLetter& letter : *letters) {
        // What cannot be read is a dead letter all the same, and a card that says so.
        const auto tap = api::decode_tap(letter.envelope.body);
        cards.push_back(card_of(letter, tap ? *tap : api::Tap()));
        const auto stamp =
            std::ranges::find(stamps_, letter.envelope.sequence, &api::Stamp::sequence);
        if (stamp != stamps_.end()) cards.back().happened = stamp->happened;
        if (!tap) cards.back().mine = "Something that cannot be read any more.";
    }
    return cards;
}

api::DayView::Appointment Workday::describe(const api::Visit& visit, const Day& projected) const {
    api::DayView::Appointment shown;
    const auto& appointment = projected.appointments.at(visit.appointment);
    const auto& job = projected.jobs.at(visit.job);
    shown.id = visit.appointment;
    shown.job = visit.job;
    shown.number = visit.number;
    shown.job_number = visit.job_number;
    shown.appointment_status = name(status_of(appointment));
    shown.job_status = name(status_of(job));
    shown.start = visit.start;
    shown.end = visit.end;
    shown.window_start = visit.window_start;
    shown.window_end = visit.window_end;
    shown.customer = visit.customer_name;
    shown.location = visit.location_name;
    shown.address = visit.address;
    shown.summary = visit.summary;
    shown.instructions = visit.instructions;
    shown.priority = visit.priority;
    shown.latitude = visit.latitude;
    shown.longitude = visit.longitude;
    for (const auto& one : visit.crew) {
        const bool own = one.technician == settings_.technician;
        if (own) shown.office_status = one.assignment.status;
        if (own) shown.office_paused = one.assignment.paused;
        const auto now = appointment.assigned.find(one.technician);
        if (now == appointment.assigned.end()) continue;
        shown.crew.push_back({one.technician, one.name, now->second.status, now->second.paused});
        if (!own) continue;
        shown.status = now->second.status;
        shown.paused = now->second.paused;
    }
    for (const Pending& pending : pending_) {
        if (pending.tap.appointment == visit.appointment) {
            shown.waiting.push_back(describe(pending));
        }
    }
    for (const Verb verb : dispatch::own_verbs) {
        const auto after =
            apply(projected, {verb, Who::technician, settings_.technician, visit.appointment});
        const bool withdrawn = verb == Verb::cancel && held_dispatch(visit.appointment);
        const auto* refusal = std::get_if<dispatch::Refusal>(&after);
        if (refusal && !withdrawn) {
            shown.cannot.push_back({verb, std::string(name(refusal->rule)),
                                    std::string(name(refusal->lifted)), refusal->reason});
        } else {
            shown.can.push_back(verb);
        }
    }
    return shown;
}

// Forward from where they are; otherwise the first appointment of the day they may set out for.
std::optional<api::DayView::Step> Workday::next_step(const Day& projected) const {
    const auto may = [&](Verb verb, Id appointment) {
        const auto after =
            apply(projected, {verb, Who::technician, settings_.technician, appointment});
        return std::holds_alternative<Day>(after);
    };
    if (const Id here = dispatch::under_way(projected, settings_.technician); here != 0) {
        for (const Verb verb : {Verb::arrive, Verb::done}) {
            if (may(verb, here)) return api::DayView::Step{verb, here};
        }
        return std::nullopt;
    }
    for (const Verb verb : {Verb::dispatch, Verb::resume}) {
        for (const api::Visit& visit : office_.visits) {
            if (may(verb, visit.appointment)) return api::DayView::Step{verb, visit.appointment};
        }
    }
    return std::nullopt;
}

bool Workday::on_duty(Instant now) const {
    if (under_way_ || on_shift(office_.shifts, now)) return true;
    if (!office_.rights.checked_in || office_.as_of == Instant{}) return false;
    if (office_.checked_in_by.empty()) return true;  // taken for granted
    const bool guessed = office_.checked_in_by == "shift";
    // That shift is over.
    if (guessed && on_shift(office_.shifts, office_.as_of)) return false;
    const auto known_for = age();
    return known_for && *known_for < (guessed ? guess_holds : check_in_holds);
}

bool Workday::was_on_duty(Instant at, std::optional<Instant> until) const {
    if (on_shift(office_.shifts, at)) return true;
    return until && office_.shifts.empty() && at - *until < check_in_holds;
}

Result<api::DayView> Workday::view() {
    const Day day = projected();
    api::DayView view;
    view.revision = revision_;
    view.now = clock_.now();
    if (office_.as_of != Instant{}) {
        view.as_of = office_.as_of;
        view.age = age();
    }
    if (silence_) view.trouble = silence_->why;
    view.technician.id = settings_.technician;
    view.technician.name = office_.technician_name;
    view.technician.checked_in = office_.rights.checked_in;
    view.technician.checked_in_by = office_.checked_in_by;
    view.technician.may_dispatch = office_.rights.may_dispatch;
    view.technician.may_arrive = office_.rights.may_arrive;
    view.technician.may_pause = office_.rights.may_pause;
    view.next = next_step(day);
    if (const Id here = dispatch::under_way(day, settings_.technician)) view.under_way = here;
    for (const api::Visit& visit : office_.visits) {
        view.appointments.push_back(describe(visit, day));
    }
    view.waiting = static_cast<std::int64_t>(pending_.size());
    view.cards = store_.outbox().dead(Lane::actions);
    return view;
}

}  // namespace outrider::agent
