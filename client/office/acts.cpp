#include "client/office/acts.hpp"

#include <utility>

namespace outrider::office {

namespace {

using dispatch::Refusal;
using dispatch::Standing;
using dispatch::Status;

Refusal refuse(Books& books, dispatch::Rule rule, std::string reason, Id other = 0) {
    return {rule, dispatch::Lifted::by_the_office, books.clock().now(), other, std::move(reason)};
}

// Somebody who is on the way to one of the job's appointments or at work there, or 0.
Result<Id> anybody_under_way(Books& books, Id job) {
    AssignmentFilter filter;
    filter.job = job;
    filter.page.size = 5000;
    const auto crews = books.assignments(filter);
    if (!crews) return crews.error();
    for (const Assignment& each : crews->rows) {
        if (each.status == Status::dispatched || each.status == Status::working) {
            return each.technician;
        }
    }
    return 0;
}

Result<> cancel_or_restore(Books& books, Id job, bool cancel) {
    auto appointments = books.appointments_of(job);
    if (!appointments) return appointments.error();
    for (Appointment& each : *appointments) {
        if (each.status == name(dispatch::AppointmentStatus::done)) continue;
        if (!cancel && each.standing != Standing::canceled) continue;
        each.standing = cancel ? Standing::canceled : Standing::open;
        if (auto written = books.put(each); !written) return written;
    }
    return {};
}

std::optional<Refusal> about(Books& books, const Appointment& row,
                             const AppointmentChange& change) {
    const bool planned = row.status == name(dispatch::AppointmentStatus::scheduled) ||
                         row.standing == Standing::on_hold;
    if (!planned) {
        return refuse(books, dispatch::Rule::move, "It is " + row.status + ": too late for that.");
    }
    const Instant start = change.start.value_or(row.start);
    // With a new start alone it takes as long as before.
    if (start >= change.end.value_or(start + (row.end - row.start))) {
        return refuse(books, dispatch::Rule::move, "It would end before it starts.");
    }
    return std::nullopt;
}

}  // namespace

Act change_appointment(Books& books, Id id, const AppointmentChange& change) {
    std::optional<Refusal> refusal;
    const auto done = books.transaction([&]() -> Result<> {
        auto found = books.find<Appointment>(id);
        if (!found) return found.error();
        Appointment& row = **found;
        refusal = about(books, row, change);
        if (refusal) return {};
        const Duration later = change.start.value_or(row.start) - row.start;
        row.end = change.end.value_or(row.end + later);
        row.start += later;
        if (row.window_start) *row.window_start += later;
        if (row.window_end) *row.window_end += later;
        row.standing = change.standing.value_or(row.standing);
        return books.put(row);
    });
    if (!done) return done.error();
    return refusal;
}

Act change_job(Books& books, Id id, Standing standing) {
    std::optional<Refusal> refusal;
    const auto done = books.transaction([&]() -> Result<> {
        auto found = books.find<Job>(id);
        if (!found) return found.error();
        Job& row = **found;
        const auto busy = anybody_under_way(books, id);
        if (!busy) return busy.error();
        if (row.standing == Standing::completed) {
            refusal = refuse(books, dispatch::Rule::standing, "The job is completed.");
            refusal->lifted = dispatch::Lifted::by_nobody;
        } else if (*busy != 0 && standing != Standing::open) {
            refusal = refuse(books, dispatch::Rule::others_on_the_way,
                             "Somebody is on the way to it or at work there.", *busy);
        }
        if (refusal || row.standing == standing) return {};
        const bool was_canceled = row.standing == Standing::canceled;
        row.standing = standing;
        if (auto written = books.put(row); !written) return written;
        if (standing == Standing::canceled) return cancel_or_restore(books, id, true);
        return was_canceled ? cancel_or_restore(books, id, false) : Result<>();
    });
    if (!done) return done.error();
    return refusal;
}

Act change_technician(Books& books, Id id, const TechnicianChange& change) {
    const auto done = books.transaction([&]() -> Result<> {
        auto found = books.find<Technician>(id);
        if (!found) return found.error();
        Technician& row = **found;
        row.may_dispatch = change.may_dispatch.value_or(row.may_dispatch);
        row.may_arrive = change.may_arrive.value_or(row.may_arrive);
        row.may_pause = change.may_pause.value_or(row.may_pause);
        row.job_filter = change.job_filter.value_or(row.job_filter);
        return books.put(row);
    });
    if (!done) return done.error();
    return std::optional<Refusal>();
}

}  // namespace outrider::office
