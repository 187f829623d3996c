#include "client/api/desks.hpp"
#include "platform/http.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <string_view>
#include <utility>

namespace outrider::api {
namespace {

using namespace std::chrono_literals;
using dispatch::Verb;
using Refused = std::optional<dispatch::Refusal>;
using Json = nlohmann::ordered_json;
constexpr auto clocks_apart = std::chrono::minutes(10);
constexpr int most_pages = 20;
// An activity made before it is of another day, or forgotten.
constexpr auto reach = 36h;

bool begins(Verb verb) { return sets_out(verb) || verb == Verb::arrive; }

// Whether the id stands in the text, and not only the beginning of it.
bool mentions(std::string_view text, std::string_view id) {
    const auto part_of_id = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
    };
    for (auto at = text.find(id); at != text.npos; at = text.find(id, at + 1)) {
        const auto end = at + id.size();
        const bool before = at > 0 && part_of_id(text[at - 1]);
        const bool after = end < text.size() && part_of_id(text[end]);
        if (!before && !after) return true;
    }
    return false;
}

std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string creation(const Move& move, const OfficeDay& day, dispatch::Id type) {
    Json json = {{"employeeId", move.technician},
                 {"employeeType", "Technician"},
                 {"activityTypeId", type},
                 {"startTime", to_rfc3339(move.happened)}};
    const auto visit = std::ranges::find(day.visits, move.appointment, &Visit::appointment);
    if (visit != day.visits.end()) json["jobId"] = visit->job;
    json["appointmentId"] = move.appointment;
    json["memo"] = "Outrider " + move.id;
    json["tagTypes"] = Json::array();
    return dump(json);
}

}  // namespace

ActivityDesk::ActivityDesk(Line& line, Clock& clock, DeskSettings settings)
    : line_(line),
      settings_(settings),
      reader_(line, clock, settings),
      notes_(line, clock, std::move(settings)) {}

Async<Result<OfficeDay>> ActivityDesk::read(OfficeDay last, std::vector<dispatch::Id> owed) {
    return reader_.read(std::move(last), std::move(owed));
}

bool ActivityDesk::takes(Verb verb) const { return verb >= Verb::dispatch; }

std::string ActivityDesk::target(std::string_view rest) const {
    return fmt::format("/timesheets/v2/tenant/{}/activities{}",
                       http::percent_encode(settings_.tenant), rest);
}

// Of this technician and of our two types; the list knows no technician.
Async<Result<std::vector<ActivityRow>>> ActivityDesk::activities_around(dispatch::Id technician,
                                                                        Instant happened) {
    std::vector<ActivityRow> rows;
    const std::string since = http::percent_encode(to_rfc3339(happened - reach));
    for (int number = 1; number <= most_pages; ++number) {
        std::string asked = target(
            fmt::format("?createdOnOrAfter={}&active=True&page={}&pageSize=500", since, number));
        std::string nothing;
        const auto json = co_await line_.ask("GET", std::move(asked), std::move(nothing));
        if (!json) co_return json.error();
        auto page = parse_activities(*json);
        if (!page) co_return page.error();
        const bool empty = page->rows.empty();
        for (ActivityRow& row : page->rows) {
            const bool ours =
                row.type == settings_.dispatched_type || row.type == settings_.working_type;
            const bool theirs = row.technician && row.employee == technician;
            if (ours && theirs && row.active) rows.push_back(std::move(row));
        }
        if (!page->more) co_return rows;
        if (empty) break;
    }
    co_return Error(Fault::malformed, "the pages of activities have no end");
}

Async<Result<Refused>> ActivityDesk::write(std::string method, std::string target,
                                           std::string body) {
    const bool update = method == "PUT";
    int status = 0;
    const auto done =
        co_await line_.ask(std::move(method), std::move(target), std::move(body), &status);
    Refused outcome;
    if (done || (update && status == 404)) co_return outcome;  // gone is ended
    if (status != 409) co_return done.error();
    outcome.emplace();
    outcome->rule = dispatch::Rule::move;
    outcome->lifted = dispatch::Lifted::by_the_office;
    outcome->as_of = line_.now();
    outcome->reason = done.error().detail;
    co_return outcome;
}

Async<Result<Refused>> ActivityDesk::tell(Move move, OfficeDay day, Quiet quiet) {
    const dispatch::Id type =
        sets_out(move.verb) ? settings_.dispatched_type : settings_.working_type;
    const auto rows = co_await activities_around(move.technician, move.happened);
    if (!rows) co_return rows.error();
    Refused outcome;
    const auto is_it = [&](const ActivityRow& row) {
        const bool same = row.type == type && row.appointment == move.appointment &&
                          std::chrono::abs(row.start - move.happened) < 1s;
        return same || mentions(row.memo, move.id);
    };
    if (begins(move.verb) && std::ranges::any_of(*rows, is_it)) co_return outcome;
    for (const ActivityRow& row : *rows) {
        // What began later is somebody else's doing; who begins one leaves every other.
        const bool about_it =
            begins(move.verb) || row.appointment == 0 || row.appointment == move.appointment;
        // One clock may have been ahead of the other; what began much later is not ours.
        if (row.end || row.start > move.happened + clocks_apart || !about_it) continue;
        std::string where = target("/" + std::to_string(row.id));
        std::string body =
            row.update + ",\"endTime\":\"" + to_rfc3339(std::max(row.start, move.happened)) + "\"}";
        const auto ended = co_await write("PUT", std::move(where), std::move(body));
        if (!ended || ended->has_value()) co_return ended;
    }
    if (begins(move.verb)) {
        std::string where = target("");
        std::string body = creation(move, day, type);
        const auto created = co_await write("POST", std::move(where), std::move(body));
        co_return created;
    }
    if (move.verb == Verb::close || move.verb == Verb::complete) {
        const auto noted = co_await notes_.tell(std::move(move), std::move(day), std::move(quiet));
        co_return noted;
    }
    co_return outcome;
}

}  // namespace outrider::api
