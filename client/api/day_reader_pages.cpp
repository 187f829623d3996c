// What DayReader asks for, page by page.

#include "client/api/day_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace outrider::api {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t most_ids = 50;  // of one request, says ServiceTitan
constexpr int most_pages = 20;
constexpr std::size_t most_crew = 50;
constexpr int most_places = 100;  // asked for in one read; the rest in the next
// Paused visits leave ServiceTitan's own app after as long.
constexpr auto look_back = 30 * 24h;

// "1,2,3" for at most fifty each.
std::vector<std::string> id_lists(const std::set<dispatch::Id>& ids) {
    std::vector<std::string> lists;
    std::size_t in_it = most_ids;
    for (const dispatch::Id id : ids) {
        if (in_it == most_ids) {
            lists.emplace_back();
            in_it = 0;
        }
        lists.back() += (in_it++ == 0 ? "" : ",") + std::to_string(id);
    }
    return lists;
}

const Visit* visit_of(const OfficeDay& day, dispatch::Id appointment) {
    for (const Visit& visit : day.visits) {
        if (visit.appointment == appointment) return &visit;
    }
    return nullptr;
}

Visit visit_from(const AppointmentRow& row, const Visit* before) {
    Visit visit;
    visit.appointment = row.id;
    visit.job = row.job;
    visit.customer = row.customer;
    visit.number = row.number;
    visit.instructions = row.instructions;
    visit.start = row.start;
    visit.end = row.end;
    visit.window_start = row.window_start;
    visit.window_end = row.window_end;
    visit.standing = row.standing.value_or(before ? before->standing : dispatch::Standing::open);
    visit.modified = row.modified;
    return visit;
}

void add_crew(Visit& visit, const AssignmentRow& row, const Visit* before) {
    Visit::Crew one;
    one.technician = row.technician;
    one.name = row.name;
    one.modified = row.modified;
    const Visit::Crew* was = before ? crew_of(*before, row.technician) : nullptr;
    one.assignment.status =
        row.status.value_or(was ? was->assignment.status : dispatch::Status::scheduled);
    one.assignment.paused = row.paused;
    for (Visit::Crew& other : visit.crew) {
        if (other.technician != one.technician) continue;
        if (other.modified <= one.modified) other = std::move(one);
        return;
    }
    visit.crew.push_back(std::move(one));
}

// Nobody sends so many to one house; ours is never among those left out.
void bound_crew(Visit& visit, dispatch::Id technician) {
    std::ranges::sort(visit.crew, {}, [&](const Visit::Crew& one) {
        return std::pair(one.technician != technician, one.technician);
    });
    if (visit.crew.size() > most_crew) visit.crew.resize(most_crew);
    std::ranges::sort(visit.crew, {}, &Visit::Crew::technician);
}

void take_job(Visit& visit, const JobRow& row, const Visit* before) {
    visit.job_number = row.number;
    visit.summary = row.summary;
    visit.priority = row.priority;
    visit.location = row.location;
    visit.customer = row.customer;
    visit.job_modified = row.modified;
    visit.job_standing =
        row.standing.value_or(before ? before->job_standing : dispatch::Standing::open);
    visit.job_begun = row.begun.value_or(before && before->job_begun);
}

// What the office does not list is as it was.
void keep_job(Visit& visit, const Visit& before) {
    visit.job_number = before.job_number;
    visit.summary = before.summary;
    visit.priority = before.priority;
    visit.location = before.location;
    visit.job_modified = before.job_modified;
    visit.job_standing = before.job_standing;
    visit.job_begun = before.job_begun;
}

// Whether what is known of the customer and the place still holds.
bool same_place(const Visit& visit, const Visit* before) {
    return before && before->modified == visit.modified &&
           before->job_modified == visit.job_modified && before->location == visit.location &&
           before->customer == visit.customer && !before->customer_name.empty() &&
           !(before->location_name.empty() && before->address.empty());
}

void keep_place(Visit& visit, const Visit& before) {
    visit.customer_name = before.customer_name;
    visit.location_name = before.location_name;
    visit.address = before.address;
    visit.latitude = before.latitude;
    visit.longitude = before.longitude;
}

