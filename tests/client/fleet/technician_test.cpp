#include "client/fleet/technician.hpp"

#include "client/dispatch/rule.hpp"
#include "platform/tasks.hpp"
#include "tests/support/virtual_clock.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <variant>
#include <vector>

using namespace outrider;
using namespace outrider::fleet;
using namespace outrider::test;
using namespace std::chrono_literals;
using dispatch::Id;
using dispatch::Status;
using dispatch::Verb;

namespace {

constexpr Id me = 301;

struct Tap {
    Verb verb{};
    Id appointment = 0;
    bool offered = false, dark = false;
    Duration at{};
    double off_m = 0;  // from the appointment
    int looks = 0;     // until then
};

// An agent that obeys the rule, and nothing else: its office hears everything at once.
class RuleScreen final : public Screen {
public:
    RuleScreen(const DayPlan& plan, std::size_t number, Clock& clock, Instant day)
        : plan_(plan), clock_(clock), day_(day) {
        office.technicians[me].checked_in = true;
        for (std::size_t i = 0; i < plan.appointments.size(); ++i) {
            ids.push_back(800 + static_cast<Id>(i));
            const Id job = 700 + static_cast<Id>(i);
            office.jobs[job] = {};
            office.appointments[ids[i]].job = job;
            const auto& crew = plan.appointments[i].technicians;
            if (std::ranges::find(crew, number) != crew.end()) assign(ids[i]);
        }
    }
    void assign(Id appointment) { office.appointments.at(appointment).assigned[me] = {}; }
    void take_away(Id appointment) { office.appointments.at(appointment).assigned.erase(me); }
    Status status(Id appointment) const {
        return office.appointments.at(appointment).assigned.at(me).status;
    }

    std::optional<api::DayView> look() override {
        ++looks;
        if (dark) return std::nullopt;
        api::DayView view;
        view.as_of = clock_.now();
        view.technician.checked_in = office.technicians.at(me).checked_in;
        view.technician.may_dispatch = office.technicians.at(me).may_dispatch;
        view.technician.may_arrive = view.technician.may_pause = true;
        if (const Id other = under_way(office, me)) view.under_way = other;
        const std::vector<dispatch::Action> possible = dispatch::possible(office, me);
        for (const auto& [id, appointment] : office.appointments) {
            const auto mine = appointment.assigned.find(me);
            if (mine == appointment.assigned.end()) continue;
            api::DayView::Appointment shown;
            shown.id = id;
            shown.status = mine->second.status;
            shown.paused = mine->second.paused;
            shown.appointment_status = name(dispatch::status_of(appointment));
            shown.job_status = name(dispatch::status_of(office.jobs.at(appointment.job)));
            for (const dispatch::Action& action : possible)
                if (action.appointment == id) shown.can.push_back(action.verb);
            view.appointments.push_back(shown);
        }
        return view;
    }

    Answer tap(Verb verb, Id appointment) override {
        Tap tap{verb, appointment, false, dark, clock_.now() - day_, 0, looks};
        if (appointment >= 800 && appointment - 800 < std::ssize(ids) && van != nullptr)
            tap.off_m = metres_between(
                van->place(),
                plan_.appointments[static_cast<std::size_t>(appointment - 800)].place);
        const dispatch::Action action{verb, dispatch::Who::technician, me, appointment};
        const auto after = dispatch::apply(office, action);
        const auto* const taken = std::get_if<dispatch::Day>(&after);
        tap.offered = taken != nullptr;
        taps.push_back(tap);
        if (dark) return Answer::dark;
        if (taken == nullptr) return Answer::denied;
        const dispatch::Day next = *taken;
        office = next;
        return Answer::taken;
    }

    dispatch::Day office;
    std::vector<Id> ids;
    std::vector<Tap> taps;
    bool dark = false;
    int looks = 0;
    const Van* van = nullptr;

private:
    const DayPlan& plan_;
    Clock& clock_;
    Instant day_;
};

struct World {
    explicit World(DayPlan day_plan, std::size_t number = 0)
        : plan(std::move(day_plan)),
          day(clock.now() - plan.begins + 30min),
          screen(plan, number, clock, day),
          van(plan.technicians.at(number).van, plan.technicians.at(number).seed),
          technician(plan, number, screen.ids, day, clock, van, screen) {
        screen.van = &van;
    }
    void work() {
        clock.run(technician.work());
        ended = clock.now() - day;
    }
    std::vector<Tap> of(Id appointment) const {
        std::vector<Tap> list;
        for (const Tap& tap : screen.taps)
            if (tap.appointment == appointment) list.push_back(tap);
        return list;
    }

    DayPlan plan;
    VirtualClock clock;
    Instant day;
    RuleScreen screen;
    Van van;
    Technician technician;
    Duration ended{};
};

// A crew of one who forgets nothing and takes no break.
DayPlan careful_day(std::uint64_t seed) {
    DayPlan plan = plan_day(seed);
    for (PlannedTechnician& technician : plan.technicians) {
        technician.habits = {};
        technician.breaks.clear();
    }
    return plan;
}

}  // namespace

