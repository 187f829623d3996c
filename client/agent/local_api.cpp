#include "client/agent/local_api.hpp"

#include "platform/tasks.hpp"

#include <array>

namespace outrider::agent {
namespace {

using http::Request;
using http::Response;

// A track is read and written so much at a time, so that a long export holds up nothing.
constexpr Duration slice = std::chrono::minutes(10);
constexpr Duration keep_alive = std::chrono::seconds(10);   // an empty line finds out who has gone
constexpr Duration write_limit = std::chrono::seconds(30);  // and nobody may hold a connection up
constexpr std::string_view ndjson = "application/x-ndjson";

Response json(int status, std::string body) {
    Response response;
    response.status = status;
    response.headers.set("Content-Type", "application/json");
    response.body = std::move(body);
    response.body += '\n';
    return response;
}

// Our details never hold a secret, and the characters JSON escapes are replaced, not escaped.
Response problem(int status, std::string detail) {
    for (char& c : detail) {
        if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) c = '\'';
    }
    return json(status, "{\"error\":\"" + detail + "\"}");
}

Response get_status(Agent& agent, Clock&, const Request&) {
    return json(200, api::to_json(agent.status()));
}

Response get_audit(Agent& agent, Clock&, const Request&) {
    auto audit = agent.audit();
    if (!audit) return problem(500, audit.error().detail);
    return json(200, api::to_json(*audit));
}

Async<> write_tail(Clock& clock, std::shared_ptr<Broadcast::Listener> listener,
                   net::Stream& stream) {
    http::ChunkedBody body(stream);
    Result<> written = co_await body.begin(200, ndjson);
    while (written) {
        Result<std::string> line =
            co_await within(clock, keep_alive, "a verdict", listener->next());
        if (!line && line.error().fault == Fault::cancelled) co_return;
        const std::string text = (line ? *line : std::string()) + "\n";
        written = co_await within(clock, write_limit, "the tail", body.write(text));
    }
}

Response get_tail(Agent& agent, Clock& clock, const Request&) {
    auto listener = agent.verdicts().listen();
    if (!listener) return problem(503, "too many are listening already: stop another tail");
    Response response;
    response.takeover = [&clock, listener](net::Stream& stream) {
        return write_tail(clock, listener, stream);
    };
    return response;
}

Async<> write_track(Clock& clock, Track track, Instant from, Instant to, net::Stream& stream) {
    http::ChunkedBody body(stream);
    Result<> written = co_await body.begin(200, ndjson);
    for (Instant at = from; written && at < to; at += slice) {
        auto points = track.between(at, std::min(at + slice, to));
        if (!points) co_return;  // without its last chunk, so that it is seen to be cut short
        std::string lines;
        for (const auto& point : *points) lines += api::to_json(point) + '\n';
        written = co_await within(clock, write_limit, "the track", body.write(lines));
    }
    if (written) written = co_await body.end();
}

Result<Instant> time_asked(const Request& request, std::string_view name, Instant otherwise) {
    const std::string text = http::query_value(request.target, name);
    if (text.empty()) return otherwise;
    auto parsed = parse_rfc3339(text);
    if (!parsed) return Error(Fault::malformed, std::string(name) + ": " + parsed.error().detail);
    return parsed;
}

Response get_track(Agent& agent, Clock& clock, const Request& request) {
    const Instant now = clock.now();
    auto from = time_asked(request, "from", now - std::chrono::hours(6));
    if (!from) return problem(400, from.error().detail);
    auto to = time_asked(request, "to", now + std::chrono::hours(1));
    if (!to) return problem(400, to.error().detail);
    const Duration margin = std::chrono::hours(24);  // the receiver's clock may not be ours
    const Instant begin = std::max(*from, now - agent.keeps_track() - margin);
    const Instant end = std::min(*to, now + margin);
    auto track = agent.track(begin);
    if (!track) return problem(500, track.error().detail);
    Response response;
    response.takeover = [&clock, track = *track, begin, end](net::Stream& stream) {
        return write_track(clock, track, begin, end, stream);
    };
    return response;
}

struct Route {
    std::string_view method, path;
    Response (*answer)(Agent&, Clock&, const Request&);
};

constexpr std::array routes = {
    Route{"GET", "/v1/status", get_status},
    Route{"GET", "/v1/audit", get_audit},
    Route{"GET", "/v1/tail", get_tail},
    Route{"GET", "/v1/track", get_track},
};

Response answer(Agent& agent, Clock& clock, const Request& request) {
    const std::string_view path = http::path_of(request.target);
    bool known = false;
    for (const auto& route : routes) {
        if (route.path != path) continue;
        known = true;
        if (route.method == request.method) return route.answer(agent, clock, request);
    }
    if (known) return problem(405, "only GET works here");
    return problem(404, "there is no such thing here");
}

Async<Response> respond(Agent& agent, Clock& clock, Request request) {
    Response response = answer(agent, clock, request);
    co_return response;
}

}  // namespace

http::Handler local_api(Agent& agent, Clock& clock) {
    return [&agent, &clock](Request request, std::optional<net::Peer>) {
        return respond(agent, clock, std::move(request));
    };
}

}  // namespace outrider::agent
