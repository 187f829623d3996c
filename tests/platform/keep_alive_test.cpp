#include "platform/http.hpp"
#include "platform/sockets.hpp"

#include "tests/platform/http_world.hpp"
#include "tests/platform/meeting.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/real_loop.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace outrider::http {
namespace {

using namespace std::chrono_literals;
using test::CertificateAuthority;
using test::RealLoop;
using test::TemporaryDirectory;

enum class Goodbye { closes, resets, falls_silent };

// Answers one request on each connection; what it does then, the client is not told.
struct FickleServer {
    FickleServer(RealLoop& real, std::optional<net::TlsIdentity> identity, Goodbye then)
        : listener(net::tcp_listener(real.executor(), "127.0.0.1", 0, std::move(identity)).value()),
          clock(real.clock()),
          goodbye(then),
          left(clock.alarm()) {}

    Async<> serve() {
        for (;;) {
            Result<net::StreamPtr> stream = co_await listener->accept();
            if (!stream) co_return;
            ++connections;
            const Result<> shaken = co_await (*stream)->handshake();
            const std::string request = co_await test::read_request(**stream);
            const Result<> written = co_await (*stream)->write(hello);
            static_cast<void>(shaken);
            static_cast<void>(written);
            if (goodbye == Goodbye::resets) (*stream)->reset();
            if (goodbye == Goodbye::falls_silent) silent.push_back(std::move(*stream));
            stream = Error();
            left->ring();
        }
    }

