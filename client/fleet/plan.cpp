#include "client/fleet/plan.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace outrider::fleet {
namespace {

using namespace std::chrono_literals;
using std::chrono::minutes;

constexpr std::array<Town, 9> towns = {{
    {47.6062, -122.3321},
    {37.3894, -122.0819},
    {51.5072, -0.1276},  // where longitudes are 0
    {-33.8688, 151.2093},
    {-23.5505, -46.6333},
    {-1.2921, 36.8219},
    {69.6492, 18.9553},
    {-16.8500, 179.9600},  // where they are 180
    {35.6762, 139.6503},
}};
constexpr double town_m = 8000;   // from its middle to where nobody goes
constexpr double pace_mps = 7.5;  // along the streets, lights and all
constexpr std::size_t most_visits = 5;

enum : std::uint64_t { of_plan = 101, of_faults };

Duration minutes_between(Chance& chance, double least, double most) {
    return minutes(static_cast<std::int64_t>(chance.between(least, most)));
}

Place near(Chance& chance, const Place& from, double least_m, double most_m) {
    const auto beside = [&](double middle) {
        const double by = chance.between(least_m, most_m) * 0.7;
        const double there = chance.happens(0.5) ? middle + by : middle - by;
        return std::abs(there) <= town_m ? there : middle - std::copysign(by, middle);
    };
    const double east = beside(from.east_m), north = beside(from.north_m);
    return {std::round(east), std::round(north)};
}

Duration drive_time(const Place& from, const Place& to) {
    const double metres = std::abs(from.east_m - to.east_m) + std::abs(from.north_m - to.north_m);
    return std::chrono::seconds(60 + static_cast<std::int64_t>(metres / pace_mps));
}

Duration shift_length(Chance& chance, Pace pace) {
    if (pace == Pace::brisk) return minutes_between(chance, 25, 75);
    const double sort = chance.uniform();
    if (sort < 0.75) return minutes_between(chance, 360, 480);
    if (sort < 0.90) return minutes_between(chance, 210, 360);
    if (sort < 0.95) return minutes_between(chance, 120, 210);
    return minutes_between(chance, 480, 541);
}

std::optional<Duration> check_in(Chance& chance, const DayPlan& plan) {
    const double sort = chance.uniform();
    if (sort < 0.80) return plan.begins - minutes_between(chance, 2, 45);
    const double latest = plan.pace == Pace::brisk ? 20 : 75;
    if (sort < 0.97) return plan.begins + minutes_between(chance, 3, latest);
    return std::nullopt;
}

// As many as there is time for, but one in any case; what time is left is spread between them.
std::vector<PlannedVisit> plan_visits(Chance& chance, const DayPlan& plan, const Place& home) {
    const bool brisk = plan.pace == Pace::brisk;
    const std::size_t wanted = 1 + chance.pick(most_visits);
    std::vector<PlannedVisit> visits;
    Duration free = plan.begins + minutes_between(chance, brisk ? 1 : 5, brisk ? 6 : 30);
    Place here = home;
    while (visits.size() < wanted) {
        PlannedVisit visit;
        visit.place = near(chance, here, 700, brisk ? 2500 : 5000);
        visit.starts = free + drive_time(here, visit.place);
        visit.on_site = minutes_between(chance, brisk ? 3 : 10, brisk ? 18 : 91);
        if (!visits.empty() && visit.starts + visit.on_site > plan.ends) break;
        free = visit.starts + visit.on_site + minutes_between(chance, 1, brisk ? 4 : 15);
        here = visit.place;
        visits.push_back(visit);
    }
    const Duration spare = std::max(Duration(), plan.ends - free) / std::ssize(visits);
    Duration later{};
    for (PlannedVisit& visit : visits) {
        visit.starts += later;
        later += minutes_between(chance, 0, 1 + static_cast<double>(spare / 1min));
    }
    return visits;
}

Habits habits_of(Chance& chance) {
    const double care = chance.uniform();  // some forget little, some a lot
    Habits habits;
    habits.forgets_dispatch = 0.15 * care;
    habits.forgets_arrive = 0.30 * care;
    habits.forgets_done = 0.30 * care;
    habits.remembers = chance.between(0.4, 0.95);
    habits.taps_twice = chance.between(0, 0.12);
    habits.taps_nonsense = chance.between(0, 0.06);
    habits.cancels = chance.between(0, 0.10);
    habits.closes = chance.between(0, 0.30);
    return habits;
}

std::vector<Break> plan_breaks(Chance& chance, const DayPlan& plan) {
    std::vector<Break> breaks;
    const Duration shift = plan.ends - plan.begins;
    if (shift > 270min && chance.happens(0.85)) {
        Break lunch;
        lunch.begins = plan.begins + minutes_between(chance, 180, 270);
        lunch.lasts = minutes_between(chance, 20, 50);
        if (chance.happens(0.5)) lunch.at = near(chance, {}, 0, 4000);
        breaks.push_back(lunch);
    }
    for (std::size_t more = chance.pick(3); more > 0; --more) {
        Break pause;
        pause.begins = plan.begins + Duration(static_cast<std::int64_t>(
                                         chance.uniform() * static_cast<double>(shift.count())));
        pause.lasts = minutes_between(chance, 4, 16);
        breaks.push_back(pause);
    }
    std::ranges::sort(breaks, {}, &Break::begins);
    return breaks;
}

struct FaultKind {
    ReceiverFault::Kind kind{};
    double probability = 0;  // in a day
    double shortest_min = 0, longest_min = 0;
};
constexpr std::array<FaultKind, 8> fault_kinds = {{
    {ReceiverFault::Kind::weeks_forgotten, 0.08, 20, 600},
    {ReceiverFault::Kind::backwards, 0.08, 0.5, 3},
    {ReceiverFault::Kind::jump, 0.20, 0.05, 2},
    {ReceiverFault::Kind::nowhere, 0.08, 0.05, 5},
    {ReceiverFault::Kind::no_motion, 0.10, 5, 240},
    {ReceiverFault::Kind::silent, 0.15, 1, 20},
    {ReceiverFault::Kind::no_time, 0.06, 0.05, 5},
    {ReceiverFault::Kind::garbage, 0.06, 0.05, 5},
}};

std::vector<ReceiverFault> plan_faults(Chance& chance, const DayPlan& plan) {
    std::vector<ReceiverFault> faults;
    const double shift_ms = static_cast<double>((plan.ends - plan.begins).count());
    for (const FaultKind& sort : fault_kinds) {
        if (!chance.happens(sort.probability)) continue;
        ReceiverFault fault;
        fault.kind = sort.kind;
        fault.begins =
            plan.begins + Duration(static_cast<std::int64_t>(chance.uniform() * shift_ms));
        const double lasts_s = 60 * chance.between(sort.shortest_min, sort.longest_min);
        fault.ends = fault.begins + std::chrono::seconds(static_cast<std::int64_t>(lasts_s));
        fault.east_m = std::copysign(chance.between(60, 2000), chance.between(-1, 1));
        fault.north_m = chance.between(-2000, 2000);
        faults.push_back(fault);
    }
    return faults;
}

VanSettings plan_van(Chance& chance, const DayPlan& plan) {
    VanSettings van;
    van.ground = plan.ground;
    van.town = plan.town;
    van.home = near(chance, {}, 0, 6000);
    const double rate = chance.uniform();
    van.interval = rate < 0.85 ? 1000ms : rate < 0.95 ? 5000ms : 200ms;
    van.two_receivers = chance.happens(0.06);
    van.keeps_power = chance.happens(0.25);
    return van;
}

// Some of a technician's visits are the one before's as well.
void share_visits(Chance& chance, DayPlan& plan) {
    for (std::size_t i = 1; i < plan.technicians.size(); ++i) {
        if (!chance.happens(0.5)) continue;
        const std::vector<PlannedVisit>& theirs = plan.technicians[i - 1].visits;
        std::vector<PlannedVisit>& mine = plan.technicians[i].visits;
        const PlannedVisit& shared = theirs[chance.pick(theirs.size())];
        PlannedVisit& visit = mine[chance.pick(mine.size())];
        const Duration on_site = visit.on_site;
        visit = shared;
        visit.on_site = on_site;
        std::ranges::sort(mine, {}, &PlannedVisit::starts);
    }
}

// From what the technicians' visits are to, by provisional numbers.
void list_appointments(DayPlan& plan) {
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < plan.technicians.size(); ++i) {
        for (PlannedVisit& visit : plan.technicians[i].visits) {
            const auto known = std::ranges::find(numbers, visit.appointment);
            const auto index = static_cast<std::size_t>(known - numbers.begin());
            if (known == numbers.end()) {
                numbers.push_back(visit.appointment);
                plan.appointments.push_back({visit.place, visit.starts, visit.starts, {}});
            }
            visit.appointment = index;
            PlannedAppointment& appointment = plan.appointments[index];
            appointment.ends = std::max(appointment.ends, visit.starts + visit.on_site);
            appointment.technicians.push_back(i);
        }
    }
    for (PlannedTechnician& technician : plan.technicians) {
        for (PlannedVisit& visit : technician.visits)
            visit.shared = plan.appointments[visit.appointment].technicians.size() > 1;
    }
}

