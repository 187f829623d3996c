#include "client/office/reception.hpp"

#include "client/api/json_text.hpp"
#include "client/api/results.hpp"
#include "client/office/misbehaviour.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace outrider::office {

namespace {

using Segments = std::vector<std::string_view>;

Segments segments_of(std::string_view path) {
    Segments segments;
    while (path.starts_with('/') && segments.size() < 16) {
        path.remove_prefix(1);
        const auto end = std::min(path.find('/'), path.size());
        segments.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return segments;
}

// "*" stands for one segment.
bool matches(const Segments& pattern, const Segments& path) {
    return std::equal(pattern.begin(), pattern.end(), path.begin(), path.end(),
                      [](std::string_view a, std::string_view b) { return a == "*" || a == b; });
}

void append_number(std::string& out, std::string_view name, std::optional<double> value) {
    out += fmt::format(",\"{}\":", name);
    out += value ? fmt::format("{}", *value) : "null";
}

}  // namespace

struct Reception::Route {
    std::string_view method, pattern;
    Endpoint endpoint;
    http::Response (Reception::*answer)(const http::Request&, Mode);
};

const Reception::Route* Reception::route_of(const http::Request& request) {
    static constexpr std::array<Route, 3> routes = {{
        {"POST", "/connect/token", Endpoint::token, &Reception::token},
        {"POST", "/dispatch/v2/tenant/*/gps-provider/*/gps-pings", Endpoint::pings,
         &Reception::post_pings},
        // Of the founding documents only: ServiceTitan has no such endpoint.
        {"GET", "/dispatch/v2/tenant/*/gps-pings", Endpoint::pings, &Reception::get_pings},
    }};
    const Segments path = segments_of(http::path_of(request.target));
    const auto found = std::find_if(routes.begin(), routes.end(), [&](const Route& route) {
        return matches(segments_of(route.pattern), path);
    });
    return found == routes.end() ? nullptr : &*found;
}

Reception::Reception(Clock& clock, const OfficeSettings& settings, Archive& archive, Books& books,
                     Faults& faults, Dice dice)
    : clock_(clock),
      settings_(settings),
      archive_(archive),
      books_(books),
      faults_(faults),
      tokens_(clock, settings, dice),
      rate_(settings.requests_per_second) {}

http::Response Reception::answer(const http::Request& request) {
    ++requests_;
    const Route* route = route_of(request);
    if (route == nullptr) return problem(404, "Not Found", {}, trace_id());
    if (request.method != route->method) {
        http::Response response = problem(405, "Method Not Allowed", {}, trace_id());
        response.headers.set("Allow", route->method);
        return response;
    }
    const Mode mode = faults_.next(route->endpoint);
    if (mode == Mode::none) return (this->*route->answer)(request, mode);
    auto instead = instead_of_acting(faults_.settings(), faults_.hits() - 1, clock_);
    if (instead) return std::move(*instead);
    return spoil(mode, (this->*route->answer)(request, mode));
}

http::Response Reception::token(const http::Request& request, Mode mode) {
    if (mode == Mode::reject_all) return oauth_error("invalid_client");
    return tokens_.issue(request);
}

std::optional<http::Response> Reception::turn_away(const http::Request& request) {
    if (!tokens_.good(request.headers.get("Authorization"))) {
        return gateway_answer(401, "The access token is missing, unknown or expired.");
    }
    if (request.headers.get("ST-App-Key") != settings_.app_key) {
        return gateway_answer(403, "ST-App-Key is missing or unknown.");
    }
    const Segments path = segments_of(http::path_of(request.target));
    if (path[3] != http::percent_encode(settings_.tenant)) {
        return gateway_answer(403, "The app is not connected to this tenant.");
    }
    if (path[4] == "gps-provider" && path[5] != http::percent_encode(settings_.gps_provider)) {
        return gateway_answer(403, "The app may not send for this GPS provider.");
    }
    if (!rate_.take(clock_.uptime())) {
        auto response = gateway_answer(429, "Rate limit is exceeded. Try again in 1 seconds.");
        response.headers.set("Retry-After", "1");
        return response;
    }
    return std::nullopt;
}

http::Response Reception::post_pings(const http::Request& request, Mode mode) {
    if (auto away = turn_away(request)) return std::move(*away);
    if (!api::is_json(request.headers)) {
        return problem(415, "Unsupported Media Type", {}, trace_id());
    }
    auto body = parse_gps_pings(request.body);
    if (const auto* errors = std::get_if<FieldErrors>(&body)) {
        return problem(400, "One or more validation errors occurred.", *errors, trace_id());
    }
    return take(std::get<std::vector<ReceivedPing>>(body), mode);
}

// Ours, all of them: what makes ServiceTitan answer Fail is not documented.
std::string Reception::refusal(const ReceivedPing& ping, Mode mode) const {
    const Instant now = clock_.now();
    const auto& units = settings_.units;
    const auto beyond = [](std::optional<double> degrees, double limit) {
        return degrees && !(std::abs(*degrees) <= limit);
    };
    if (mode == Mode::reject_all) return "The office was told to refuse everything.";
    if (!units.empty() && std::find(units.begin(), units.end(), ping.unit_id) == units.end()) {
        return fmt::format("Unit {} is unknown.", ping.unit_id);
    }
    if (beyond(ping.latitude, 90))
        return fmt::format("Latitude {} is out of range.", *ping.latitude);
    if (beyond(ping.longitude, 180)) {
        return fmt::format("Longitude {} is out of range.", *ping.longitude);
    }
    if (ping.event_time > now + settings_.accept_future) {
        return fmt::format("eventTime {} is in the future.", to_rfc3339(ping.event_time));
    }
    if (ping.event_time < now - settings_.accept_past) {
        return fmt::format("eventTime {} is too old.", to_rfc3339(ping.event_time));
    }
    return {};
}

http::Response Reception::take(std::span<const ReceivedPing> pings, Mode mode) {
    std::vector<std::string> refusals;
    refusals.reserve(pings.size());
    for (const ReceivedPing& ping : pings) refusals.push_back(refusal(ping, mode));
    const auto kept = archive_.keep(pings, refusals, clock_.now());
    if (!kept) return problem(500, kept.error().detail, {}, trace_id());
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

// The stand-in's only: claimed by the founding documents, unknown to ServiceTitan. The technician's
// id is matched to the unit's, for the device list that connects the two cannot be read by anyone.
http::Response Reception::get_pings(const http::Request& request, Mode) {
    if (auto away = turn_away(request)) return std::move(*away);
    const std::string unit = http::query_value(request.target, "technicianId");
    const auto from = parse_rfc3339(http::query_value(request.target, "fromUtc"));
    const auto to = parse_rfc3339(http::query_value(request.target, "toUtc"));
    FieldErrors errors;
    if (unit.empty()) errors["technicianId"] = {"The technicianId field is required."};
    if (!from) errors["fromUtc"] = {"The fromUtc field must be a date and time."};
    if (!to) errors["toUtc"] = {"The toUtc field must be a date and time."};
    if (!errors.empty()) {
        return problem(400, "One or more validation errors occurred.", errors, trace_id());
    }
    const auto track = archive_.track(unit, *from, *to, most_pings);
    if (!track) return problem(500, track.error().detail, {}, trace_id());
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

std::string Reception::trace_id() { return fmt::format("00-{:032x}-01", requests_); }

}  // namespace outrider::office
