// What became of the taps, and what the screen shows.

#include "client/fleet/tap_witness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace outrider::fleet {

using dispatch::Id;
using dispatch::Status;
using dispatch::Verb;
using offline::Lane;

namespace {

bool permitted(Verb verb, const dispatch::Technician& one) {
    switch (verb) {
        case Verb::dispatch:
        case Verb::resume: return one.may_dispatch && one.checked_in;
        case Verb::cancel: return one.may_dispatch;
        case Verb::arrive: return one.may_arrive;
        case Verb::pause: return one.may_pause;
        default: return true;
    }
}

// What the technician sees does not speak against it.
bool possible(Verb verb, const api::DayView& day, const api::DayView::Appointment& shown) {
    const api::DayView::Me& me = day.technician;
    const bool free = me.checked_in && !day.under_way && shown.status == Status::scheduled;
    switch (verb) {
        case Verb::dispatch: return me.may_dispatch && free && !shown.paused;
        case Verb::resume: return me.may_dispatch && free && shown.paused;
        case Verb::cancel:  // one that is held can be taken back
            return (me.may_dispatch && shown.status == Status::dispatched) ||
                   !shown.waiting.empty();
        case Verb::arrive: return me.may_arrive && shown.status == Status::dispatched;
        case Verb::pause: return me.may_pause && shown.status == Status::working;
        case Verb::done:
        case Verb::close:
        case Verb::complete: return shown.status == Status::working;
        default: return false;
    }
}

}  // namespace

// Whether the office had it as the tap wanted, from a little before it on: it may have been settled
// by what the office had said last. Not before it had carried out the tap before this one.
bool TapWitness::was_so(const Tapped& tap) const {
    const auto seen = sights_.find(tap.appointment);
    if (seen == sights_.end()) return false;
    const auto fits = [&](const Sight& sight) {
        const Part& part = sight.part;
        switch (tap.verb) {
            case Verb::dispatch:
            case Verb::resume: return sight.mine && part.status >= Status::dispatched;
            case Verb::cancel:
                return !sight.mine || !sight.open || part.status == Status::scheduled;
            case Verb::arrive: return sight.mine && part.status >= Status::working;
            case Verb::pause: return sight.mine && part.paused && part.status == Status::scheduled;
            case Verb::done:
            case Verb::close: return sight.mine && part.status == Status::done;
            case Verb::complete: return sight.completed;
            default: return false;
        }
    };
    Instant from = tap.at - 2 * poll_;
    for (const Tapped& before : taps_) {
        if (before.turn >= tap.turn) break;
        if (before.appointment == tap.appointment && before.carried_out) {
            from = std::max(from, before.carried_out_at);
        }
    }
    const auto& list = seen->second;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const bool over = i + 1 < list.size() && list[i + 1].from <= from;
        if (!over && fits(list[i])) return true;
    }
    return false;
}

void TapWitness::look_at(offline::Store& store, agent::Workday& workday) {
    look_at_taps(store);
    look_at_screen(workday);
    const auto audit = store.audit();
    if (!audit) return complain(audit.error().detail);
    if (!audit->balances()) complain("the books: " + audit->discrepancies.front());
}

// A dispatch that nobody had heard of, and the cancel that followed it at once: both have ended.
bool TapWitness::taken_back(std::int64_t sequence, const std::set<std::int64_t>& there) const {
    const Tapped& out = taps_[static_cast<std::size_t>(sequence - 1)];
    if (out.verb != Verb::dispatch && out.verb != Verb::resume) return false;
    for (std::size_t next = static_cast<std::size_t>(sequence); next < taps_.size(); ++next) {
        if (taps_[next].appointment != out.appointment) continue;
        const bool ended = !there.contains(static_cast<std::int64_t>(next) + 1);
        return taps_[next].verb == Verb::cancel && ended && !taps_[next].carried_out;
    }
    return false;
}

