#pragma once
// A crew's office: the stand-in's own books and reception, furnished as the day was planned.

#include "client/fleet/plan.hpp"
#include "client/office/reception.hpp"
#include "offline/database.hpp"
#include "platform/clock.hpp"

#include <memory>
#include <vector>

namespace outrider::fleet {

inline constexpr dispatch::Id first_technician = 301;

class Premises {
public:
    // The clock outlives it, and tells the truth. Fault::storage as office::open_database.
    static Result<std::unique_ptr<Premises>> open(Clock&, const DayPlan&, Instant day);

    Clock& clock;
    office::OfficeSettings settings;

private:
    std::unique_ptr<offline::Database> database_;

public:
    office::Archive archive;
    office::Books books;
    office::Faults faults;
    office::Reception reception;
    // As in the plan.
    std::vector<dispatch::Id> technicians, appointments, jobs;

private:
    Premises(Clock&, std::unique_ptr<offline::Database>, std::uint64_t seed);
    Result<> furnish(const DayPlan&, Instant day);
    Result<> add_technicians(const DayPlan&);
    Result<> add_appointments(const DayPlan&, Instant day, Chance&);
    Result<> add_job(const Place&, const Chart&);
};

std::string unit_of(dispatch::Id technician);

}  // namespace outrider::fleet
