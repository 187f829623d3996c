#include "client/office/reception.hpp"

#include "client/api/move.hpp"
#include "client/office/misbehaviour.hpp"
#include "client/office/routes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

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

bool is_variable(std::string_view segment) { return segment.starts_with('{'); }

// By their places in routes().
const Segments& pattern_of(const Route& route) {
    static const std::vector<Segments> patterns = [] {
        std::vector<Segments> all;
        for (const Route& each : routes()) all.push_back(segments_of(each.pattern));
        return all;
    }();
    return patterns[static_cast<std::size_t>(&route - routes().data())];
}

bool matches(const Segments& pattern, const Segments& path) {
    return std::equal(
        pattern.begin(), pattern.end(), path.begin(), path.end(),
        [](std::string_view a, std::string_view b) { return is_variable(a) || a == b; });
}

// What stands in `path` where the pattern has `name`; "" when it has no such variable.
std::string_view value_of(const Route& route, std::span<const std::string_view> path,
                          std::string_view name) {
    const Segments& pattern = pattern_of(route);
    const auto at = std::find(pattern.begin(), pattern.end(), name);
    if (at == pattern.end()) return {};
    return path[static_cast<std::size_t>(at - pattern.begin())];
}

std::string_view last_variable(const Route& route, const Segments& path) {
    std::string_view value;
    const Segments& pattern = pattern_of(route);
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (is_variable(pattern[i])) value = path[i];
    }
    return value;
}

// The route, or with nullptr the methods there are for this path: "" for none.
std::pair<const Route*, std::string> route_of(const http::Request& request, const Segments& path) {
    std::string allowed;
    for (const Route& route : routes()) {
        if (!matches(pattern_of(route), path)) continue;
        if (route.method == request.method) return {&route, {}};
        allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
    }
    return {nullptr, allowed};
}

// Of an operation of ours that was told to refuse.
http::Response refusal_of_ours(Clock& clock) {
    dispatch::Refusal refusal;
    refusal.rule = dispatch::Rule::standing;
    refusal.as_of = clock.now();
    refusal.reason = "The office was told to refuse this.";
    return json_answer(409, api::to_json(refusal));
}

bool rejects_by_itself(const Route& route) {
    return route.operation == "tokenCreate" || route.operation == "gpsPingsCreate";
}

}  // namespace

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
    acted_ = false;
    const std::string trace = fmt::format("00-{:032x}-01", ++requests_);
    const Segments path = segments_of(http::path_of(request.target));
    const auto [route, allowed] = route_of(request, path);
    if (route == nullptr && allowed.empty()) return problem(404, "Not Found", {}, trace);
    if (route == nullptr) {
        http::Response response = problem(405, "Method Not Allowed", {}, trace);
        response.headers.set("Allow", allowed);
        return response;
    }
    Mode mode = faults_.next(route->operation);
    if (mode == Mode::reject_all && !rejects_by_itself(*route)) mode = Mode::conflict;
    if (mode == Mode::conflict && route->operation.starts_with("office")) {
        return refusal_of_ours(clock_);
    }
    if (mode != Mode::none) {
        auto instead = instead_of_acting(mode, faults_.settings(), faults_.hits() - 1, clock_);
        if (instead) return std::move(*instead);
    }
    if (auto away = turn_away(request, *route, path)) return spoil(mode, std::move(*away), clock_);
    acted_ = true;
    const Call call{
        request, last_variable(*route, path), mode, settings_, clock_, tokens_, archive_, books_,
        trace};
    return spoil(mode, route->answer(call), clock_);
}

std::optional<http::Response> Reception::turn_away(const http::Request& request, const Route& route,
                                                   std::span<const std::string_view> path) {
    if (route.entry == Entry::nothing) return std::nullopt;
    if (!tokens_.good(request.headers.get("Authorization"))) {
        return gateway_answer(401, "The access token is missing, unknown or expired.");
    }
    if (route.entry == Entry::token_and_app_key) {
        if (request.headers.get("ST-App-Key") != settings_.app_key) {
            return gateway_answer(403, "ST-App-Key is missing or unknown.");
        }
        if (value_of(route, path, "{tenant}") != http::percent_encode(settings_.tenant)) {
            return gateway_answer(403, "The app is not connected to this tenant.");
        }
    }
    const auto provider = value_of(route, path, "{gps_provider}");
    if (!provider.empty() && provider != http::percent_encode(settings_.gps_provider)) {
        return gateway_answer(403, "The app may not send for this GPS provider.");
    }
    if (!rate_.take(clock_.uptime())) {
        auto response = gateway_answer(429, "Rate limit is exceeded. Try again in 1 seconds.");
        response.headers.set("Retry-After", "1");
        return response;
    }
    return std::nullopt;
}

}  // namespace outrider::office
