// Lists against a plain oracle: all rows there are, and each filter as a sentence about one row.

#include "tests/client/office/branch_day.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <random>
#include <set>

namespace outrider::office {

namespace {

using test::Branch;
using test::Json;

// A company of chance. Times lie in one day, minutes apart, so that bounds are met exactly.
struct Crowd : Branch {
    explicit Crowd(unsigned seed) : dice(seed) {
        for (int i = 0; i < 8; ++i) add_technician();
        for (int i = 0; i < 12; ++i) add_job();
        for (int i = 0; i < 40; ++i) add_appointment();
        for (int i = 0; i < 30; ++i) add_others();
    }
    int lot(int most) { return std::uniform_int_distribution<int>(0, most)(dice); }
    bool coin() { return lot(1) == 1; }
    Instant some_time() { return start + std::chrono::minutes(lot(200)); }
    std::optional<Instant> maybe_time() {
        return coin() ? std::optional<Instant>(some_time()) : std::nullopt;
    }
    void tick() {
        if (coin()) clock.run_for(std::chrono::minutes(lot(3)));
    }
    Id one_of(const std::vector<Id>& ids) {
        return ids[static_cast<std::size_t>(lot(static_cast<int>(ids.size()) - 1))];
    }
    void add_technician() {
        office::Technician row;
        row.user = 500 + lot(5);
        row.name = coin() ? "Ana Ruiz" : "Ben Okafor";
        row.active = coin();
        tick();
        people.push_back(add(row).id);
    }
    void add_job() {
        office::Job row;
        row.number = std::to_string(lot(5));
        row.customer = 301 + lot(2);
        row.location = 401 + lot(2);
        row.business_unit = 1 + lot(1);
        row.job_type = 1 + lot(1);
        row.priority = std::vector<std::string>{"Low", "Normal", "High",
                                                "Urgent"}[static_cast<std::size_t>(lot(3))];
        row.begun = coin();
        row.standing = static_cast<dispatch::Standing>(lot(3));
        row.completed = maybe_time();
        tick();
        jobs.push_back(add(row).id);
    }
    void add_appointment() {
        office::Appointment row;
        row.job = one_of(jobs);
        row.number = std::to_string(lot(5));
        row.start = some_time();
        row.end = row.start;
        row.unused = coin();
        row.standing = static_cast<dispatch::Standing>(lot(2));
        row.active = lot(3) > 0;
        tick();
        row = add(row);
        std::set<Id> crew;
        for (int i = lot(3); i > 0; --i) crew.insert(one_of(people));
        for (const Id technician : crew) {
            office::Assignment each;
            each.technician = technician;
            each.appointment = row.id;
            each.job = row.job;
            each.status = static_cast<dispatch::Status>(lot(3));
            each.active = lot(3) > 0;
            tick();
            add(each);
        }
        add(row);  // its status follows its crew's
    }
    void add_others() {
        office::Shift shift;
        shift.technician = one_of(people);
        shift.type = std::vector<std::string>{"Normal", "OnCall",
                                              "TimeOff"}[static_cast<std::size_t>(lot(2))];
        shift.title = coin() ? "Early" : "Late";
        if (coin()) shift.note = coin() ? "van 7" : "VAN 8";
        shift.start = some_time();
        shift.end = some_time();
        shift.active = coin();
        add(shift);
        office::JobTimesheet sheet;
        sheet.job = one_of(jobs);
        sheet.appointment = 1;
        sheet.technician = one_of(people);
        for (auto* time : {&sheet.dispatched, &sheet.arrived, &sheet.canceled, &sheet.done}) {
            *time = maybe_time();
        }
        sheet.active = coin();
        tick();
        add(sheet);
        office::Activity activity;
        activity.employee = one_of(people);
        activity.start = some_time();
        activity.active = coin();
        add(activity);
    }

