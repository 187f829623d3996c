// What goes wrong, and what the office does of its own accord.

#include "client/fleet/history.hpp"

#include "client/office/acts.hpp"
#include "client/office/moves.hpp"

#include <array>
#include <chrono>
#include <string_view>

namespace outrider::fleet {
namespace {

using namespace std::chrono_literals;
using dispatch::Id;
using dispatch::Standing;
using dispatch::Verb;
using dispatch::Who;
using office::Mode;

}  // namespace

void History::trouble(Seat& seat) {
    const double lot = chance_.uniform();
    if (lot < 0.34) return bad_weather(seat);
    if (lot < 0.54) return crash(seat);
    if (lot < 0.58) return full_disk(seat);
    if (lot < 0.64) return wrong_clock(seat);
    if (lot < 0.80) return office_fault();
    office_moves(seat);
}

void History::bad_weather(Seat& seat) {
    ++outages_;
    const auto weather = static_cast<Weather>(1 + chance_.next() % weathers);
    const Duration lasts = chance_.happens(0.8) ? some(20, 1200) : some(1200, 7200);
    const bool for_all = chance_.happens(0.15);
    for (const auto& each : seats_) {
        Seat& one = *each;
        if (&one != &seat && !for_all) continue;
        one.change_weather(weather);
        deeds_.emplace(clock_.now() + lasts, [&one] { one.change_weather(Weather::clear); });
    }
}

void History::crash(Seat& seat) {
    const double how = chance_.uniform();
    const Duration off = chance_.happens(0.6) ? some(1, 30) : some(60, 1200);
    if (how < 0.15) {
        ++stops_;
        seat.stop_in_order();
    } else if (how < 0.40) {
        ++crashes_;
        seat.kill();
    } else if (how < 0.55) {
        ++crashes_;
        seat.kill_in_writing(static_cast<std::int64_t>(1 + chance_.next() % 60));
    } else if (how < 0.75) {
        ++powercuts_;
        seat.cut_power();
    } else {
        ++powercuts_;
        seat.cut_power_in_writing(static_cast<std::int64_t>(1 + chance_.next() % 60));
    }
    restart(seat, off);
}

// An end in the midst of writing may come later: started again it stands by until then.
void History::restart(Seat& seat, Duration after) {
    deeds_.emplace(clock_.now() + after, [&seat] { seat.start(); });
    deeds_.emplace(clock_.now() + after + 10min, [&seat] { seat.start(); });
}

void History::full_disk(Seat& seat) {
    ++full_disks_;
    seat.fill_disk();
    deeds_.emplace(clock_.now() + some(30, 1500), [&seat] { seat.mend(); });
}

void History::wrong_clock(Seat& seat) {
    ++clock_jumps_;
    const Duration by = chance_.happens(0.2) ? -24h * 3650 : some(-8 * 3600, 8 * 3600);
    seat.set_clock(by);
    deeds_.emplace(clock_.now() + some(60, 7200), [&seat] { seat.set_clock({}); });
}

void History::office_fault() {
    static constexpr std::array modes = {Mode::error500,     Mode::error500,    Mode::busy429,
                                         Mode::busy503,      Mode::html,        Mode::forbidden,
                                         Mode::wrong_shape,  Mode::conflict,    Mode::reject_all,
                                         Mode::unauthorised, Mode::reject_some, Mode::reject_some};
    static constexpr std::array<std::string_view, 7> operations = {
        "all",           "gpsPingsCreate", "gpsPingsCreate",  "officeActions",
        "officeActions", "tokenCreate",    "officeTechnician"};
    office::FaultSettings fault;
    fault.mode = one_of(modes);
    fault.on = one_of(operations);
    if (fault.mode == Mode::reject_some) fault.on = "gpsPingsCreate";
    fault.percent =
        chance_.happens(0.5) ? 100 : static_cast<std::int64_t>(10 + chance_.next() % 80);
    fault.requests = chance_.happens(0.5) ? static_cast<std::int64_t>(1 + chance_.next() % 20) : 0;
    fault.retry_after_s = static_cast<std::int64_t>(1 + chance_.next() % 90);
    // Of lists, an empty one is among them: that is no fault to be seen through.
    if (fault.mode == Mode::wrong_shape && fault.on == "all") fault.on = "officeActions";
    premises_->faults.set(fault);
    say("the office's fault: {} on {}, {} %, for {}", static_cast<int>(fault.mode), fault.on,
        fault.percent, fault.requests);
    deeds_.emplace(clock_.now() + some(30, 1800), [this] { premises_->faults.set({}); });
}

void History::office_moves(Seat& seat) {
    const Id appointment = one_of(premises_->appointments);
    const Id mate = one_of(premises_->technicians);
    const double lot = chance_.uniform();
    if (lot < 0.10) return move(Verb::check_in, seat.id(), 0);
    if (lot < 0.15) return move(Verb::check_out, seat.id(), 0);
    if (lot < 0.30) {  // given to another, or taken back
        move(Verb::unassign, seat.id(), appointment);
        return move(Verb::assign, mate, appointment);
    }
    if (lot < 0.40) return move(Verb::assign, seat.id(), appointment);
    if (lot < 0.65) {
        static constexpr std::array verbs = {Verb::dispatch, Verb::cancel, Verb::arrive,
                                             Verb::done,     Verb::pause,  Verb::resume};
        return move(one_of(verbs), seat.id(), appointment);
    }
    if (lot < 0.70) return move(Verb::close, 0, appointment);
    plan_changes();
}

void History::plan_changes() {
    const double lot = chance_.uniform();
    if (lot < 0.5) {
        office::AppointmentChange change;
        if (lot < 0.15) change.standing = Standing::on_hold;
        if (lot >= 0.15 && lot < 0.35) change.standing = Standing::open;
        if (lot >= 0.35) change.start = clock_.now() + some(600, 18'000);
        const Id appointment = one_of(premises_->appointments);
        const auto done = office::change_appointment(premises_->books, appointment, change);
        return note_act(fmt::format("office: appointment {} changes", appointment), done);
    }
    if (lot < 0.8) {
        static constexpr std::array standings = {Standing::on_hold, Standing::canceled,
                                                 Standing::open, Standing::open};
        const Id job = one_of(premises_->jobs);
        const Standing standing = one_of(standings);
        const auto done = office::change_job(premises_->books, job, standing);
        return note_act(fmt::format("office: job {}: {}", job, name(standing)), done);
    }
    office::TechnicianChange change;
    change.may_dispatch = chance_.happens(0.8);
    change.may_arrive = chance_.happens(0.8);
    change.may_pause = chance_.happens(0.8);
    const Id technician = one_of(premises_->technicians);
    const auto done = office::change_technician(premises_->books, technician, change);
    note_act(fmt::format("office: rights of {}", technician), done);
}

void History::move(Verb verb, Id technician, Id appointment) {
    api::Move made;
    made.id = fmt::format("move-{}", ++moves_);
    made.verb = verb;
    made.technician = technician;
    made.appointment = appointment;
    made.happened = clock_.now();
    const auto judged = office::carry_out(premises_->books, made, Who::office);
    if (!judged) {
        return say("office: {} {} {}: {}", name(verb), technician, appointment,
                   judged.error().detail);
    }
    const auto* refusal = std::get_if<dispatch::Refusal>(&*judged);
    note_act(fmt::format("office: {} {} {}", name(verb), technician, appointment),
             refusal != nullptr ? std::optional(*refusal) : std::nullopt);
}

void History::note_act(std::string what, const Result<std::optional<dispatch::Refusal>>& outcome) {
    if (!outcome && complaint_.empty())
        complaint_ = "the office's books: " + outcome.error().detail;
    if (!outcome) return;
    say("{}{}", what, *outcome ? ": refused, " + (*outcome)->reason : "");
    for (const auto& seat : seats_) seat->office_has_acted();
}

}  // namespace outrider::fleet