// Why it may be a card: the office refused it; or what it is about had changed, and not by their
// taps, or by fewer of them, as one before it is a card, too.
bool TapWitness::excused(std::int64_t sequence) const {
    const Tapped& tap = taps_[static_cast<std::size_t>(sequence - 1)];
    if (touched_.contains(tap.appointment)) return true;
    // Whoever sets out may be on something else, by what became of that.
    const bool sets_out = tap.verb == Verb::dispatch || tap.verb == Verb::resume;
    if (sets_out && !touched_.empty()) return true;
    const auto end = taps_.begin() + static_cast<std::ptrdiff_t>(sequence - 1);
    return std::any_of(taps_.begin(), end, [&](const Tapped& before) {
        // What the office did not permit yet counted for nothing, and was carried out in the end.
        const bool waited = before.carried_out && before.carried_out_at > tap.at;
        if (waited && (tap.verb == Verb::cancel || withheld_) &&
            before.appointment == tap.appointment)
            return true;
        return before.card && (sets_out || before.appointment == tap.appointment);
    });
}

void TapWitness::look_at_card(const offline::DeadLetter& letter) {
    if (letter.words.empty()) complain("a card without words");
    const std::int64_t sequence = letter.envelope.sequence;
    Tapped& tap = taps_[static_cast<std::size_t>(sequence - 1)];
    if (std::exchange(tap.card_seen, true) || excused(sequence)) return;
    const auto asked = std::ranges::find_if(
        refused_, [&](const std::string& action) { return tap_of(action) == &tap; });
    if (asked == refused_.end()) {
        complain(told(sequence) + " is a card without a reason: " + letter.words);
    }
}