bool withheld(int status) { return status == 403 || status == 404; }
bool passing(const Error& error) {
    return error.fault == Fault::unreachable || error.fault == Fault::busy;
}

}  // namespace

template <class Row>
Async<Result<std::vector<Row>>> DayReader::read_pages(
    std::string target, Result<Page<Row>> (*parse)(std::string_view)) {
    std::vector<Row> rows;
    for (int number = 1; number <= most_pages; ++number) {
        std::string asked = fmt::format("{}&page={}&pageSize=500", target, number);
        std::string nothing;
        const auto json = co_await line_.ask("GET", std::move(asked), std::move(nothing));
        if (!json) co_return json.error();
        auto page = parse(*json);
        if (!page) co_return page.error();
        const bool empty = page->rows.empty();
        for (Row& row : page->rows) rows.push_back(std::move(row));
        if (!page->more) co_return rows;
        if (empty || rows.size() > most_rows) break;
    }
    const std::string_view path = std::string_view(target).substr(0, target.find('?'));
    co_return Error(Fault::malformed, fmt::format("the pages of {} have no end", path));
}

template Async<Result<std::vector<ShiftRow>>> DayReader::read_pages(
    std::string, Result<Page<ShiftRow>> (*)(std::string_view));
template Async<Result<std::vector<AppointmentRow>>> DayReader::read_pages(
    std::string, Result<Page<AppointmentRow>> (*)(std::string_view));

Async<Result<>> DayReader::read_appointments(std::map<dispatch::Id, AppointmentRow>& found,
                                             const OfficeDay& last, Window window, int days) {
    const auto time = [](Instant at) { return http::percent_encode(to_rfc3339(at)); };
    std::vector<std::string> queries;
    const std::string own = fmt::format("appointments?technicianId={}", settings_.technician);
    const std::string until = days == 0 ? "" : "&startsBefore=" + time(window.until);
    queries.push_back(own + "&startsOnOrAfter=" + time(window.from) + until);
    if (midnight_ != window.from) {
        // What they paused days ago, or never left.
        for (const char* status : {"Scheduled", "Dispatched", "Working"}) {
            queries.push_back(fmt::format("{}&status={}&startsOnOrAfter={}&startsBefore={}", own,
                                          status, time(window.from - look_back),
                                          time(window.from)));
        }
    }
    for (const std::string& query : queries) {
        std::string asked = target("jpm", query);
        const auto rows = co_await read_pages<AppointmentRow>(std::move(asked), parse_appointments);
        if (!rows) co_return rows.error();
        for (const AppointmentRow& row : *rows) found[row.id] = row;
    }
    // What was shown and is not listed any more: moved, canceled, or only begun on an earlier day.
    std::set<dispatch::Id> missing;
    if (busy_with_ != 0) missing.insert(busy_with_);
    missing.insert(owed_.begin(), owed_.end());
    for (const Visit& visit : last.visits) {
        const Visit::Crew* mine = crew_of(visit, settings_.technician);
        const bool worked_today = mine && mine->modified >= window.from;
        if (visit.start >= window.from || worked_today || begun_by(visit, settings_.technician)) {
            missing.insert(visit.appointment);
        }
    }
    std::erase_if(missing, [&](dispatch::Id id) { return found.contains(id); });
    for (const std::string& ids : id_lists(missing)) {
        std::string asked = target("jpm", "appointments?ids=" + ids);
        const auto rows = co_await read_pages<AppointmentRow>(std::move(asked), parse_appointments);
        if (!rows) co_return rows.error();
        for (const AppointmentRow& row : *rows) {
            if (missing.contains(row.id)) found[row.id] = row;
        }
    }
    std::erase_if(found, [](const auto& each) { return !each.second.active; });
    co_return Result<>();
}

