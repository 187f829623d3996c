#include "client/dispatch/replay.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

namespace outrider::dispatch {
namespace {

using namespace std::chrono_literals;

constexpr Id me = 7, here = 812, elsewhere = 813, job = 500;

// What the office says: me checked in, and so far on this appointment.
Day office(Status status, bool paused = false) {
    Day day;
    day.technicians = {{me, {true, true, true, true}}};
    day.jobs = {{job, {}}};
    day.appointments[here] = {job, Standing::open, {{me, {status, paused}}}};
    day.appointments[elsewhere] = {job, Standing::open, {{me, {}}}};
    return day;
}

Fate fate(const Day& day, Verb verb) { return judge(day, {verb, Who::technician, me, here}).fate; }

// A row of the published table: what the office did meanwhile, and what becomes of each tap.
struct Row {
    const char* meanwhile;
    Day day;
    Fate dispatch, arrive, done, pause, cancel, complete;
};

Day with(Day day, const std::function<void(Day&)>& change) {
    change(day);
    return day;
}

TEST_CASE("what becomes of a tap by what the office did meanwhile") {
    using enum Fate;
    const Day at_work = office(Status::working);
    const std::vector<Row> rows = {
        {"nothing: scheduled", office(Status::scheduled), send, card, card, card, settle, card},
        {"nothing: dispatched", office(Status::dispatched), settle, send, card, card, send, card},
        {"nothing: working", at_work, settle, settle, send, send, card, send},
        {"paused it", office(Status::scheduled, true), card, card, card, settle, settle, card},
        {"marked it done", office(Status::done), settle, settle, settle, card, card, card},
        {"checked out, scheduled",
         with(office(Status::scheduled), [](Day& d) { d.technicians[me].checked_in = false; }),
         hold, card, card, card, settle, card},
        {"checked out, dispatched",
         with(office(Status::dispatched), [](Day& d) { d.technicians[me].checked_in = false; }),
         settle, send, card, card, send, card},
        {"checked out, working",
         with(at_work, [](Day& d) { d.technicians[me].checked_in = false; }), settle, settle, send,
         send, card, send},
        {"dispatched elsewhere",
         with(office(Status::scheduled),
              [](Day& d) { d.appointments[elsewhere].assigned[me].status = Status::dispatched; }),
         notice, card, card, card, settle, card},
        {"unassigned",
         with(office(Status::scheduled), [](Day& d) { d.appointments[here].assigned.clear(); }),
         notice, card, card, card, settle, card},
        {"put on hold",
         with(office(Status::scheduled),
              [](Day& d) { d.appointments[here].standing = Standing::on_hold; }),
         notice, card, card, card, settle, card},
        {"moved out of the day",
         with(office(Status::scheduled), [](Day& d) { d.appointments.erase(here); }), notice, card,
         card, card, settle, card},
        {"completed the job",
         with(office(Status::done), [](Day& d) { d.jobs[job].standing = Standing::completed; }),
         settle, settle, settle, card, settle, settle},
    };
    for (const Row& row : rows) {
        CAPTURE(row.meanwhile);
        CHECK(name(fate(row.day, Verb::dispatch)) == name(row.dispatch));
        CHECK(name(fate(row.day, Verb::arrive)) == name(row.arrive));
        CHECK(name(fate(row.day, Verb::done)) == name(row.done));
        CHECK(name(fate(row.day, Verb::pause)) == name(row.pause));
        CHECK(name(fate(row.day, Verb::cancel)) == name(row.cancel));
        CHECK(name(fate(row.day, Verb::complete)) == name(row.complete));
    }
}

TEST_CASE("a tap is never sent that the office would have to refuse") {
    for (const Status status :
         {Status::scheduled, Status::dispatched, Status::working, Status::done}) {
        for (int bits = 0; bits < 16; ++bits) {
            Day day = office(status, (bits & 1) != 0);
            day.technicians[me].checked_in = (bits & 2) != 0;
            day.technicians[me].may_dispatch = (bits & 4) != 0;
            day.technicians[me].may_arrive = (bits & 8) != 0;
            for (int verb = static_cast<int>(Verb::dispatch);
                 verb <= static_cast<int>(Verb::complete); ++verb) {
                const Action tap{static_cast<Verb>(verb), Who::technician, me, here};
                const Judgement judgement = judge(day, tap);
                CHECK(judgement.reason.empty() == (judgement.fate == Fate::send));
                if (judgement.fate != Fate::send) continue;
                CHECK(std::holds_alternative<Day>(apply(day, tap)));
            }
        }
    }
}

TEST_CASE("nobody is told that somebody is on the way who is there, or was long ago") {
    const Instant now{1h};
    const auto tap = [&](Verb verb, Duration ago, Id appointment = here) {
        return Intent{{verb, Who::technician, me, appointment}, now - ago};
    };
    const std::vector<Intent> fresh = {tap(Verb::dispatch, 1min)};
    CHECK(tells_customer(fresh, 0, now, 10min));
    const std::vector<Intent> old = {tap(Verb::dispatch, 11min)};
    CHECK_FALSE(tells_customer(old, 0, now, 10min));
    for (const Verb later : {Verb::arrive, Verb::cancel}) {
        const std::vector<Intent> overtaken = {tap(Verb::dispatch, 2min), tap(later, 1min)};
        CHECK_FALSE(tells_customer(overtaken, 0, now, 10min));
        CHECK_FALSE(tells_customer(overtaken, 1, now, 10min));
    }
    const std::vector<Intent> other = {tap(Verb::dispatch, 2min),
                                       tap(Verb::arrive, 1min, elsewhere)};
    CHECK(tells_customer(other, 0, now, 10min));
    const std::vector<Intent> again = {tap(Verb::resume, 2min)};
    CHECK(tells_customer(again, 0, now, 10min));
}

}  // namespace
}  // namespace outrider::dispatch
