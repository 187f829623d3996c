#pragma once
// As much of the day as the rule looks at for one move, and writing what it made of it.

#include "client/office/books.hpp"

namespace outrider::office {

// The technician, what they have under way, and the whole job of the appointment.
Result<dispatch::Day> slice_of(Books&, Id technician, Id appointment);

// What changed, and when and by whom.
struct Change {
    const dispatch::Day& before;
    const dispatch::Day& after;
    Instant happened{};
    Id by = 0;  // who assigns
};
// Rows, timesheets and what follows for appointments and jobs.
Result<> write(Books&, const Change&);

}  // namespace outrider::office
