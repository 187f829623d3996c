#include "client/office/protocol.hpp"

#include "client/api/members.hpp"
#include "client/office/acts.hpp"
#include "client/office/json.hpp"
#include "client/office/moves.hpp"
#include "client/office/notices.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <utility>

namespace outrider::office {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t lines_at_once = 500;
constexpr std::size_t longest_template = 1000;
constexpr Duration most_ahead = std::chrono::minutes(1);  // an estimate by another clock
constexpr std::array<std::string_view, 3> channels = {"off", "text", "email"};
constexpr std::array<std::string_view, 3> standings = {"open", "on hold", "canceled"};
// ServiceTitan's words for what a technician may see.
constexpr std::array<std::string_view, 8> job_filters = {
    "AllScheduledDispatchedWorking",
    "AllScheduledDispatchedWorkingToday",
    "AllScheduledDispatchedWorkingTodayTomorrow",
    "AllScheduledDispatchedWorkingFiveDays",
    "NextScheduledDispatchedWorkingToday",
    "NextScheduledDispatchedWorkingTodayTomorrow",
    "Next2ScheduledDispatchedWorkingToday",
    "DispatchedWorking"};

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

http::Response trouble(const Error& error) {
    const bool theirs = error.fault == Fault::malformed || error.fault == Fault::refused;
    return gateway_answer(theirs ? 400 : 500, error.detail);
}

http::Response answer(const Act& act) {
    if (!act) return trouble(act.error());
    if (*act) return json_answer(409, api::to_json(**act));
    return json_answer(200, "{}");
}

// The row, or the answer that there is none.
template <class Row>
std::optional<http::Response> missing(Books& books, Id id, std::string_view what) {
    const auto row = books.find<Row>(id);
    if (!row) return trouble(row.error());
    if (*row) return std::nullopt;
    return gateway_answer(404, fmt::format("There is no {} {}.", what, id));
}

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }
Json or_null(const std::optional<Instant>& value) {
    return value ? Json(to_rfc3339(*value)) : Json(nullptr);
}

Json parsed(const std::string& text) {
    Json json = Json::parse(text, nullptr, false);
    return json.is_discarded() ? Json(text) : json;
}

// Empty: nothing. One that is told ahead of time would never grow old.
std::string wrong_with(const api::Estimate& estimate, Instant now) {
    if (estimate.at > now + most_ahead) {
        return fmt::format("estimate: at is {}, and here it is {}", to_rfc3339(estimate.at),
                           to_rfc3339(now));
    }
    if (estimate.low > estimate.likely) return "estimate: low is later than likely";
    if (estimate.likely > estimate.high) return "estimate: likely is later than high";
    return {};
}

}  // namespace

http::Response post_action(Books& books, dispatch::Who by, const http::Request& request) {
    const auto move = api::parse_move(request.body);
    if (!move) return trouble(move.error());
    const auto judged = carry_out(books, *move, by);
    if (!judged) return trouble(judged.error());
    if (const auto* refusal = std::get_if<dispatch::Refusal>(&*judged)) {
        return json_answer(409, api::to_json(*refusal));
    }
    return json_answer(200, api::to_json(std::get<api::Moved>(*judged)));
}

http::Response post_estimate(Books& books, const http::Request& request) {
    const auto estimate = api::parse_estimate(request.body);
    if (!estimate) return trouble(estimate.error());
    if (const auto wrong = wrong_with(*estimate, books.clock().now()); !wrong.empty()) {
        return gateway_answer(400, wrong);
    }
    const auto row = books.find<Technician>(estimate->technician);
    if (!row) return trouble(row.error());
    if (!*row || !(*row)->active) {
        return gateway_answer(404, fmt::format("There is no technician {}.", estimate->technician));
    }
    books.keep_estimate(*estimate);
    return json_answer(200, "{}");
}

