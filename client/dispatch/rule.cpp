#include "client/dispatch/rule.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace outrider::dispatch {
namespace {

constexpr std::array<std::string_view, 12> verb_names = {
    "check in", "check out", "assign", "unassign", "dispatch", "cancel dispatch",
    "arrive",   "pause",     "resume", "done",     "close",    "complete the job"};
constexpr std::array<std::string_view, 9> rule_names = {
    "known",      "office only", "assigned",      "standing",         "move",
    "permission", "checked in",  "one at a time", "others on the way"};
constexpr std::array<std::string_view, 3> lifted_names = {"by the technician", "by the office",
                                                          "by nobody"};

// A technician's own moves on an appointment: the whole table.
struct Move {
    Verb verb;
    Status from, to;
    std::optional<bool> paused_before;  // nothing: either
    std::optional<bool> paused_after;   // nothing: as before
};
constexpr std::array moves = {
    Move{Verb::dispatch, Status::scheduled, Status::dispatched, false, {}},
    Move{Verb::resume, Status::scheduled, Status::dispatched, true, {}},
    Move{Verb::cancel, Status::dispatched, Status::scheduled, {}, {}},
    Move{Verb::arrive, Status::dispatched, Status::working, {}, false},
    Move{Verb::pause, Status::working, Status::scheduled, {}, true},
    Move{Verb::done, Status::working, Status::done, {}, {}},
};

template <class Map>
auto* find(Map& map, Id id) {
    const auto found = map.find(id);
    return found == map.end() ? nullptr : &found->second;
}

// Everything a rule looks at, found once.
struct Case {
    const Action& action;
    const Day& day;
    const Technician* technician = nullptr;
    const Appointment* appointment = nullptr;
    const Job* job = nullptr;
    const Assignment* mine = nullptr;

