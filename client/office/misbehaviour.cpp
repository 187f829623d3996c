#include "client/office/misbehaviour.hpp"

#include "client/office/json.hpp"

#include <fmt/format.h>

#include <array>

namespace outrider::office {

namespace {

constexpr Duration longest_stall = std::chrono::seconds(100);  // when ServiceTitan itself gives up
constexpr int most_endless_pieces = 65536;                     // of 16 KiB: 1 GiB

Async<Result<std::size_t>> until_the_peer_leaves(net::Stream& stream) {
    std::array<char, 1024> ignored;
    for (int i = 0; i < 1024; ++i) {
        const auto read = co_await stream.read_some(ignored);
        if (!read || *read == 0) co_return read;
    }
    co_return std::size_t{0};
}

Async<> stall(net::Stream& stream, Clock& clock) {
    Async<Result<std::size_t>> wait = until_the_peer_leaves(stream);
    const auto left = co_await within(clock, longest_stall, "stalling", std::move(wait));
    static_cast<void>(left);
}

Async<> reset(net::Stream& stream) {
    stream.reset();
    co_return;
}

Async<> never_end(net::Stream& stream) {
    const std::string piece(std::size_t{16} * 1024, ' ');
    http::ChunkedBody body(stream);
    auto written = co_await body.begin(200, "application/json");
    for (int i = 0; written && i < most_endless_pieces; ++i) {
        written = co_await body.write(piece);
    }
}

// `text` is a whole answer's first part; the connection ends with it.
Async<> break_off(net::Stream& stream, std::string text) {
    const auto written = co_await stream.write(text);
    static_cast<void>(written);
}

http::Response portal_page() {
    http::Response response;
    response.headers.set("Content-Type", "text/html; charset=utf-8");
    response.body =
        "<!DOCTYPE html><html><head><title>Welcome to Guest WiFi</title></head><body>"
        "<h1>Guest WiFi</h1><p>Please accept the terms to go online.</p></body></html>";
    return response;
}

http::Response wrong_shape(std::int64_t hit) {
    static constexpr std::array<std::string_view, 8> shapes = {
        R"({"data":[],"hasMore":false})",
        R"({})",
        R"([1,2,3])",
        R"([{"externalId":7,"status":"Success","message":""}])",
        R"([{"externalId":"or-0","status":true,"message":""}])",
        R"([{"id":"or-0","result":"Success"}])",
        R"(null)",
        R"([{"externalId":"or-0","status":"Success","message":""})",
    };
    const auto index = static_cast<std::size_t>(hit) % shapes.size();
    return json_answer(200, std::string(shapes[index]));
}

http::Response busy(int status, std::int64_t retry_after_s) {
    http::Response response = gateway_answer(
        status, fmt::format("{} Try again in {} seconds.",
                            status == 429 ? "Rate limit is exceeded." : "Service is unavailable.",
                            retry_after_s));
    response.headers.set("Retry-After", std::to_string(retry_after_s));
    return response;
}

http::Response taken_over(std::function<Async<>(net::Stream&)> takeover) {
    http::Response response;
    response.takeover = std::move(takeover);
    return response;
}

}  // namespace

std::optional<http::Response> instead_of_acting(Mode mode, const FaultSettings& settings,
                                                std::int64_t hit, Clock& clock) {
    switch (mode) {
        case Mode::stall:
            return taken_over([&clock](net::Stream& stream) { return stall(stream, clock); });
        case Mode::reset: return taken_over([](net::Stream& stream) { return reset(stream); });
        case Mode::endless:
            return taken_over([](net::Stream& stream) { return never_end(stream); });
        case Mode::error500: return problem(500, "An error occurred.", {}, "00-fault-01");
        case Mode::busy429: return busy(429, settings.retry_after_s);
        case Mode::busy503: return busy(503, settings.retry_after_s);
        case Mode::html: return portal_page();
        case Mode::wrong_shape: return wrong_shape(hit);
        case Mode::unauthorised: return gateway_answer(401, "Access denied.");
        case Mode::forbidden:
            return gateway_answer(403, "The app has no scope for this operation.");
        case Mode::conflict:
            return problem(409, "The office was told to refuse this.", {}, "00-fault-01");
        case Mode::none:
        case Mode::refuse:
        case Mode::truncate:
        case Mode::reject_all:
        case Mode::reject_some:
        case Mode::drop_answer:
        case Mode::mute: break;
    }
    return std::nullopt;
}

http::Response spoil(Mode mode, http::Response answer, Clock& clock) {
    if (mode == Mode::mute) {
        return taken_over([&clock](net::Stream& stream) { return stall(stream, clock); });
    }
    if (mode == Mode::drop_answer) {
        return taken_over([](net::Stream& stream) { return reset(stream); });
    }
    if (mode != Mode::truncate) return answer;
    std::string text =
        fmt::format("HTTP/1.1 {} Cut\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}",
                    answer.status, answer.headers.get("Content-Type"), answer.body.size(),
                    std::string_view(answer.body).substr(0, answer.body.size() / 2));
    return taken_over([text](net::Stream& stream) { return break_off(stream, text); });
}

}  // namespace outrider::office
