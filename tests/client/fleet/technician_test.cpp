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
            for (const dispatch::Action& action : possible)
                if (action.appointment == id) shown.can.push_back(action.verb);
            view.appointments.push_back(shown);
        }
        return view;
    }

    Answer tap(Verb verb, Id appointment) override {
        Tap tap;
        tap.verb = verb;
        tap.appointment = appointment;
        tap.dark = dark;
        tap.at = clock_.now() - day_;
        if (appointment >= 800 && appointment - 800 < std::ssize(ids) && van != nullptr)
            tap.off_m = metres_between(
                van->place(),
                plan_.appointments[static_cast<std::size_t>(appointment - 800)].place);
        dispatch::Action action;
        action.verb = verb;
        action.technician = me;
        action.appointment = appointment;
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
