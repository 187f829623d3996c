#include "client/dispatch/day.hpp"

#include <algorithm>
#include <array>

namespace outrider::dispatch {
namespace {

constexpr std::array<std::string_view, 4> status_names = {"Scheduled", "Dispatched", "Working",
                                                          "Done"};
constexpr std::array<std::string_view, 4> standing_names = {"open", "on hold", "canceled",
                                                            "completed"};
constexpr std::array<std::string_view, 6> appointment_names = {
    "Scheduled", "Dispatched", "Working", "Hold", "Done", "Canceled"};
constexpr std::array<std::string_view, 5> job_names = {"Scheduled", "InProgress", "Hold",
                                                       "Completed", "Canceled"};

template <class Names, class Value>
std::string_view named(const Names& names, Value value) {
    return names.at(static_cast<std::size_t>(value));
}

}  // namespace

std::string_view name(Status status) { return named(status_names, status); }
std::string_view name(Standing standing) { return named(standing_names, standing); }
std::string_view name(AppointmentStatus status) { return named(appointment_names, status); }
std::string_view name(JobStatus status) { return named(job_names, status); }

AppointmentStatus status_of(const Appointment& appointment) {
    if (appointment.standing == Standing::canceled) return AppointmentStatus::canceled;
    if (appointment.standing == Standing::on_hold) return AppointmentStatus::on_hold;
    std::array<std::size_t, 4> count{};
    for (const auto& [technician, assignment] : appointment.assigned) {
        ++count[static_cast<std::size_t>(assignment.status)];
    }
    const auto [scheduled, dispatched, working, done] = count;
    if (working > 0) return AppointmentStatus::working;
    if (done > 0) {
        return done == appointment.assigned.size() ? AppointmentStatus::done
                                                   : AppointmentStatus::working;
    }
    return dispatched > 0 ? AppointmentStatus::dispatched : AppointmentStatus::scheduled;
}

JobStatus status_of(const Job& job) {
    switch (job.standing) {
        case Standing::open: return job.begun ? JobStatus::in_progress : JobStatus::scheduled;
        case Standing::on_hold: return JobStatus::on_hold;
        case Standing::canceled: return JobStatus::canceled;
        case Standing::completed: return JobStatus::completed;
    }
    return JobStatus::scheduled;
}

const Assignment* assignment_of(const Day& day, Id technician, Id appointment) {
    const auto there = day.appointments.find(appointment);
    if (there == day.appointments.end()) return nullptr;
    const auto mine = there->second.assigned.find(technician);
    return mine == there->second.assigned.end() ? nullptr : &mine->second;
}

Id under_way(const Day& day, Id technician) {
    for (const auto& [id, appointment] : day.appointments) {
        const auto mine = appointment.assigned.find(technician);
        if (mine == appointment.assigned.end()) continue;
        const Status status = mine->second.status;
        if (status == Status::dispatched || status == Status::working) return id;
    }
    return 0;
}

}  // namespace outrider::dispatch
