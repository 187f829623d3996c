// ServiceTitan's technicians, their shifts, and the link by which a customer follows one.

#include "client/office/operations.hpp"
#include "client/office/rows.hpp"
#include "client/office/wire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace outrider::office {

namespace {

using std::chrono::days, std::chrono::hh_mm_ss, std::chrono::seconds;

constexpr std::array<std::string_view, 3> sorted_by = {"Id", "CreatedOn", "ModifiedOn"};
constexpr std::array<std::string_view, 3> shift_types = {"Normal", "OnCall", "TimeOff"};

// What the board shows of a technician: a running activity, as its type says, and otherwise the
// appointment under way. An activity moves no assignment: that it would is not documented.
struct Live {
    std::string status = "Idle";
    std::optional<Id> job, appointment;
};

Result<std::optional<Activity>> running(Books& books, Id technician) {
    return first_of(rows_where<Activity>(
        books.database(),
        "WHERE active AND employee = ? AND employee_type = 'Technician' AND \"end\" IS NULL AND "
        "start <= ? ORDER BY start DESC, id DESC LIMIT 1",
        technician, books.clock().now()));
}

Result<Live> live(Books& books, Id technician) {
    Live live;
    const auto under_way = books.under_way(technician);
    if (!under_way) return under_way.error();
    if (*under_way) {
        live = {std::string(name((*under_way)->status)), (*under_way)->job,
                (*under_way)->appointment};
    }
    const auto activity = running(books, technician);
    if (!activity) return activity.error();
    if (!*activity) return live;
    const auto type = books.find<ActivityType>((*activity)->type);
    if (!type) return type.error();
    if (*type) live.status = (*type)->displayed_status;
    if ((*activity)->job) live.job = (*activity)->job;
    if ((*activity)->appointment) live.appointment = (*activity)->appointment;
    return live;
}

// .NET's TimeSpan, from the office's midnight: "08:00:00", and "1.02:30:00" on the next day.
std::string time_span(Duration since_midnight) {
    const auto day = std::chrono::floor<days>(since_midnight);
    const hh_mm_ss time(std::chrono::floor<seconds>(since_midnight - day));
    return fmt::format("{}{:02}:{:02}:{:02}",
                       day.count() == 0 ? "" : fmt::format("{}.", day.count()),
                       time.hours().count(), time.minutes().count(), time.seconds().count());
}

struct ShiftOfToday {
    Json start, end;
};

Result<ShiftOfToday> shift_of_today(Books& books, Id technician) {
    const Instant midnight = books.midnight();
    ShiftFilter filter;
    filter.technician = technician;
    filter.type = "Normal";
    filter.starts_from = midnight;
    const auto shifts = books.shifts(filter);
    if (!shifts) return shifts.error();
    const Shift* first = nullptr;
    for (const Shift& each : shifts->rows) {
        if (each.start >= midnight + days(1)) continue;
        if (first == nullptr || each.start < first->start) first = &each;
    }
    if (first == nullptr) return ShiftOfToday{};
    return ShiftOfToday{time_span(first->start - midnight), time_span(first->end - midnight)};
}

Result<Json> location(Books& books, const Technician& row) {
    if (row.unit.empty()) return Json();
    const auto position = books.position(row.unit);
    if (!position) return position.error();
    if (!*position) return Json();
    return Json{{"latitude", (*position)->latitude},
                {"longitude", (*position)->longitude},
                {"coordinatesUpdatedOn", json_of((*position)->event_time)}};
}

Result<Json> shape(Books& books, const Technician& row) {
    const auto now = live(books, row.id);
    if (!now) return now.error();
    const auto shift = shift_of_today(books, row.id);
    if (!shift) return shift.error();
    const auto where = location(books, row);
    if (!where) return where.error();
    Json json{{"id", row.id}, {"userId", row.user}, {"name", row.name}};
    for (const char* unknown : {"firstName", "lastName"}) json[unknown] = nullptr;
    json["active"] = row.active;
    for (const char* unknown : {"businessUnitId", "mainZoneId", "zoneIds", "roleIds", "email",
                                "phoneNumber", "mobilePhone", "loginName"}) {
        json[unknown] = nullptr;
    }
    json["isManagedTech"] = true;
    json["team"] = nullptr;
    json["jobFilter"] = text_or_null(row.job_filter);
    json["permissions"] = nullptr;  // the numbers of ServiceTitan's permissions are not documented
    json["accountLocked"] = false;
    json["status"] = now->status;
    json["jobId"] = json_of(now->job);
    json["appoitmentId"] = json_of(now->appointment);  // so it is spelt
    json["shiftStart"] = shift->start;
    json["shiftEnd"] = shift->end;
    json["location"] = *where;
    json["createdOn"] = json_of(row.stamp.created);
    json["modifiedOn"] = json_of(row.stamp.modified);
    return json;
}

Result<Json> shape_shift(const Shift& row) {
    return Json{{"id", row.id},
                {"shiftType", row.type},
                {"title", row.title},
                {"note", json_of(row.note)},
                {"active", row.active},
                {"technicianId", row.technician},
                {"start", json_of(row.start)},
                {"end", json_of(row.end)},
                {"timesheetCodeId", json_of(row.timesheet_code)},
                {"createdOn", json_of(row.stamp.created)},
                {"modifiedOn", json_of(row.stamp.modified)}};
}

// This operation's 400 is a text.
http::Response told(std::string_view why) { return json_answer(400, Json(why).dump()); }

}  // namespace