TEST_CASE("a careful technician does everything once, in its order, where it belongs") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        World world(careful_day(seed));
        world.work();
        CAPTURE(seed);
        const auto& visits = world.plan.technicians[0].visits;
        REQUIRE(world.screen.taps.size() == 3 * visits.size());
        for (std::size_t i = 0; i < visits.size(); ++i) {
            const Id appointment = world.screen.ids[visits[i].appointment];
            CHECK(world.screen.status(appointment) == Status::done);
            const Tap* const tap = &world.screen.taps[3 * i];
            CHECK(tap[0].verb == Verb::dispatch);
            CHECK(tap[1].verb == Verb::arrive);
            CHECK(tap[2].verb == Verb::done);
            for (int j = 0; j < 3; ++j) {
                CHECK(tap[j].appointment == appointment);
                CHECK(tap[j].offered);
            }
            CHECK(tap[1].off_m < 2);
            CHECK(tap[2].off_m < 2);
            const Duration worked = tap[2].at - tap[1].at;
            CHECK(worked == visits[i].on_site);
            // On time, unless the one before took longer.
            if (i == 0) CHECK(tap[1].at < visits[i].starts + 30min);
        }
        CHECK(metres_between(world.van.place(), world.plan.technicians[0].van.home) < 2);
        CHECK_FALSE(world.van.engine());
        CHECK(world.ended < world.plan.ends + 5h);
    }
}

TEST_CASE("people as they are tap mostly what the screen offers, and end their day") {
    std::map<Verb, int> verbs;
    int taps = 0, offered = 0, looks = 0, visits = 0, done = 0;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        const DayPlan plan = plan_day(seed);
        World world(plan, plan.technicians.size() - 1);
        world.work();
        looks += world.screen.looks;
        for (const Tap& tap : world.screen.taps) {
            ++verbs[tap.verb];
            ++taps;
            offered += tap.offered ? 1 : 0;
        }
        for (const PlannedVisit& visit : plan.technicians.back().visits) {
            ++visits;
            done += world.screen.status(world.screen.ids[visit.appointment]) == Status::done;
        }
        CHECK(world.ended < plan.ends + 5h);
    }
    CHECK(offered > 0.85 * taps);
    CHECK(offered < taps);
    CHECK(done > 0.8 * visits);
    CHECK(done < visits);
    CHECK(looks < 12 * visits);  // each costs something
    for (const Verb verb : dispatch::own_verbs) {
        CAPTURE(name(verb));
        CHECK(verbs[verb] > 10);
    }
}

TEST_CASE("the same person does the same again") {
    const auto taps = [](std::uint64_t seed) {
        World world(plan_day(seed));
        world.work();
        std::vector<Duration> times;
        for (const Tap& tap : world.screen.taps) times.push_back(tap.at);
        return times;
    };
    for (std::uint64_t seed = 1; seed <= 10; ++seed) CHECK(taps(seed) == taps(seed));
}

TEST_CASE("who is not checked in asks again, and goes on when the office has done it") {
    World world(careful_day(4));
    world.screen.office.technicians[me].checked_in = false;
    Tasks tasks(world.clock.executor());
    tasks.start(world.technician.work());
    const PlannedVisit& first = world.plan.technicians[0].visits.front();
    world.clock.run_for(first.starts - (world.clock.now() - world.day));
    CHECK(world.screen.taps.empty());
    CHECK(world.screen.looks >= 1);
    world.screen.office.technicians[me].checked_in = true;
    world.clock.run_for(1h);
    REQUIRE(world.screen.taps.size() >= 2);
    CHECK(world.screen.taps[0].verb == Verb::dispatch);
    CHECK(world.screen.taps[0].offered);
    CHECK(world.screen.taps[1].verb == Verb::arrive);
    world.clock.run(tasks.stop());
}

TEST_CASE("who is never checked in works all the same, and asks now and then") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        World world(careful_day(seed));
        world.screen.office.technicians[me].checked_in = false;
        world.work();
        CAPTURE(seed);
        const auto& visits = world.plan.technicians[0].visits;
        CHECK(world.screen.taps.empty());
        CHECK(world.screen.looks >= 4 * std::ssize(visits));
        CHECK(world.screen.looks <= 20 + 8 * std::ssize(visits));
        CHECK(world.ended < world.plan.ends + 4h);
    }
}

TEST_CASE("what the office takes away is left out, and what it adds is done") {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        DayPlan plan = careful_day(seed);
        if (plan.technicians.size() < 2 || plan.technicians[0].visits.size() < 2) continue;
        World world(plan);
        const Id away = world.screen.ids[plan.technicians[0].visits.back().appointment];
        const Id added = world.screen.ids[plan.technicians[1].visits.front().appointment];
        if (away == added) continue;
        Tasks tasks(world.clock.executor());
        tasks.start(world.technician.work());
        world.clock.run_for(40min);
        world.screen.take_away(away);
        if (!world.screen.office.appointments.at(added).assigned.contains(me))
            world.screen.assign(added);
        world.clock.run_for(14h);
        CAPTURE(seed);
        CHECK(world.of(away).empty());
        CHECK(world.screen.status(added) == Status::done);
        CHECK(tasks.running() == 0);
    }
}

