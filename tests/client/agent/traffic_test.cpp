#include "client/agent/traffic.hpp"

#include "tests/support/result.hpp"
#include "tests/support/virtual_clock.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::agent;
using namespace outrider::test;
using namespace std::chrono_literals;

namespace {

// Answers everything with a body of so many bytes.
class Echo final : public http::Client {
public:
    Async<Result<http::Response>> send(http::Request) override {
        ++requests;
        http::Response response;
        response.body.assign(answer, 'x');
        co_return response;
    }
    Async<Result<http::Response>> send(http::Request, http::Sink sink) override {
        ++requests;
        Result<> taken = sink(std::string(answer, 'x'));
        if (!taken) co_return taken.error();
        co_return http::Response();
    }
    int requests = 0;
    std::size_t answer = 0;
};

Async<> ask(http::Client& client, std::size_t bytes, Result<http::Response>& into) {
    http::Request request;
    request.body.assign(bytes, 'y');
    into = co_await client.send(std::move(request));
}

struct Gate {
    explicit Gate(TrafficLimits limits) : traffic(clock, limits) {}
    Result<http::Response> send(std::size_t bytes = 0) {
        Result<http::Response> response = Error();
        clock.run(ask(*client, bytes, response));
        return response;
    }
    VirtualClock clock;
    Traffic traffic;
    Echo echo;
    std::unique_ptr<http::Client> client = governed(echo, traffic);
};

Instant at(const char* text) { return *parse_rfc3339(text); }

}  // namespace

TEST_SUITE("client/agent/traffic") {
    TEST_CASE("a defect that sends without end is stopped at the gate, and let on evenly") {
        TrafficLimits limits;
        limits.requests_per_hour = 60;
        Gate gate(limits);
        int refused = 0;
        for (int i = 0; i < 7200; ++i) {
            const auto response = gate.send();
            if (!response) {
                ++refused;
                CHECK(response.error().fault == Fault::busy);
                CHECK(response.error().wait.value() <= 60s);
                CHECK(response.error().detail.find("limits.requests_per_hour") !=
                      std::string::npos);
            }
            gate.clock.run_for(1s);
        }
        CHECK(gate.echo.requests >= 178);
        CHECK(gate.echo.requests <= 180);  // an hour's worth at once, two more in two hours
        CHECK(refused == 7200 - gate.echo.requests);
    }

    TEST_CASE("bytes count in both directions") {
        TrafficLimits limits;
        limits.bytes_per_hour = 1'000'000;
        Gate gate(limits);
        gate.echo.answer = 90'000;
        int sent = 0;
        while (gate.send(10'000)) ++sent;
        CHECK(sent == 10);
        CHECK(gate.traffic.take_bytes() == 10 * (100'000 + 2 * 400 + 1));
        CHECK(gate.traffic.take_bytes() == 0);
        gate.clock.run_for(59min);
        CHECK(gate.send(10'000));
    }

    TEST_CASE("what is larger than an hour's worth may go when the hour is whole") {
        TrafficLimits limits;
        limits.bytes_per_hour = 1000;
        Gate gate(limits);
        CHECK(gate.send(100'000));
        CHECK_FALSE(gate.send(0));
    }

    TEST_CASE("without a budget, or within it, pings wait no longer than set") {
        VirtualClock clock;
        TrafficLimits limits;
        CHECK(Traffic(clock, limits).interval(30s, at("2026-11-15T00:00:00Z"), 1 << 30) == 30s);
        limits.bytes_per_month = 30'000'000;
        const Traffic traffic(clock, limits);
        CHECK(traffic.interval(30s, at("2026-11-15T00:00:00Z"), 13'000'000) == 30s);
    }

    TEST_CASE("ahead of the budget the pauses grow so that it lasts, up to an hour") {
        VirtualClock clock;
        TrafficLimits limits;
        limits.bytes_per_month = 30'000'000;
        const Traffic traffic(clock, limits);
        const Instant middle = at("2026-11-16T00:00:00Z");  // half of it is left
        const Duration slower = traffic.interval(30s, middle, 20'000'000);
        // 15 days for 10 MB, 4 KiB each: 2441 requests, one in 531 s
        CHECK(slower > 500s);
        CHECK(slower < 560s);
        CHECK(traffic.interval(30s, middle, 29'999'999) == 1h);
        CHECK(traffic.interval(30s, middle, 99'999'999) == 1h);
        CHECK(traffic.interval(2h, middle, 99'999'999) == 2h);
        CHECK(traffic.interval(30s, at("2026-12-31T23:59:59Z"), 99'999'999) == 30s);
    }

    TEST_CASE("each month has its own account") {
        CHECK(data_account(at("2026-11-30T23:59:59Z")) == "data:2026-11");
        CHECK(data_account(at("2026-12-01T00:00:00Z")) == "data:2026-12");
    }
}
