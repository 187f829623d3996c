#include "client/api/office_day.hpp"

#include "client/api/foreign_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace outrider::api {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::size_t most_visits = 500, most_crew = 50, most_shifts = 50, most_text = 64 * 1024;

constexpr std::array<dispatch::Status, 4> statuses = {
    dispatch::Status::scheduled, dispatch::Status::dispatched, dispatch::Status::working,
    dispatch::Status::done};
constexpr std::array<dispatch::Standing, 4> standings = {
    dispatch::Standing::open, dispatch::Standing::on_hold, dispatch::Standing::canceled,
    dispatch::Standing::completed};

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}
Json or_null(const std::optional<Instant>& value) {
    return value ? Json(to_rfc3339(*value)) : Json(nullptr);
}

Json to_json(const Visit::Crew& one) {
    return {{"technician", one.technician},
            {"name", one.name},
            {"status", dispatch::name(one.assignment.status)},
            {"paused", one.assignment.paused},
            {"modified", to_rfc3339(one.modified)}};
}

Json to_json(const Visit& visit) {
    Json crew = Json::array();
    for (const Visit::Crew& one : visit.crew) crew.push_back(to_json(one));
    return {{"appointment", visit.appointment},
            {"job", visit.job},
            {"customer", visit.customer},
            {"location", visit.location},
            {"number", visit.number},
            {"job_number", visit.job_number},
            {"summary", visit.summary},
            {"instructions", visit.instructions},
            {"priority", visit.priority},
            {"start", to_rfc3339(visit.start)},
            {"end", to_rfc3339(visit.end)},
            {"window_start", or_null(visit.window_start)},
            {"window_end", or_null(visit.window_end)},
            {"standing", dispatch::name(visit.standing)},
            {"job_standing", dispatch::name(visit.job_standing)},
            {"job_begun", visit.job_begun},
            {"customer_name", visit.customer_name},
            {"location_name", visit.location_name},
            {"address", visit.address},
            {"latitude", or_null(visit.latitude)},
            {"longitude", or_null(visit.longitude)},
            {"modified", to_rfc3339(visit.modified)},
            {"job_modified", to_rfc3339(visit.job_modified)},
            {"crew", std::move(crew)}};
}

template <class Values>
typename Values::value_type read_named(ForeignObject& members, const char* member,
                                       const Values& values) {
    const std::string word = members.word(member);
    for (const auto value : values) {
        if (dispatch::name(value) == word) return value;
    }
    members.complain(member);
    return values.front();
}

Visit::Crew read_crew(ForeignObject members) {
    Visit::Crew one;
    one.technician = members.id("technician");
    one.name = members.text("name", most_text);
    one.assignment.status = read_named(members, "status", statuses);
    one.assignment.paused = members.flag("paused");
    one.modified = members.time("modified");
    return one;
}

Visit read_visit(ForeignObject members, std::string& complaint) {
    Visit visit;
    visit.appointment = members.id("appointment");
    visit.job = members.id("job");
    visit.customer = members.id("customer");
    visit.location = members.id("location");
    visit.number = members.text("number", most_text);
    visit.job_number = members.text("job_number", most_text);
    visit.summary = members.text("summary", most_text);
    visit.instructions = members.text("instructions", most_text);
    visit.priority = members.text("priority", most_text);
    visit.start = members.time("start");
    visit.end = members.time("end");
    visit.window_start = members.time_or_null("window_start");
    visit.window_end = members.time_or_null("window_end");
    visit.standing = read_named(members, "standing", standings);
    visit.job_standing = read_named(members, "job_standing", standings);
    visit.job_begun = members.flag("job_begun");
    visit.customer_name = members.text("customer_name", most_text);
    visit.location_name = members.text("location_name", most_text);
    visit.address = members.text("address", most_text);
    visit.latitude = members.number_or_null("latitude");
    visit.longitude = members.number_or_null("longitude");
    visit.modified = members.time("modified");
    visit.job_modified = members.time("job_modified");
    const auto& crew = members.list("crew", most_crew);
    for (std::size_t i = 0; i < crew.size(); ++i) {
        const std::string path = members.path() + "crew[" + std::to_string(i) + "].";
        visit.crew.push_back(read_crew(ForeignObject(crew[i], path, complaint)));
    }
    return visit;
}

}  // namespace

std::string to_json(const OfficeDay& day) {
    Json visits = Json::array();
    for (const Visit& visit : day.visits) visits.push_back(to_json(visit));
    Json shifts = Json::array();
    for (const auto& shift : day.shifts) {
        shifts.push_back({{"start", to_rfc3339(shift.start)}, {"end", to_rfc3339(shift.end)}});
    }
    const Json json = {{"as_of", to_rfc3339(day.as_of)},
                       {"technician", day.technician},
                       {"technician_name", day.technician_name},
                       {"checked_in", day.rights.checked_in},
                       {"may_dispatch", day.rights.may_dispatch},
                       {"may_arrive", day.rights.may_arrive},
                       {"may_pause", day.rights.may_pause},
                       {"checked_in_by", day.checked_in_by},
                       {"shifts", std::move(shifts)},
                       {"job_filter", day.job_filter},
                       {"visits", std::move(visits)},
                       {"feed", day.feed}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<OfficeDay> parse_office_day(std::string_view text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    std::string complaint;
    OfficeDay day;
    ForeignObject members(json, "", complaint);
    day.as_of = members.time("as_of");
    day.technician = members.id("technician");
    day.technician_name = members.text("technician_name", most_text);
    day.rights.checked_in = members.flag("checked_in");
    day.rights.may_dispatch = members.flag("may_dispatch");
    day.rights.may_arrive = members.flag("may_arrive");
    day.rights.may_pause = members.flag("may_pause");
    day.checked_in_by = members.text("checked_in_by", most_text);
    if (members.find("shifts")) {  // not in those of before 0.2
        for (const auto& each : members.list("shifts", most_shifts)) {
            ForeignObject shift(each, "shifts[].", complaint);
            day.shifts.push_back({shift.time("start"), shift.time("end")});
        }
    }
    day.job_filter = members.text("job_filter", most_text);
    const auto& visits = members.list("visits", most_visits);
    for (std::size_t i = 0; i < visits.size() && complaint.empty(); ++i) {
        const std::string path = "visits[" + std::to_string(i) + "].";
        day.visits.push_back(read_visit(ForeignObject(visits[i], path, complaint), complaint));
    }
    day.feed = members.verbatim("feed", most_text);
    if (complaint.empty()) return day;
    return Error(Fault::malformed, "the office's day is unreadable, " + complaint);
}

dispatch::Day rule_day(const OfficeDay& day) {
    dispatch::Day out;
    out.as_of = day.as_of;
    for (const Visit& visit : day.visits) {
        dispatch::Appointment& appointment = out.appointments[visit.appointment];
        appointment.job = visit.job;
        appointment.standing = visit.standing;
        dispatch::Job& job = out.jobs[visit.job];
        job.standing = visit.job_standing;
        job.begun = job.begun || visit.job_begun;
        for (const Visit::Crew& one : visit.crew) {
            appointment.assigned[one.technician] = one.assignment;
            // What the others may do is for their own devices to judge.
            out.technicians[one.technician].checked_in = true;
        }
    }
    if (day.technician != 0) out.technicians[day.technician] = day.rights;
    return out;
}

}  // namespace outrider::api