http::Response get_technician(Books& books, Id id) {
    const auto row = books.find<Technician>(id);
    if (!row) return trouble(row.error());
    if (!*row || !(*row)->active) {
        return gateway_answer(404, fmt::format("There is no technician {}.", id));
    }
    api::Standing standing;
    standing.technician = id;
    standing.name = (*row)->name;
    standing.rights = books.rights(**row);
    standing.as_of = books.clock().now();
    return json_answer(200, api::to_json(standing));
}

http::Response patch_appointment(Books& books, Id id, const http::Request& request) {
    constexpr std::array<std::string_view, 2> theirs = {standings[0], standings[1]};
    api::Members members(request.body, "appointment's change");
    AppointmentChange change;
    if (members.has("start")) members.time("start", change.start.emplace());
    if (members.has("end")) members.time("end", change.end.emplace());
    if (members.has("standing")) {
        change.standing = static_cast<dispatch::Standing>(members.word("standing", theirs));
    }
    members.no_others();
    const auto good = members.finish(true);
    if (!good) return trouble(good.error());
    if (auto none = missing<Appointment>(books, id, "appointment")) return std::move(*none);
    return answer(change_appointment(books, id, change));
}

http::Response patch_job(Books& books, Id id, const http::Request& request) {
    api::Members members(request.body, "job's change");
    const auto standing = static_cast<dispatch::Standing>(members.word("standing", standings));
    members.no_others();
    const auto good = members.finish(true);
    if (!good) return trouble(good.error());
    if (auto none = missing<Job>(books, id, "job")) return std::move(*none);
    return answer(change_job(books, id, standing));
}

http::Response patch_technician(Books& books, Id id, const http::Request& request) {
    api::Members members(request.body, "technician's change");
    TechnicianChange change;
    for (const auto& [name, value] :
         {std::pair{"may_dispatch", &change.may_dispatch},
          std::pair{"may_arrive", &change.may_arrive}, std::pair{"may_pause", &change.may_pause}}) {
        if (members.has(name)) members.flag(name, value->emplace());
    }
    if (members.has("job_filter")) {
        change.job_filter = job_filters.at(members.word("job_filter", job_filters));
    }
    members.no_others();
    const auto good = members.finish(true);
    if (!good) return trouble(good.error());
    if (auto none = missing<Technician>(books, id, "technician")) return std::move(*none);
    return answer(change_technician(books, id, change));
}

http::Response get_settings(Books& books) {
    const auto house = books.house();
    if (!house) return trouble(house.error());
    Json json;
    json["notifications"] = house->channel;
    json["limit"] = house->limited;
    json["arrival_tracking"] = house->arrival_tracking;
    json["template"] = house->text;
    json["arrive_by_gps"] = house->arrive_by_gps;
    return json_answer(200, text_of(json));
}

http::Response put_settings(Books& books, const http::Request& request) {
    auto house = books.house();
    if (!house) return trouble(house.error());
    api::Members members(request.body, "settings");
    if (members.has("notifications")) {
        house->channel = channels.at(members.word("notifications", channels));
    }
    if (members.has("template")) members.text("template", house->text, 1, longest_template);
    members.optional_flag("limit", house->limited);
    members.optional_flag("arrival_tracking", house->arrival_tracking);
    members.optional_flag("arrive_by_gps", house->arrive_by_gps);
    members.no_others();
    const auto good = members.finish(true);
    if (!good) return trouble(good.error());
    if (const auto sound = check_template(house->text); !sound) {
        return gateway_answer(400, "'template': " + sound.error().detail);
    }
    if (const auto set = books.set_house(*house); !set) return trouble(set.error());
    return get_settings(books);
}

