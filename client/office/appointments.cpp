// ServiceTitan's appointments.

#include "client/office/appointment_json.hpp"
#include "client/office/operations.hpp"
#include "client/office/wire.hpp"

#include <array>

namespace outrider::office {

namespace {

constexpr std::array<std::string_view, 3> sorted_by = {"Id", "CreatedOn", "ModifiedOn"};

Result<Json> shape(Books& books, const Appointment& row) {
    const auto job = books.find<Job>(row.job);
    if (!job) return job.error();
    Json json = appointment_json(row);
    json["customerId"] = *job ? (*job)->customer : 0;
    json["unused"] = row.unused;
    json["createdById"] = api_user;
    json["isConfirmed"] = row.confirmed;
    json["active"] = row.active;
    json["appointmentSummaries"] = nullptr;
    return json;
}

}  // namespace

Json appointment_json(const Appointment& row) {
    return Json{{"id", row.id},
                {"jobId", row.job},
                {"appointmentNumber", text_or_null(row.number)},
                {"start", json_of(row.start)},
                {"end", json_of(row.end)},
                {"arrivalWindowStart", json_of(row.window_start)},
                {"arrivalWindowEnd", json_of(row.window_end)},
                {"status", row.status},
                {"specialInstructions", text_or_null(row.instructions)},
                {"createdOn", json_of(row.stamp.created)},
                {"modifiedOn", json_of(row.stamp.modified)}};
}

http::Response appointments_list(const Call& call) {
    Query query(call);
    AppointmentFilter filter;
    filter.ids = query.ids("ids");
    filter.job = query.id("jobId");
    const Id project = query.id("projectId");
    filter.number = query.text("number");
    filter.status = query.word("status", appointment_statuses);
    filter.starts_from = query.time("startsOnOrAfter");
    filter.starts_before = query.time("startsBefore");
    filter.technician = query.id("technicianId");
    filter.customer = query.id("customerId");
    filter.unused = query.flag("unused");
    filter.active = query.active();
    filter.audit = query.audit();
    filter.page = query.page(sorted_by);
    if (auto objection = query.objection()) return std::move(*objection);
    if (project != 0) filter.ids = {nobody};  // there are no projects here
    return page_answer(call, filter.page, call.books.appointments(filter),
                       [&](const Appointment& row) { return shape(call.books, row); });
}

http::Response appointments_get(const Call& call) {
    Query query(call);
    return read_one<Appointment>(call, query,
                                 [&](const Appointment& row) { return shape(call.books, row); });
}

}  // namespace outrider::office
