// The device, the office and the projection use one rule. Here each gives its own answer to every
// case, and they have to be the same.

#include "tests/client/agent/shift.hpp"
#include "tests/client/office/firm.hpp"
#include "tests/support/sanitized.hpp"

#include <doctest/doctest.h>

#include <array>

namespace outrider::test {
namespace {

using dispatch::Assignment;
using dispatch::Day;
using dispatch::Standing;
using dispatch::Status;

constexpr dispatch::Id here = 812, elsewhere = 813, job = 8120, other_job = 8130;

constexpr int stride = sanitized ? 7 : 1;  // of the cases: every one is too slow then

struct Case {
    Verb verb = Verb::dispatch;
    Who by = Who::technician;
    Assignment mine;
    bool checked_in = true, permitted = true, another = false;
    Standing standing = Standing::open;  // of the appointment; `completed`: of its job
    std::optional<Status> mate;          // on the same appointment
    dispatch::Action action() const { return {verb, by, me, here}; }
};

constexpr std::array statuses = {Status::scheduled, Status::dispatched, Status::working,
                                 Status::done};
constexpr std::array standings = {Standing::open, Standing::on_hold, Standing::canceled,
                                  Standing::completed};
constexpr std::array<std::optional<Status>, 3> mates = {std::nullopt, Status::dispatched,
                                                        Status::working};

// Every status, paused or not, × who × checked in or not × permitted or not × another under way or
// not × how appointment and job stand × a mate there.
template <class Each>
int every_case(Verb verb, Who by, const Each& each) {
    int count = 0;
    Case now;
    now.verb = verb;
    now.by = by;
    for (const Status status : statuses) {
        for (int flags = 0; flags < 16; ++flags) {
            now.mine = {status, (flags & 1) != 0};
            now.checked_in = (flags & 2) != 0;
            now.permitted = (flags & 4) != 0;
            now.another = (flags & 8) != 0;
            for (const Standing standing : standings) {
                for (const auto& mate : mates) {
                    now.standing = standing;
                    now.mate = mate;
                    if (count++ % stride == 0) each(now);
                }
            }
        }
    }
    return (count + stride - 1) / stride;
}

Day day_of(const Case& given) {
    Day day;
    const bool may = given.permitted;
    day.technicians[me] = {given.checked_in, may, may, may};
    day.technicians[mate] = {true, true, true, true};
    const bool completed = given.standing == Standing::completed;
    day.jobs[job] = {completed ? Standing::completed : Standing::open, true};
    day.jobs[other_job] = {Standing::open, true};
    auto& appointment = day.appointments[here];
    appointment = {job, completed ? Standing::open : given.standing, {{me, given.mine}}};
    if (given.mate) appointment.assigned[mate] = {*given.mate, false};
    const Status other = given.another ? Status::working : Status::done;
    day.appointments[elsewhere] = {other_job, Standing::open, {{me, {other, false}}}};
    return day;
}

// The rule that forbids it, or "", and the day after it.
struct Verdict {
    std::string rule;
    std::map<dispatch::Id, std::map<dispatch::Id, Assignment>> assigned;
    bool operator==(const Verdict&) const = default;
};

Verdict of_the_projection(const Case& given) {
    const std::array one = {given.action()};
    const auto projected = dispatch::project(day_of(given), one);
    Verdict verdict;
    if (!projected.refused.empty()) verdict.rule = name(projected.refused[0].second.rule);
    for (const auto& [id, appointment] : projected.day.appointments) {
        verdict.assigned[id] = appointment.assigned;
    }
    return verdict;
}

class Office {
public:
    Office() {
        firm.technician(me);
        firm.technician(mate, "Ben Ode");
        firm.location(1);
        firm.job(job, 1);
        firm.job(other_job, 1);
        firm.appointment(here, job, {me, mate});
        firm.appointment(elsewhere, other_job, {me});
    }
    Verdict judge(const Case& given) {
        set(given);
        Verdict verdict;
        verdict.rule = firm.does(given.verb, me, here, given.by);
        for (const dispatch::Id id : {here, elsewhere}) {
            auto& crew = verdict.assigned[id];
            for (const auto& row : *firm.books.crew(id)) {
                crew[row.technician] = {row.status, row.paused};
            }
        }
        return verdict;
    }

private:
    void set(const Case& given) {
        const Day day = day_of(given);
        for (const auto& [id, rights] : day.technicians) {
            auto row = firm.get<office::Technician>(id);
            row.checked_in.reset();
            if (rights.checked_in) row.checked_in = firm.clock.now();
            row.may_dispatch = row.may_arrive = row.may_pause = rights.may_dispatch;
            firm.add(row);
        }
        for (const auto& [id, one] : day.jobs) {
            auto row = firm.get<office::Job>(id);
            row.standing = one.standing;
            row.begun = one.begun;
            firm.add(row);
        }
        for (const auto& [id, one] : day.appointments) {
            auto row = firm.get<office::Appointment>(id);
            row.standing = one.standing;
            firm.add(row);
        }
        office::AssignmentFilter all;
        all.active = office::Active::any;
        auto rows = firm.books.assignments(all);
        REQUIRE(rows);
        for (auto& row : rows->rows) {
            const auto& crew = day.appointments.at(row.appointment).assigned;
            const auto one = crew.find(row.technician);
            row.active = one != crew.end();
            if (row.active) row.status = one->second.status, row.paused = one->second.paused;
            firm.add(row);
        }
    }
    Firm firm;
};

class Device {
public:
    Device() {
        shift.desk.give(here);
        shift.desk.give(elsewhere);
        shift.desk.day.visits[1].job = other_job;
        shift.start();
        shift.clock.run(shift.tasks.stop());
    }
    Verdict judge(const Case& given) {
        hear(day_of(given));
        Verdict verdict;
        const auto answer = shift.workday->tap(given.verb, here);
        REQUIRE(answer);
        if (*answer) verdict.rule = (*answer)->rule;
        for (const auto& appointment : shift.view().appointments) {
            for (const auto& one : appointment.crew) {
                verdict.assigned[appointment.id][one.technician] = {one.status, one.paused};
            }
        }
        const std::int64_t waiting = shift.store->outbox().size(Lane::actions);
        CHECK(waiting == (*answer ? 0 : 1));
        if (waiting > 0) forget();
        return verdict;
    }

private:
    using Lane = offline::Lane;
    void hear(const Day& day) {
        auto& said = shift.desk.day;
        said.rights = day.technicians.at(me);
        for (api::Visit& visit : said.visits) {
            const auto& appointment = day.appointments.at(visit.appointment);
            visit.standing = appointment.standing;
            visit.job_standing = day.jobs.at(visit.job).standing;
            visit.job_begun = day.jobs.at(visit.job).begun;
            visit.crew.clear();
            for (const auto& [id, assignment] : appointment.assigned) {
                visit.crew.push_back({id, "", assignment, shift.clock.now()});
            }
        }
        Async<Result<>> reading = shift.workday->run_one();
        REQUIRE(shift.clock.run(std::move(reading)));
    }
    void forget() {
        const std::array newest = {shift.store->ledger().balance("accepted:actions")};
        REQUIRE(shift.store->commit(shift.clock.now(), [&] {
            return shift.store->outbox().remove(Lane::actions, newest, offline::Cause::discarded,
                                                shift.clock.now());
        }));
        REQUIRE(shift.workday->reload());
    }
    Shift shift;
};

std::string told(const Case& given) {
    return fmt::format("{} by {}, {}{}, {}checked in, {}permitted, {}another, {}, mate {}",
                       name(given.verb), given.by == Who::office ? "office" : "technician",
                       name(given.mine.status), given.mine.paused ? " paused" : "",
                       given.checked_in ? "" : "not ", given.permitted ? "" : "not ",
                       given.another ? "" : "no ", name(given.standing),
                       given.mate ? name(*given.mate) : "absent");
}

// How many cases; those carried out are counted, too, for a rule that forbids all would agree.
void agree_on(std::initializer_list<Verb> verbs) {
    Device device;
    Office office;
    int count = 0, carried_out = 0;
    for (const Verb verb : verbs) {
        count += every_case(verb, Who::technician, [&](const Case& given) {
            const Verdict projected = of_the_projection(given);
            const Verdict by_device = device.judge(given), by_office = office.judge(given);
            carried_out += projected.rule.empty();
            if (projected == by_device && projected == by_office) return;
            FAIL_CHECK(fmt::format("{}: projection '{}', device '{}', office '{}'", told(given),
                                   projected.rule, by_device.rule, by_office.rule));
        });
    }
    MESSAGE("device, office and projection agree on " << count << " cases, " << carried_out
                                                      << " of them carried out");
    CHECK(carried_out > 0);
}

}  // namespace

TEST_CASE("device, office and projection agree on every case of setting out and coming back") {
    agree_on({Verb::dispatch, Verb::cancel});
}
TEST_CASE("device, office and projection agree on every case of arriving and pausing") {
    agree_on({Verb::arrive, Verb::pause});
}
TEST_CASE("device, office and projection agree on every case of resuming and being done") {
    agree_on({Verb::resume, Verb::done});
}
TEST_CASE("device, office and projection agree on every case of closing and completing") {
    agree_on({Verb::close, Verb::complete});
}

TEST_CASE("office and projection agree on every case of what the office does itself") {
    Office office;
    int count = 0;
    for (const Verb verb : {Verb::assign, Verb::unassign, Verb::dispatch, Verb::cancel,
                            Verb::arrive, Verb::pause, Verb::resume, Verb::done}) {
        count += every_case(verb, Who::office, [&](const Case& given) {
            const Verdict projected = of_the_projection(given);
            const Verdict by_office = office.judge(given);
            if (projected == by_office) return;
            FAIL_CHECK(fmt::format("{}: projection '{}', office '{}'", told(given), projected.rule,
                                   by_office.rule));
        });
    }
    MESSAGE("office and projection agree on " << count << " cases");
}

}  // namespace outrider::test
