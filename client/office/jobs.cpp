// ServiceTitan's jobs, and notes on them.

#include "client/office/job_notes.hpp"
#include "client/office/operations.hpp"
#include "client/office/wire.hpp"

#include <array>

namespace outrider::office {

namespace {

constexpr std::array<std::string_view, 4> sorted_by = {"Id", "CreatedOn", "ModifiedOn", "Priority"};
constexpr std::array<std::string_view, 6> job_statuses = {"Scheduled", "Dispatched", "InProgress",
                                                          "Hold",      "Completed",  "Canceled"};

Result<Json> shape(Books& books, const Job& row) {
    const auto appointments = books.appointments_of(row.id);
    if (!appointments) return appointments.error();
    const bool none = appointments->empty();
    return Json{{"id", row.id},
                {"jobNumber", row.number},
                {"projectId", nullptr},
                {"customerId", row.customer},
                {"locationId", row.location},
                {"jobStatus", row.status},
                {"completedOn", json_of(row.completed)},
                {"businessUnitId", row.business_unit},
                {"jobTypeId", row.job_type},
                {"priority", row.priority},
                {"appointmentCount", appointments->size()},
                {"firstAppointmentId", none ? 0 : appointments->front().id},
                {"lastAppointmentId", none ? 0 : appointments->back().id},
                {"recallForId", nullptr},
                {"warrantyId", nullptr},
                {"noCharge", false},
                {"notificationsEnabled", row.notify},
                {"createdOn", json_of(row.stamp.created)},
                {"createdById", api_user},
                {"modifiedOn", json_of(row.stamp.modified)},
                {"tagTypeIds", Json::array()},
                {"summary", text_or_null(row.summary)},
                {"customFields", Json::array()},
                {"externalData", Json::array()}};
}

}  // namespace

http::Response jobs_list(const Call& call) {
    Query query(call);
    JobFilter filter;
    filter.ids = query.ids("ids");
    filter.number = query.text("number");
    filter.status = query.word("jobStatus", job_statuses);
    filter.appointment_status = query.word("appointmentStatus", appointment_statuses);
    filter.priority = query.text("priority");
    filter.technician = query.id("technicianId");
    filter.customer = query.id("customerId");
    filter.location = query.id("locationId");
    filter.business_unit = query.id("businessUnitId");
    filter.job_type = query.id("jobTypeId");
    filter.appointment_starts_from = query.time("appointmentStartsOnOrAfter");
    filter.appointment_starts_before = query.time("appointmentStartsBefore");
    filter.completed_from = query.time("completedOnOrAfter");
    filter.completed_before = query.time("completedBefore");
    filter.audit = query.audit();
    filter.page = query.page(sorted_by);
    if (auto objection = query.objection()) return std::move(*objection);
    return page_answer(call, filter.page, call.books.jobs(filter),
                       [&](const Job& row) { return shape(call.books, row); });
}

http::Response jobs_get(const Call& call) {
    Query query(call);
    query.text("externalDataApplicationGuid");  // of which there are none here
    return read_one<Job>(call, query, [&](const Job& row) { return shape(call.books, row); });
}

http::Response job_notes_create(const Call& call) {
    constexpr std::size_t most = 10'000;
    Query query(call);
    Body body(call);
    JobNote note;
    note.job = id_of(call);
    note.text = body.text("text", Body::Need::required).value_or("");
    note.pinned = body.flag("pinToTop", Body::Need::optional).value_or(false);
    note.created = call.clock.now();
    note.created_by = api_user;
    if (note.text.size() > most) body.complain("text", "is too long");
    if (auto objection = query.objection()) return std::move(*objection);
    if (auto objection = body.objection()) return std::move(*objection);
    if (note.job == 0) return no_id(call);
    const auto job = call.books.find<Job>(note.job);
    if (!job) return broken(call, job.error());
    if (!*job) return refused(call, 404, "Not Found");
    if (auto added = add_note(call.books.database(), note); !added) {
        return broken(call, added.error());
    }
    return ok(Json{{"text", note.text},
                   {"isPinned", note.pinned},
                   {"createdById", note.created_by},
                   {"createdOn", json_of(note.created)},
                   {"modifiedOn", json_of(note.created)}});
}

}  // namespace outrider::office
