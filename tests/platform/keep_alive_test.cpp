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

}  // namespace
}  // namespace outrider::http