    std::unique_ptr<net::Listener> listener;
    Clock& clock;
    Goodbye goodbye;
    std::unique_ptr<Alarm> left;  // rung when it has said its goodbye
    int connections = 0;
    std::vector<net::StreamPtr> silent;
};

// Requests one after the other, each after the server has left the last one's connection.
Async<> request_thrice(Client& client, FickleServer& server, std::vector<Result<Response>>& got) {
    for (int i = 0; i < 3; ++i) {
        const Request request{"POST", "/", {}, "x"};
        Result<Response> answer = co_await client.send(request);
        const bool answered = answer.has_value();
        got.push_back(std::move(answer));
        if (!answered) continue;
        const Result<> left = co_await server.left->sleep(10s);
        if (!left) co_return;
    }
}

struct Run {
    std::vector<Result<Response>> answers;
    int connections = 0;
};

Run run(Goodbye goodbye, bool tls, Duration limit) {
    const TemporaryDirectory directory;
    CertificateAuthority authority(directory.path());
    std::optional<net::TlsIdentity> identity;
    if (tls) identity = authority.issue("server", CertificateAuthority::Wish());
    RealLoop real;
    FickleServer server(real, identity, goodbye);
    const auto connector = net::to(real, tls ? "https://" : "http://", "localhost",
                                   server.listener->port(), authority.trust());
    ClientOptions options;
    options.limit = limit;
    const auto client = make_client(*connector, real.clock(), options);
    Run seen;
    std::vector<Async<>> loops;
    loops.push_back(server.serve());
    loops.push_back(request_thrice(*client, server, seen.answers));
    real.run(together(std::move(loops)));
    seen.connections = server.connections;
    return seen;
}

TEST_CASE("keep-alive: a connection the server has left is never used for a request") {
    for (const Goodbye goodbye : {Goodbye::closes, Goodbye::resets}) {
        for (const bool tls : {false, true}) {
            CAPTURE(tls);
            const Run seen = run(goodbye, tls, 10s);
            CHECK(seen.connections == 3);
            for (const Result<Response>& answer : seen.answers) CHECK(answer);
        }
    }
}

TEST_CASE("keep-alive: a request on a connection that died in silence ends, and the next works") {
    for (const bool tls : {false, true}) {
        CAPTURE(tls);
        const Run seen = run(Goodbye::falls_silent, tls, 100ms);
        REQUIRE(seen.answers.size() == 3);
        CHECK(seen.answers[0]);
        REQUIRE_FALSE(seen.answers[1]);
        CHECK(seen.answers[1].error().fault == Fault::unreachable);
        CHECK(seen.answers[1].error().ambiguous);
        CHECK(seen.answers[2]);
        CHECK(seen.connections == 2);
    }
}

TEST_CASE("keep-alive: what the network acknowledges no more is given up after 15 seconds") {
    const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    net::set_tcp_options(socket.get());
    for (const auto& [level, option, expected] :
         {std::tuple<int, int, int>{IPPROTO_TCP, TCP_USER_TIMEOUT, 15'000},
          {SOL_SOCKET, SO_KEEPALIVE, 1}}) {
        int value = 0;
        socklen_t length = sizeof value;
        REQUIRE(::getsockopt(socket.get(), level, option, &value, &length) == 0);
        CHECK(value == expected);
    }
}

TEST_CASE("keep-alive: a connection idle for more than a minute may be dead, and is not used") {
    World world(script({hello, hello, hello}, Then::listen));
    CHECK(world.get());
    world.clock.run_for(60s);
    CHECK(world.get());
    CHECK(world.connector.connections() == 1);
    world.clock.run_for(61s);
    CHECK(world.get());
    CHECK(world.connector.connections() == 2);
}

// How long a request takes to fail, and what became of it.
struct Fate {
    explicit Fate(World& world) {
        const Uptime began = world.clock.uptime();
        const Result<Response> answer = world.post("ping");
        took = world.clock.uptime() - began;
        REQUIRE_FALSE(answer);
        error = answer.error();
    }
    Duration took{};
    Error error{Fault::malformed, ""};
};

TEST_CASE("stall: a request of which nothing is acknowledged is given up, long before its limit") {
    World world(script({hello}, Then::listen));
    CHECK(world.get());
    world.connector.weather().acknowledged = false;
    const Fate fate(world);
    CHECK(fate.took >= 12s);
    CHECK(fate.took <= 14s);
    CHECK(fate.error.fault == Fault::unreachable);
    CHECK(fate.error.ambiguous);
    CHECK(fate.error.detail == "the network has acknowledged nothing for 12000 ms");
    CHECK(world.connector.weather().stalls == 1);
}

TEST_CASE("stall: an office that has everything and thinks is given all the time there is") {
    World world(script({}, Then::listen));
    const Fate fate(world);
    CHECK(fate.took == 30s);
    CHECK(fate.error.detail == "the request took longer than 30000 ms");
    CHECK(world.connector.weather().stalls == 1);  // the answer may be what vanishes
}

TEST_CASE("stall: an answer that has begun has come through, however slow it is") {
    World world(script({"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"}, Then::listen));
    CHECK(Fate(world).took == 30s);
    CHECK(world.connector.weather().stalls == 0);
}

// Tells the client of new routes, after so long.
Async<> change_routes(Client& client, Clock& clock, Duration after) {
    const auto alarm = clock.alarm();
    const Result<> slept = co_await alarm->sleep(after);
    if (slept) client.route_changed();
}

TEST_CASE("stall: when the routes change, what nobody has acknowledged is given up at once") {
    World world(script({}, Then::listen));
    world.connector.weather().acknowledged = false;
    Tasks tasks(world.clock.executor());
    tasks.start(change_routes(*world.client, world.clock, 7500ms));
    const Fate fate(world);
    CHECK(fate.took == 7500ms);
    CHECK(fate.error.ambiguous);
    CHECK(world.connector.weather().stalls == 0);  // no packet was too large for that
}

TEST_CASE("stall: what stops at a change of the routes is given up after 3 seconds") {
    World world(script({}, Then::listen));
    world.connector.weather().acknowledged = false;
    Tasks tasks(world.clock.executor());
    tasks.start(change_routes(*world.client, world.clock, 100ms));
    const Fate fate(world);
    CHECK(fate.took >= 3s);
    CHECK(fate.took <= 4100ms);
}

TEST_CASE("stall: a change of the routes does not disturb what is acknowledged") {
    World world(script({}, Then::listen));
    Tasks tasks(world.clock.executor());
    tasks.start(change_routes(*world.client, world.clock, 7500ms));
    CHECK(Fate(world).took == 30s);
}

TEST_CASE("stall: after a change of the routes the next request connects anew") {
    World world(script({hello, hello}, Then::listen));
    CHECK(world.get());
    world.client->route_changed();
    CHECK(world.get());
    CHECK(world.connector.connections() == 2);
}

// Where nothing ever answers.
class Nowhere final : public net::Connector {
public:
    explicit Nowhere(Clock& clock) : alarm_(clock.alarm()) {}
    Async<Result<net::StreamPtr>> connect() override {
        const Result<> slept = co_await alarm_->sleep(10s);
        co_return Error(slept ? Fault::unreachable : Fault::cancelled, "no answer");
    }

private:
    std::unique_ptr<Alarm> alarm_;
};

TEST_CASE("stall: connecting along a route that is gone is given up as well, and in no doubt") {
    for (const Duration change : {Duration(5s), Duration(1h)}) {
        test::VirtualClock clock;
        Nowhere nowhere(clock);
        const auto client = make_client(nowhere, clock, ClientOptions());
        Tasks tasks(clock.executor());
        tasks.start(change_routes(*client, clock, change));
        const Uptime began = clock.uptime();
        const Result<Response> answer = clock.run(client->send(Request{"POST", "/", {}, "x"}));
        REQUIRE_FALSE(answer);
        CHECK(answer.error().fault == Fault::unreachable);
        CHECK_FALSE(answer.error().ambiguous);
        CHECK(clock.uptime() - began == std::min<Duration>(change, 10s));
        clock.run(tasks.stop());
    }
}

}  // namespace
}  // namespace outrider::http
