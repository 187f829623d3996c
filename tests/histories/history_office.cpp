// What the office does of its own accord.

#include "tests/histories/history.hpp"

#include "client/office/acts.hpp"
#include "client/office/moves.hpp"
#include "tests/support/result.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>

namespace outrider::test {

using dispatch::Id;
using dispatch::Standing;
using dispatch::Verb;
using dispatch::Who;

void History::office_moves() {
    const Id appointment = one_of(premises_.appointments);
    const std::int64_t lot = pick(0, 99);
    if (lot < 10) return move(Verb::check_in, Who::office, me, 0);
    if (lot < 15) return move(Verb::check_out, Who::office, me, 0);
    if (lot < 18) return move(chance(0.7) ? Verb::check_in : Verb::check_out, Who::office, mate, 0);
    if (lot < 26) {  // given to the other
        move(Verb::unassign, Who::office, me, appointment);
        return move(Verb::assign, Who::office, mate, appointment);
    }
    if (lot < 34) return move(Verb::assign, Who::office, me, appointment);
    if (lot < 38) return move(Verb::unassign, Who::office, me, appointment);
    if (lot < 75) {
        static constexpr std::array verbs = {Verb::dispatch, Verb::dispatch, Verb::cancel,
                                             Verb::arrive,   Verb::arrive,   Verb::done,
                                             Verb::pause,    Verb::resume};
        const Id who = chance(0.6) ? me : chance(0.7) ? mate : Id(0);
        const bool by_the_mate = who == mate && chance(0.7);
        return move(one_of(verbs), by_the_mate ? Who::technician : Who::office, who, appointment);
    }
    if (lot < 78) return move(Verb::close, Who::office, chance(0.5) ? me : 0, appointment);
    if (lot < 80) return move(Verb::complete, Who::office, chance(0.5) ? me : 0, appointment);
    if (lot < 94) return the_plan_changes();
    the_rights_change();
}

void History::move(Verb verb, Who by, Id technician, Id appointment) {
    ++witness_.counts.office_moves;
    api::Move made;
    made.id = fmt::format("move-{}", ++moves_);
    made.verb = verb;
    made.technician = technician;
    made.appointment = appointment;
    made.happened = clock_.now();
    const auto judged = office::carry_out(premises_.books, made, by);
    if (!judged)
        return say("{} {} {}: {}", name(verb), technician, appointment, judged.error().detail);
    const auto* refusal = std::get_if<dispatch::Refusal>(&*judged);
    note_act(fmt::format("{}: {} {} {}", by == Who::office ? "office" : "mate", name(verb),
                         technician, appointment),
             refusal ? std::optional(*refusal) : std::nullopt);
}

void History::the_plan_changes() {
    const Id appointment = one_of(premises_.appointments);
    const Id job = one_of(premises_.jobs);
    office::AppointmentChange change;
    const std::int64_t lot = pick(0, 9);
    if (lot < 5) {
        if (lot < 2) change.standing = Standing::on_hold;
        if (lot >= 2 && lot < 4) change.standing = Standing::open;
        if (lot == 4) change.start = clock_.now() + std::chrono::minutes(pick(10, 300));
        const auto done = office::change_appointment(premises_.books, appointment, change);
        return note_act(fmt::format("office: appointment {}, change {}", appointment, lot), done);
    }
    static constexpr std::array standings = {Standing::on_hold, Standing::canceled, Standing::open,
                                             Standing::open, Standing::open};
    const Standing standing = standings.at(static_cast<std::size_t>(lot - 5));
    const auto done = office::change_job(premises_.books, job, standing);
    note_act(fmt::format("office: job {}: {}", job, name(standing)), done);
}

void History::the_rights_change() {
    office::TechnicianChange change;
    change.may_dispatch = chance(0.8);
    change.may_arrive = chance(0.8);
    change.may_pause = chance(0.8);
    const auto done = office::change_technician(premises_.books, me, change);
    note_act(fmt::format("office: rights {} {} {}", *change.may_dispatch, *change.may_arrive,
                         *change.may_pause),
             done);
}

void History::note_act(std::string what, const Result<std::optional<dispatch::Refusal>>& outcome) {
    REQUIRE(outcome);
    say("{}{}", what, *outcome ? ": refused, " + (*outcome)->reason : "");
    witness_.office_has_acted();
}

}  // namespace outrider::test
