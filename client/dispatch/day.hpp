#pragma once
// A day as the office sees it: technicians, jobs, appointments, and who is how far on which.
//
// Words and rules are ServiceTitan's (help pages "Dispatch technicians", "Manage technicians on
// appointments", "Statuses and actions on jobs and appointments").

#include "platform/clock.hpp"

#include <cstdint>
#include <map>
#include <string_view>

namespace outrider::dispatch {

using Id = std::int64_t;  // the office's

// Of one technician on one appointment.
enum class Status : std::uint8_t { scheduled, dispatched, working, done };
std::string_view name(Status);  // "Scheduled", "Dispatched", "Working", "Done"

struct Assignment {
    Status status = Status::scheduled;
    bool paused = false;  // since they paused, until they work again
    bool operator==(const Assignment&) const = default;
};

struct Technician {
    // Whether the office has them on its board today. Not the same as having clocked in.
    bool checked_in = false;
    // What the office leaves to them; some offices keep it to themselves.
    bool may_dispatch = true, may_arrive = true, may_pause = true;
    bool operator==(const Technician&) const = default;
};

// What the office has said of a job or an appointment as a whole.
enum class Standing : std::uint8_t { open, on_hold, canceled, completed };
std::string_view name(Standing);  // "open", "on hold", "canceled", "completed"

struct Job {
    Standing standing = Standing::open;
    bool begun = false;  // somebody has been dispatched to one of its appointments
    bool operator==(const Job&) const = default;
};

struct Appointment {
    Id job = 0;
    Standing standing = Standing::open;  // never completed: that is the job's
    std::map<Id, Assignment> assigned;   // by technician
    bool operator==(const Appointment&) const = default;
};

struct Day {
    Instant as_of{};  // when the office said so
    std::map<Id, Technician> technicians;
    std::map<Id, Job> jobs;
    std::map<Id, Appointment> appointments;
    bool operator==(const Day&) const = default;
};

// The whole appointment's status: Done when everybody on it is, Working while somebody is or some
// are done and others not, Dispatched while somebody is on the way and nobody there yet.
enum class AppointmentStatus : std::uint8_t {
    scheduled,
    dispatched,
    working,
    on_hold,
    done,
    canceled
};
AppointmentStatus status_of(const Appointment&);
std::string_view name(AppointmentStatus);  // "Scheduled", ..., "Hold", "Done", "Canceled"

// In progress from the first dispatch to one of its appointments until it is completed, canceled or
// put on hold; taking the dispatch back does not change that.
enum class JobStatus : std::uint8_t { scheduled, in_progress, on_hold, completed, canceled };
JobStatus status_of(const Job&);
std::string_view name(JobStatus);  // "Scheduled", "InProgress", "Hold", "Completed", "Canceled"

// The appointment a technician is dispatched to or working on: there is at most one. 0: none.
Id under_way(const Day&, Id technician);
// Theirs to it; null when they are not assigned, or there is no such appointment.
const Assignment* assignment_of(const Day&, Id technician, Id appointment);

}  // namespace outrider::dispatch
