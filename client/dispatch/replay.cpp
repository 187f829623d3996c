#include "client/dispatch/replay.hpp"

#include <algorithm>
#include <array>

namespace outrider::dispatch {
namespace {

constexpr std::array<std::string_view, 5> fate_names = {"send", "settle", "hold", "notice", "card"};

// What the technician wanted is so, or has been overtaken by what comes after it.
bool already_so(Verb verb, const Assignment& at_office) {
    const Status status = at_office.status;
    switch (verb) {
        case Verb::dispatch: return status >= Status::dispatched;
        case Verb::resume: return status >= Status::dispatched;
        case Verb::cancel: return status == Status::scheduled;
        case Verb::arrive: return status >= Status::working;
        case Verb::pause: return at_office.paused && status == Status::scheduled;
        case Verb::done: return status == Status::done;
        default: return false;
    }
}

// The office has closed or taken away what the tap was about. On the way there, that is the end of
// it; on the site it is not.
Judgement gone(Verb verb, std::string reason) {
    if (verb == Verb::cancel) return {Fate::settle, std::move(reason), 0};
    return {sets_out(verb) ? Fate::notice : Fate::card, std::move(reason), 0};
}

}  // namespace

std::string_view name(Fate fate) { return fate_names.at(static_cast<std::size_t>(fate)); }

Judgement judge(const Day& office, const Action& intent) {
    const Verb verb = intent.verb;
    const auto appointment = office.appointments.find(intent.appointment);
    if (appointment == office.appointments.end()) {
        return gone(verb, "It is not in your day at the office any more.");
    }
    const auto job = office.jobs.find(appointment->second.job);
    if (verb == Verb::complete && job != office.jobs.end() &&
        job->second.standing == Standing::completed) {
        return {Fate::settle, "The job is completed already.", 0};
    }
    const auto& assigned = appointment->second.assigned;
    const auto mine = assigned.find(intent.technician);
    if (mine != assigned.end() && already_so(verb, mine->second)) {
        return {Fate::settle, "The office has it so already.", 0};
    }
    const auto is_done = [](const auto& each) { return each.second.status == Status::done; };
    if (verb == Verb::close && !assigned.empty() && std::ranges::all_of(assigned, is_done)) {
        return {Fate::settle, "The office has it so already.", 0};
    }
    const auto after = apply(office, intent);
    if (std::holds_alternative<Day>(after)) return {};
    return refused(verb, std::get<Refusal>(after));
}

Judgement refused(Verb verb, const Refusal& no) {
    switch (no.rule) {
        case Rule::known:
        case Rule::assigned:
        case Rule::standing: return gone(verb, no.reason);
        case Rule::checked_in:
        case Rule::permission: return {Fate::hold, no.reason, 0};
        case Rule::one_at_a_time: return {Fate::notice, no.reason, no.other};
        default: return {Fate::card, no.reason, 0};
    }
}

bool tells_customer(std::span<const Intent> queue, std::size_t index, Instant now, Duration stale) {
    const Intent& intent = queue[index];
    if (!sets_out(intent.action.verb) || now - intent.at > stale) return false;
    return std::ranges::none_of(queue.subspan(index + 1), [&](const Intent& later) {
        return later.action.appointment == intent.action.appointment &&
               later.action.technician == intent.action.technician;
    });
}

}  // namespace outrider::dispatch
