#include "client/fleet/premises.hpp"

#include "client/office/migrations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace outrider::fleet {
namespace {

using dispatch::Id;

constexpr Id customer = 501, first_location = 601, first_job = 701, first_appointment = 801;
constexpr std::uint64_t of_office = 301;

}  // namespace

std::string unit_of(Id technician) { return fmt::format("van-{}", technician); }

Result<std::unique_ptr<Premises>> Premises::open(Clock& clock, const DayPlan& plan, Instant day) {
    auto database = office::open_database(":memory:");
    if (!database) return database.error();
    std::unique_ptr<Premises> premises(
        new Premises(clock, std::move(*database), mix(plan.seed, of_office)));
    const Result<> furnished =
        premises->books.transaction([&] { return premises->furnish(plan, day); });
    if (!furnished) return furnished.error();
    return premises;
}

Premises::Premises(Clock& time, std::unique_ptr<offline::Database> database, std::uint64_t seed)
    : clock(time),
      database_(std::move(database)),
      archive(*database_),
      books(*database_, clock, {}),
      faults(Dice(mix(seed, 1))),
      reception(clock, settings, archive, books, faults, Dice(mix(seed, 2))) {}

Result<> Premises::furnish(const DayPlan& plan, Instant day) {
    Chance chance(mix(plan.seed, of_office));
    settings.token_life = chance.happens(0.5) ? std::chrono::hours(1) : std::chrono::minutes(4);
    if (auto added = add_technicians(plan); !added) return added;
    office::Customer row;
    row.id = customer;
    row.name = "Shoreline Cafe";
    if (auto put = books.put(row); !put) return put;
    if (auto added = add_appointments(plan, day, chance); !added) return added;
    auto house = books.house();
    if (!house) return house.error();
    house->channel = "text";
    house->limited = chance.happens(0.3);
    return books.set_house(*house);
}

Result<> Premises::add_technicians(const DayPlan& plan) {
    for (std::size_t i = 0; i < plan.technicians.size(); ++i) {
        office::Technician row;
        row.id = technicians.emplace_back(first_technician + static_cast<Id>(i));
        row.user = row.id + 1000;
        row.name = fmt::format("Technician {}", row.id);
        row.unit = unit_of(row.id);
        if (auto put = books.put(row); !put) return put;
    }
    return {};
}

Result<> Premises::add_appointments(const DayPlan& plan, Instant day, Chance& chance) {
    const Chart chart(plan.town);
    for (const PlannedAppointment& planned : plan.appointments) {
        const bool goes_on = !jobs.empty() && chance.happens(0.2);  // with the job before
        if (!goes_on) {
            if (auto added = add_job(planned.place, chart); !added) return added;
        }
        office::Appointment row;
        row.id = appointments.emplace_back(first_appointment + std::ssize(appointments));
        row.job = jobs.back();
        row.start = day + planned.starts;
        row.end = day + planned.ends;
        if (auto put = books.put(row); !put) return put;
        for (const std::size_t one : planned.technicians) {
            office::Assignment assignment;
            assignment.technician = technicians.at(one);
            assignment.appointment = row.id;
            assignment.job = row.job;
            assignment.assigned = clock.now();
            if (auto put = books.put(assignment); !put) return put;
        }
    }
    return {};
}

Result<> Premises::add_job(const Place& place, const Chart& chart) {
    office::Location location;
    location.id = first_location + std::ssize(jobs);
    location.customer = customer;
    location.name = "Kitchen";
    location.address.latitude = chart.latitude(place.north_m);
    location.address.longitude = chart.longitude(place.east_m);
    location.verified = true;
    if (auto put = books.put(location); !put) return put;
    office::Job job;
    job.id = jobs.emplace_back(first_job + std::ssize(jobs));
    job.customer = customer;
    job.location = location.id;
    return books.put(job);
}

}  // namespace outrider::fleet
