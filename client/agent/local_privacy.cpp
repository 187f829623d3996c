#include "client/agent/local_privacy.hpp"

#include "client/agent/local_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace outrider::agent {
namespace {

using http::Request;
using http::Response;
using Asker = std::optional<net::Peer>;

Response get_privacy(Agent& agent, const Request& request, const Asker&) {
    const bool places = http::query_value(request.target, "places") == "1";
    auto report = agent.privacy_report(places ? Agent::Places::told : Agent::Places::left_out);
    return report ? json_answer(200, api::to_json(*report)) : failure(report.error());
}

Response post_private(Agent& agent, const Request& request, const Asker& asker) {
    auto wanted = api::parse_private_request(request.body);
    if (!wanted) return failure(wanted.error());
    const std::int64_t by = asker ? static_cast<std::int64_t>(asker->uid) : 0;
    const Result<> done =
        wanted->on ? agent.begin_private(wanted->length, by) : agent.end_private();
    return done ? json_answer(200, api::to_json(agent.privacy())) : failure(done.error());
}

Response post_forget(Agent& agent, const Request& request, const Asker&) {
    auto wanted = api::parse_forget_request(request.body);
    if (!wanted) return failure(wanted.error());
    auto answer = agent.forget(*wanted);
    return answer ? json_answer(200, api::to_json(*answer)) : failure(answer.error());
}

struct Route {
    std::string_view method, path;
    Response (*answer)(Agent&, const Request&, const Asker&);
};
constexpr std::array routes = {Route{"GET", "/v1/privacy", get_privacy},
                               Route{"POST", "/v1/private", post_private},
                               Route{"POST", "/v1/forget", post_forget}};

}  // namespace

std::optional<Response> answer_privacy(Agent& agent, const Request& request, const Asker& asker) {
    const std::string_view path = http::path_of(request.target);
    const auto* const route = std::ranges::find(routes, path, &Route::path);
    if (route == routes.end()) return std::nullopt;
    if (route->method != request.method) {
        return problem(405, fmt::format("only {} works here", route->method));
    }
    return route->answer(agent, request, asker);
}

}  // namespace outrider::agent