Async<Result<std::vector<Visit>>> DayReader::read_crews(
    std::map<dispatch::Id, AppointmentRow> found, const OfficeDay& last) {
    std::set<dispatch::Id> ids;
    std::map<dispatch::Id, Visit> visits;
    for (const auto& [id, row] : found) {
        ids.insert(id);
        visits[id] = visit_from(row, visit_of(last, id));
    }
    for (const std::string& list : id_lists(ids)) {
        std::string asked = target("dispatch", "appointment-assignments?appointmentIds=" + list);
        const auto rows = co_await read_pages<AssignmentRow>(std::move(asked), parse_assignments);
        if (!rows) co_return rows.error();
        for (const AssignmentRow& row : *rows) {
            seen_assignments_[row.id] = row;
            const auto visit = visits.find(row.appointment);
            if (!row.active || visit == visits.end()) continue;
            add_crew(visit->second, row, visit_of(last, row.appointment));
        }
    }
    std::vector<Visit> out;
    for (auto& [id, visit] : visits) {
        bound_crew(visit, settings_.technician);
        out.push_back(std::move(visit));
    }
    co_return out;
}

std::vector<std::string> DayReader::job_lists(const OfficeDay& day) {
    std::set<dispatch::Id> ids;
    for (const Visit& visit : day.visits) ids.insert(visit.job);
    return id_lists(ids);
}

Async<Result<>> DayReader::read_jobs(std::vector<Visit>& visits, const OfficeDay& last) {
    std::set<dispatch::Id> ids;
    for (const Visit& visit : visits) ids.insert(visit.job);
    std::map<dispatch::Id, JobRow> jobs;
    for (const std::string& list : id_lists(ids)) {
        std::string asked = target("jpm", "jobs?ids=" + list);
        auto rows = co_await read_pages<JobRow>(std::move(asked), parse_jobs);
        if (!rows) co_return rows.error();
        for (JobRow& row : *rows) jobs[row.id] = std::move(row);
    }
    for (Visit& visit : visits) {
        const Visit* before = visit_of(last, visit.appointment);
        const auto job = jobs.find(visit.job);
        if (job != jobs.end()) {
            take_job(visit, job->second, before);
        } else if (before) {
            keep_job(visit, *before);
        }
    }
    co_return Result<>();
}

Async<Result<std::optional<std::string>>> DayReader::ask_crm(std::string rest) {
    std::string where = target("crm", rest);
    std::string nothing;
    int status = 0;
    auto json = co_await line_.ask("GET", std::move(where), std::move(nothing), &status);
    std::optional<std::string> shown;
    if (json) shown = std::move(*json);
    if (!json && !withheld(status)) co_return json.error();
    co_return shown;
}

Async<Result<>> DayReader::learn_place(const Visit& visit, Places& places) {
    if (visit.location != 0 && !places.locations.contains(visit.location)) {
        ++places.asked;
        std::string which = fmt::format("locations/{}", visit.location);
        const auto json = co_await ask_crm(std::move(which));
        if (!json) co_return json.error();
        const auto record = *json ? parse_location(**json) : Result<LocationRecord>();
        places.locations[visit.location] = record ? *record : LocationRecord();
    }
    if (visit.customer != 0 && !places.customers.contains(visit.customer)) {
        ++places.asked;
        std::string who = fmt::format("customers/{}", visit.customer);
        const auto json = co_await ask_crm(std::move(who));
        if (!json) co_return json.error();
        const auto name = *json ? parse_customer_name(**json) : Result<std::string>();
        places.customers[visit.customer] = name ? *name : std::string();
    }
    co_return Result<>();
}

Async<Result<bool>> DayReader::read_places(std::vector<Visit>& visits, const OfficeDay& last) {
    Places places;
    bool complete = true;
    for (Visit& visit : visits) {
        const Visit* before = visit_of(last, visit.appointment);
        if (same_place(visit, before)) {
            keep_place(visit, *before);
            continue;
        }
        bool learnt = places.asked < most_places;
        if (learnt) {
            const auto known = co_await learn_place(visit, places);
            if (!known && !passing(known.error())) co_return known.error();
            learnt = known.has_value();
            if (!learnt) places.asked = most_places;  // the day does not wait for it
        }
        if (!learnt) {
            if (before) keep_place(visit, *before);
            complete = false;
            continue;
        }
        const LocationRecord& location = places.locations[visit.location];
        visit.location_name = location.name;
        visit.address = location.address;
        visit.latitude = location.latitude;
        visit.longitude = location.longitude;
        visit.customer_name = places.customers[visit.customer];
    }
    co_return complete;
}

}  // namespace outrider::api
