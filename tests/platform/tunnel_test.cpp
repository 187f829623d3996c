#include "platform/tunnel.hpp"

#include "tests/platform/meeting.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/memory_stream.hpp"
#include "tests/support/real_loop.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/virtual_clock.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

namespace outrider::net {
namespace {

using namespace std::chrono_literals;
using test::CertificateAuthority;
using test::MemoryConnector;
using test::RealLoop;
using test::TemporaryDirectory;
using test::VirtualClock;

const Proxy some_proxy{{false, "proxy.example", 3128}, ""};

Async<Result<>> ask(MemoryConnector& connector, std::string credentials, Origin origin) {
    const Result<StreamPtr> stream = co_await connector.connect();
    co_return co_await open_tunnel(**stream, some_proxy, credentials, origin);
}

Async<> answers(Stream& stream, std::string answer, std::string& heard) {
    heard = co_await test::read_until(stream, "\r\n\r\n");
    const Result<> written = co_await stream.write(answer);
    if (!answer.empty() && written) heard += co_await test::read_until(stream, "never");
}

// What a proxy that answers so hears, and what we make of it.
Result<> asked(const std::string& answer, const std::string& credentials = "",
               std::string* heard = nullptr,
               const Origin& origin = Origin{true, "office.example", 443}) {
    VirtualClock clock;
    std::string request;
    MemoryConnector connector(clock.executor(),
                              [&](Stream& s) { return answers(s, answer, request); });
    const Result<> open = clock.run(ask(connector, credentials, origin));
    clock.run_for(1s);
    if (heard != nullptr) *heard = request;
    return open;
}

TEST_CASE("proxy: it is asked for the origin by name, and learns nothing else") {
    std::string heard;
    CHECK(asked("HTTP/1.1 200 Connection established\r\n\r\n", "", &heard));
    CHECK(heard ==
          "CONNECT office.example:443 HTTP/1.1\r\nHost: office.example:443\r\n"
          "User-Agent: outrider/" OUTRIDER_VERSION "\r\n\r\n");
    CHECK(asked("HTTP/1.1 200 OK\r\n\r\n", "Aladdin:open sesame", &heard));
    CHECK(heard.find("\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n") !=
          std::string::npos);
    CHECK(asked("HTTP/1.1 200 OK\r\n\r\n", "", &heard, Origin{true, "2001:db8::1", 8443}));
    CHECK(heard.starts_with("CONNECT [2001:db8::1]:8443 HTTP/1.1\r\n"));
}

TEST_CASE("proxy: whatever else than a way it gives is named") {
    struct Example {
        std::string answer, credentials;
        Fault fault;
        std::string words;
    };
    const std::string portal = "HTTP/1.1 302 Found\r\nLocation: http://portal/\r\n\r\n";
    const Example examples[] = {
        {"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno", "",
         Fault::unauthorised, "wants credentials (407)"},
        {"HTTP/1.1 407 No\r\n\r\n", "u:p", Fault::unauthorised,
         "does not take our credentials (407)"},
        {"HTTP/1.1 403 Forbidden\r\n\r\n", "", Fault::unreachable,
         "answered 403 when asked for the way to office.example: it must allow that host"},
        {"HTTP/1.1 413 Too Large\r\n\r\n", "", Fault::unreachable, "answered 413"},
        {"HTTP/1.1 502 Bad Gateway\r\n\r\n", "", Fault::unreachable, "answered 502"},
        {portal, "", Fault::unreachable, "answered 302"},
        {"HTTP/1.1 100 Continue\r\n\r\n", "", Fault::unreachable, "answered 100"},
        {"SSH-2.0-OpenSSH_9.2\r\n", "", Fault::unreachable, "this is no HTTP"},
        {"HTTP/1.1 200 OK\r\n\r\nhello", "", Fault::unreachable, "sends what nobody asked for"},
        {"", "", Fault::unreachable, "ended without an answer"},
    };
    for (const Example& example : examples) {
        CAPTURE(example.answer);
        const Result<> open = asked(example.answer, example.credentials);
        REQUIRE_FALSE(open);
        CHECK(open.error().fault == example.fault);
        CAPTURE(open.error().detail);
        CHECK(open.error().detail.starts_with("the proxy proxy.example:3128 "));
        CHECK(open.error().detail.find(example.words) != std::string::npos);
        CHECK(open.error().detail.find("u:p") == std::string::npos);
    }
}

Async<> floods(Stream& stream, std::size_t& taken) {
    const std::string request = co_await test::read_until(stream, "\r\n\r\n");
    const std::string field = "X: " + std::string(1000, 'x') + "\r\n";
    Result<> written = co_await stream.write("HTTP/1.1 200 OK\r\n");
    while (written) {
        written = co_await stream.write(field);
        taken += field.size();
    }
}

TEST_CASE("proxy: a header without end is not read to its end") {
    VirtualClock clock;
    std::size_t taken = 0;
    MemoryConnector connector(clock.executor(), [&](Stream& s) { return floods(s, taken); });
    const Uptime start = clock.uptime();
    const Result<> open = clock.run(ask(connector, "", Origin{true, "office.example", 443}));
    CHECK(open.error().detail.find("header has more than 16384 bytes") != std::string::npos);
    CHECK(open.error().fault == Fault::unreachable);
    CHECK(clock.uptime() == start);
    clock.run_for(1s);
    CHECK(taken < 200'000);
}

// A proxy on this machine: one tunnel, and a record of all that passed through it.
struct RealProxy {
    explicit RealProxy(RealLoop& real)
        : listener(tcp_listener(real.executor(), "127.0.0.1", 0, std::nullopt).value()) {}

    Proxy address() const { return {{false, "127.0.0.1", listener->port()}, ""}; }

    static Async<> pump(Stream& from, Stream& to, std::string& record) {
        std::vector<char> piece(4096);
        for (;;) {
            const Result<std::size_t> got = co_await from.read_some(std::span<char>(piece));
            if (!got || *got == 0) co_return;
            record.append(piece.data(), *got);
            const Result<> written = co_await to.write(std::string_view(piece.data(), *got));
            if (!written) co_return;
        }
    }

    Async<> serve(Connector& onward) {
        Result<StreamPtr> client = co_await listener->accept();
        if (!client) co_return;
        request = co_await test::read_until(**client, "\r\n\r\n");
        Result<StreamPtr> origin = co_await onward.connect();
        if (!origin) co_return;
        const Result<> opened = co_await (*client)->write("HTTP/1.1 200 OK\r\n\r\n");
        if (!opened) co_return;
        std::vector<Async<>> ways;
        ways.push_back(pump(**client, **origin, passed));
        ways.push_back(pump(**origin, **client, passed));
        Async<> both = together(std::move(ways));
        co_await std::move(both);
    }

    std::unique_ptr<Listener> listener;
    std::string request, passed;
};

Async<> for_ever(Clock& clock) {
    const auto alarm = clock.alarm();
    const Result<> rest = co_await alarm->sleep(1h);
    static_cast<void>(rest);
}

Async<> serve_and_stay(RealProxy& proxy, Connector& onward, Clock& clock) {
    Async<> served = proxy.serve(onward);
    co_await std::move(served);
    Async<> rest = for_ever(clock);
    co_await std::move(rest);
}

struct Journey {
    Meeting meeting;
    std::string request, passed;
};

// A ping to "office.example", which only the proxy knows how to find.
Journey travel(const std::string& names, const std::string& credentials_file) {
    const TemporaryDirectory directory;
    CertificateAuthority authority(directory.path());
    CertificateAuthority::Wish wish;
    wish.names = names;
    const TlsIdentity identity = authority.issue("office", wish);
    RealLoop real;
    const auto office = tcp_listener(real.executor(), "127.0.0.1", 0, identity);
    RealProxy proxy(real);
    const auto onward = to(real, "http://", "127.0.0.1", (*office)->port());
    Proxy address = proxy.address();
    address.credentials_file = credentials_file;
    const auto connector =
        tcp_connector(real.executor(), real.clock(), Origin{true, "office.example", 443},
                      authority.trust(), 10s, address);
    Journey journey;
    std::vector<Async<>> loops;
    loops.push_back(serve_one(**office, journey.meeting, real.clock()));
    loops.push_back(serve_and_stay(proxy, *onward, real.clock()));
    loops.push_back(ping(*connector, journey.meeting));
    real.run(together(std::move(loops)));
    journey.request = proxy.request;
    journey.passed = proxy.passed;
    return journey;
}

TEST_CASE("proxy: TLS goes through it to the origin, and it sees nothing of what is said") {
    const Journey journey = travel("DNS:office.example", "");
    CHECK_FALSE(journey.meeting.client_error);
    CHECK(journey.meeting.server_heard == "ping\n");
    CHECK(journey.meeting.client_heard == "pong");
    CHECK(journey.request.starts_with("CONNECT office.example:443 "));
    CHECK(journey.passed.size() > 500);
    CHECK(journey.passed.find("ping") == std::string::npos);
    CHECK(journey.passed.find("pong") == std::string::npos);
}

TEST_CASE("proxy: one that leads to somebody else is found out by the certificate") {
    const Journey journey = travel("DNS:localhost,IP:127.0.0.1,DNS:proxy.example", "");
    REQUIRE(journey.meeting.client_error);
    CHECK(journey.meeting.client_error->fault == Fault::unauthorised);
    CHECK(journey.meeting.client_error->detail.find("office.example") != std::string::npos);
    CHECK(journey.meeting.server_heard.empty());
}

TEST_CASE("proxy: credentials come from a file that nobody else can read") {
    const TemporaryDirectory directory;
    const std::string file = directory.file("proxy");
    const auto write = [&](const std::string& text, mode_t mode) {
        std::ofstream(file) << text;
        ::chmod(file.c_str(), mode);
    };
    write("user:word\n", 0600);
    CHECK(travel("DNS:office.example", file).request.find("Basic dXNlcjp3b3Jk\r\n") !=
          std::string::npos);
    for (const auto& [text, mode, words] :
         {std::tuple{"user:word\n", 0644, "chmod 0600"}, {"word\n", 0600, "user:password"}}) {
        write(text, static_cast<mode_t>(mode));
        const Journey journey = travel("DNS:office.example", file);
        REQUIRE(journey.meeting.client_error);
        CHECK(journey.meeting.client_error->fault == Fault::unauthorised);
        CHECK(journey.meeting.client_error->detail.find(words) != std::string::npos);
        CHECK(journey.request.empty());
    }
}

TEST_CASE("proxy: who cannot be reached is the proxy, and an origin on this machine needs none") {
    RealLoop real;
    auto listener = tcp_listener(real.executor(), "127.0.0.1", 0, std::nullopt);
    const std::uint16_t port = (*listener)->port();
    const std::uint16_t nobody =
        tcp_listener(real.executor(), "127.0.0.1", 0, std::nullopt).value()->port();
    const Proxy proxy{{false, "127.0.0.1", nobody}, ""};
    const auto near_by = tcp_connector(real.executor(), real.clock(),
                                       Origin{false, "127.0.0.1", port}, TlsTrust(), 10s, proxy);
    CHECK(meet(real, **listener, *near_by).client_heard == "pong");

    const auto far_away = tcp_connector(
        real.executor(), real.clock(), Origin{true, "office.example", 443}, TlsTrust(), 10s, proxy);
    Meeting meeting;
    real.run(ping(*far_away, meeting));
    REQUIRE(meeting.client_error);
    CHECK(meeting.client_error->fault == Fault::unreachable);
    CHECK(meeting.client_error->detail ==
          fmt::format("cannot connect to the proxy 127.0.0.1:{0}: 127.0.0.1: Connection refused",
                      nobody));
}

Async<> mute(Listener& listener, Clock& clock) {
    const Result<StreamPtr> stream = co_await listener.accept();
    Async<> rest = for_ever(clock);
    co_await std::move(rest);
}

TEST_CASE("proxy: one that accepts and says nothing is given up after the limit") {
    RealLoop real;
    const auto listener = tcp_listener(real.executor(), "127.0.0.1", 0, std::nullopt);
    const Proxy proxy{{false, "127.0.0.1", (*listener)->port()}, ""};
    const auto connector =
        tcp_connector(real.executor(), real.clock(), Origin{true, "office.example", 443},
                      TlsTrust(), 100ms, proxy);
    Meeting meeting;
    std::vector<Async<>> loops;
    loops.push_back(mute(**listener, real.clock()));
    loops.push_back(ping(*connector, meeting));
    real.run(together(std::move(loops)));
    REQUIRE(meeting.client_error);
    CHECK(meeting.client_error->fault == Fault::unreachable);
    CHECK(meeting.client_error->detail.find("the proxy 127.0.0.1:") == 0);
    CHECK(meeting.client_error->detail.find("took longer than") != std::string::npos);
}

TEST_CASE("proxy: its address is http://host:port, and no password is repeated") {
    CHECK(parse_proxy("http://Proxy.example:3128").value() == Origin{false, "proxy.example", 3128});
    CHECK(parse_proxy("https://proxy.example").error().detail.find("begin it with http://") !=
          std::string::npos);
    CHECK_FALSE(parse_proxy("proxy.example:3128"));
    const Result<Origin> careless = parse_proxy("http://user:word@proxy.example");
    REQUIRE_FALSE(careless);
    CHECK(careless.error().detail.find("word@") == std::string::npos);
    CHECK(careless.error().detail.find("credentials file") != std::string::npos);
}

}  // namespace
}  // namespace outrider::net
