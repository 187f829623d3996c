// ServiceTitan's timesheet activities and their types, for accounts with Flexible Timekeeping.

#include "client/office/operations.hpp"
#include "client/office/rows.hpp"
#include "client/office/wire.hpp"

#include <fmt/format.h>

#include <array>

namespace outrider::office {

namespace {

using Need = Body::Need;

constexpr std::array<std::string_view, 3> sorted_by = {"Id", "CreatedOn", "ModifiedOn"};
// What is kept as it came, and means nothing here.
constexpr std::array kept_ids = {"projectId", "laborTypeId", "budgetCodeId",
                                 "nonJobEventAssignmentId"};
constexpr std::array kept_texts = {"projectLabel", "budgetCodeName"};

Result<Json> shape(const Activity& row) {
    const Json rest = Json::parse(row.rest, nullptr, false);
    const auto kept = [&](const char* name) {
        return rest.is_object() && rest.contains(name) ? rest[name] : Json();
    };
    const Json tags = kept("tagTypes");
    return Json{{"id", row.id},
                {"employeeId", row.employee},
                {"employeeType", row.employee_type},
                {"activityTypeId", row.type},
                {"startTime", json_of(row.start)},
                {"endTime", json_of(row.end)},
                {"jobId", json_of(row.job)},
                {"appointmentId", json_of(row.appointment)},
                {"projectId", kept("projectId")},
                {"projectLabel", kept("projectLabel")},
                {"laborTypeId", kept("laborTypeId")},
                {"budgetCodeId", kept("budgetCodeId")},
                {"memo", json_of(row.memo)},
                {"tagTypes", tags.is_array() ? tags : Json::array()},
                {"startCoordinate", nullptr},
                {"endCoordinate", nullptr},
                {"active", row.active},
                {"modifiedById", json_of(row.modified_by)},
                {"createdOn", json_of(row.stamp.created)},
                {"modifiedOn", json_of(row.stamp.modified)}};
}

Json shape_type(const ActivityType& row) {
    return Json{{"id", row.id},
                {"code", row.code},
                {"categoryId", row.category},
                {"description", json_of(row.description)},
                {"jobAssociation", row.job_association},
                {"memoAssociation", row.memo_association},
                {"isArchived", false},
                {"isDraft", false},
                {"active", row.active},
                {"createdOn", json_of(row.stamp.created)},
                {"modifiedOn", json_of(row.stamp.modified)}};
}

// The members that creating and updating have in common.
void read_into(Activity& row, Body& body) {
    row.type = body.id("activityTypeId", Need::required).value_or(0);
    row.start = body.time("startTime", Need::required).value_or(Instant());
    row.end = body.time("endTime", Need::optional);
    row.job = body.id("jobId", Need::optional);
    row.appointment = body.id("appointmentId", Need::optional);
    row.memo = body.text("memo", Need::optional);
    Json rest = Json::object();
    for (const char* name : kept_ids) rest[name] = json_of(body.id(name, Need::optional));
    for (const char* name : kept_texts) rest[name] = json_of(body.text(name, Need::optional));
    rest["milesDriven"] = json_of(body.number("milesDriven"));
    rest["tagTypes"] = body.ids("tagTypes");
    row.rest = rest.dump(-1, ' ', false, Json::error_handler_t::replace);
    row.modified_by = api_user;
}

struct Association {
    const char* member;
    const std::string& wanted;
    bool given;
};

// Ours, but for what the type says of jobs and memos.
Result<> check(Books& books, const Activity& row, Body& body) {
    if (row.end && *row.end < row.start) body.complain("endTime", "must not be before startTime");
    const auto type = books.find<ActivityType>(row.type);
    if (!type) return type.error();
    if (!*type || !(*type)->active) {
        body.complain("activityTypeId", "is no activity type's");
    } else {
        for (const Association& each :
             {Association{"jobId", (*type)->job_association, row.job.has_value()},
              Association{"memo", (*type)->memo_association, row.memo.has_value()}}) {
            if (each.wanted == "Require" && !each.given) {
                body.complain(each.member, "is required for this type");
            }
            if (each.wanted == "DoNotAllow" && each.given) {
                body.complain(each.member, "is not allowed for this type");
            }
        }
    }
    const auto job = books.find<Job>(row.job.value_or(nobody));
    if (!job) return job.error();
    if (row.job && !*job) body.complain("jobId", "is no job's");
    const auto appointment = books.find<Appointment>(row.appointment.value_or(nobody));
    if (!appointment) return appointment.error();
    if (row.appointment && (!*appointment || (*appointment)->job != row.job)) {
        body.complain("appointmentId", "is no appointment's of this job");
    }
    return {};
}

// Ours: what else answers 409 is not documented. Nobody does two things at once.
Result<std::optional<Activity>> overlapping(Books& books, const Activity& row) {
    return first_of(rows_where<Activity>(
        books.database(),
        "WHERE active AND employee = ?1 AND employee_type = ?2 AND id <> ?3 AND "
        "start < ?4 AND (\"end\" IS NULL OR \"end\" > ?5) ORDER BY start LIMIT 1",
        row.employee, std::string_view(row.employee_type), row.id, row.end.value_or(Instant::max()),
        row.start));
}

http::Response write(const Call& call, Query& query, Body& body, Activity row) {
    if (auto checked = check(call.books, row, body); !checked) return broken(call, checked.error());
    if (auto objection = query.objection()) return std::move(*objection);
    if (auto objection = body.objection()) return std::move(*objection);
    const auto other = row.active ? overlapping(call.books, row)
                                  : Result<std::optional<Activity>>(std::optional<Activity>());
    if (!other) return broken(call, other.error());
    if (*other) {
        return problem(
            409, "Conflict",
            {{"startTime", {fmt::format("Activity {} is at the same time.", (*other)->id)}}},
            call.trace);
    }
    const auto written = call.books.transaction([&] { return call.books.put(row); });
    return written ? ok(Json{{"id", row.id}}) : broken(call, written.error());
}

ActivityFilter filter_of(Query& query) {
    ActivityFilter filter;
    filter.active = query.active();
    filter.audit = query.audit();
    filter.page = query.page(sorted_by);
    return filter;
}

}  // namespace

http::Response activities_list(const Call& call) {
    Query query(call);
    const ActivityFilter filter = filter_of(query);
    if (auto objection = query.objection()) return std::move(*objection);
    return page_answer(call, filter.page, call.books.activities(filter), shape);
}

http::Response activities_get(const Call& call) {
    Query query(call);
    return read_one<Activity>(call, query, shape);
}

http::Response activities_create(const Call& call) {
    Query query(call);
    Body body(call);
    Activity row;
    row.employee = body.id("employeeId", Need::required).value_or(0);
    row.employee_type = body.text("employeeType", Need::required).value_or("");
    if (row.employee_type == "Technician") {
        const auto technician = call.books.find<Technician>(row.employee);
        if (!technician) return broken(call, technician.error());
        if (!*technician) body.complain("employeeId", "is no technician's");
    } else if (row.employee_type != "Employee") {
        body.complain("employeeType", "must be one of Technician, Employee");
    }
    read_into(row, body);
    return write(call, query, body, std::move(row));
}

http::Response activities_update(const Call& call) {
    Query query(call);
    Body body(call);
    const Id id = id_of(call);
    if (id == 0) return no_id(call);
    auto row = call.books.find<Activity>(id);
    if (!row) return broken(call, row.error());
    if (!*row) return refused(call, 404, "Not Found");
    read_into(**row, body);
    (*row)->active = body.flag("active", Need::required).value_or(true);
    return write(call, query, body, std::move(**row));
}

http::Response activity_types_list(const Call& call) {
    Query query(call);
    const ActivityFilter filter = filter_of(query);
    if (auto objection = query.objection()) return std::move(*objection);
    return page_answer(call, filter.page, call.books.activity_types(filter),
                       [](const ActivityType& row) { return Result<Json>(shape_type(row)); });
}

// Only this one tells what the board shows while such an activity runs; the list does not.
http::Response activity_types_get(const Call& call) {
    Query query(call);
    return read_one<ActivityType>(call, query, [](const ActivityType& row) {
        Json json = shape_type(row);
        json["displayedTechnicianStatus"] = row.displayed_status;
        return Result<Json>(json);
    });
}

}  // namespace outrider::office
