// ServiceTitan's job timesheets: when who was dispatched to, at and done with which appointment.

#include "client/office/operations.hpp"
#include "client/office/wire.hpp"

#include <array>

namespace outrider::office {

namespace {

constexpr std::array<std::string_view, 3> sorted_by = {"Id", "CreatedOn", "ModifiedOn"};

Result<Json> shape(const JobTimesheet& row) {
    return Json{{"id", row.id},
                {"jobId", row.job},
                {"appointmentId", row.appointment},
                {"technicianId", row.technician},
                {"dispatchedOn", json_of(row.dispatched)},
                {"arrivedOn", json_of(row.arrived)},
                {"canceledOn", json_of(row.canceled)},
                {"doneOn", json_of(row.done)},
                {"createdOn", json_of(row.stamp.created)},
                {"modifiedOn", json_of(row.stamp.modified)},
                {"active", row.active}};
}

http::Response list(const Call& call, Query& query, std::vector<Id> jobs) {
    TimesheetFilter filter;
    filter.jobs = std::move(jobs);
    filter.technician = query.id("technicianId");
    filter.any_time_after = query.time("startedOn");
    filter.any_time_before = query.time("endedOn");
    filter.active = query.active();
    filter.audit = query.audit();
    filter.page = query.page(sorted_by);
    if (auto objection = query.objection()) return std::move(*objection);
    return page_answer(call, filter.page, call.books.job_timesheets(filter), shape);
}

}  // namespace

http::Response job_timesheets_list(const Call& call) {
    Query query(call);
    std::vector<Id> jobs = query.ids("jobIds");
    return list(call, query, std::move(jobs));
}

http::Response job_timesheets_list_by_job(const Call& call) {
    Query query(call);
    const Id job = id_of(call);
    if (job == 0) query.complain("job", "The job field must be a whole number.");
    return list(call, query, {job});
}

}  // namespace outrider::office
