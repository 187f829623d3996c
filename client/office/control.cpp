#include "client/office/control.hpp"

#include "client/api/json_text.hpp"
#include "client/office/json.hpp"
#include "client/office/protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace outrider::office {

namespace {

constexpr std::size_t page = 500;

http::Response complaint(int status, std::string_view words) {
    return gateway_answer(status, words);
}

void append_number(std::string& out, std::string_view name, std::optional<double> value) {
    out += fmt::format(",\"{}\":", name);
    out += value ? fmt::format("{}", *value) : "null";
}

void append(std::string& out, const Summary::Unit& unit) {
    out += "{\"id\":";
    api::append_json_string(out, unit.id);
    out += ",\"name\":";
    api::append_json_string(out, unit.name);
    out += fmt::format(",\"event_time\":\"{}\"", to_rfc3339(unit.event_time));
    append_number(out, "latitude", unit.latitude);
    append_number(out, "longitude", unit.longitude);
    append_number(out, "speed", unit.speed);
    out += '}';
}

std::string to_line(const KeptPing& ping) {
    std::string line =
        fmt::format(R"({{"arrival":{},"request":{},"received":"{}","repeats":{},"ping":{}}})",
                    ping.arrival, ping.request, to_rfc3339(ping.received), ping.repeats, ping.json);
    // A line end within JSON can only be white space between its parts.
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return line + '\n';
}

// "/office/v1/jobs/7" is "jobs/" and 7, "/office/v1/board" is "board"; anything else is "".
struct Target {
    std::string_view what;
    Id id = 0;
};
Target target_of(std::string_view path) {
    constexpr std::string_view root = "/office/v1/";
    if (!path.starts_with(root)) return {};
    path.remove_prefix(root.size());
    const auto slash = path.find('/');
    if (slash == std::string_view::npos) return {path, 0};
    const std::string_view digits = path.substr(slash + 1);
    Id id = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), id);
    const bool whole = read.ec == std::errc() && read.ptr == digits.data() + digits.size();
    return whole && id > 0 ? Target{path.substr(0, slash + 1), id} : Target{};
}

}  // namespace

Async<http::Response> Control::answer(http::Request request, std::optional<net::Peer>) {
    const std::string_view path = http::path_of(request.target);
    if (path == "/office/v1/faults" && request.method == "PUT") {
        Async<http::Response> set = set_faults(std::move(request.body));
        co_return co_await std::move(set);
    }
    co_return plain(request);
}

struct Control::Route {
    std::string_view call;
    http::Response (*answer)(Control&, Id, const http::Request&);
};

http::Response Control::plain(const http::Request& request) {
    using Asked = const http::Request&;
    static constexpr std::array<Route, 13> routes = {{
        {"GET faults", [](Control& c, Id, Asked) { return json_answer(200, c.faults_.to_json()); }},
        {"GET summary", [](Control& c, Id, Asked) { return c.summary(); }},
        {"GET pings", [](Control& c, Id, Asked r) { return stream(c.pings_of(r)); }},
        {"GET notifications",
         [](Control& c, Id, Asked) {
             return stream(
                 [&c](std::int64_t& after) { return notification_lines(c.books_, after); });
         }},
        {"GET actions",
         [](Control& c, Id, Asked) {
             return stream([&c](std::int64_t& after) { return action_lines(c.books_, after); });
         }},
        {"POST actions",
         [](Control& c, Id, Asked r) { return post_action(c.books_, dispatch::Who::office, r); }},
        {"GET settings", [](Control& c, Id, Asked) { return get_settings(c.books_); }},
        {"PUT settings", [](Control& c, Id, Asked r) { return put_settings(c.books_, r); }},
        {"GET board", [](Control& c, Id, Asked) { return get_board(c.books_); }},
        {"GET technicians/", [](Control& c, Id id, Asked) { return get_technician(c.books_, id); }},
        {"PATCH technicians/",
         [](Control& c, Id id, Asked r) { return patch_technician(c.books_, id, r); }},
        {"PATCH appointments/",
         [](Control& c, Id id, Asked r) { return patch_appointment(c.books_, id, r); }},
        {"PATCH jobs/", [](Control& c, Id id, Asked r) { return patch_job(c.books_, id, r); }},
    }};
    const Target target = target_of(http::path_of(request.target));
    const std::string call = request.method + " " + std::string(target.what);
    const auto route = std::ranges::find(routes, call, &Route::call);
    if (route != routes.end()) return route->answer(*this, target.id, request);
    return complaint(404,
                     "Under /office/v1/ there are GET summary, pings, board, notifications, GET "
                     "and POST actions, GET and PUT settings and faults, GET technicians/ID, and "
                     "PATCH technicians/ID, appointments/ID and jobs/ID.");
}

http::Response Control::summary() {
    const auto summary = archive_.summary();
    if (!summary) return complaint(500, summary.error().detail);
    std::string body = fmt::format(
        R"({{"pings":{},"duplicates":{},"altered":{},"failed":{},"requests":{})", summary->pings,
        summary->duplicates, summary->altered, summary->failed, summary->requests);
    body += ",\"newest_event_time\":";
    body += summary->newest_event_time
                ? fmt::format("\"{}\"", to_rfc3339(*summary->newest_event_time))
                : "null";
    body += ",\"units\":[";
    for (const Summary::Unit& unit : summary->units) {
        if (body.back() == '}') body += ',';
        append(body, unit);
    }
    return json_answer(200, body + "]}");
}

Control::Lines Control::pings_of(const http::Request& request) {
    return [this, unit = http::query_value(request.target, "unit")](
               std::int64_t& after) -> Result<std::string> {
        const auto pings = archive_.pings(after, unit, page);
        if (!pings) return pings.error();
        std::string lines;
        for (const KeptPing& ping : *pings) lines += to_line(ping);
        if (!pings->empty()) after = pings->back().arrival;
        return lines;
    };
}

http::Response Control::stream(Lines lines) {
    http::Response response;
    response.takeover = [lines = std::move(lines)](net::Stream& to) { return send(to, lines); };
    return response;
}

Async<> Control::send(net::Stream& stream, Lines lines) {
    http::ChunkedBody body(stream);
    auto written = co_await body.begin(200, "application/x-ndjson");
    std::int64_t after = 0;
    while (written) {
        const auto next = lines(after);
        if (!next) co_return;  // an end without the last chunk tells the reader
        if (next->empty()) break;
        written = co_await body.write(*next);
    }
    if (written) written = co_await body.end();
}

Async<http::Response> Control::set_faults(std::string body) {
    const auto settings = parse_faults(body);
    if (!settings) co_return complaint(400, settings.error().detail);
    const bool open = settings->mode != Mode::refuse;
    const auto moved = co_await door_.set_open(open);
    if (!moved) co_return complaint(500, moved.error().detail);
    faults_.set(*settings);
    co_return json_answer(200, faults_.to_json());
}

}  // namespace outrider::office