// Each waits, is a card, or has ended: carried out, or so already.
void TapWitness::look_at_taps(offline::Store& store) {
    const auto queue = store.outbox().from(Lane::actions, 0, 10'000);
    const auto dead = store.outbox().dead_letters(Lane::actions, 10'000);
    if (!queue || !dead) return complain("the store cannot be read");
    std::set<std::int64_t> there;
    for (const auto& envelope : *queue) there.insert(envelope.sequence);
    for (const auto& letter : *dead) {
        const std::int64_t sequence = letter.envelope.sequence;
        if (sequence < 1 || sequence > std::ssize(taps_)) return complain("a card for no tap");
        taps_[static_cast<std::size_t>(sequence - 1)].card = true;
    }
    for (const auto& letter : *dead) {
        look_at_card(letter);
        if (!there.insert(letter.envelope.sequence).second) complain("a tap waits and is a card");
    }
    const auto& ledger = store.ledger();
    const auto taps = static_cast<std::int64_t>(taps_.size());
    if (ledger.balance("accepted:actions") != taps) complain("more or fewer taps than were made");
    if (!there.empty() && *there.rbegin() > taps) complain("a tap that nobody made");
    std::int64_t ended = 0, never_told = 0;
    for (std::int64_t sequence = 1; sequence <= taps; ++sequence) {
        Tapped& tap = taps_[static_cast<std::size_t>(sequence - 1)];
        if (there.contains(sequence)) {
            if (tap.ended) complain(told(sequence) + " had ended, and is there again");
            continue;
        }
        ++ended;
        never_told += tap.carried_out ? 0 : 1;
        if (std::exchange(tap.ended, true) || tap.carried_out) continue;
        if (was_so(tap) || taken_back(sequence, there)) continue;
        complain(told(sequence) + " is gone, and was never so at the office");
    }
    counts.settled = ledger.balance("settled:actions");
    counts.cards = static_cast<std::int64_t>(dead->size());
    counts.held = static_cast<std::int64_t>(queue->size());
    const std::int64_t delivered = ledger.balance("delivered:actions");
    if (delivered + counts.settled != ended) complain("taps are gone without an account");
    if (counts.settled < never_told) complain("a tap is called delivered that never arrived");
}

void TapWitness::compare_answer(const api::DayView& shown, Verb verb, Id appointment, bool taken) {
    const auto there =
        std::ranges::find(shown.appointments, appointment, &api::DayView::Appointment::id);
    const bool known = there != shown.appointments.end();
    const bool offered = known && std::ranges::find(there->can, verb) != there->can.end();
    const std::string what = fmt::format("{} {}", name(verb), appointment);
    if (offered != taken) {
        complain(what + (taken ? " was taken, and not offered" : " was offered, and is denied"));
    }
    if (taken && known && !possible(verb, shown, *there)) {
        complain(what + " was taken against what the screen shows");
    }
}

void TapWitness::look_at_screen(agent::Workday& workday) {
    const auto view = workday.view();
    if (!view) return complain(view.error().detail);
    Id busy_with = 0;
    for (const auto& shown : view->appointments) {
        if (shown.status != Status::dispatched && shown.status != Status::working) continue;
        if (busy_with != 0) complain("the device shows two appointments under way");
        busy_with = shown.id;
    }
    if (view->under_way.value_or(0) != busy_with) complain("under way is not what is shown");
}

void TapWitness::look_back(offline::Store& store, agent::Workday& workday, bool undisturbed) {
    look_at(store, workday);
    for (std::size_t i = 0; i < taps_.size(); ++i) {
        if (!taps_[i].carried_out || taps_[i].ended) continue;
        // It was undone before the device heard of it.
        if (taps_[i].card && touched_.contains(taps_[i].appointment)) continue;
        const std::string tap = told(static_cast<std::int64_t>(i + 1));
        complain(tap + (taps_[i].card ? " is a card, and was carried out"
                                      : " waits, and was carried out"));
    }
    look_at_waiting(workday);
    compare_screen(workday);
    if (!undisturbed) return;
    for (std::size_t i = 0; i < taps_.size(); ++i) {
        // But for what a mate has done to it, such as complete their job.
        if (taps_[i].carried_out || touched_.contains(taps_[i].appointment)) continue;
        complain(told(static_cast<std::int64_t>(i + 1)) + " was not carried out");
    }
}

// What still waits says why, and it is true; or it waits behind one that does.
void TapWitness::look_at_waiting(agent::Workday& workday) {
    const auto board = books_.day();
    if (!board) return complain(board.error().detail);
    std::set<Id> blocked;
    for (const auto& tap : workday.waiting()) {
        if (blocked.contains(tap.appointment)) continue;
        if (tap.held.empty()) complain(told(tap.sequence) + " waits, and nobody knows why");
        // The appointment they are on by the office waits itself to go on from there.
        const Id busy = dispatch::under_way(*board, technician_);
        const bool behind_it = busy != tap.appointment && blocked.contains(busy);
        if (!behind_it && permitted(tap.verb, board->technicians.at(technician_))) {
            complain(told(tap.sequence) + " waits without need: " + tap.held);
        }
        blocked.insert(tap.appointment);
    }
}

void TapWitness::compare_screen(agent::Workday& workday) {
    const auto view = workday.view();
    const auto board = books_.day();
    if (!view || !board) return complain("day or board cannot be read");
    for (const auto& [id, appointment] : board->appointments) {
        const auto shown =
            std::ranges::find(view->appointments, id, &api::DayView::Appointment::id);
        const auto mine = appointment.assigned.find(technician_);
        if (shown == view->appointments.end()) {
            if (mine != appointment.assigned.end()) complain(fmt::format("{} is not shown", id));
            continue;
        }
        std::map<Id, Part> crew, at_office;
        for (const auto& one : shown->crew) crew[one.technician] = {one.status, one.paused};
        for (const auto& [who, assignment] : appointment.assigned) {
            at_office[who] = {assignment.status, assignment.paused};
        }
        const bool told_all = std::ranges::none_of(view->appointments, [&](const auto& each) {
            return each.job == shown->job && !each.waiting.empty();
        });
        if (told_all && crew != at_office) complain(fmt::format("{} is shown otherwise", id));
        if (mine != appointment.assigned.end() && (shown->office_status != mine->second.status ||
                                                   shown->office_paused != mine->second.paused)) {
            complain(fmt::format("{} is not what the office says", id));
        }
        const auto row = books_.find<office::Appointment>(id);
        if (!row || !*row) return complain("no row");
        if (!told_all) continue;
        if (shown->appointment_status != (*row)->status) complain(fmt::format("{}: status", id));
    }
}

void TapWitness::look_at_jobs(agent::Workday& workday) {
    const auto view = workday.view();
    if (!view) return complain(view.error().detail);
    for (const auto& shown : view->appointments) {
        const auto job = books_.find<office::Job>(shown.job);
        if (!job || !*job) return complain("no row");
        if (view->waiting > 0 || shown.job_status == (*job)->status) continue;
        complain(fmt::format("the job of {}: {} and not {}", shown.id, shown.job_status,
                             (*job)->status));
    }
}

}  // namespace outrider::fleet
