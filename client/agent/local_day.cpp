#include "client/agent/local_day.hpp"

#include "client/agent/local_answer.hpp"
#include "platform/tasks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace outrider::agent {
namespace {

using dispatch::Verb;
using http::Request;
using http::Response;

constexpr Duration longest_poll = std::chrono::seconds(25);
constexpr std::size_t most_cards = 500;
constexpr std::string_view tap_path = "/v1/appointments/";
constexpr std::string_view suggestion_path = "/v1/suggestions/";

Response no_technician() {
    return problem(404, "this device has no technician: set technician.id");
}

Response get_day(Agent& agent) {
    api::PrivacyView privacy = agent.privacy();  // first: what is new there is a new revision
    auto view = agent.day();
    if (view) view->privacy = std::move(privacy);
    return view ? json_answer(200, api::to_json(*view)) : failure(view.error());
}

template <class Records>
Response lines_of(const Records& records) {
    std::string lines;
    for (const auto& record : records) lines += api::to_json(record) + '\n';
    Response response;
    response.headers.set("Content-Type", "application/x-ndjson");
    response.body = std::move(lines);
    return response;
}

Response get_waiting(Agent& agent) { return lines_of(agent.workday()->waiting()); }

Response get_cards(Agent& agent) {
    auto cards = agent.cards(most_cards);
    return cards ? lines_of(*cards) : failure(cards.error());
}

std::optional<dispatch::Id> appointment_of(std::string_view id) {
    dispatch::Id number = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
    if (error != std::errc() || end != id.data() + id.size() || number <= 0) return std::nullopt;
    return number;
}

// {"error", ...} with status 409, or the new day with 202.
Response answer_to_tap(Agent& agent, const Result<std::optional<api::Denied>>& answer) {
    if (!answer) return failure(answer.error());
    if (*answer) return json_answer(409, api::to_json(**answer));
    Response response = get_day(agent);
    if (response.status == 200) response.status = 202;
    return response;
}

// arrive/812/accept
Response post_suggestion(Agent& agent, std::string_view rest) {
    const auto first = rest.find('/'), last = rest.rfind('/');
    const auto verb = api::verb_of(rest.substr(0, first));
    const std::string_view what = last == rest.npos ? "" : rest.substr(last + 1);
    if (!verb || first == last || (what != "accept" && what != "dismiss")) {
        return problem(404, "a suggestion is answered as arrive/812/accept or arrive/812/dismiss");
    }
    const auto appointment = appointment_of(rest.substr(first + 1, last - first - 1));
    if (!appointment) return problem(400, "the appointment is a number");
    if (what == "accept") return answer_to_tap(agent, agent.accept(*verb, *appointment));
    if (auto gone = agent.dismiss(*verb, *appointment); !gone) return failure(gone.error());
    Response response = get_day(agent);
    if (response.status == 200) response.status = 202;
    return response;
}

Response post_tap(Agent& agent, std::string_view rest) {
    const auto slash = rest.find('/');
    const std::string_view id = rest.substr(0, slash);
    const auto verb = slash == rest.npos ? std::nullopt : api::verb_of(rest.substr(slash + 1));
    if (!verb || std::ranges::find(dispatch::own_verbs, *verb) == dispatch::own_verbs.end()) {
        return problem(404,
                       "a technician can dispatch, cancel, arrive, pause, resume, done, close and "
                       "complete; checking in is the office's");
    }
    std::optional<dispatch::Id> appointment;
    if (id != "only") {
        appointment = appointment_of(id);
        if (!appointment) return problem(400, "the appointment is a number, or 'only'");
    }
    return answer_to_tap(agent, agent.tap(*verb, appointment));
}

struct Route {
    std::string_view path;
    Response (*answer)(Agent&);
};
constexpr std::array routes = {Route{"/v1/day", get_day}, Route{"/v1/waiting", get_waiting},
                               Route{"/v1/cards", get_cards}};

}  // namespace

std::optional<Response> answer_day(Agent& agent, const Request& request) {
    const std::string_view path = http::path_of(request.target);
    const bool suggestion = path.starts_with(suggestion_path);
    const bool tap = path.starts_with(tap_path) || suggestion;
    const auto route = std::ranges::find(routes, path, &Route::path);
    if (!tap && route == routes.end()) return std::nullopt;
    const std::string_view method = tap ? "POST" : "GET";
    if (request.method != method) {
        return problem(405, fmt::format("only {} works here", method));
    }
    if (agent.workday() == nullptr) return no_technician();
    if (suggestion) return post_suggestion(agent, path.substr(suggestion_path.size()));
    return tap ? post_tap(agent, path.substr(tap_path.size())) : route->answer(agent);
}

Async<> until_changed(Agent& agent, Clock& clock, Request request) {
    Workday* const workday = agent.workday();
    if (workday == nullptr || http::path_of(request.target) != "/v1/day") co_return;
    const auto after = number_asked(request, "after", -1);
    if (!after || *after != workday->revision()) co_return;
    const auto listener = workday->changes().listen();
    if (!listener) co_return;  // too many wait already: they may as well ask again
    Result<std::string> change =
        co_await within(clock, longest_poll, "a change of the day", listener->next());
    static_cast<void>(change);
}

}  // namespace outrider::agent
