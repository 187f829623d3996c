#include "client/agent/local_api.hpp"

#include "client/agent/local_answer.hpp"
#include "client/agent/local_day.hpp"
#include "client/agent/local_privacy.hpp"
#include "platform/log.hpp"
#include "platform/tasks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace outrider::agent {
namespace {

using http::Request;
using http::Response;

// A track is read and written so much at a time, so that a long export holds up nothing.
constexpr Duration slice = std::chrono::minutes(10);
constexpr Duration keep_alive = std::chrono::seconds(10);   // an empty line finds out who has gone
constexpr Duration write_limit = std::chrono::seconds(30);  // and nobody may hold a connection up
constexpr std::size_t most_records = 200;                   // of the queue are read at a time
constexpr std::size_t most_asked = 32 * 1024;               // bytes of a request's body
constexpr std::int64_t newest = std::numeric_limits<std::int64_t>::max();
constexpr std::string_view ndjson = "application/x-ndjson";

Response get_status(Agent& agent, Clock&, const Request&) {
    return json_answer(200, api::to_json(agent.status()));
}

Response get_audit(Agent& agent, Clock&, const Request&) {
    auto audit = agent.audit();
    if (!audit) return problem(500, audit.error().detail);
    return json_answer(200, api::with_coverage(api::to_json(*audit), agent.coverage()));
}

// The proof takes seconds, and whoever asks waits for as long only once the header is there.
Async<> write_custody(Agent& agent, Clock& clock, net::Stream& stream) {
    http::ChunkedBody body(stream);
    Result<> written = co_await body.begin(200, ndjson);
    if (!written) co_return;
    auto custody = agent.verify();
    if (!custody) {
        log(Level::error, "local API: " + custody.error().detail);
        co_return;  // without its last chunk, so that it is seen to be cut short
    }
    const std::string line = api::to_json(*custody) + "\n";
    written = co_await within(clock, write_limit, "the proof", body.write(line));
    if (written) written = co_await body.end();
}

Response get_custody(Agent& agent, Clock& clock, const Request&) {
    Response response;
    response.takeover = [&agent, &clock](net::Stream& stream) {
        return write_custody(agent, clock, stream);
    };
    return response;
}

Async<> write_tail(Clock& clock, std::shared_ptr<Broadcast::Listener> listener,
                   net::Stream& stream) {
    http::ChunkedBody body(stream);
    Result<> written = co_await body.begin(200, ndjson);
    for (std::size_t told = 0; written;) {
        Result<std::string> line =
            co_await within(clock, keep_alive, "a verdict", listener->next());
        if (!line && line.error().fault == Fault::cancelled) co_return;
        std::string text;
        if (const std::size_t lost = listener->lost(); lost > told) {
            text = api::lost_lines_json(static_cast<std::int64_t>(lost - told)) + "\n";
            told = lost;
        }
        text += (line ? *line : std::string()) + "\n";
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

Response get_why(Agent& agent, Clock&, const Request& request) {
    const std::string id = http::query_value(request.target, "id");
    auto at = time_asked(request, "at", Instant());
    if (!at) return failure(at.error());
    auto from = time_asked(request, "from", *at);
    if (!from) return failure(from.error());
    auto to = time_asked(request, "to", *from);
    if (!to) return failure(to.error());
    if (id.empty() && *from == Instant()) return problem(400, "give at, from and to, or id");
    if (*to < *from || *to - *from > api::Why::longest) {
        return problem(400, "to: a minute after from at the most, and not before it");
    }
    auto why = id.empty() ? agent.why(*from, *to) : agent.why(id);
    if (!why) return failure(why.error());
    return json_answer(200, api::to_json(*why));
}

// What was asked for of the queue or of the dead letters, and how they are read: a slice from `at`
// on, and the next one begins `step` from the last record of it.
struct Listing {
    std::optional<offline::Lane> lane;
    std::int64_t at = 0, limit = 0, step = 1;
    Agent::Records (Agent::*read)(offline::Lane, std::int64_t, std::size_t) = nullptr;
};

Async<> write_listing(Agent& agent, Clock& clock, Listing listing, net::Stream& stream) {
    http::ChunkedBody body(stream);
    Result<> written = co_await body.begin(200, ndjson);
    for (const offline::Lane lane : offline::lanes) {
        if (listing.lane && *listing.lane != lane) continue;
        for (std::int64_t at = listing.at; written && listing.limit > 0;) {
            const std::int64_t wanted = std::min<std::int64_t>(listing.limit, most_records);
            auto records = (agent.*listing.read)(lane, at, static_cast<std::size_t>(wanted));
            if (!records) co_return;  // without its last chunk, so that it is seen to be cut short
            if (records->empty()) break;
            std::string lines;
            for (const auto& record : *records) lines += api::to_json(record) + '\n';
            listing.limit -= static_cast<std::int64_t>(records->size());
            at = records->back().sequence + listing.step;
            written = co_await within(clock, write_limit, "the queue", body.write(lines));
        }
    }
    if (written) written = co_await body.end();
}

Result<std::optional<offline::Lane>> lane_asked(const Request& request) {
    const std::string text = http::query_value(request.target, "lane");
    if (text.empty()) return std::optional<offline::Lane>();
    for (const offline::Lane lane : offline::lanes) {
        if (text == offline::name(lane)) return std::optional(lane);
    }
    return Error(Fault::malformed, "lane: give pings or actions");
}

Response list(Agent& agent, Clock& clock, const Request& request, std::string_view begin,
              Listing listing) {
    auto lane = lane_asked(request);
    if (!lane) return failure(lane.error());
    auto at = number_asked(request, begin, listing.at);
    if (!at) return failure(at.error());
    auto limit = number_asked(request, "limit", newest);
    if (!limit) return failure(limit.error());
    listing.lane = *lane;
    listing.at = *at;
    listing.limit = *limit;
    Response response;
    response.takeover = [&agent, &clock, listing](net::Stream& stream) {
        return write_listing(agent, clock, listing, stream);
    };
    return response;
}

Response get_queue(Agent& agent, Clock& clock, const Request& request) {
    Listing listing;
    listing.read = &Agent::waiting;
    return list(agent, clock, request, "from", listing);
}

Response get_dead(Agent& agent, Clock& clock, const Request& request) {
    Listing listing;
    listing.at = newest;
    listing.step = -1;
    listing.read = &Agent::dead_letters;
    return list(agent, clock, request, "to", listing);
}

Response post_flush(Agent& agent, Clock& clock, const Request& request) {
    if (agent.status().office.paused_by_hand) {
        return problem(409, "delivery is paused by hand: `outrider queue resume` ends it");
    }
    agent.flush();
    return get_status(agent, clock, request);
}

Response post_pause(Agent& agent, Clock& clock, const Request& request) {
    if (auto paused = agent.pause(); !paused) return failure(paused.error());
    return get_status(agent, clock, request);
}

Response post_resume(Agent& agent, Clock& clock, const Request& request) {
    if (auto resumed = agent.resume(); !resumed) return failure(resumed.error());
    return get_status(agent, clock, request);
}

Response decide(Agent& agent, const Request& request,
                Result<api::DeadAnswer> (Agent::*verb)(const api::DeadRequest&)) {
    auto wanted = api::parse_dead_request(request.body);
    if (!wanted) return failure(wanted.error());
    auto answer = (agent.*verb)(*wanted);
    if (!answer) return failure(answer.error());
    return json_answer(200, api::to_json(*answer));
}

Response post_retry(Agent& agent, Clock&, const Request& request) {
    return decide(agent, request, &Agent::retry);
}

Response post_drop(Agent& agent, Clock&, const Request& request) {
    return decide(agent, request, &Agent::drop);
}

struct Route {
    std::string_view method, path;
    Response (*answer)(Agent&, Clock&, const Request&);
};

constexpr std::array routes = {
    Route{"GET", "/v1/status", get_status},
    Route{"GET", "/v1/audit", get_audit},
    Route{"GET", "/v1/custody", get_custody},
    Route{"GET", "/v1/tail", get_tail},
    Route{"GET", "/v1/track", get_track},
    Route{"GET", "/v1/queue", get_queue},
    Route{"GET", "/v1/dead", get_dead},
    Route{"POST", "/v1/queue/flush", post_flush},
    Route{"POST", "/v1/queue/pause", post_pause},
    Route{"POST", "/v1/queue/resume", post_resume},
    Route{"POST", "/v1/dead/retry", post_retry},
    Route{"POST", "/v1/dead/drop", post_drop},
    Route{"GET", "/v1/why", get_why},
};

// Who changes something is known and goes into the log. That is permission enough: the socket's
// mode is 0660, so the kernel connects root, the agent's own user and its group, nobody else.
std::optional<Response> refusal(const Request& request, const std::optional<net::Peer>& peer) {
    if (!peer) return problem(403, "who asks is not known: ask on the agent's own socket");
    if (request.body.size() > most_asked) {
        return problem(413, fmt::format("the body has more than {} bytes", most_asked));
    }
    log(Level::notice, fmt::format("local API: {} by uid {}, pid {}", http::path_of(request.target),
                                   peer->uid, peer->pid));
    return std::nullopt;
}

Response answer(Agent& agent, Clock& clock, const Request& request,
                const std::optional<net::Peer>& peer) {
    const std::string_view path = http::path_of(request.target);
    const bool reads = request.method == "GET";
    if (!reads) {
        if (auto refused = refusal(request, peer)) return std::move(*refused);
    }
    if (auto day = answer_day(agent, request)) return std::move(*day);
    if (auto about = answer_privacy(agent, request, peer)) return std::move(*about);
    const auto* const route =
        std::find_if(routes.begin(), routes.end(), [&](const Route& r) { return r.path == path; });
    if (route == routes.end()) return problem(404, "there is no such thing here");
    if (route->method != request.method) {
        return problem(405, fmt::format("only {} works here", route->method));
    }
    return route->answer(agent, clock, request);
}

Async<Response> respond(Agent& agent, Clock& clock, Request request,
                        std::optional<net::Peer> peer) {
    co_await until_changed(agent, clock, request);
    Response response = answer(agent, clock, request, peer);
    co_return response;
}

}  // namespace

http::Handler local_api(Agent& agent, Clock& clock) {
    return [&agent, &clock](Request request, std::optional<net::Peer> peer) {
        return respond(agent, clock, std::move(request), peer);
    };
}

}  // namespace outrider::agent
