#include "client/api/pages.hpp"

#include "client/api/foreign_json.hpp"
#include "client/api/plain_text.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <utility>

namespace outrider::api {
namespace {

using Json = nlohmann::json;
using dispatch::Standing;
using dispatch::Status;
constexpr std::size_t most_line = 300, most_text = 16 * 1024;

template <class Value, std::size_t size>
using Words = std::array<std::pair<std::string_view, Value>, size>;

template <class Value, std::size_t size>
std::optional<Value> meaning(const Words<Value, size>& words, std::string_view word) {
    for (const auto& [known, value] : words) {
        if (known == word) return value;
    }
    return std::nullopt;
}

constexpr Words<Status, 4> statuses = {{{"Scheduled", Status::scheduled},
                                        {"Dispatched", Status::dispatched},
                                        {"Working", Status::working},
                                        {"Done", Status::done}}};
constexpr Words<Standing, 6> standings = {{{"Scheduled", Standing::open},
                                           {"Dispatched", Standing::open},
                                           {"Working", Standing::open},
                                           {"Done", Standing::open},
                                           {"Hold", Standing::on_hold},
                                           {"Canceled", Standing::canceled}}};
// A job's status is a free text; documents and answers differ in the space.
constexpr Words<Standing, 7> job_standings = {{{"Scheduled", Standing::open},
                                               {"Dispatched", Standing::open},
                                               {"InProgress", Standing::open},
                                               {"In Progress", Standing::open},
                                               {"Hold", Standing::on_hold},
                                               {"Completed", Standing::completed},
                                               {"Canceled", Standing::canceled}}};
constexpr Words<bool, 5> job_begun = {{{"Scheduled", false},
                                       {"Dispatched", true},
                                       {"InProgress", true},
                                       {"In Progress", true},
                                       {"Completed", true}}};

Error malformed(std::string_view what, const std::string& complaint) {
    return {Fault::malformed, "the " + std::string(what) + " are unreadable, " + complaint};
}

enum class Kind { pages, feed };

template <class Row, class Read>
Result<Page<Row>> read_page(std::string_view text, std::string_view what, Kind kind, Read read) {
    const Json json = Json::parse(text, nullptr, false);
    std::string complaint;
    ForeignObject members(json, "", complaint);
    Page<Row> page;
    page.more = members.flag("hasMore");
    // Nothing of ours needs it; but a list without it is not from this API, and an empty one of
    // those would empty the technician's day.
    if (kind == Kind::pages) static_cast<void>(members.id("page"));
    if (kind == Kind::feed) page.next = members.verbatim("continueFrom", 4096);
    const Json& data = members.list("data", most_rows);
    for (std::size_t i = 0; i < data.size() && complaint.empty(); ++i) {
        const std::string path = "data[" + std::to_string(i) + "].";
        page.rows.push_back(read(ForeignObject(data[i], path, complaint)));
    }
    if (!complaint.empty()) return malformed(what, complaint);
    return page;
}

AppointmentRow read_appointment(ForeignObject members) {
    AppointmentRow row;
    row.id = members.id("id");
    row.job = members.id("jobId");
    row.customer = members.id_or_null("customerId").value_or(0);
    row.number = members.text("appointmentNumber", most_line);
    row.instructions = members.text("specialInstructions", most_text);
    row.start = members.time("start");
    row.end = members.time("end");
    row.modified = members.time("modifiedOn");
    row.window_start = members.time_or_null("arrivalWindowStart");
    row.window_end = members.time_or_null("arrivalWindowEnd");
    row.standing = meaning(standings, members.word("status"));
    row.active = members.flag("active");
    return row;
}

AssignmentRow read_assignment(ForeignObject members) {
    AssignmentRow row;
    row.id = members.id("id");
    row.technician = members.id("technicianId");
    row.appointment = members.id("appointmentId");
    row.name = members.text("technicianName", most_line);
    row.status = meaning(statuses, members.word("status"));
    row.paused = members.flag("isPaused");
    row.active = members.flag("active");
    row.modified = members.time("modifiedOn");
    return row;
}

JobRow read_job(ForeignObject members) {
    JobRow row;
    row.id = members.id("id");
    row.customer = members.id("customerId");
    row.location = members.id("locationId");
    row.number = members.text("jobNumber", most_line);
    row.priority = members.text("priority", 100);
    row.modified = members.time("modifiedOn");
    const std::string status = members.word("jobStatus");
    row.standing = meaning(job_standings, status);
    row.begun = meaning(job_begun, status);
    // Markup takes its room, too: read whole, and cut afterwards.
    if (members.find("summary")) {
        row.summary = plain_text(members.verbatim("summary", 4 * 1024 * 1024), most_text);
    }
    return row;
}

ShiftRow read_shift(ForeignObject members) {
    ShiftRow row;
    row.start = members.time("start");
    row.end = members.time("end");
    row.normal = members.word("shiftType") == "Normal";
    row.active = members.flag("active");
    row.technician = members.id("technicianId");
    return row;
}

ActivityRow read_activity(ForeignObject members) {
    ActivityRow row;
    row.id = members.id("id");
    row.employee = members.id("employeeId");
    row.technician = members.word("employeeType") == "Technician";
    row.type = members.id("activityTypeId");
    row.appointment = members.id_or_null("appointmentId").value_or(0);
    row.active = members.flag("active");
    row.start = members.time("startTime");
    row.end = members.time_or_null("endTime");
    row.memo = members.text("memo", most_text);
    Json update = Json::object();
    for (const char* name : {"activityTypeId", "startTime", "jobId", "appointmentId", "projectId",
                             "projectLabel", "laborTypeId", "budgetCodeId", "memo", "active"}) {
        if (const Json* value = members.find(name)) update[name] = *value;
    }
    const Json* tags = members.find("tagTypes");
    update["tagTypes"] = tags && tags->is_array() ? *tags : Json::array();
    row.update = update.dump(-1, ' ', false, Json::error_handler_t::replace);
    row.update.pop_back();
    return row;
}

// "12 Elm St, Apt 3, Mountain View, CA 94040"
std::string address_line(ForeignObject members) {
    std::string line;
    const auto add = [&](const char* member, std::string_view separator) {
        const std::string part = cleaned(members.text(member, most_line), most_line);
        if (part.empty()) return;
        line += (line.empty() ? "" : std::string(separator)) + part;
    };
    add("street", "");
    add("unit", ", ");
    add("city", ", ");
    add("state", ", ");
    add("zip", " ");
    return line;
}

}  // namespace

Result<Page<AppointmentRow>> parse_appointments(std::string_view json) {
    return read_page<AppointmentRow>(json, "appointments", Kind::pages, read_appointment);
}

Result<Page<AssignmentRow>> parse_assignments(std::string_view json) {
    return read_page<AssignmentRow>(json, "assignments", Kind::pages, read_assignment);
}

Result<Page<AssignmentRow>> parse_assignment_feed(std::string_view json) {
    return read_page<AssignmentRow>(json, "assignments of the feed", Kind::feed, read_assignment);
}

Result<Page<JobRow>> parse_jobs(std::string_view json) {
    return read_page<JobRow>(json, "jobs", Kind::pages, read_job);
}

Result<Page<ShiftRow>> parse_shifts(std::string_view json) {
    return read_page<ShiftRow>(json, "shifts", Kind::pages, read_shift);
}

Result<Page<ActivityRow>> parse_activities(std::string_view json) {
    return read_page<ActivityRow>(json, "activities", Kind::pages, read_activity);
}

Result<TechnicianRecord> parse_technician(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    std::string complaint;
    ForeignObject members(json, "", complaint);
    TechnicianRecord record;
    record.name = members.text("name", most_line);
    record.job_filter = members.text("jobFilter", 100);
    record.idle = members.text("status", 100) == "Idle" || !members.find("status");
    record.appointment = members.id_or_null("appoitmentId").value_or(0);  // spelled so
    if (!complaint.empty()) return malformed("technician's data", complaint);
    return record;
}

Result<LocationRecord> parse_location(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    std::string complaint;
    ForeignObject members(json, "", complaint);
    LocationRecord record;
    record.name = members.text("name", most_line);
    ForeignObject address = members.object("address");
    record.address = address_line(address);
    record.latitude = address.number_or_null("latitude");
    record.longitude = address.number_or_null("longitude");
    if (!complaint.empty()) return malformed("location's data", complaint);
    const bool somewhere = record.latitude && record.longitude &&
                           std::abs(*record.latitude) <= 90 && std::abs(*record.longitude) <= 180;
    if (!somewhere) record.latitude = record.longitude = std::nullopt;
    return record;
}

Result<std::string> parse_customer_name(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    std::string complaint;
    ForeignObject members(json, "", complaint);
    std::string name = members.text("name", most_line);
    if (!complaint.empty()) return malformed("customer's data", complaint);
    return name;
}

}  // namespace outrider::api
