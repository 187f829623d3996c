// ServiceTitan's operation for GPS pings, and one it does not have.

#include "client/api/json_text.hpp"
#include "client/api/results.hpp"
#include "client/office/arrival.hpp"
#include "client/office/operations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace outrider::office {

namespace {

void append_number(std::string& out, std::string_view name, std::optional<double> value) {
    out += fmt::format(",\"{}\":", name);
    out += value ? fmt::format("{}", *value) : "null";
}

// Ours, all of them: what makes ServiceTitan answer Fail is not documented.
std::string refusal(const Call& call, const ReceivedPing& ping) {
    const OfficeSettings& settings = call.settings;
    const Instant now = call.clock.now();
    const auto& units = settings.units;
    const auto beyond = [](std::optional<double> degrees, double limit) {
        return degrees && !(std::abs(*degrees) <= limit);
    };
    if (call.mode == Mode::reject_all) return "The office was told to refuse everything.";
    const bool some = ping.external_id.ends_with('3') || ping.external_id.ends_with('8');
    if (call.mode == Mode::reject_some && some) return "The office was told to refuse some.";
    if (!units.empty() && std::find(units.begin(), units.end(), ping.unit_id) == units.end()) {
        return fmt::format("Unit {} is unknown.", ping.unit_id);
    }
    if (beyond(ping.latitude, 90))
        return fmt::format("Latitude {} is out of range.", *ping.latitude);
    if (beyond(ping.longitude, 180)) {
        return fmt::format("Longitude {} is out of range.", *ping.longitude);
    }
    if (ping.event_time > now + settings.accept_future) {
        return fmt::format("eventTime {} is in the future.", to_rfc3339(ping.event_time));
    }
    if (ping.event_time < now - settings.accept_past) {
        return fmt::format("eventTime {} is too old.", to_rfc3339(ping.event_time));
    }
    return {};
}

http::Response take(const Call& call, std::span<const ReceivedPing> pings) {
    std::vector<std::string> refusals;
    refusals.reserve(pings.size());
    for (const ReceivedPing& ping : pings) refusals.push_back(refusal(call, ping));
    const auto kept = call.archive.keep(pings, refusals, call.clock.now());
    if (!kept) return broken(call, kept.error());
    const auto arrived = arrive_by_gps(call.books, pings, refusals);
    if (!arrived) return broken(call, arrived.error());
    std::string body = "[";
    body.reserve(pings.size() * 80);
    for (std::size_t i = 0; i < pings.size(); ++i) {
        body += i == 0 ? "{\"externalId\":" : ",{\"externalId\":";
        api::append_json_string(body, pings[i].external_id);
        body += refusals[i].empty() ? R"(,"status":"Success","message":)"
                                    : R"(,"status":"Fail","message":)";
        api::append_json_string(body, refusals[i]);
        body += '}';
    }
    return json_answer(200, body + ']');
}

}  // namespace

http::Response gps_pings_create(const Call& call) {
    const http::Request& request = call.request;
    if (!api::is_json(request.headers)) {
        return refused(call, 415, "Unsupported Media Type");
    }
    auto body = parse_gps_pings(request.body);
    if (const auto* errors = std::get_if<FieldErrors>(&body)) {
        return invalid(call, *errors);
    }
    return take(call, std::get<std::vector<ReceivedPing>>(body));
}

// The stand-in's only: claimed by the founding documents, unknown to ServiceTitan. The technician's
// id is matched to the unit's, for the device list that connects the two cannot be read by anyone.
http::Response gps_pings_list(const Call& call) {
    const http::Request& request = call.request;
    const std::string unit = http::query_value(request.target, "technicianId");
    const auto from = parse_rfc3339(http::query_value(request.target, "fromUtc"));
    const auto to = parse_rfc3339(http::query_value(request.target, "toUtc"));
    FieldErrors errors;
    if (unit.empty()) errors["technicianId"] = {"The technicianId field is required."};
    if (!from) errors["fromUtc"] = {"The fromUtc field must be a date and time."};
    if (!to) errors["toUtc"] = {"The toUtc field must be a date and time."};
    if (!errors.empty()) {
        return invalid(call, errors);
    }
    const auto track = call.archive.track(unit, *from, *to, most_pings);
    if (!track) return broken(call, track.error());
    std::string body = "{\"data\":[";
    for (const Position& position : *track) {
        if (body.back() == '}') body += ',';
        body += fmt::format("{{\"utcDateTime\":\"{}\"", to_rfc3339(position.event_time));
        append_number(body, "latitude", position.latitude);
        append_number(body, "longitude", position.longitude);
        append_number(body, "speed", position.speed);
        body += '}';
    }
    return json_answer(200, body + "]}");
}

}  // namespace outrider::office