http::Response technicians_list(const Call& call) {
    Query query(call);
    TechnicianFilter filter;
    filter.ids = query.ids("ids");
    filter.users = query.ids("userIds");
    filter.name_contains = query.text("name");
    filter.active = query.active();
    filter.audit = query.audit();
    filter.page = query.page({});
    if (auto objection = query.objection()) return std::move(*objection);
    return page_answer(call, filter.page, call.books.technicians(filter),
                       [&](const Technician& row) { return shape(call.books, row); });
}

http::Response technicians_get(const Call& call) {
    Query query(call);
    return read_one<Technician>(call, query,
                                [&](const Technician& row) { return shape(call.books, row); });
}

http::Response technician_tracking_get(const Call& call) {
    Query query(call);
    const Id technician = query.required_id("technicianId");
    const Id appointment = query.required_id("appointmentId");
    if (query.objection()) {
        return told("There must be a technicianId and an appointmentId, and nothing else.");
    }
    const auto crew = call.books.crew(appointment);
    if (!crew) return broken(call, crew.error());
    const bool on_it = std::any_of(crew->begin(), crew->end(), [&](const Assignment& each) {
        return each.technician == technician;
    });
    if (!on_it) {
        return told(fmt::format("Technician {} is not assigned to appointment {}.", technician,
                                appointment));
    }
    const auto token = call.books.tracking_token(technician, appointment);
    if (!token) return broken(call, token.error());
    return ok(Json{{"technicianTrackingUrl",
                    call.books.options().public_url + "/office/v1/tracking/" + *token}});
}

http::Response shifts_list(const Call& call) {
    Query query(call);
    ShiftFilter filter;
    filter.starts_from = query.time("startsOnOrAfter");
    filter.ends_by = query.time("endsOnOrBefore");
    filter.type = query.word("shiftType", shift_types);
    filter.technician = query.id("technicianId");
    filter.title_contains = query.text("titleContains");
    filter.note_contains = query.text("noteContains");
    filter.active = query.active();
    filter.audit = query.audit();
    filter.page = query.page(sorted_by);
    if (auto objection = query.objection()) return std::move(*objection);
    return page_answer(call, filter.page, call.books.shifts(filter), shape_shift);
}

}  // namespace outrider::office
