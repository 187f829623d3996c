#pragma once
// A small tenant of ServiceTitan's that a test changes, and answers rendered from it. It filters
// as the document says, but for what a test overrides in `api.answers`.

#include "tests/client/api/scripted_api.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace outrider::test {

class Tenant : public Exchange {
public:
    using Json = nlohmann::json;
    struct Appointment {
        std::int64_t id, job;
        std::string start, status = "Scheduled", modified = "2026-11-20T12:00:00Z";
        bool active = true;
    };
    struct Assignment {
        std::int64_t id, technician, appointment;
        std::string status = "Scheduled", modified = "2026-11-20T12:00:00Z";
        bool paused = false, active = true;
    };
    std::vector<Appointment> appointments;
    std::vector<Assignment> assignments;
    std::map<std::int64_t, std::string> job_status;  // InProgress when not here
    Json technician = Json::parse(literal("techniciansGet.nulls.json"));
    std::vector<std::string> shifts;  // JSON
    std::set<std::int64_t> without_place;
    int feed_pages = 0;             // beside the last
    std::string token = "token-1";  // the feed's, after the last page
    bool token_refused = false;
    std::size_t page_size = 500;

    Tenant() {
        api.on("techniciansGet",
               [this](const http::Request&) { return answer(200, technician.dump()); });
        api.on("appointmentsList", [this](const auto& request) { return list_visits(request); });
        api.on("assignmentsList", [this](const auto& request) { return list_crews(request); });
        api.on("assignmentsExport", [this](const auto& request) { return feed(request); });
        api.on("jobsList", [this](const auto& request) { return list_jobs(request); });
        api.on("shiftsList", [this](const auto& request) {
            return page(request, std::vector<std::string>(shifts));
        });
        api.on("locationsGet", [this](const auto& request) { return place(request); });
        api.on("customersGet", literal("customersGet.json"));
    }

