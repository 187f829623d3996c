#include "platform/http.hpp"

#include "tests/support/memory_stream.hpp"
#include "tests/support/result.hpp"
#include "tests/support/virtual_clock.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>

namespace outrider::http {
namespace {

using namespace std::chrono_literals;
using test::MemoryHost;
using test::VirtualClock;

Async<Response> echo(Request request, std::optional<net::Peer> peer) {
    Response response;
    response.headers.set("X-Peer", peer ? std::to_string(peer->uid) : "none");
    response.body = request.method + " " + request.target + " " + request.body;
    co_return response;
}

Async<> chunks(net::Stream& stream) {
    ChunkedBody body(stream);
    Result<> written = co_await body.begin(200, "text/plain");
    for (const char* piece : {"one", "", "two"}) {
        if (written) written = co_await body.write(piece);
    }
    if (written) written = co_await body.end();
}

Async<Response> takes_over(Request, std::optional<net::Peer>) {
    Response response;
    response.takeover = chunks;
    co_return response;
}

struct World {
    explicit World(Handler handler = echo, ServerOptions options = {})
        : host(clock.executor(), net::Peer{1, 42, 43}),
          connector(host.connector()),
          server(clock.executor(), clock, host.listener(), std::move(handler), options) {}

    // Runs `work` beside the server, which is cancelled at its end.
    void run(Async<> work) {
        std::vector<Async<>> loops;
        loops.push_back(server.run());
        loops.push_back(std::move(work));
        clock.run(together(std::move(loops)));
    }

