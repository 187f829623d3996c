#include "client/office/control.hpp"

#include "client/api/json_text.hpp"
#include "client/office/json.hpp"

#include <fmt/format.h>

#include <algorithm>

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

}  // namespace

Async<http::Response> Control::answer(http::Request request, std::optional<net::Peer>) {
    const std::string_view path = http::path_of(request.target);
    const bool reads = request.method == "GET";
    if (path == "/office/v1/faults" && request.method == "PUT") {
        Async<http::Response> set = set_faults(std::move(request.body));
        co_return co_await std::move(set);
    }
    if (path == "/office/v1/faults" && reads) co_return json_answer(200, faults_.to_json());
    if (path == "/office/v1/summary" && reads) co_return summary();
    if (path == "/office/v1/pings" && reads) co_return pings(request);
    co_return complaint(404,
                        "There are GET /office/v1/summary, GET /office/v1/pings and "
                        "GET and PUT /office/v1/faults.");
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

http::Response Control::pings(const http::Request& request) {
    const std::string unit = http::query_value(request.target, "unit");
    http::Response response;
    response.takeover = [this, unit](net::Stream& stream) { return send_pings(stream, unit); };
    return response;
}

Async<> Control::send_pings(net::Stream& stream, std::string unit) {
    http::ChunkedBody body(stream);
    auto written = co_await body.begin(200, "application/x-ndjson");
    std::int64_t arrival = 0;
    for (std::size_t got = page; written && got == page;) {
        const auto pings = archive_.pings(arrival, unit, page);
        if (!pings) co_return;  // an end without the last chunk tells the reader
        std::string lines;
        for (const KeptPing& ping : *pings) lines += to_line(ping);
        got = pings->size();
        if (got == 0) break;
        arrival = pings->back().arrival;
        written = co_await body.write(lines);
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
