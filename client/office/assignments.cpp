// ServiceTitan's appointment assignments: who is on which appointment, and how far.

#include "client/office/appointment_json.hpp"
#include "client/office/moves.hpp"
#include "client/office/operations.hpp"
#include "client/office/wire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <span>
#include <system_error>
#include <variant>

namespace outrider::office {

namespace {

constexpr std::array<std::string_view, 3> sorted_by = {"Id", "CreatedOn", "ModifiedOn"};
constexpr std::size_t export_page = 100;  // rows; ServiceTitan's is not documented
constexpr Duration recent = std::chrono::seconds(10);

Result<Json> shape(const Assignment& row) {
    return Json{{"id", row.id},
                {"technicianId", row.technician},
                {"technicianName", row.technician_name},
                {"assignedById", row.assigned_by},
                {"assignedOn", json_of(row.assigned)},
                {"status", name(row.status)},
                {"isPaused", row.paused},
                {"jobId", row.job},
                {"appointmentId", row.appointment},
                {"createdOn", json_of(row.stamp.created)},
                {"modifiedOn", json_of(row.stamp.modified)},
                {"active", row.active}};
}

// Where a feed goes on: after a change, and with what was not before a date.
struct Place {
    std::int64_t revision = 0;
    Instant since{};
};

std::string token_of(const Place& place) {
    const auto since = std::chrono::floor<std::chrono::seconds>(place.since).time_since_epoch();
    return fmt::format("a1-{:x}-{:x}", place.revision, since.count());
}

std::optional<std::int64_t> hexadecimal(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
    if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
    return number;
}

// Of a token of ours, or of a date; nothing for anything else.
std::optional<Place> place_of(const std::string& from) {
    constexpr std::string_view ours = "a1-";
    constexpr std::int64_t latest = 253'402'300'799;  // in seconds: the end of the year 9999
    if (from.empty()) return Place{};
    if (from.starts_with(ours)) {
        const std::string_view rest = std::string_view(from).substr(ours.size());
        const auto dash = std::min(rest.find('-'), rest.size());
        const auto revision = hexadecimal(rest.substr(0, dash));
        const auto since = hexadecimal(rest.substr(std::min(dash + 1, rest.size())));
        if (!revision || !since || *since > latest) return std::nullopt;
        return Place{*revision, Instant(std::chrono::seconds(*since))};
    }
    const bool date_only = from.size() == std::string_view("2020-01-01").size();
    const auto date = parse_rfc3339(date_only ? from + "T00:00:00Z" : from);
    if (!date) return std::nullopt;
    return Place{0, *date};
}

// With recent changes asked for, they come again the next time: a change that was being written
// beside them could otherwise be passed over. Ours has none such; its clients must bear it anyway.
std::int64_t go_on_after(const Place& from, std::span<const Assignment> rows, Instant before) {
    std::int64_t revision = from.revision;
    for (const Assignment& row : rows) {
        if (row.stamp.modified < before) revision = row.stamp.revision;
    }
    return revision;
}

using Change = Result<Judged> (*)(Books&, Id appointment, std::span<const Id> technicians);

http::Response change(const Call& call, int status_of_refusal, Change carry_out_change) {
    Body body(call);
    const auto id = body.id("jobAppointmentId", Body::Need::required);
    const auto technicians = body.ids("technicianIds");
    const auto appointment = call.books.find<Appointment>(id.value_or(0));
    if (!appointment) return broken(call, appointment.error());
    if (id && !*appointment) body.complain("jobAppointmentId", "is nobody's");
    for (const Id each : technicians) {
        const auto technician = call.books.find<Technician>(each);
        if (!technician) return broken(call, technician.error());
        if (!*technician)
            body.complain("technicianIds", fmt::format("has {}, who is nobody", each));
    }
    Query query(call);
    if (auto objection = query.objection()) return std::move(*objection);
    if (auto objection = body.objection()) return std::move(*objection);
    const auto judged = carry_out_change(call.books, *id, technicians);
    if (!judged && judged.error().fault != Fault::refused) return broken(call, judged.error());
    if (!judged) return invalid(call, {{"technicianIds", {judged.error().detail}}});
    if (const auto* refusal = std::get_if<dispatch::Refusal>(&*judged)) {
        return problem(status_of_refusal, refusal->reason, {{"technicianIds", {refusal->reason}}},
                       call.trace);
    }
    const auto now = call.books.find<Appointment>(*id);
    if (!now) return broken(call, now.error());
    return *now ? ok(appointment_json(**now)) : refused(call, 404, "Not Found");
}

}  // namespace

http::Response assignments_list(const Call& call) {
    Query query(call);
    AssignmentFilter filter;
    filter.ids = query.ids("ids");
    filter.appointments = query.ids("appointmentIds");
    filter.job = query.id("jobId");
    filter.active = query.active();
    filter.audit = query.audit();
    filter.page = query.page(sorted_by);
    if (auto objection = query.objection()) return std::move(*objection);
    return page_answer(call, filter.page, call.books.assignments(filter), shape);
}

http::Response assignments_assign(const Call& call) {
    return change(call, 409, [](Books& books, Id appointment, std::span<const Id> technicians) {
        return assign(books, appointment, technicians, api_user);
    });
}

// Nothing but 200 and 400 is documented of it.
http::Response assignments_unassign(const Call& call) {
    return change(call, 400, [](Books& books, Id appointment, std::span<const Id> technicians) {
        return unassign(books, appointment, technicians);
    });
}

http::Response assignments_export(const Call& call) {
    Query query(call);
    const Active active = query.active();
    const auto from = place_of(query.text("from"));
    const bool with_recent = query.flag("includeRecentChanges").value_or(false);
    const auto newest = call.books.revision();
    if (!newest) return broken(call, newest.error());
    if (!from || from->revision > *newest) {
        query.complain("from",
                       "The from field is no continuation token of this feed, and no date.");
    }
    if (auto objection = query.objection()) return std::move(*objection);
    auto rows = call.books.assignments_after(from->revision, from->since, active, export_page + 1);
    if (!rows) return broken(call, rows.error());
    const bool more = rows->size() > export_page;
    if (more) rows->pop_back();
    Place next = *from;
    if (!rows->empty()) next.revision = rows->back().stamp.revision;
    if (with_recent && !more) {
        next.revision = go_on_after(*from, *rows, call.clock.now() - recent);
    }
    Json data = Json::array();
    for (const Assignment& row : *rows) data.push_back(*shape(row));
    return ok(Json{{"hasMore", more}, {"continueFrom", token_of(next)}, {"data", std::move(data)}});
}

}  // namespace outrider::office
