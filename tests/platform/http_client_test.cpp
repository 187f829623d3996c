#include "platform/http.hpp"

#include "tests/platform/http_world.hpp"
#include "tests/support/memory_stream.hpp"
#include "tests/support/result.hpp"
#include "tests/support/virtual_clock.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace outrider::http {
namespace {

using namespace std::chrono_literals;
using test::MemoryConnector;
using test::VirtualClock;

TEST_CASE("client: a request is written as HTTP and its answer read") {
    std::vector<std::string> heard;
    World world(script({"HTTP/1.1 404 Not Found\r\nX-A: b\r\nContent-Length: 2\r\n\r\nno"},
                       Then::listen, &heard));
    Request request{"POST", "/x?y=1", {{"Content-Type", "text/plain"}}, "body"};
    const Result<Response> answer = world.clock.run(world.client->send(request));
    REQUIRE(answer);
    CHECK(answer->status == 404);
    CHECK(answer->headers.get("x-a") == "b");
    CHECK(answer->body == "no");
    REQUIRE(heard.size() == 1);
    CHECK(heard[0] ==
          "POST /x?y=1 HTTP/1.1\r\nContent-Type: text/plain\r\nHost: office.example\r\n"
          "User-Agent: outrider/" OUTRIDER_VERSION "\r\nContent-Length: 4\r\n\r\nbody");
}

TEST_CASE("client: what would break out of its line is not sent") {
    World world(script({hello}, Then::listen));
    for (const Request& request :
         {Request{"GET", "/a b", {}, {}}, Request{"GET", "/a\r\nX: y", {}, {}},
          Request{"GE T", "/", {}, {}}, Request{"GET", "/", {{"A", "b\r\nC: d"}}, {}},
          Request{"GET", "/", {{"A:", "b"}}, {}}, Request{"GET", "", {}, {}}}) {
        CHECK(world.clock.run(world.client->send(request)).error().fault == Fault::malformed);
    }
    CHECK(world.connector.connections() == 0);
}

struct Wire {
    std::string text;
    int status;
    std::string body;
};

TEST_CASE("client: every framing of an answer is understood, however it arrives in pieces") {
    const Wire wires[] = {
        {hello, 200, "hello"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n"
         "X-Trailer: z\r\n\r\n",
         200, "hello"},
        {"HTTP/1.1 204 No Content\r\n\r\n", 204, ""},
        {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, ""},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, ""},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + hello, 200,
         "hello"},
        {"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok", 200, "ok"},
    };
    for (const Wire& wire : wires) {
        for (const std::size_t largest : {0U, 1U, 2U, 7U}) {
            CAPTURE(wire.text);
            CAPTURE(largest);
            World world(script({wire.text, wire.text}, Then::listen));
            world.connector.weather().largest_read = largest;
            for (int round = 0; round < 2; ++round) {
                const Result<Response> answer = world.get();
                REQUIRE(answer);
                CHECK(answer->status == wire.status);
                CHECK(answer->body == wire.body);
                CHECK(answer->headers.get("X-Trailer").empty());
            }
            CHECK(world.connector.connections() == 1);
        }
    }
}

TEST_CASE("client: a body up to the end of the stream counts only when that end is orderly") {
    const std::string answer = "HTTP/1.1 200 OK\r\n\r\nhello";
    World orderly(script({answer}, Then::hang_up));
    CHECK(orderly.get().value().body == "hello");
    World torn(script({answer}, Then::reset));
    const Result<Response> cut = torn.get();
    CHECK(cut.error().fault == Fault::unreachable);
    CHECK(cut.error().ambiguous);
}

TEST_CASE("client: the answer to HEAD has no body, whatever length it names") {
    World world(
        script({"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", hello}, Then::listen));
    CHECK(world.clock.run(world.client->send(Request{"HEAD", "/", {}, {}})).value().body.empty());
    CHECK(world.get().value().body == "hello");
    CHECK(world.connector.connections() == 1);
}

TEST_CASE("client: whichever read, write or connect fails, the next request works") {
    const std::string close =
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello";
    for (const std::string& wire : {hello, close}) {
        bool clean = false;
        for (std::size_t fail_at = 1; !clean; ++fail_at) {
            REQUIRE(fail_at < 100);
            CAPTURE(fail_at);
            World world(script({wire, wire, wire, wire}, Then::listen));
            world.connector.weather().largest_read = 20;
            world.connector.weather().fail_at = fail_at;
            int failures = 0;
            for (int request = 0; request < 3; ++request) {
                const Result<Response> answer = world.post("x");
                if (answer) {
                    CHECK(answer->body == "hello");
                    continue;
                }
                ++failures;
                CHECK(answer.error().fault == Fault::unreachable);
                // The first operation is connecting: nothing can have left by then.
                if (fail_at == 1) CHECK_FALSE(answer.error().ambiguous);
                CHECK((answer.error().ambiguous || world.connector.connections() == 0 ||
                       wire == close));
            }
            CHECK(failures <= 1);
            clean = world.connector.weather().operations < fail_at;
            if (clean) CHECK(failures == 0);
            if (!clean) CHECK(failures == 1);
        }
    }
}

