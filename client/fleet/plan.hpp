#pragma once
// A crew's working day, as its seed has it: where, when, what there is to do, and what kind of
// people they are. Every Duration counts from the day's beginning but for those that last.

#include "client/fleet/van.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace outrider::fleet {

enum class Faults : std::uint8_t { none, all };
// Brisk: as much to do within an hour or two as within a usual day.
enum class Pace : std::uint8_t { usual, brisk };

struct Habits {  // how probable each is, each time
    double forgets_dispatch = 0, forgets_arrive = 0, forgets_done = 0;
    double remembers = 0;  // later, what was forgotten
    double taps_twice = 0, taps_nonsense = 0;
    double cancels = 0;  // the dispatch, on the way
    double closes = 0;   // the whole appointment, or job, instead of being done with a part
};

struct Break {
    Duration begins{}, lasts{};
    std::optional<Place> at;  // nothing: where they are
};

struct PlannedAppointment {
    Place place;
    Duration starts{}, ends{};
    std::vector<std::size_t> technicians;  // of the crew
};

struct PlannedVisit {
    std::size_t appointment = 0;  // of the day's
    Place place;
    Duration starts{};
    Duration on_site{};  // lasts
    bool shared = false;
};

struct PlannedTechnician {
    std::uint64_t seed = 0;              // of all that happens to them
    std::optional<Duration> checked_in;  // by the office; nothing: never
    std::vector<PlannedVisit> visits;    // in order
    std::vector<Break> breaks;           // in order; lunch is one
    Habits habits;
    VanSettings van;  // but for the day
};

struct DayPlan {
    std::uint64_t seed = 0;
    Pace pace = Pace::usual;
    Ground ground = Ground::suburb;
    Town town;
    Duration begins{}, ends{};  // the shift
    std::vector<PlannedAppointment> appointments;
    std::vector<PlannedTechnician> technicians;  // 1 to 3
};

DayPlan plan_day(std::uint64_t seed, Faults = Faults::none, Pace = Pace::usual);

}  // namespace outrider::fleet
