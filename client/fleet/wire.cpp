#include "client/fleet/wire.hpp"

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
    constexpr std::array<std::string_view, 8> names = {
        "clear",         "no signal", "requests are lost", "answers are lost",
        "answers reset", "slow",      "captive portal",    "patchy"};
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
    const double ms = slow ? chance_.between(2000, 16'000) : chance_.between(20, 150);
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
    Result<> slept = co_await alarm_->sleep(there);
    if (!slept) {
        // The device is gone; what it sent may arrive all the same.
        const bool arrives =
            chance_.happens(0.5) && today != Weather::request_lost && today != Weather::portal;
        if (arrives) static_cast<void>(act(request));
        static_cast<void>(lose(number, arrives ? Reached::yes : Reached::no, "", true));
        co_return slept.error();
    }
    if (today == Weather::request_lost) {
        slept = co_await alarm_->sleep(patience - there);
        const Error lost = lose(number, Reached::no, "the request was lost", true);
        co_return slept ? lost : slept.error();
    }
    const bool elsewhere = today == Weather::portal;
    http::Response response = elsewhere ? page_of_a_portal() : act(request);
    const Reached reached = elsewhere ? Reached::no : Reached::yes;
    const bool late = today == Weather::answer_lost || there + back > patience;
    const Duration rest = late ? patience - there : back;
    slept = co_await alarm_->sleep(rest);
    const bool broken = late || today == Weather::reset;
    if (!slept || broken) {
        const Error lost = lose(number, reached, "the answer was lost", true);
        co_return slept ? lost : slept.error();
    }
    latency_us_.add((there + back) / std::chrono::microseconds(1));
    if (ended) ended(number, reached, &response);
    co_return response;
}

Async<Result<http::Response>> Wire::send(http::Request, http::Sink) {
    co_return Error(Fault::unreachable, "no streaming here");
}

http::Response Wire::act(const http::Request& request) {
    http::Response response = reception_.answer(request);
    if (acted) acted(request, response);
    return response;
}

}  // namespace outrider::fleet