    std::mt19937 dice;
    Instant start = clock.now();
    std::vector<Id> people, jobs;
};

struct Filter {
    std::string name;
    std::function<std::string(Crowd&)> value;
    std::function<bool(const Json& row, const std::string& value)> fits;
};

std::string text(const Json& member) {
    return member.is_string() ? member.get<std::string>() : member.dump();
}
bool one_of_ids(const Json& id, const std::string& ids) {
    return ("," + ids + ",").find("," + id.dump() + ",") != std::string::npos;
}
std::string number(int value) { return std::to_string(value); }

Filter by_ids(const std::string& name, const std::string& member, int most) {
    return {name,
            [most](Crowd& crowd) {
                std::string ids = number(1 + crowd.lot(most));
                for (int i = crowd.lot(5); i > 0; --i) ids += "," + number(1 + crowd.lot(most));
                return ids;
            },
            [member](const Json& row, const std::string& ids) {
                return one_of_ids(row.at(member), ids);
            }};
}
Filter by_id(const std::string& name, const std::string& member, int first, int count) {
    return {name, [=](Crowd& crowd) { return number(first + crowd.lot(count)); },
            [member](const Json& row, const std::string& id) { return row[member].dump() == id; }};
}
Filter by_word(const std::string& name, const std::string& member, std::vector<std::string> words) {
    return {
        name,
        [words](Crowd& crowd) {
            return words[static_cast<std::size_t>(crowd.lot(static_cast<int>(words.size()) - 1))];
        },
        [member](const Json& row, const std::string& word) { return text(row[member]) == word; }};
}
// Times are compared as texts: the office writes them all alike.
Filter by_time(const std::string& name, const std::string& member,
               std::function<bool(const std::string&, const std::string&)> fits) {
    return {name, [](Crowd& crowd) { return to_rfc3339(crowd.some_time()); },
            [=](const Json& row, const std::string& time) {
                return row[member].is_string() && fits(row[member].get<std::string>(), time);
            }};
}
Filter by_any_time(const std::string& name,
                   std::function<bool(const std::string&, const std::string&)> fits) {
    return {name, [](Crowd& crowd) { return to_rfc3339(crowd.some_time()); },
            [=](const Json& row, const std::string& time) {
                for (const char* member : {"dispatchedOn", "arrivedOn", "canceledOn", "doneOn"}) {
                    if (row[member].is_string() && fits(row[member].get<std::string>(), time)) {
                        return true;
                    }
                }
                return false;
            }};
}

const auto not_before = [](const std::string& a, const std::string& b) { return a >= b; };
const auto before = [](const std::string& a, const std::string& b) { return a < b; };
const auto after = [](const std::string& a, const std::string& b) { return a > b; };
const auto not_after = [](const std::string& a, const std::string& b) { return a <= b; };

struct List {
    std::string path;
    std::vector<Filter> filters;
    bool has_active = true;
    std::vector<std::string> sorted_by = {"Id", "CreatedOn", "ModifiedOn"};
};

std::vector<List> lists() {
    std::vector<List> all = {
        {test::dispatch_area + "/appointment-assignments",
         {by_ids("ids", "id", 60), by_ids("appointmentIds", "appointmentId", 40),
          by_id("jobId", "jobId", 1, 12)}},
        {test::jpm_area + "/appointments",
         {by_ids("ids", "id", 40), by_id("jobId", "jobId", 1, 12),
          by_word("number", "appointmentNumber", {"0", "1", "2", "3"}),
          by_word("status", "status", {"Scheduled", "Dispatched", "Working", "Hold", "Done"}),
          by_time("startsOnOrAfter", "start", not_before), by_time("startsBefore", "start", before),
          by_id("customerId", "customerId", 301, 2),
          by_word("unused", "unused", {"true", "false"})}},
        {test::jpm_area + "/jobs",
         {by_ids("ids", "id", 12), by_word("number", "jobNumber", {"0", "1", "2", "3"}),
          by_word("jobStatus", "jobStatus", {"Scheduled", "InProgress", "Hold", "Completed"}),
          by_word("priority", "priority", {"Low", "Urgent"}),
          by_id("customerId", "customerId", 301, 2), by_id("locationId", "locationId", 401, 2),
          by_id("businessUnitId", "businessUnitId", 1, 1), by_id("jobTypeId", "jobTypeId", 1, 1),
          by_time("completedOnOrAfter", "completedOn", not_before),
          by_time("completedBefore", "completedOn", before)},
         false,
         {"Id", "CreatedOn", "ModifiedOn", "Priority"}},
        {test::dispatch_area + "/technician-shifts",
         {by_id("technicianId", "technicianId", 1, 8),
          by_word("shiftType", "shiftType", {"Normal", "OnCall"}),
          by_word("titleContains", "title", {"Early", "Late"}),
          by_time("startsOnOrAfter", "start", not_before),
          by_time("endsOnOrBefore", "end", not_after)}},
        {test::settings_area + "/technicians",
         {by_ids("ids", "id", 8), by_ids("userIds", "userId", 505),
          by_word("name", "name", {"Ana Ruiz", "Ben Okafor"})},
         true,
         {}},
        {test::payroll_area + "/jobs/timesheets",
         {by_ids("jobIds", "jobId", 12), by_id("technicianId", "technicianId", 1, 8),
          by_any_time("startedOn", after), by_any_time("endedOn", before)}},
        {test::timesheets_area + "/activities", {}},
    };
    for (List& list : all) {
        for (const char* what : {"created", "modified"}) {
            const std::string name(what);
            list.filters.push_back(by_time(name + "Before", name + "On", before));
            list.filters.push_back(by_time(name + "OnOrAfter", name + "On", not_before));
        }
    }
    return all;
}

Json all_of(Crowd& crowd, const List& list) {
    const auto answer =
        crowd.get(list.path + "?pageSize=500" + (list.has_active ? "&active=Any" : ""));
    REQUIRE(answer.status == 200);
    REQUIRE_FALSE(answer.body["hasMore"].get<bool>());
    return answer.body["data"];
}

}  // namespace

TEST_CASE("every list holds exactly the rows that fit all of its filters") {
    std::size_t questions = 0, found = 0;
    for (unsigned seed = 1; seed <= 2; ++seed) {
        Crowd crowd(seed);
        for (const List& list : lists()) {
            const Json everything = all_of(crowd, list);
            CHECK(everything.size() >= 8);
            for (int i = 0; i < 25; ++i) {
                std::string query = "?pageSize=500";
                std::vector<std::pair<const Filter*, std::string>> chosen;
                for (const Filter& filter : list.filters) {
                    if (crowd.lot(static_cast<int>(list.filters.size()) / 2) != 0) continue;
                    const std::string value = filter.value(crowd);
                    query += fmt::format("&{}={}", filter.name, http::percent_encode(value));
                    chosen.emplace_back(&filter, value);
                }
                const int active = list.has_active ? crowd.lot(3) : 2;
                if (active < 3)
                    query += std::vector<std::string>{
                        "&active=True", "&active=False",
                        list.has_active ? "&active=Any" : ""}[static_cast<std::size_t>(active)];
                std::vector<Id> expected;
                for (const Json& row : everything) {
                    const bool shown = active == 2 || row["active"] == (active != 1);
                    if (shown && std::all_of(chosen.begin(), chosen.end(), [&](const auto& one) {
                            return one.first->fits(row, one.second);
                        })) {
                        expected.push_back(row["id"]);
                    }
                }
                CAPTURE(seed);
                CAPTURE(list.path + query);
                CHECK(crowd.ids(list.path + query) == expected);
                ++questions;
                found += expected.size();
            }
        }
    }
    CHECK(found > questions);  // it was not all about nothing
}

TEST_CASE("appointments and jobs are found by who is assigned to them, and by each other") {
    Crowd crowd(7);
    std::map<Id, std::set<Id>> appointments, jobs;
    for (Id id = 1; const auto row = *crowd.books.find<Assignment>(id); ++id) {
        if (!row->active) continue;
        appointments[row->technician].insert(row->appointment);
        jobs[row->technician].insert(row->job);
    }
    const auto set_of = [&](const std::string& path) {
        const auto ids = crowd.ids(path);
        return std::set<Id>(ids.begin(), ids.end());
    };
    for (const Id technician : crowd.people) {
        CHECK(set_of(fmt::format("{}/appointments?pageSize=500&active=Any&technicianId={}",
                                 test::jpm_area, technician)) == appointments[technician]);
        CHECK(set_of(fmt::format("{}/jobs?technicianId={}", test::jpm_area, technician)) ==
              jobs[technician]);
    }
    for (const char* status : {"Scheduled", "Dispatched", "Working", "Hold", "Done"}) {
        std::set<Id> expected;
        for (Id id = 1; const auto row = *crowd.books.find<Appointment>(id); ++id) {
            if (row->active && row->status == status) expected.insert(row->job);
        }
        CHECK(set_of(test::jpm_area + "/jobs?appointmentStatus=" + status) == expected);
    }
    CHECK(crowd.ids(test::jpm_area + "/appointments?projectId=1").empty());
}

TEST_CASE("pages of any size in any order make up the whole list, and say when there is more") {
    Crowd crowd(5);
    for (const List& list : lists()) {
        const std::string any = list.has_active ? "&active=Any" : "";
        const std::size_t whole = all_of(crowd, list).size();
        std::vector<std::string> sorts = {""};
        for (const std::string& field : list.sorted_by) {
            sorts.push_back("&sort=%2B" + field);
            sorts.push_back("&sort=-" + field);
        }
        for (const std::string& sort : sorts) {
            for (const std::size_t size : {4u, 50u}) {
                CAPTURE(list.path + sort);
                std::vector<Id> seen;
                std::vector<std::string> keys;
                for (int page = 1, more = 1; more != 0; ++page) {
                    const auto answer =
                        crowd.get(fmt::format("{}?page={}&pageSize={}{}{}{}", list.path, page, size,
                                              any, sort, page == 1 ? "&includeTotal=true" : ""));
                    REQUIRE(answer.status == 200);
                    CHECK(answer.body["page"] == page);
                    CHECK(answer.body["pageSize"] == size);
                    CHECK(answer.body["totalCount"] == (page == 1 ? Json(whole) : Json()));
                    CHECK(answer.body["data"].size() <= size);
                    for (const Json& row : answer.body["data"]) {
                        seen.push_back(row["id"]);
                        if (sort.ends_with("ModifiedOn")) keys.push_back(row["modifiedOn"]);
                        if (sort.ends_with("CreatedOn")) keys.push_back(row["createdOn"]);
                    }
                    more = answer.body["hasMore"].get<bool>() ? 1 : 0;
                    CHECK((more != 0) == (seen.size() < whole));
                }
                if (sort.find('-') != sort.npos) std::reverse(keys.begin(), keys.end());
                CHECK(std::is_sorted(keys.begin(), keys.end()));
                if (sort == "&sort=-Id") CHECK(std::is_sorted(seen.rbegin(), seen.rend()));
                if (sort == "&sort=%2BId" || sort.empty())
                    CHECK(std::is_sorted(seen.begin(), seen.end()));
                CHECK(std::set<Id>(seen.begin(), seen.end()).size() == whole);
                CHECK(seen.size() == whole);
            }
        }
        CHECK(crowd.ids(list.path + "?page=1000" + any).empty());
        CHECK(crowd.get(list.path).body["pageSize"] == 50);
    }
}

}  // namespace outrider::office
