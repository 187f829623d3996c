#include "client/fleet/plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

using namespace outrider;
using namespace outrider::fleet;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t days = 1000;

// Everything that tells two plans apart, roughly.
std::string digest(const DayPlan& plan) {
    std::string text = std::to_string(plan.begins.count()) + std::to_string(plan.ends.count()) +
                       std::to_string(plan.town.latitude);
    for (const PlannedTechnician& technician : plan.technicians) {
        text += std::to_string(technician.van.home.east_m);
        for (const PlannedVisit& visit : technician.visits)
            text += std::to_string(visit.starts.count()) + std::to_string(visit.place.north_m);
        for (const Break& away : technician.breaks) text += std::to_string(away.begins.count());
        text += std::to_string(technician.habits.forgets_done);
    }
    return text;
}

}  // namespace

TEST_CASE("a day follows from its seed") {
    std::set<std::string> seen;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        CHECK(digest(plan_day(seed)) == digest(plan_day(seed)));
        seen.insert(digest(plan_day(seed)));
    }
    CHECK(seen.size() == 100);
}

TEST_CASE("a day can be lived: visits one after the other, in the shift, in the town") {
    for (std::uint64_t seed = 1; seed <= days; ++seed) {
        const DayPlan plan = plan_day(seed);
        CAPTURE(seed);
        CHECK(plan.ends - plan.begins >= 2h);
        CHECK(plan.ends - plan.begins <= 9h);
        REQUIRE(plan.technicians.size() >= 1);
        REQUIRE(plan.technicians.size() <= 3);
        for (const PlannedTechnician& technician : plan.technicians) {
            REQUIRE(technician.visits.size() >= 1);
            REQUIRE(technician.visits.size() <= 5);
            CHECK(std::ranges::is_sorted(technician.visits, {}, &PlannedVisit::starts));
            for (const PlannedVisit& visit : technician.visits) {
                CHECK(visit.starts > plan.begins);
                CHECK(visit.starts < plan.ends);
                CHECK(visit.on_site >= 10min);
                CHECK(visit.on_site <= 90min);
                CHECK(std::abs(visit.place.east_m) <= 8000);
                CHECK(std::abs(visit.place.north_m) <= 8000);
            }
            CHECK(std::ranges::is_sorted(technician.breaks, {}, &Break::begins));
        }
    }
}

TEST_CASE("the appointments are those of the visits, and know who is on them") {
    int shared = 0;
    for (std::uint64_t seed = 1; seed <= days; ++seed) {
        const DayPlan plan = plan_day(seed);
        CAPTURE(seed);
        std::size_t visits = 0, places = 0;
        for (std::size_t i = 0; i < plan.technicians.size(); ++i) {
            std::set<std::size_t> mine;
            for (const PlannedVisit& visit : plan.technicians[i].visits) {
                ++visits;
                REQUIRE(visit.appointment < plan.appointments.size());
                mine.insert(visit.appointment);
                const PlannedAppointment& appointment = plan.appointments[visit.appointment];
                CHECK(metres_between(appointment.place, visit.place) == 0);
                CHECK(std::ranges::count(appointment.technicians, i) == 1);
                CHECK(visit.shared == (appointment.technicians.size() > 1));
                CHECK(appointment.starts == visit.starts);
                CHECK(appointment.ends >= visit.starts + visit.on_site);
                shared += visit.shared ? 1 : 0;
            }
            CHECK(mine.size() == plan.technicians[i].visits.size());
        }
        for (const PlannedAppointment& appointment : plan.appointments)
            places += appointment.technicians.size();
        CHECK(places == visits);
    }
    CHECK(shared > 100);
}

TEST_CASE("days are as different as days are") {
    std::size_t technicians = 0, never = 0, late = 0, powered = 0, lunches = 0, south = 0,
                long_ones = 0;
    std::set<std::size_t> counts;
    for (std::uint64_t seed = 1; seed <= days; ++seed) {
        const DayPlan plan = plan_day(seed);
        south += plan.town.latitude < 0 ? 1 : 0;
        const Duration shift = plan.ends - plan.begins;
        long_ones += shift >= 6h && shift <= 8h ? 1 : 0;
        for (const PlannedTechnician& technician : plan.technicians) {
            ++technicians;
            never += technician.checked_in ? 0 : 1;
            late += technician.checked_in && *technician.checked_in > plan.begins ? 1 : 0;
            powered += technician.van.keeps_power ? 1 : 0;
            lunches += technician.breaks.empty() ? 0 : 1;
            counts.insert(technician.visits.size());
        }
    }
    CHECK(technicians > 1.6 * days);
    CHECK(technicians < 2.0 * days);
    CHECK(never > technicians / 100);
    CHECK(never < technicians / 20);
    CHECK(late > technicians / 10);
    CHECK(late < technicians / 4);
    CHECK(powered > technicians / 5);
    CHECK(powered < technicians / 3);
    CHECK(lunches > technicians / 2);
    CHECK(south > days / 4);
    CHECK(long_ones > days / 2);
    CHECK(counts == std::set<std::size_t>{1, 2, 3, 4, 5});
}

TEST_CASE("receivers are faulty only when that is asked for, and nothing else changes with it") {
    std::set<ReceiverFault::Kind> kinds;
    for (std::uint64_t seed = 1; seed <= days; ++seed) {
        const DayPlan plain = plan_day(seed), faulty = plan_day(seed, Faults::all);
        CHECK(digest(plain) == digest(faulty));
        for (const PlannedTechnician& technician : plain.technicians)
            CHECK(technician.van.faults.empty());
        for (const PlannedTechnician& technician : faulty.technicians) {
            for (const ReceiverFault& fault : technician.van.faults) {
                kinds.insert(fault.kind);
                CHECK(fault.begins >= faulty.begins);
                CHECK(fault.ends > fault.begins);
            }
        }
    }
    CHECK(kinds.size() == 8);
}