    VirtualClock clock;
    MemoryHost host;
    std::unique_ptr<net::Connector> connector;
    Server server;
};

// Everything the server says to `request`, sent at once, until it hangs up or falls silent for 5 s.
Async<> say(World& world, std::string request, std::string& answer, bool& ended) {
    Result<net::StreamPtr> stream = co_await world.connector->connect();
    if (!stream) co_return;
    const Result<> written = co_await (*stream)->write(request);
    static_cast<void>(written);
    std::vector<char> piece(4096);
    ended = false;
    for (;;) {
        const Result<std::size_t> got = co_await within(
            world.clock, 5s, "silence", (*stream)->read_some(std::span<char>(piece)));
        ended = got && *got == 0;
        if (!got || *got == 0) co_return;
        answer.append(piece.data(), *got);
    }
}

struct Said {
    std::string text;
    bool ended = false;
};

Said said(World& world, const std::string& request) {
    Said answer;
    world.run(say(world, request, answer.text, answer.ended));
    return answer;
}

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
}

TEST_CASE("server: a request is answered, and its sender known on a unix socket") {
    World world;
    const Said answer = said(world, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
    CHECK(answer.text == "HTTP/1.1 200 OK\r\nX-Peer: 42\r\nContent-Length: 12\r\n\r\nPOST /x body");
    CHECK_FALSE(answer.ended);
}

TEST_CASE("server: requests sent together are answered in order, whatever the pieces") {
    const std::string requests =
        "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
        "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
        "HEAD /3 HTTP/1.1\r\nHost: a\r\n\r\n"
        "GET /4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        "GET /5 HTTP/1.1\r\nHost: a\r\n\r\n";
    World world;
    const Said answer = said(world, requests);
    CHECK(answer.ended);
    CHECK(count(answer.text, "HTTP/1.1 200 OK") == 4);
    CHECK(answer.text.find("GET /1 ") < answer.text.find("POST /2 hi"));
    CHECK(answer.text.find("POST /2 hi") < answer.text.find("Content-Length: 8"));
    CHECK(answer.text.find("HEAD /3") == std::string::npos);
    CHECK(answer.text.ends_with("Connection: close\r\n\r\nGET /4 "));
}

TEST_CASE("server: HTTP/1.0 gets one answer per connection") {
    World world;
    const Said answer = said(world, "GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n");
    CHECK(count(answer.text, "HTTP/1.1 200 OK") == 1);
    CHECK(answer.ended);
}

TEST_CASE("server: what it cannot accept gets its status and the connection closed") {
    ServerOptions options;
    options.limits.body = 100;
    options.limits.header = 1000;
    const std::string k(1001, 'x');
    const std::pair<std::string, std::string> examples[] = {
        {"garbage\r\n\r\n", "400"},
        {"GET / HTTP/3.0\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nA b\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400"},
        {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "400"},
        {"POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n", "413"},
        {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n", "413"},
        {"GET /" + k + " HTTP/1.1\r\n\r\n", "431"},
        {"GET / HTTP/1.1\r\nA: " + k + "\r\n\r\n", "431"},
        {"GET / HTTP/1.1\r\nA: " + k, "431"},
    };
    for (const auto& example : examples) {
        const auto& request = example.first;
        const auto& status = example.second;
        CAPTURE(request);
        World world(echo, options);
        const Said answer = said(world, request);
        CHECK(answer.text.starts_with("HTTP/1.1 " + status + " "));
        CHECK(count(answer.text, "HTTP/1.1") == 1);
        CHECK(answer.text.find("Connection: close") != std::string::npos);
        CHECK(answer.ended);
    }
}

TEST_CASE("server: a client that asks before sending its body is told to go on") {
    World world;
    const Said answer =
        said(world, "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    CHECK(answer.text == "HTTP/1.1 100 Continue\r\n\r\n");
    ServerOptions options;
    options.limits.body = 1;
    World small(echo, options);
    const Said refused =
        said(small, "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    CHECK(refused.text.starts_with("HTTP/1.1 413"));
}

Async<> drip(World& world, Duration& lasted) {
    Result<net::StreamPtr> stream = co_await world.connector->connect();
    if (!stream) co_return;
    const auto alarm = world.clock.alarm();
    const Uptime start = world.clock.uptime();
    Result<> written = co_await (*stream)->write("GET / HTTP/1.1\r\nX: ");
    while (written) {
        const Result<> slept = co_await alarm->sleep(1s);
        if (!slept) co_return;
        written = co_await (*stream)->write("x");
    }
    lasted = world.clock.uptime() - start;
}

TEST_CASE("server: a request must arrive whole within the idle time, however busy it looks") {
    World world;
    Duration lasted{};
    world.run(drip(world, lasted));
    CHECK(lasted >= 29s);
    CHECK(lasted <= 31s);
}

Async<> never_reads(World& world, Duration& lasted) {
    Result<net::StreamPtr> stream = co_await world.connector->connect();
    if (!stream) co_return;
    const Uptime start = world.clock.uptime();
    Result<> written = co_await (*stream)->write("GET / HTTP/1.1\r\n\r\n");
    const auto alarm = world.clock.alarm();
    // More requests, until nobody is there to take them.
    while (written) {
        const Result<> slept = co_await alarm->sleep(1s);
        if (!slept) co_return;
        written = co_await (*stream)->write("\r\n");
    }
    lasted = world.clock.uptime() - start;
}

Async<Response> long_answer(Request, std::optional<net::Peer>) {
    Response response;
    response.body = std::string(1'000'000, 'x');
    co_return response;
}

TEST_CASE("server: a client that does not read its answer is dropped after the idle time") {
    World world(long_answer);
    Duration lasted{};
    world.run(never_reads(world, lasted));
    CHECK(lasted >= 29s);
    CHECK(lasted <= 31s);
}

Async<> connect_many(World& world, std::size_t number, std::vector<net::StreamPtr>& into) {
    for (std::size_t i = 0; i < number; ++i) {
        Result<net::StreamPtr> stream = co_await world.connector->connect();
        if (stream) into.push_back(std::move(*stream));
    }
    const auto alarm = world.clock.alarm();
    const Result<> slept = co_await alarm->sleep(1ms);
    static_cast<void>(slept);
}

Async<> too_many(World& world, std::string& answer, bool& ended, std::string& later) {
    std::vector<net::StreamPtr> idle;
    Async<> connecting = connect_many(world, 2, idle);
    co_await std::move(connecting);
    Async<> refused = say(world, "GET / HTTP/1.1\r\n\r\n", answer, ended);
    co_await std::move(refused);
    idle.pop_back();
    Async<> noticing = connect_many(world, 0, idle);
    co_await std::move(noticing);
    Async<> served = say(world, "GET / HTTP/1.1\r\n\r\n", later, ended);
    co_await std::move(served);
}

TEST_CASE("server: one connection too many is refused with 503 until another ends") {
    ServerOptions options;
    options.connections = 2;
    World world(echo, options);
    std::string answer, later;
    bool ended = false;
    world.run(too_many(world, answer, ended, later));
    CHECK(answer.starts_with("HTTP/1.1 503 "));
    CHECK(answer.find("Retry-After: 1") != std::string::npos);
    CHECK(later.starts_with("HTTP/1.1 200 "));
}

TEST_CASE("server: a handler may answer by itself, in chunks") {
    World world(takes_over);
    const Said answer = said(world, "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n");
    CHECK(answer.text ==
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n"
          "Connection: close\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
    CHECK(answer.ended);
}

TEST_CASE("server: what a handler says cannot break out of its header") {
    const Handler handler = [](Request request, std::optional<net::Peer>) -> Async<Response> {
        Response response;
        response.headers.set("X-A", query_value(request.target, "v"));
        response.headers.set("X B", "nothing");
        co_return response;
    };
    World world(handler);
    const Said answer = said(world, "GET /?v=a%0d%0aSet-Cookie:%20b HTTP/1.1\r\n\r\n");
    CHECK(answer.text == "HTTP/1.1 200 OK\r\nX-A: a  Set-Cookie: b\r\nContent-Length: 0\r\n\r\n");
}

Async<> waits(net::Stream& stream, Clock& clock, int& ended) {
    const auto alarm = clock.alarm();
    const Result<> slept = co_await alarm->sleep(1h);
    if (!slept) ++ended;
    stream.reset();
}

TEST_CASE("server: cancelled, it ends every connection, whatever that is doing") {
    int ended = 0;
    VirtualClock* time = nullptr;
    const Handler handler = [&](Request, std::optional<net::Peer>) -> Async<Response> {
        Response response;
        response.takeover = [&](net::Stream& s) { return waits(s, *time, ended); };
        co_return response;
    };
    World world(handler);
    time = &world.clock;
    const Said answer = said(world, "GET / HTTP/1.1\r\n\r\n");
    CHECK(answer.text.empty());
    CHECK(ended == 1);
    CHECK_FALSE(world.clock.run(world.connector->connect()));
}

Async<> use_client(Client& client, int& successes, int& failures) {
    for (int i = 0; i < 3; ++i) {
        Request request;
        request.method = "POST";
        request.body = "hello";
        const Result<Response> answer = co_await client.send(request);
        if (answer && answer->body == "POST / hello") ++successes;
        if (!answer) ++failures;
    }
}

TEST_CASE("server and client: whichever operation of the client fails, the rest goes on") {
    bool clean = false;
    for (std::size_t fail_at = 1; !clean; ++fail_at) {
        REQUIRE(fail_at < 100);
        CAPTURE(fail_at);
        World world;
        world.host.weather().fail_at = fail_at;
        world.host.weather().largest_read = 30;
        const auto client = make_client(*world.connector, world.clock, ClientOptions());
        int successes = 0, failures = 0;
        world.run(use_client(*client, successes, failures));
        clean = world.host.weather().operations < fail_at;
        CHECK(failures == (clean ? 0 : 1));
        CHECK(successes + failures == 3);
    }
}

}  // namespace
}  // namespace outrider::http