namespace {

Json technicians_of(Books& books, const std::vector<Technician>& rows) {
    Json list = Json::array();
    for (const Technician& each : rows) {
        const auto busy = books.under_way(each.id);
        const bool some = busy && *busy;
        Json& json = list.emplace_back();
        json["id"] = each.id;
        json["name"] = each.name;
        json["unit"] = each.unit;
        json["checked_in"] = books.checked_in(each);
        json["may_dispatch"] = each.may_dispatch;
        json["may_arrive"] = each.may_arrive;
        json["may_pause"] = each.may_pause;
        json["job_filter"] = each.job_filter;
        json["rating"] = or_null(each.rating);
        json["status"] = some ? Json(name((*busy)->status)) : Json("Idle");
        json["appointment"] = some ? Json((*busy)->appointment) : Json(nullptr);
    }
    return list;
}

Result<Json> appointments_of(Books& books, const std::vector<Appointment>& rows) {
    Json list = Json::array();
    for (const Appointment& each : rows) {
        const auto crew = books.crew(each.id);
        if (!crew) return crew.error();
        Json& json = list.emplace_back();
        json["id"] = each.id;
        json["job"] = each.job;
        json["number"] = each.number;
        json["start"] = to_rfc3339(each.start);
        json["end"] = to_rfc3339(each.end);
        json["standing"] = name(each.standing);
        json["status"] = each.status;
        json["unused"] = each.unused;
        json["crew"] = Json::array();
        for (const Assignment& one : *crew) {
            json["crew"].push_back({{"technician", one.technician},
                                    {"name", one.technician_name},
                                    {"status", name(one.status)},
                                    {"paused", one.paused}});
        }
    }
    return list;
}

Json jobs_of(const std::vector<Job>& rows) {
    Json list = Json::array();
    for (const Job& each : rows) {
        Json& json = list.emplace_back();
        json["id"] = each.id;
        json["number"] = each.number;
        json["customer"] = each.customer;
        json["location"] = each.location;
        json["priority"] = each.priority;
        json["standing"] = name(each.standing);
        json["status"] = each.status;
        json["completed"] = or_null(each.completed);
    }
    return list;
}

}  // namespace

http::Response get_board(Books& books) {
    constexpr int most = 1000;
    TechnicianFilter people;
    people.page.size = most;
    AppointmentFilter visits;
    visits.page.size = most;
    JobFilter work;
    work.page.size = most;
    const auto technicians = books.technicians(people);
    if (!technicians) return trouble(technicians.error());
    const auto appointments = books.appointments(visits);
    if (!appointments) return trouble(appointments.error());
    const auto jobs = books.jobs(work);
    if (!jobs) return trouble(jobs.error());
    auto shown = appointments_of(books, appointments->rows);
    if (!shown) return trouble(shown.error());
    Json json;
    json["as_of"] = to_rfc3339(books.clock().now());
    json["technicians"] = technicians_of(books, technicians->rows);
    json["appointments"] = std::move(*shown);
    json["jobs"] = jobs_of(jobs->rows);
    return json_answer(200, text_of(json));
}

Result<std::string> notification_lines(Books& books, std::int64_t& after) {
    const auto rows = notifications(books, after, lines_at_once);
    if (!rows) return rows.error();
    std::string lines;
    for (const Notification& each : *rows) {
        Json json;
        json["id"] = each.id;
        json["at"] = to_rfc3339(each.at);
        json["happened"] = to_rfc3339(each.happened);
        json["technician"] = each.technician;
        json["appointment"] = each.appointment;
        json["job"] = each.job;
        json["customer"] = each.customer;
        json["channel"] = each.channel;
        json["text"] = each.text;
        json["action"] = each.action;
        lines += text_of(json) + '\n';
        after = each.id;
    }
    return lines;
}

Result<std::string> action_lines(Books& books, std::int64_t& after) {
    const auto rows = logged_moves(books, after, lines_at_once);
    if (!rows) return rows.error();
    std::string lines;
    for (const LoggedMove& each : *rows) {
        Json json;
        json["id"] = each.action;
        json["received"] = to_rfc3339(each.received);
        json["by"] = each.by_office ? "office" : "technician";
        json["carried_out"] = each.carried_out;
        json["repeats"] = each.repeats;
        json["move"] = parsed(each.move);
        json["answer"] = parsed(each.answer);
        lines += text_of(json) + '\n';
        after = each.id;
    }
    return lines;
}

}  // namespace outrider::office