TEST_CASE("nobody drives to what the office took away before") {
    DayPlan plan = careful_day(7);
    plan.technicians[0].habits.forgets_dispatch = 1;
    World world(plan);
    const auto& visits = plan.technicians[0].visits;
    world.screen.take_away(world.screen.ids[visits[0].appointment]);
    Tasks tasks(world.clock.executor());
    tasks.start(world.technician.work());
    double nearest = 1e9;
    for (int i = 0; i < 14 * 12; ++i) {
        world.clock.run_for(5min);
        nearest = std::min(nearest, metres_between(world.van.place(), visits[0].place));
    }
    CHECK(tasks.running() == 0);
    CHECK(nearest > 50);
}

TEST_CASE("what the office has called off, or done by itself, is not waited for") {
    for (const bool called_off : {true, false}) {
        World world(careful_day(7));
        const auto& visits = world.plan.technicians[0].visits;
        REQUIRE(visits.size() >= 2);
        const Id first = world.screen.ids[visits[0].appointment];
        if (called_off)
            world.screen.office.appointments.at(first).standing = dispatch::Standing::canceled;
        else
            world.screen.office.appointments.at(first).assigned[me].status = Status::dispatched;
        world.work();
        REQUIRE(world.screen.taps.size() >= 2);
        const Tap& tap = world.screen.taps.front();
        CHECK(world.of(first).size() == (called_off ? 0 : 2));
        CHECK(tap.verb == (called_off ? Verb::dispatch : Verb::arrive));
        CHECK(tap.looks <= 4);
        CHECK(world.screen.status(world.screen.ids[visits[1].appointment]) == Status::done);
    }
}

TEST_CASE("who may not dispatch drives all the same, and at once") {
    World world(careful_day(7));
    world.screen.office.technicians[me].may_dispatch = false;
    Tasks tasks(world.clock.executor());
    tasks.start(world.technician.work());
    for (int i = 0; i < 1000 && !world.van.on_the_way(); ++i) world.clock.run_for(1min);
    CHECK(world.van.on_the_way());
    CHECK(world.screen.looks <= 3);
    world.clock.run(tasks.stop());
}

TEST_CASE("a forgotten end is made up for by the next dispatch, or when it comes to mind") {
    for (const double remembers : {0.0, 1.0}) {
        int visits = 0, done = 0, last_done = 0, days = 0;
        for (std::uint64_t seed = 1; seed <= 40; ++seed) {
            DayPlan plan = careful_day(seed);
            plan.technicians[0].habits.forgets_done = 1;
            plan.technicians[0].habits.remembers = remembers;
            World world(plan);
            world.work();
            ++days;
            const auto is_done = [&](const PlannedVisit& visit) {
                return world.screen.status(world.screen.ids[visit.appointment]) == Status::done;
            };
            const auto& mine = world.plan.technicians[0].visits;
            visits += static_cast<int>(mine.size()) - 1;
            for (std::size_t i = 0; i + 1 < mine.size(); ++i) done += is_done(mine[i]) ? 1 : 0;
            last_done += is_done(mine.back()) ? 1 : 0;
        }
        CHECK(done == visits);
        if (remembers > 0)
            CHECK(last_done > days / 2);
        else
            CHECK(last_done == 0);
    }
}

TEST_CASE("nobody taps a screen that is dark; when it is back, the work goes on") {
    World world(careful_day(5));
    Tasks tasks(world.clock.executor());
    tasks.start(world.technician.work());
    const PlannedVisit& first = world.plan.technicians[0].visits.front();
    world.screen.dark = true;
    world.clock.run_for(first.starts - (world.clock.now() - world.day));
    CHECK(world.screen.taps.empty());
    world.screen.dark = false;
    world.clock.run_for(14h);
    for (const Tap& tap : world.screen.taps) CHECK_FALSE(tap.dark);
    CHECK(world.screen.status(world.screen.ids[first.appointment]) == Status::done);
    CHECK(tasks.running() == 0);
}

TEST_CASE("a technician who is sent home in the middle taps no more") {
    for (int minutes = 10; minutes < 300; minutes += 13) {
        World world(plan_day(6));
        {
            Tasks tasks(world.clock.executor());
            tasks.start(world.technician.work());
            world.clock.run_for(std::chrono::minutes(minutes));
            const std::size_t taps = world.screen.taps.size();
            const int looks = world.screen.looks;
            world.clock.run(tasks.stop());
            CHECK(world.screen.taps.size() == taps);
            CHECK(world.screen.looks == looks);
        }
    }
}

TEST_CASE("nor does who was about to tap once more") {
    DayPlan plan = careful_day(6);
    plan.technicians[0].habits.taps_twice = 1;
    World world(plan);
    Tasks tasks(world.clock.executor());
    tasks.start(world.technician.work());
    for (int i = 0; i < 200'000 && world.screen.taps.empty(); ++i) world.clock.run_for(90ms);
    CHECK(world.screen.taps.size() == 1);
    world.clock.run(tasks.stop());
    CHECK(world.screen.taps.size() == 1);
}
