#include "client/fleet/wire.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace outrider::fleet {
namespace {

http::Response page_of_a_portal() {
    http::Response page;
    page.headers.set("Content-Type", "text/html");
    page.body = "<html><body>Welcome to our network. Please sign in.</body></html>";
    return page;
}

}  // namespace

std::string_view name(Weather weather) {
    constexpr std::array<std::string_view, 9> names = {
        "clear",         "no signal", "requests are lost", "answers are lost",
        "answers reset", "slow",      "answers cut off",   "captive portal",
        "patchy"};
    return names.at(static_cast<std::size_t>(weather));
}

Wire::Wire(office::Reception& reception, Clock& truth, std::uint64_t seed)
    : reception_(reception), truth_(truth), alarm_(truth.alarm()), chance_(seed) {}

Weather Wire::now() {
    if (weather != Weather::patchy) return weather;
    return static_cast<Weather>(chance_.between(0, static_cast<double>(Weather::patchy)));
}

Duration Wire::way(Weather today) {
    const bool slow = today == Weather::slow;
    const double ms = slow ? chance_.between(1000, 40'000) : chance_.between(20, 150);
    return Duration(static_cast<std::int64_t>(ms));
}

Error Wire::lose(Number number, Reached reached, const char* what, bool ambiguous) {
    failures_.push_back(truth_.now());
    if (ended) ended(number, reached, nullptr);
    Error error(Fault::unreachable, what);
    error.ambiguous = ambiguous;
    return error;
}

Async<Result<http::Response>> Wire::send(http::Request request) {
    const Number number = ++requests_;
    const Weather today = now();
    if (leaves) leaves(number, request);
    if (today == Weather::no_signal) co_return lose(number, Reached::no, "no signal", false);
    const Duration there = way(today), back = way(today);
    const bool arrives = today != Weather::request_lost && today != Weather::portal;
    const bool too_late = there > patience;
    Result<> slept = co_await alarm_->sleep(std::min(there, patience));
    if (!slept || too_late) {
        // Nobody waits any more; what was sent may arrive all the same.
        const bool comes = arrives && later && (too_late || chance_.happens(0.5));
        if (comes) later(too_late ? there - patience : there, [this, request] { act(request); });
        const Reached perhaps = comes ? Reached::perhaps : Reached::no;
        const Error lost = lose(number, perhaps, "the request took too long", true);
        co_return slept ? lost : slept.error();
    }
    if (today == Weather::request_lost) {
        slept = co_await alarm_->sleep(patience - there);
        const Error lost = lose(number, Reached::no, "the request was lost", true);
        co_return slept ? lost : slept.error();
    }
    Acted done{page_of_a_portal(), Reached::no};
    if (arrives) done = act(request);
    const bool late = today == Weather::answer_lost || there + back > patience;
    const Duration rest = late ? patience - there : back;
    slept = co_await alarm_->sleep(rest);
    const bool broken = late || today == Weather::reset;
    if (!slept || broken) {
        const Error lost = lose(number, done.reached, "the answer was lost", true);
        co_return slept ? lost : slept.error();
    }
    http::Response& response = done.response;
    if (today == Weather::cut_off) response.body.resize(response.body.size() / 2);
    latency_us_.add((there + back) / std::chrono::microseconds(1));
    if (ended) ended(number, done.reached, &response);
    co_return std::move(response);
}

Async<Result<http::Response>> Wire::send(http::Request, http::Sink) {
    co_return Error(Fault::unreachable, "no streaming here");
}

Wire::Acted Wire::act(const http::Request& request) {
    Acted done{reception_.answer(request)};
    done.reached = reception_.acted() ? Reached::yes : Reached::no;
    if (acted) acted(request, done.response);
    return done;
}

}  // namespace outrider::fleet