TEST_CASE("client: a connection is kept between requests until somebody says close") {
    World keeps(script({hello, hello, hello}, Then::listen));
    for (int i = 0; i < 3; ++i) CHECK(keeps.get());
    CHECK(keeps.connector.connections() == 1);

    for (const std::string& wire :
         {std::string("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"),
          std::string("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
          // Bytes that nobody asked for could pass as the answer to the next request.
          std::string(
              "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\n\r\n")}) {
        World closes(script({wire, wire}, Then::listen));
        CHECK(closes.get().value().body == "hello");
        CHECK(closes.get().value().body == "hello");
        CHECK(closes.connector.connections() == 2);
    }
}

TEST_CASE("client: a kept connection that died meanwhile is noticed before it is used") {
    World world(script({hello}, Then::hang_up));
    for (int i = 0; i < 3; ++i) CHECK(world.get());
    CHECK(world.connector.connections() == 3);
}

Async<> dies_at_the_second_request(net::Stream& stream, std::string answer) {
    const std::string first = co_await test::read_request(stream);
    const Result<> written = co_await stream.write(answer);
    const std::string second = co_await test::read_until(stream, "P");
    stream.reset();
    static_cast<void>(written);
}

TEST_CASE("client: a kept connection that dies under a request leaves it ambiguous, not repeated") {
    World world([](net::Stream& s) { return dies_at_the_second_request(s, hello); });
    CHECK(world.post("x"));
    const Result<Response> second = world.post("x");
    REQUIRE_FALSE(second);
    CHECK(second.error().fault == Fault::unreachable);
    CHECK(second.error().ambiguous);
    CHECK(world.connector.connections() == 1);
    CHECK(world.post("x"));
}

TEST_CASE("client: connecting's own error comes through and is not ambiguous") {
    World world(script({hello}, Then::listen));
    world.connector.refuse(Error(Fault::unauthorised, "a forged certificate"));
    const Result<Response> answer = world.get();
    CHECK(answer.error().fault == Fault::unauthorised);
    CHECK(answer.error().detail == "a forged certificate");
    CHECK_FALSE(answer.error().ambiguous);
    world.connector.refuse(std::nullopt);
    CHECK(world.get());
}

Async<> refuses_half_way(net::Stream& stream) {
    const std::string header = co_await test::read_until(stream, "\r\n\r\n");
    const Result<> written = co_await stream.write(
        "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    static_cast<void>(written);
}

TEST_CASE("client: an answer given before the request was through still counts") {
    World world(refuses_half_way);
    const Result<Response> answer = world.post(std::string(1'000'000, 'x'));
    REQUIRE(answer);
    CHECK(answer->status == 413);
    CHECK(world.get().value().status == 413);
    CHECK(world.connector.connections() == 2);
}

Async<> counts_forever(net::Stream& stream, Clock& clock) {
    const std::string request = co_await test::read_request(stream);
    Result<> written =
        co_await stream.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const auto alarm = clock.alarm();
    for (int i = 0; written && i < 1000; ++i) {
        const Result<> slept = co_await alarm->sleep(1min);
        if (!slept) co_return;
        written = co_await stream.write("1\r\nx\r\n");
    }
    written = co_await stream.write("0\r\n\r\n");
}

TEST_CASE("client: a sink gets a body of any length and duration, and may end it") {
    VirtualClock clock;
    MemoryConnector connector(clock.executor(),
                              [&](net::Stream& s) { return counts_forever(s, clock); });
    ClientOptions options;
    options.limits.body = 10;
    const auto client = make_client(connector, clock, options);
    std::size_t size = 0;
    Sink all = [&](std::string_view piece) -> Result<> {
        size += piece.size();
        return {};
    };
    const Result<Response> whole = clock.run(client->send(Request(), all));
    REQUIRE(whole);
    CHECK(size == 1000);
    CHECK(whole->body.empty());
    Sink enough = [&](std::string_view) -> Result<> { return Error(Fault::storage, "enough"); };
    CHECK(clock.run(client->send(Request(), enough)).error().detail == "enough");
}

TEST_CASE("client: a sink is spared a refusal's body, which keeps its limits") {
    const std::string no = "HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno";
    std::string got;
    Sink sink = [&](std::string_view piece) -> Result<> {
        got += piece;
        return {};
    };
    World world(script({no}, Then::listen));
    const Result<Response> answer = world.clock.run(world.client->send(Request(), sink));
    CHECK(answer.value().body == "no");
    CHECK(got.empty());
    World silent(script({no.substr(0, no.size() - 1)}, Then::listen));
    CHECK(silent.clock.run(silent.client->send(Request(), sink)).error().fault ==
          Fault::unreachable);
}

Async<> cancelled_in_the_middle(Client& client, Clock& clock, std::optional<Error>& error) {
    std::vector<Async<>> loops;
    struct Parts {
        static Async<> ask(Client& who, std::optional<Error>& into) {
            const Result<Response> answer = co_await who.send(Request());
            if (!answer) into = answer.error();
        }
        static Async<> wait(Clock& time) {
            const auto alarm = time.alarm();
            const Result<> slept = co_await alarm->sleep(1s);
            static_cast<void>(slept);
        }
    };
    loops.push_back(Parts::ask(client, error));
    loops.push_back(Parts::wait(clock));
    Async<> all = together(std::move(loops));
    co_await std::move(all);
}

TEST_CASE("client: cancelled in mid-flight, it says so and starts afresh") {
    World world(script({"", hello}, Then::listen));
    std::optional<Error> error;
    world.clock.run(cancelled_in_the_middle(*world.client, world.clock, error));
    REQUIRE(error);
    CHECK(error->fault == Fault::cancelled);
    CHECK(error->ambiguous);
    CHECK(world.connector.connections() == 1);
    World other(script({hello}, Then::listen));
    CHECK(other.get());
}

}  // namespace
}  // namespace outrider::http