PlannedTechnician plan_technician(std::uint64_t seed, const DayPlan& plan, Faults faults) {
    PlannedTechnician technician;
    technician.seed = seed;
    Chance chance(mix(seed, of_plan));
    technician.checked_in = check_in(chance, plan);
    technician.van = plan_van(chance, plan);
    technician.visits = plan_visits(chance, plan, technician.van.home);
    technician.breaks = plan_breaks(chance, plan);
    technician.habits = habits_of(chance);
    Chance bad_luck(mix(seed, of_faults));
    if (faults == Faults::all) technician.van.faults = plan_faults(bad_luck, plan);
    return technician;
}

}  // namespace

DayPlan plan_day(std::uint64_t seed, Faults faults, Pace pace) {
    Chance chance(mix(seed, of_plan));
    DayPlan plan;
    plan.seed = seed;
    plan.pace = pace;
    const double sort = chance.uniform();
    plan.ground = sort < 0.5 ? Ground::suburb : sort < 0.75 ? Ground::downtown : Ground::motorway;
    plan.town = towns[chance.pick(towns.size())];
    plan.begins = minutes_between(chance, 330, 540);
    plan.ends = plan.begins + shift_length(chance, pace);
    const double crew = chance.uniform();
    const std::uint64_t count = crew < 0.40 ? 1 : crew < 0.78 ? 2 : 3;
    std::size_t number = 0;
    for (std::uint64_t i = 1; i <= count; ++i) {
        plan.technicians.push_back(plan_technician(mix(seed, i), plan, faults));
        for (PlannedVisit& visit : plan.technicians.back().visits) visit.appointment = number++;
    }
    share_visits(chance, plan);
    list_appointments(plan);
    return plan;
}

}  // namespace outrider::fleet