    Case(const Day& before, const Action& what) : action(what), day(before) {
        technician = find(day.technicians, what.technician);
        appointment = find(day.appointments, what.appointment);
        if (!appointment) return;
        job = find(day.jobs, appointment->job);
        mine = find(appointment->assigned, what.technician);
    }
    bool by_office() const { return action.by == Who::office; }
    Refusal refuse(Rule rule, Lifted lifted, std::string reason, Id other = 0) const {
        return {rule, lifted, day.as_of, other, std::move(reason)};
    }
};

using Objection = std::optional<Refusal>;

bool of_the_office(Verb verb) { return verb <= Verb::unassign; }
bool of_the_day(Verb verb) { return verb <= Verb::check_out; }

const Move* move_of(Verb verb, const Assignment& from) {
    const auto move = std::ranges::find_if(moves, [&](const Move& each) {
        return each.verb == verb && each.from == from.status &&
               each.paused_before.value_or(from.paused) == from.paused;
    });
    return move == moves.end() ? nullptr : &*move;
}

Objection about_what_is_known(const Case& at) {
    const bool known = at.technician && (of_the_day(at.action.verb) || (at.appointment && at.job));
    if (known) return std::nullopt;
    return at.refuse(Rule::known, Lifted::by_the_office,
                     at.technician ? "This appointment is not in the day." : "Not on the board.");
}

Objection about_the_actor(const Case& at) {
    if (!of_the_office(at.action.verb) || at.by_office()) return std::nullopt;
    return at.refuse(Rule::office_only, Lifted::by_the_office,
                     "Only the office does that: ask the office.");
}

Objection about_the_assignment(const Case& at) {
    if (of_the_day(at.action.verb)) return std::nullopt;
    const bool wanted = at.action.verb != Verb::assign;
    // Closing and completing are the office's, too, for appointments it is not assigned to.
    const bool for_all = at.action.verb == Verb::close || at.action.verb == Verb::complete;
    if ((at.mine != nullptr) == wanted || (for_all && at.by_office())) return std::nullopt;
    return at.refuse(Rule::assigned, Lifted::by_the_office,
                     wanted ? "Not assigned to this appointment." : "Already assigned to it.");
}

Objection about_its_standing(const Case& at) {
    if (of_the_day(at.action.verb)) return std::nullopt;
    for (const auto& [what, standing] :
         {std::pair{"appointment", at.appointment->standing}, std::pair{"job", at.job->standing}}) {
        if (standing == Standing::open) continue;
        const bool for_good = standing == Standing::completed;
        return at.refuse(Rule::standing, for_good ? Lifted::by_nobody : Lifted::by_the_office,
                         std::string("The ") + what + " is " + std::string(name(standing)) + ".");
    }
    return std::nullopt;
}

Objection about_the_permission(const Case& at) {
    if (at.by_office()) return std::nullopt;
    const Verb verb = at.action.verb;
    const Technician& one = *at.technician;
    const bool kept = ((sets_out(verb) || verb == Verb::cancel) && !one.may_dispatch) ||
                      (verb == Verb::arrive && !one.may_arrive) ||
                      (verb == Verb::pause && !one.may_pause);
    if (!kept) return std::nullopt;
    return at.refuse(
        Rule::permission, Lifted::by_the_office,
        "Your office keeps that to itself: ask the office to " + std::string(name(verb)) + ".");
}

std::string no_such_move(Verb verb, const Assignment& from) {
    if (sets_out(verb) && from.status == Status::done) {
        return "It is Done: nobody is dispatched to it again.";
    }
    std::string now(name(from.status));
    if (from.paused && from.status == Status::scheduled) now = "Paused";
    return "It is " + now + ": " + std::string(name(verb)) + " is not possible from there.";
}

Objection about_the_move(const Case& at) {
    const Verb verb = at.action.verb;
    if (of_the_day(verb) || verb == Verb::assign) return std::nullopt;
    if (verb == Verb::unassign) {
        if (at.mine->status == Status::scheduled) return std::nullopt;
        return at.refuse(Rule::move, Lifted::by_the_office, no_such_move(verb, *at.mine));
    }
    if (verb == Verb::close || verb == Verb::complete) {
        const bool at_work = at.mine && at.mine->status == Status::working;
        if (at_work || at.by_office()) return std::nullopt;
        return at.refuse(Rule::move, Lifted::by_the_technician, no_such_move(verb, *at.mine));
    }
    if (move_of(verb, *at.mine)) return std::nullopt;
    const bool for_good = at.mine->status == Status::done;
    return at.refuse(Rule::move, for_good ? Lifted::by_nobody : Lifted::by_the_technician,
                     no_such_move(verb, *at.mine));
}

Objection about_check_in(const Case& at) {
    if (!sets_out(at.action.verb) || at.technician->checked_in) return std::nullopt;
    return at.refuse(Rule::checked_in, Lifted::by_the_office, "Not checked in: ask the office.");
}

Objection about_another(const Case& at) {
    const Id other = sets_out(at.action.verb) ? under_way(at.day, at.action.technician) : 0;
    if (other == 0) return std::nullopt;
    return at.refuse(Rule::one_at_a_time, Lifted::by_the_technician,
                     "One appointment at a time: another one is under way.", other);
}

Objection about_others(const Case& at) {
    if (at.action.verb != Verb::close) return std::nullopt;
    for (const auto& [technician, assignment] : at.appointment->assigned) {
        if (assignment.status != Status::dispatched) continue;
        return at.refuse(Rule::others_on_the_way, Lifted::by_the_office,
                         "Somebody is on the way to it: cancel that dispatch first.", technician);
    }
    return std::nullopt;
}

// In this order: what can be mended by nobody or only by the office comes first.
constexpr std::array rules = {about_what_is_known, about_the_actor, about_the_assignment,
                              about_its_standing,  about_the_move,  about_the_permission,
                              about_check_in,      about_another,   about_others};

void close(Appointment& appointment) {
    for (auto& [technician, assignment] : appointment.assigned) {
        assignment = {Status::done, false};
    }
}

// Who works on it is done; from everybody else it is taken.
void complete(Day& day, Id job) {
    for (auto& [id, appointment] : day.appointments) {
        if (appointment.job != job) continue;
        std::erase_if(appointment.assigned,
                      [](const auto& each) { return each.second.status < Status::working; });
        close(appointment);
    }
}

// What no rule is against.
void carry_out(Day& day, const Action& action) {
    Technician& technician = day.technicians.at(action.technician);
    if (of_the_day(action.verb)) {
        technician.checked_in = action.verb == Verb::check_in;
        return;
    }
    Appointment& appointment = day.appointments.at(action.appointment);
    Job& job = day.jobs.at(appointment.job);
    switch (action.verb) {
        case Verb::assign: appointment.assigned.emplace(action.technician, Assignment{}); return;
        case Verb::unassign: appointment.assigned.erase(action.technician); return;
        case Verb::close: close(appointment); return;
        case Verb::complete:
            complete(day, appointment.job);
            job.standing = Standing::completed;
            return;
        default: break;
    }
    Assignment& mine = appointment.assigned.at(action.technician);
    const Move* move = move_of(action.verb, mine);
    mine.status = move->to;
    mine.paused = move->paused_after.value_or(mine.paused);
    job.begun = job.begun || sets_out(action.verb);
}

}  // namespace

std::string_view name(Verb verb) { return verb_names.at(static_cast<std::size_t>(verb)); }
std::string_view name(Rule rule) { return rule_names.at(static_cast<std::size_t>(rule)); }
std::string_view name(Lifted lifted) { return lifted_names.at(static_cast<std::size_t>(lifted)); }

std::variant<Day, Refusal> apply(const Day& day, const Action& action) {
    const Case at(day, action);
    for (const auto& rule : rules) {
        if (Objection against = rule(at)) return std::move(*against);
    }
    Day after = day;
    carry_out(after, action);
    return after;
}

Projection project(const Day& office, std::span<const Action> pending) {
    Projection result{office, {}};
    for (std::size_t i = 0; i < pending.size(); ++i) {
        auto after = apply(result.day, pending[i]);
        if (auto* day = std::get_if<Day>(&after)) {
            result.day = std::move(*day);
        } else {
            result.refused.emplace_back(i, std::move(std::get<Refusal>(after)));
        }
    }
    return result;
}

std::vector<Action> possible(const Day& day, Id technician) {
    std::vector<Action> found;
    for (const Verb verb : own_verbs) {
        for (const auto& [id, appointment] : day.appointments) {
            const Action action{verb, Who::technician, technician, id};
            if (std::holds_alternative<Day>(apply(day, action))) found.push_back(action);
        }
    }
    return found;
}

}  // namespace outrider::dispatch
