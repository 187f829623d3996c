#include "platform/http.hpp"

#include "tests/platform/http_world.hpp"
#include "tests/support/memory_stream.hpp"
#include "tests/support/result.hpp"
#include "tests/support/virtual_clock.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace outrider::http {
namespace {

using namespace std::chrono_literals;
using test::MemoryConnector;
using test::VirtualClock;

TEST_CASE("client: a truncated answer is no answer, at whichever byte it ends") {
    const std::string wires[] = {
        hello,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    };
    for (const std::string& wire : wires) {
        for (std::size_t length = 0; length < wire.size(); ++length) {
            CAPTURE(wire.substr(0, length));
            World world(script({wire.substr(0, length)}, Then::hang_up));
            const Result<Response> answer = world.get();
            REQUIRE_FALSE(answer);
            CHECK(answer.error().fault == Fault::unreachable);
            CHECK(answer.error().ambiguous);
        }
    }
}

Async<> byte_by_byte(net::Stream& stream, Clock& clock, std::string bytes) {
    const std::string request = co_await test::read_request(stream);
    const auto alarm = clock.alarm();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const Result<> slept = co_await alarm->sleep(1ms);
        const std::string_view byte = std::string_view(bytes).substr(i, 1);
        const Result<> written = co_await stream.write(byte);
        if (!slept || !written) co_return;
    }
    const std::string more = co_await test::read_until(stream, "never");
}

TEST_CASE("client: a body in chunks may come a byte at a time") {
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    struct Case {
        std::string chunks, body;
    };
    for (const auto& [chunks, body] : {Case{"0\r\n\r\n", ""}, Case{"1\r\nx\r\n0\r\n\r\n", "x"},
                                       Case{"2\r\nxy\r\n0\r\nX: y\r\n\r\n", "xy"}}) {
        const std::string wire = head + chunks;
        VirtualClock clock;
        MemoryConnector connector(clock.executor(), [&](net::Stream& stream) {
            return byte_by_byte(stream, clock, wire);
        });
        const auto client = make_client(connector, clock, ClientOptions());
        const Result<Response> answer = clock.run(client->send(Request()));
        REQUIRE(answer);
        CHECK(answer->body == body);
    }
}

TEST_CASE("client: a server that falls silent anywhere is given up after the limit") {
    for (std::size_t length = 0; length < hello.size(); length += 7) {
        World world(script({hello.substr(0, length)}, Then::listen));
        const Uptime start = world.clock.uptime();
        const Result<Response> answer = world.get();
        REQUIRE_FALSE(answer);
        CHECK(answer.error().fault == Fault::unreachable);
        CHECK(answer.error().ambiguous);
        CHECK(world.clock.uptime() - start == 30s);
    }
}

Async<> drip(net::Stream& stream, Clock& clock, std::string first, std::string again) {
    const std::string request = co_await test::read_request(stream);
    Result<> written = co_await stream.write(first);
    const auto alarm = clock.alarm();
    while (written) {
        const Result<> slept = co_await alarm->sleep(100ms);
        if (!slept) co_return;
        written = co_await stream.write(again);
    }
}

TEST_CASE("client: one byte at a time does not stretch the limit") {
    const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::pair<std::string, std::string> drips[] = {
        {"HTTP/1.1 200 OK\r\nX: ", "x"},  {"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", "x"},
        {"HTTP/1.1 200 OK\r\n\r\n", "x"}, {"HTTP/1.1 103 Early Hints\r\nX: ", "x"},
        {chunked, "1\r\nx\r\n"},          {chunked + "1;x=", "x"},
        {chunked + "0\r\nX: ", "x"},
    };
    for (const auto& example : drips) {
        CAPTURE(example.first);
        VirtualClock clock;
        MemoryConnector connector(clock.executor(), [&](net::Stream& s) {
            return drip(s, clock, example.first, example.second);
        });
        const auto client = make_client(connector, clock, ClientOptions());
        const Uptime start = clock.uptime();
        CHECK(clock.run(client->send(Request())).error().fault == Fault::unreachable);
        CHECK(clock.uptime() - start == 30s);
    }
}

Async<> flood(net::Stream& stream, std::string first, std::string again, std::size_t& taken) {
    const std::string request = co_await test::read_request(stream);
    Result<> written = co_await stream.write(first);
    while (written) {
        taken += again.size();
        written = co_await stream.write(again);
    }
}

TEST_CASE("client: what never ends is too large, or nonsense, and is not waited for") {
    const std::string k(1000, 'x');
    struct Flood {
        std::string first, again;
        Fault fault;
    };
    const Flood floods[] = {
        {"HTTP/1.1 200 OK\r\n\r\n", k, Fault::too_large},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "5\r\nhello\r\n",
         Fault::too_large},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "fffffff0\r\n", Fault::too_large},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=", k, Fault::too_large},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X: " + k + "\r\n",
         Fault::too_large},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n", k, Fault::too_large},
        {"HTTP/1.1 200 OK\r\n", "X: " + k + "\r\n", Fault::too_large},
        {"HTTP/1.1 200 OK\r\nX: ", k, Fault::too_large},
        {"HTTP/1.1 200 ", k, Fault::too_large},
        {"", "HTTP/1.1 100 Continue\r\n\r\n", Fault::malformed},
        {"", "<html>" + k, Fault::malformed},
        {"HTTP/1.1 101 Switching Protocols\r\n\r\n", "x", Fault::malformed},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", k, Fault::malformed},
        {"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", k, Fault::malformed},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", k, Fault::malformed},
        {"HTTP/2 200 OK\r\n\r\n", k, Fault::malformed},
    };
    for (const Flood& example : floods) {
        CAPTURE(example.first);
        CAPTURE(example.again.substr(0, 30));
        std::size_t taken = 0;
        World world([&](net::Stream& s) { return flood(s, example.first, example.again, taken); });
        const Uptime start = world.clock.uptime();
        const Result<Response> answer = world.get();
        REQUIRE_FALSE(answer);
        CHECK(answer.error().fault == example.fault);
        CHECK(answer.error().ambiguous);
        CHECK(world.clock.uptime() == start);
        // A body's limit, as much again for the chunks' headers, and what was on the way.
        CHECK(taken <= (2 * 1024 + 128) * 1024);
    }
}

TEST_CASE("client: eight interim answers are passed over, nine are too many") {
    std::string wire = hello;
    for (int i = 0; i < 8; ++i) wire.insert(0, "HTTP/1.1 103 Early Hints\r\n\r\n");
    World eight(script({wire}, Then::listen));
    CHECK(eight.get().value().body == "hello");
    World nine(script({"HTTP/1.1 100 Continue\r\n\r\n" + wire}, Then::listen));
    CHECK(nine.get().error().fault == Fault::malformed);
}

TEST_CASE("client: a body as long as the limit fits, one byte more does not") {
    Limits limits;
    limits.body = 5;
    World fits(script({hello}, Then::listen), limits);
    CHECK(fits.get());
    limits.body = 4;
    World not_fits(script({hello}, Then::listen), limits);
    CHECK(not_fits.get().error().fault == Fault::too_large);
}

}  // namespace
}  // namespace outrider::http
