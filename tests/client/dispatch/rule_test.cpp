#include "client/dispatch/rule.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace outrider::dispatch {
namespace {

constexpr Id me = 7, bo = 8;
constexpr Id here = 812, elsewhere = 813, later = 814;
constexpr Id job = 500, other_job = 501;

// I am on both; Bo is with me on the first. The third is the same job's, on another day.
Day morning() {
    Day day;
    day.as_of = Instant(std::chrono::hours(500'000));
    day.technicians = {{me, {true, true, true, true}}, {bo, {true, true, true, true}}};
    day.jobs = {{job, {}}, {other_job, {}}};
    day.appointments[here] = {job, Standing::open, {{me, {}}, {bo, {}}}};
    day.appointments[elsewhere] = {other_job, Standing::open, {{me, {}}}};
    day.appointments[later] = {job, Standing::open, {{bo, {}}}};
    return day;
}

Action by_me(Verb verb, Id appointment = here) { return {verb, Who::technician, me, appointment}; }
Action by_office(Verb verb, Id technician = me, Id appointment = here) {
    return {verb, Who::office, technician, appointment};
}

Day after(Day day, std::initializer_list<Action> actions) {
    for (const Action& action : actions) {
        auto next = apply(day, action);
        REQUIRE(std::holds_alternative<Day>(next));
        day = std::get<Day>(next);
    }
    return day;
}

Refusal refusal(const Day& day, const Action& action) {
    auto next = apply(day, action);
    REQUIRE(std::holds_alternative<Refusal>(next));
    return std::get<Refusal>(next);
}

const Assignment& mine(const Day& day, Id appointment = here) {
    return day.appointments.at(appointment).assigned.at(me);
}

TEST_CASE("a technician is dispatched, arrives and is done") {
    Day day = after(morning(), {by_me(Verb::dispatch)});
    CHECK(mine(day).status == Status::dispatched);
    CHECK(under_way(day, me) == here);
    day = after(day, {by_me(Verb::arrive)});
    CHECK(mine(day).status == Status::working);
    day = after(day, {by_me(Verb::done)});
    CHECK(mine(day).status == Status::done);
    CHECK(under_way(day, me) == 0);
    const Refusal again = refusal(day, by_me(Verb::dispatch));
    CHECK(again.rule == Rule::move);
    CHECK(again.lifted == Lifted::by_nobody);
}

TEST_CASE("nobody is dispatched who is not checked in, and only the office checks in") {
    Day day = after(morning(), {by_office(Verb::check_out)});
    for (const Action& action : {by_me(Verb::dispatch), by_office(Verb::dispatch)}) {
        const Refusal no = refusal(day, action);
        CHECK(no.rule == Rule::checked_in);
        CHECK(no.lifted == Lifted::by_the_office);
        CHECK(no.as_of == day.as_of);
        CHECK(no.reason == "Not checked in: ask the office.");
    }
    CHECK(refusal(day, by_me(Verb::check_in)).rule == Rule::office_only);
    day = after(day, {by_office(Verb::check_in), by_me(Verb::dispatch)});
    CHECK(mine(day).status == Status::dispatched);
}

TEST_CASE("who is checked out on the way still arrives and finishes") {
    const Day day = after(morning(), {by_me(Verb::dispatch), by_office(Verb::check_out),
                                      by_me(Verb::arrive), by_me(Verb::done)});
    CHECK(mine(day).status == Status::done);
}

TEST_CASE("one appointment at a time, until it is done, paused or taken back") {
    const Day out = after(morning(), {by_me(Verb::dispatch)});
    const Refusal no = refusal(out, by_me(Verb::dispatch, elsewhere));
    CHECK(no.rule == Rule::one_at_a_time);
    CHECK(no.other == here);
    CHECK(no.lifted == Lifted::by_the_technician);
    CHECK(refusal(out, by_office(Verb::dispatch, me, elsewhere)).rule == Rule::one_at_a_time);
    after(out, {by_me(Verb::cancel), by_me(Verb::dispatch, elsewhere)});
    after(out, {by_me(Verb::arrive), by_me(Verb::pause), by_me(Verb::dispatch, elsewhere)});
    after(out, {by_me(Verb::arrive), by_me(Verb::done), by_me(Verb::dispatch, elsewhere)});
    after(out, {by_office(Verb::dispatch, bo)});
}

TEST_CASE("to resume what was paused is to be dispatched and to arrive again") {
    Day day = after(morning(), {by_me(Verb::dispatch), by_me(Verb::arrive), by_me(Verb::pause)});
    CHECK(mine(day) == Assignment{Status::scheduled, true});
    CHECK(refusal(day, by_me(Verb::dispatch)).reason ==
          "It is Paused: dispatch is not possible from there.");
    day = after(day, {by_me(Verb::resume)});
    CHECK(mine(day) == Assignment{Status::dispatched, true});
    CHECK(mine(after(day, {by_me(Verb::cancel)})) == Assignment{Status::scheduled, true});
    CHECK(mine(after(day, {by_me(Verb::arrive)})) == Assignment{Status::working, false});
}

TEST_CASE("what the office keeps to itself it does, and the technician does not") {
    Day day = morning();
    day.technicians[me].may_dispatch = day.technicians[me].may_arrive = false;
    CHECK(refusal(day, by_me(Verb::dispatch)).rule == Rule::permission);
    day = after(day, {by_office(Verb::dispatch)});
    CHECK(refusal(day, by_me(Verb::arrive)).rule == Rule::permission);
    CHECK(refusal(day, by_me(Verb::cancel)).rule == Rule::permission);
    after(day, {by_office(Verb::arrive), by_me(Verb::done)});
}

TEST_CASE("nobody is unassigned who has begun") {
    const Day day = morning();
    after(day, {by_office(Verb::unassign)});
    CHECK(refusal(day, by_office(Verb::assign)).rule == Rule::assigned);
    const Day out = after(day, {by_me(Verb::dispatch)});
    CHECK(refusal(out, by_office(Verb::unassign)).rule == Rule::move);
    after(out, {by_office(Verb::cancel), by_office(Verb::unassign)});
}

TEST_CASE("an appointment's status follows from everybody on it") {
    Day day = morning();
    const auto status = [&] { return name(status_of(day.appointments[here])); };
    CHECK(status() == "Scheduled");
    day = after(day, {by_me(Verb::dispatch)});
    CHECK(status() == "Dispatched");
    day = after(day, {by_me(Verb::arrive), by_office(Verb::dispatch, bo)});
    CHECK(status() == "Working");
    day = after(day, {by_me(Verb::done)});
    CHECK(status() == "Working");
    day = after(day, {by_office(Verb::arrive, bo), by_office(Verb::done, bo)});
    CHECK(status() == "Done");
    day.appointments[here].standing = Standing::on_hold;
    CHECK(status() == "Hold");
}

TEST_CASE(
    "a job is in progress from its first dispatch on, and its other appointments are as before") {
    Day day = after(morning(), {by_me(Verb::dispatch)});
    CHECK(name(status_of(day.jobs[job])) == "InProgress");
    CHECK(day.appointments[later] == morning().appointments[later]);
    day = after(day, {by_me(Verb::cancel)});
    CHECK(name(status_of(day.jobs[job])) == "InProgress");
    CHECK(name(status_of(day.jobs[other_job])) == "Scheduled");
}

TEST_CASE("only me, all of us, or the whole job") {
    const Day both = after(
        morning(), {by_me(Verb::dispatch), by_me(Verb::arrive), by_office(Verb::dispatch, bo)});
    const Refusal no = refusal(both, by_me(Verb::close));
    CHECK(no.rule == Rule::others_on_the_way);
    CHECK(no.other == bo);
    const Day closed = after(both, {by_office(Verb::arrive, bo), by_me(Verb::close)});
    CHECK(name(status_of(closed.appointments.at(here))) == "Done");
    CHECK(name(status_of(closed.jobs.at(job))) == "InProgress");
    const Day completed = after(both, {by_me(Verb::complete)});
    CHECK(name(status_of(completed.jobs.at(job))) == "Completed");
    CHECK(mine(completed).status == Status::done);
    CHECK_FALSE(completed.appointments.at(here).assigned.contains(bo));
    CHECK(completed.appointments.at(later).assigned.empty());
    CHECK(refusal(completed, by_office(Verb::assign, bo, later)).rule == Rule::standing);
}

TEST_CASE("what is on hold, canceled or not of this day cannot be moved") {
    Day day = morning();
    CHECK(refusal(day, by_me(Verb::dispatch, 999)).rule == Rule::known);
    CHECK(refusal(day, {Verb::dispatch, Who::technician, 99, here}).rule == Rule::known);
    CHECK(refusal(day, by_me(Verb::dispatch, later)).rule == Rule::assigned);
    day.appointments[here].standing = Standing::on_hold;
    CHECK(refusal(day, by_me(Verb::dispatch)).reason == "The appointment is on hold.");
    day.jobs[other_job].standing = Standing::canceled;
    CHECK(refusal(day, by_me(Verb::dispatch, elsewhere)).reason == "The job is canceled.");
}

TEST_CASE("what is pending lies over the office's day, and what it no longer allows is told") {
    Day office = morning();
    const Action taps[] = {by_me(Verb::dispatch), by_me(Verb::arrive), by_me(Verb::done)};
    CHECK(mine(project(office, taps).day).status == Status::done);
    office = after(office, {by_office(Verb::dispatch, me, elsewhere)});
    const Projection projection = project(office, taps);
    CHECK(mine(projection.day, elsewhere).status == Status::dispatched);
    REQUIRE(projection.refused.size() == 3);
    CHECK(projection.refused[0].second.rule == Rule::one_at_a_time);
    CHECK(projection.refused[1].second.rule == Rule::move);
}

TEST_CASE("what is possible is what would not be refused") {
    const auto verbs = [](const Day& day) {
        std::vector<Verb> found;
        for (const Action& action : possible(day, me)) found.push_back(action.verb);
        return found;
    };
    CHECK(verbs(morning()) == std::vector{Verb::dispatch, Verb::dispatch});
    const Day out = after(morning(), {by_me(Verb::dispatch)});
    CHECK(verbs(out) == std::vector{Verb::cancel, Verb::arrive});
    const Day there = after(out, {by_me(Verb::arrive)});
    CHECK(verbs(there) == std::vector{Verb::pause, Verb::done, Verb::close, Verb::complete});
}

// The rule once more, as a sentence for each verb, written without looking at the table.
bool allowed(const Day& day, const Action& action) {
    const bool office = action.by == Who::office;
    const Technician& one = day.technicians.at(me);
    if (action.verb == Verb::check_in || action.verb == Verb::check_out) return office;
    const Appointment& appointment = day.appointments.at(here);
    if (appointment.standing != Standing::open) return false;
    if (day.jobs.at(job).standing != Standing::open) return false;
    const auto found = appointment.assigned.find(me);
    const bool assigned = found != appointment.assigned.end();
    if (action.verb == Verb::assign) return office && !assigned;
    const bool bo_on_the_way = appointment.assigned.at(bo).status == Status::dispatched;
    const Assignment own = assigned ? found->second : Assignment{};
    if (action.verb == Verb::close || action.verb == Verb::complete) {
        const bool me_on_the_way = assigned && own.status == Status::dispatched;
        const bool nobody_on_the_way = !bo_on_the_way && !me_on_the_way;
        const bool at_work = assigned && own.status == Status::working;
        return (office || at_work) && (action.verb == Verb::complete || nobody_on_the_way);
    }
    if (!assigned) return false;
    const bool free = under_way(day, me) == 0;
    const bool may_dispatch = office || one.may_dispatch;
    switch (action.verb) {
        case Verb::unassign: return office && own.status == Status::scheduled;
        case Verb::dispatch:
            return own.status == Status::scheduled && !own.paused && one.checked_in && free &&
                   may_dispatch;
        case Verb::resume:
            return own.status == Status::scheduled && own.paused && one.checked_in && free &&
                   may_dispatch;
        case Verb::cancel: return own.status == Status::dispatched && may_dispatch;
        case Verb::arrive: return own.status == Status::dispatched && (office || one.may_arrive);
        case Verb::pause: return own.status == Status::working && (office || one.may_pause);
        case Verb::done: return own.status == Status::working;
        default: return false;
    }
}

TEST_CASE("every status, verb, actor, check-in, permission, other appointment and standing") {
    int cases = 0, possible_ones = 0;
    const auto try_all = [&](const Day& day) {
        for (int verb = 0; verb <= static_cast<int>(Verb::complete); ++verb) {
            for (const Who by : {Who::technician, Who::office}) {
                const Action action{static_cast<Verb>(verb), by, me, here};
                const auto next = apply(day, action);
                const bool went = std::holds_alternative<Day>(next);
                INFO(name(action.verb));
                CHECK(went == allowed(day, action));
                ++cases;
                if (!went) continue;
                ++possible_ones;
                int under = 0;
                for (const auto& [id, appointment] : std::get<Day>(next).appointments) {
                    const auto own = appointment.assigned.find(me);
                    if (own == appointment.assigned.end()) continue;
                    under += own->second.status == Status::dispatched ||
                             own->second.status == Status::working;
                }
                CHECK(under <= 1);
            }
        }
    };
    for (int bits = 0; bits < 32; ++bits) {
        for (const int own : {-1, 0, 1, 2, 3}) {
            for (const Status others : {Status::scheduled, Status::dispatched, Status::working}) {
                for (const Status away : {Status::scheduled, Status::dispatched, Status::done}) {
                    for (const Standing standing : {Standing::open, Standing::on_hold,
                                                    Standing::canceled, Standing::completed}) {
                        Day day = morning();
                        day.technicians[me] = {(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0,
                                               (bits & 8) != 0};
                        auto& assigned = day.appointments[here].assigned;
                        assigned[bo].status = others;
                        assigned.erase(me);
                        if (own >= 0) assigned[me] = {static_cast<Status>(own), (bits & 16) != 0};
                        const bool busy = own == 1 || own == 2;
                        if (!busy) day.appointments[elsewhere].assigned[me].status = away;
                        if (standing == Standing::completed)
                            day.jobs[job].standing = standing;
                        else
                            day.appointments[here].standing = standing;
                        try_all(day);
                    }
                }
            }
        }
    }
    MESSAGE(cases << " cases, of which " << possible_ones << " are allowed");
    CHECK(cases == 32 * 5 * 3 * 3 * 4 * 12 * 2);
}

}  // namespace
}  // namespace outrider::dispatch
