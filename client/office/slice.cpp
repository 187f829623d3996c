#include "client/office/slice.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace outrider::office {

namespace {

using dispatch::Status;

Result<> add_appointment(Books& books, dispatch::Day& day, const Appointment& appointment) {
    const auto crew = books.crew(appointment.id);
    if (!crew) return crew.error();
    dispatch::Appointment& into = day.appointments[appointment.id];
    into.job = appointment.job;
    into.standing = appointment.standing;
    for (const Assignment& each : *crew)
        into.assigned[each.technician] = {each.status, each.paused};
    return {};
}

Result<> add_job(Books& books, dispatch::Day& day, Id id) {
    if (day.jobs.contains(id)) return {};
    const auto job = books.find<Job>(id);
    if (!job) return job.error();
    if (!*job) return {};
    day.jobs[id] = {(*job)->standing, (*job)->begun};
    const auto appointments = books.appointments_of(id);
    if (!appointments) return appointments.error();
    for (const Appointment& each : *appointments) {
        if (auto added = add_appointment(books, day, each); !added) return added;
    }
    return {};
}

Result<> add_technician(Books& books, dispatch::Day& day, Id id) {
    const auto technician = books.find<Technician>(id);
    if (!technician) return technician.error();
    if (!*technician || !(*technician)->active) return {};
    day.technicians[id] = books.rights(**technician);
    const auto busy = books.under_way(id);
    if (!busy) return busy.error();
    return *busy ? add_job(books, day, (*busy)->job) : Result<>();
}

const dispatch::Assignment* assignment_of(const dispatch::Appointment& appointment, Id technician) {
    const auto found = appointment.assigned.find(technician);
    return found == appointment.assigned.end() ? nullptr : &found->second;
}

// A step that is told of late, or out of order, is never before the one it follows.
Instant not_before(Instant happened, const std::optional<Instant>& earlier) {
    return earlier ? std::max(happened, *earlier) : happened;
}

class Writer {
public:
    Writer(Books& books, const Change& change) : books_(books), change_(change) {}

    Result<> everything() {
        for (const auto& [id, technician] : change_.after.technicians) {
            if (technician == change_.before.technicians.at(id)) continue;
            if (auto done = check_in(id, technician.checked_in); !done) return done;
        }
        for (const auto& [id, appointment] : change_.after.appointments) {
            const dispatch::Appointment& before = change_.before.appointments.at(id);
            if (appointment == before) continue;
            if (auto done = crew(id, before, appointment); !done) return done;
        }
        for (const auto& [id, job] : change_.after.jobs) {
            if (job == change_.before.jobs.at(id)) continue;
            if (auto done = this->job(id, job); !done) return done;
        }
        return {};
    }

private:
    Result<> check_in(Id id, bool in) {
        auto technician = books_.find<Technician>(id);
        if (!technician) return technician.error();
        (*technician)->checked_in.reset();
        // The day it holds for is the one on which the office does it.
        if (in) (*technician)->checked_in = books_.clock().now();
        return books_.put(**technician);
    }

    Result<> crew(Id id, const dispatch::Appointment& before, const dispatch::Appointment& after) {
        auto rows = books_.crew(id);
        if (!rows) return rows.error();
        for (Assignment& row : *rows) {
            const auto* was = assignment_of(before, row.technician);
            const auto* is = assignment_of(after, row.technician);
            if (was == nullptr || (is != nullptr && *is == *was)) continue;
            const Status now = is == nullptr ? Status::scheduled : is->status;
            if (auto done = timesheet(row, was->status, now); !done) return done;
            row.status = is == nullptr ? row.status : is->status;
            row.paused = is == nullptr ? row.paused : is->paused;
            row.active = is != nullptr;
            if (auto done = books_.put(row); !done) return done;
        }
        for (const auto& [technician, assignment] : after.assigned) {
            if (assignment_of(before, technician) != nullptr) continue;
            Assignment row;
            row.technician = technician;
            row.appointment = id;
            row.job = after.job;
            row.assigned_by = change_.by;
            row.assigned = change_.happened;
            if (auto done = books_.put(row); !done) return done;
        }
        return status(id);
    }

    // The appointment's own row, when its people have made it another status.
    Result<> status(Id id) {
        auto row = books_.find<Appointment>(id);
        if (!row) return row.error();
        const auto& after = change_.after.appointments.at(id);
        if ((*row)->status == name(status_of(after))) return {};
        return books_.put(**row);
    }

    Result<> timesheet(const Assignment& row, Status was, Status now) {
        if (was == now) return {};
        JobTimesheet sheet;
        if (was != Status::scheduled) {
            auto latest = books_.latest_timesheet(row.appointment, row.technician);
            if (!latest) return latest.error();
            if (*latest) sheet = **latest;
        }
        sheet.job = row.job;
        sheet.appointment = row.appointment;
        sheet.technician = row.technician;
        const Instant happened = change_.happened;
        if (now == Status::dispatched) {
            sheet.dispatched = happened;
        } else if (now == Status::working) {
            sheet.arrived = not_before(happened, sheet.dispatched);
        } else if (was == Status::working) {
            sheet.done = not_before(happened, sheet.arrived);
        } else if (was == Status::dispatched) {
            sheet.canceled = not_before(happened, sheet.dispatched);
        } else {
            return {};  // closed for somebody who never set out
        }
        return books_.put(sheet);
    }

    Result<> job(Id id, const dispatch::Job& after) {
        auto row = books_.find<Job>(id);
        if (!row) return row.error();
        const bool completes = after.standing == dispatch::Standing::completed &&
                               (*row)->standing != dispatch::Standing::completed;
        (*row)->standing = after.standing;
        (*row)->begun = after.begun;
        if (completes) {
            (*row)->completed = change_.happened;
            if (auto done = mark_unused(id); !done) return done;
        }
        return books_.put(**row);
    }

    Result<> mark_unused(Id job) {
        auto appointments = books_.appointments_of(job);
        if (!appointments) return appointments.error();
        TimesheetFilter filter;
        filter.jobs = {job};
        filter.page.size = 5000;
        const auto sheets = books_.job_timesheets(filter);
        if (!sheets) return sheets.error();
        std::set<Id> worked_on;
        for (const JobTimesheet& each : sheets->rows) {
            if (each.arrived) worked_on.insert(each.appointment);
        }
        for (Appointment& each : *appointments) {
            if (worked_on.contains(each.id)) continue;
            each.unused = true;
            if (auto done = books_.put(each); !done) return done;
        }
        return {};
    }

    Books& books_;
    const Change& change_;
};

}  // namespace

Result<dispatch::Day> slice_of(Books& books, Id technician, Id appointment) {
    dispatch::Day day;
    day.as_of = books.clock().now();
    if (auto added = add_technician(books, day, technician); !added) return added.error();
    if (appointment == 0) return day;
    const auto row = books.find<Appointment>(appointment);
    if (!row) return row.error();
    if (*row && (*row)->active) {
        if (auto added = add_job(books, day, (*row)->job); !added) return added.error();
    }
    return day;
}

Result<> write(Books& books, const Change& change) { return Writer(books, change).everything(); }

}  // namespace outrider::office
