#pragma once
// What only the office does to its plan, besides moves: hold, cancel, reschedule, give permissions.

#include "client/dispatch/rule.hpp"
#include "client/office/books.hpp"

#include <optional>
#include <string>

namespace outrider::office {

// Each in one transaction; a refusal changes nothing. The rows exist.
using Act = Result<std::optional<dispatch::Refusal>>;

struct AppointmentChange {
    std::optional<Instant> start, end;
    std::optional<dispatch::Standing> standing;  // open or on_hold
};
// Only while nobody has set out. What was promised to the customer moves with the start.
Act change_appointment(Books&, Id, const AppointmentChange&);

// Not while anybody is on the way to it or at work; canceled and on_hold are taken back by open.
// Its appointments are canceled with it and come back with it. Completing is a move.
Act change_job(Books&, Id, dispatch::Standing);

struct TechnicianChange {
    std::optional<bool> may_dispatch, may_arrive, may_pause;
    std::optional<std::string> job_filter;
};
Act change_technician(Books&, Id, const TechnicianChange&);

}  // namespace outrider::office