    Appointment& visit(std::int64_t id) {
        return *std::ranges::find(appointments, id, &Appointment::id);
    }
    Assignment& crew(std::int64_t id) {
        return *std::ranges::find(assignments, id, &Assignment::id);
    }
    // An appointment of technician 21's; its assignment's id is its own plus 9000.
    void add(std::int64_t id, std::int64_t job, const std::string& start,
             const std::string& status = "Scheduled") {
        appointments.push_back({id, job, start, status});
        const bool of_crew = status == "Dispatched" || status == "Working" || status == "Done";
        assignments.push_back({id + 9000, 21, id, of_crew ? status : "Scheduled"});
    }

private:
    static std::set<std::int64_t> ids(const http::Request& request, const char* name) {
        std::istringstream text(http::query_value(request.target, name));
        std::set<std::int64_t> out;
        for (std::string one; std::getline(text, one, ',');) out.insert(std::stoll(one));
        CHECK_MESSAGE(out.size() <= 50, request.target);
        return out;
    }
    http::Response page(const http::Request& request, std::vector<std::string> rows) const {
        const std::size_t number = std::stoul(http::query_value(request.target, "page"));
        const std::size_t begin = std::min(rows.size(), (number - 1) * page_size);
        const std::size_t end = std::min(rows.size(), begin + page_size);
        std::string data;
        for (std::size_t i = begin; i < end; ++i) data += (data.empty() ? "" : ",") + rows[i];
        return answer(200, fmt::format(R"({{"page":{},"pageSize":{},"hasMore":{},"data":[{}]}})",
                                       number, page_size, end < rows.size(), data));
    }
    std::string row(const Assignment& one) const {
        static const auto whole = Json::parse(literal("assignmentsList.json"))["data"][0];
        Json json = whole;
        json["id"] = one.id;
        json["technicianId"] = one.technician;
        json["technicianName"] = fmt::format("Technician {}", one.technician);
        json["appointmentId"] = one.appointment;
        json["status"] = one.status;
        json["isPaused"] = one.paused;
        json["active"] = one.active;
        json["modifiedOn"] = one.modified;
        return json.dump();
    }
    http::Response list_visits(const http::Request& request) const {
        const auto query = [&](const char* name) {
            return http::query_value(request.target, name);
        };
        const auto wanted = ids(request, "ids");
        std::vector<std::string> rows;
        static const auto whole = Json::parse(literal("appointmentsList.json"))["data"][0];
        for (const Appointment& one : appointments) {
            const bool theirs = std::ranges::any_of(assignments, [&](const Assignment& each) {
                return each.appointment == one.id && each.active &&
                       std::to_string(each.technician) == query("technicianId");
            });
            const auto before = [](const std::string& a, const std::string& b) {
                return *parse_rfc3339(a) < *parse_rfc3339(b);
            };
            const std::string from = query("startsOnOrAfter"), until = query("startsBefore"),
                              changed = query("modifiedOnOrAfter"), status = query("status");
            const bool left_out = (!query("technicianId").empty() && !theirs) ||
                                  (!wanted.empty() && !wanted.contains(one.id)) ||
                                  (!from.empty() && before(one.start, from)) ||
                                  (!until.empty() && !before(one.start, until)) ||
                                  (!changed.empty() && before(one.modified, changed)) ||
                                  (!status.empty() && status != one.status) ||
                                  (!one.active && query("active") != "Any");
            if (left_out) continue;
            Json json = whole;
            json["id"] = one.id;
            json["jobId"] = one.job;
            json["appointmentNumber"] = fmt::format("{}-1", one.job);
            json["start"] = json["end"] = one.start;
            json["status"] = one.status;
            json["modifiedOn"] = one.modified;
            json["active"] = one.active;
            rows.push_back(json.dump());
        }
        return page(request, std::move(rows));
    }
    http::Response list_crews(const http::Request& request) const {
        const auto wanted = ids(request, "appointmentIds");
        std::vector<std::string> rows;
        for (const Assignment& one : assignments) {
            if (one.active && wanted.contains(one.appointment)) rows.push_back(row(one));
        }
        return page(request, std::move(rows));
    }
    // Everything, whatever the token: repeated rows are no news.
    http::Response feed(const http::Request& request) const {
        const std::string from = http::query_value(request.target, "from");
        const bool date = from.size() == 10;
        if (token_refused && !date) return answer(400, literal("assignmentsExport.400.json"));
        const std::size_t number = from.starts_with("page-") ? std::stoul(from.substr(5)) : 0;
        const bool more = number < static_cast<std::size_t>(feed_pages);
        std::string data;
        for (const Assignment& one : assignments) {
            if (!more) data += (data.empty() ? "" : ",") + row(one);
        }
        return answer(200, fmt::format(R"({{"hasMore":{},"continueFrom":"{}","data":[{}]}})", more,
                                       more ? fmt::format("page-{}", number + 1) : token, data));
    }
    http::Response list_jobs(const http::Request& request) const {
        static const auto whole = Json::parse(literal("jobsList.json"))["data"][0];
        std::vector<std::string> rows;
        for (const std::int64_t id : ids(request, "ids")) {
            const auto status = job_status.find(id);
            if (status != job_status.end() && status->second.empty()) continue;
            Json json = whole;
            json["id"] = id;
            json["jobNumber"] = std::to_string(id);
            json["locationId"] = id + 1000;
            json["customerId"] = id + 2000;
            json["jobStatus"] = status == job_status.end() ? "InProgress" : status->second;
            if (status != job_status.end()) json["modifiedOn"] = "2026-11-21T06:35:00Z";
            rows.push_back(json.dump());
        }
        return page(request, std::move(rows));
    }
    http::Response place(const http::Request& request) const {
        const auto id = std::stoll(request.target.substr(request.target.rfind('/') + 1));
        if (without_place.contains(id)) return answer(404, literal("locationsGet.404.json"));
        return answer(200, literal("locationsGet.json"));
    }
};

}  // namespace outrider::test
