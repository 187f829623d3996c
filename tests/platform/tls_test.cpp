#include "platform/http.hpp"
#include "platform/stream.hpp"

#include "tests/platform/meeting.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/process.hpp"
#include "tests/support/real_loop.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <string>

namespace outrider::net {
namespace {

using namespace std::chrono_literals;
using test::CertificateAuthority;
using test::RealLoop;
using test::TemporaryDirectory;
using Wish = CertificateAuthority::Wish;

struct TlsCase {
    std::string name;
    Wish wish;
    std::string host;
    std::string reason;  // in the error; empty when all is well
};

Wish wish(std::string names, std::chrono::hours from, std::chrono::hours until,
          Wish::Signer signer = Wish::Signer::authority) {
    Wish made;
    made.names = std::move(names);
    made.valid_from = from;
    made.valid_until = until;
    made.signer = signer;
    return made;
}

TEST_CASE("tls: a server that cannot be believed hears nothing from us") {
    const std::string here = "DNS:localhost,IP:127.0.0.1";
    const TlsCase cases[] = {
        {"good-name", wish(here, -1h, 24h), "localhost", ""},
        {"good-address", wish(here, -1h, 24h), "127.0.0.1", ""},
        {"wrong-host", wish("DNS:office.example", -1h, 24h), "localhost", "ostname mismatch"},
        {"wrong-address", wish("DNS:localhost,IP:127.0.0.2", -1h, 24h), "127.0.0.1",
         "IP address mismatch"},
        {"name-as-address", wish("DNS:127.0.0.1", -1h, 24h), "127.0.0.1", "IP address mismatch"},
        {"expired", wish(here, -48h, -24h), "localhost",
         "certificate has expired; the device's clock says"},
        {"future", wish(here, 24h, 48h), "localhost",
         "certificate is not yet valid; the device's clock says"},
        {"self-signed", wish(here, -1h, 24h, Wish::Signer::itself), "localhost", "self"},
    };
    const TemporaryDirectory directory;
    CertificateAuthority authority(directory.path());
    for (const TlsCase& example : cases) {
        CAPTURE(example.name);
        RealLoop real;
        const TlsIdentity identity = authority.issue(example.name, example.wish);
        const auto listener = tcp_listener(real.executor(), "127.0.0.1", 0, identity);
        REQUIRE(listener);
        const auto connector =
            to(real, "https://", example.host, (*listener)->port(), authority.trust());
        const Meeting meeting = meet(real, **listener, *connector);
        if (example.reason.empty()) {
            CHECK(meeting.server_heard == "ping\n");
            CHECK(meeting.client_heard == "pong");
            continue;
        }
        CHECK(meeting.server_heard.empty());
        REQUIRE(meeting.client_error);
        CHECK(meeting.client_error->fault == Fault::unauthorised);
        CAPTURE(meeting.client_error->detail);
        CHECK(meeting.client_error->detail.find(example.reason) != std::string::npos);
        CHECK(meeting.client_error->detail.find(example.host) != std::string::npos);
    }
}

TEST_CASE("tls: the system's authorities do not vouch for ours, and a missing CA file is named") {
    const TemporaryDirectory directory;
    CertificateAuthority authority(directory.path());
    RealLoop real;
    const TlsIdentity identity = authority.issue("server", Wish());
    const auto listener = tcp_listener(real.executor(), "127.0.0.1", 0, identity);
    const auto by_system = to(real, "https://", "localhost", (*listener)->port());
    const Meeting meeting = meet(real, **listener, *by_system);
    REQUIRE(meeting.client_error);
    CHECK(meeting.client_error->fault == Fault::unauthorised);
    CHECK(meeting.server_heard.empty());

    const TlsTrust missing{directory.file("none.pem")};
    const auto blind = to(real, "https://", "localhost", (*listener)->port(), missing);
    Meeting none;
    real.run(ping(*blind, none));
    REQUIRE(none.client_error);
    CHECK(none.client_error->fault == Fault::unauthorised);
    CHECK(none.client_error->detail.find("none.pem") != std::string::npos);
}

TEST_CASE("tls: a key or certificate that cannot be used is named before anybody connects") {
    const TemporaryDirectory directory;
    CertificateAuthority authority(directory.path());
    RealLoop real;
    const TlsIdentity one = authority.issue("one", Wish());
    const TlsIdentity two = authority.issue("two", Wish());
    const TlsIdentity mixed{one.certificate_file, two.key_file};
    const auto listener = tcp_listener(real.executor(), "127.0.0.1", 0, mixed);
    REQUIRE_FALSE(listener);
    CHECK(listener.error().detail.find("two.key") != std::string::npos);
    const TlsIdentity none{directory.file("none"), one.key_file};
    CHECK_FALSE(tcp_listener(real.executor(), "127.0.0.1", 0, none));
}

// What comes of a ping to OpenSSL's own server, which speaks only the given version.
Meeting ping_openssl(const std::string& version, const TemporaryDirectory& directory,
                     const TlsIdentity& identity, const TlsTrust& trust) {
    test::Process::Options options;
    options.arguments = {"s_server",
                         "-accept",
                         "127.0.0.1:0",
                         version,
                         "-rev",
                         "-cipher",
                         "DEFAULT@SECLEVEL=0",
                         "-cert",
                         identity.certificate_file,
                         "-key",
                         identity.key_file};
    options.output_file = directory.file("out" + version);
    options.error_file = directory.file("err" + version);
    test::Process server("openssl", options);
    Meeting meeting;
    REQUIRE(server.wait_for_text("ACCEPT ", 10s));
    const std::string said = server.output();
    const std::size_t colon = said.find(':', said.find("ACCEPT "));
    REQUIRE(colon != std::string::npos);
    const int port = std::stoi(said.substr(colon + 1));
    RealLoop real;
    const auto connector =
        to(real, "https://", "localhost", static_cast<std::uint16_t>(port), trust);
    real.run(ping(*connector, meeting));
    return meeting;
}

TEST_CASE("tls: a server that speaks only TLS 1.1 is refused") {
    const TemporaryDirectory directory;
    CertificateAuthority authority(directory.path());
    const TlsIdentity identity = authority.issue("server", Wish());
    const Meeting good = ping_openssl("-tls1_2", directory, identity, authority.trust());
    CHECK_FALSE(good.client_error);
    CHECK(good.client_heard == "gnip\n");
    const Meeting old = ping_openssl("-tls1_1", directory, identity, authority.trust());
    REQUIRE(old.client_error);
    CHECK(old.client_error->fault == Fault::unreachable);
    CHECK(old.client_error->detail.find("handshake") != std::string::npos);
    CAPTURE(old.client_error->detail);
    CHECK(old.client_error->detail.find("protocol version") != std::string::npos);
}

Async<> mute(Listener& listener, Clock& clock) {
    const Result<StreamPtr> stream = co_await listener.accept();
    const auto alarm = clock.alarm();
    const Result<> rest = co_await alarm->sleep(1h);
    static_cast<void>(rest);
}

TEST_CASE("tls: a server that accepts and says nothing is given up after the limit") {
    RealLoop real;
    const auto listener = tcp_listener(real.executor(), "127.0.0.1", 0, std::nullopt);
    const Result<Origin> origin =
        parse_origin("https://127.0.0.1:" + std::to_string((*listener)->port()));
    const auto connector = tcp_connector(real.executor(), real.clock(), *origin, TlsTrust(), 100ms);
    Meeting meeting;
    std::vector<Async<>> loops;
    loops.push_back(mute(**listener, real.clock()));
    loops.push_back(ping(*connector, meeting));
    real.run(together(std::move(loops)));
    REQUIRE(meeting.client_error);
    CHECK(meeting.client_error->fault == Fault::unreachable);
    CHECK(meeting.client_error->detail.find("the TLS handshake with 127.0.0.1:") == 0);
    CHECK(meeting.client_error->detail.find("took longer than") != std::string::npos);
}

Async<> cut_without_goodbye(Listener& listener, Clock& clock) {
    {
        Result<StreamPtr> stream = co_await listener.accept();
        if (!stream) co_return;
        const Result<> shaken = co_await (*stream)->handshake();
        const std::string request = co_await hear(**stream);
        // Without a length: only the end of the stream says that this is all.
        const Result<> written = co_await (*stream)->write("HTTP/1.1 200 OK\r\n\r\nhalf");
        static_cast<void>(shaken);
        static_cast<void>(written);
    }
    const auto alarm = clock.alarm();
    const Result<> rest = co_await alarm->sleep(1h);
    static_cast<void>(rest);
}

Async<> fetch(http::Client& client, std::optional<Error>& error) {
    const Result<http::Response> answer = co_await client.send(http::Request());
    if (!answer) error = answer.error();
}

TEST_CASE("tls: a connection cut without TLS's goodbye does not make half a body whole") {
    const TemporaryDirectory directory;
    CertificateAuthority authority(directory.path());
    RealLoop real;
    const TlsIdentity identity = authority.issue("server", Wish());
    const auto listener = tcp_listener(real.executor(), "127.0.0.1", 0, identity);
    const auto connector =
        to(real, "https://", "localhost", (*listener)->port(), authority.trust());
    const auto client = http::make_client(*connector, real.clock(), http::ClientOptions());
    std::optional<Error> error;
    std::vector<Async<>> loops;
    loops.push_back(cut_without_goodbye(**listener, real.clock()));
    loops.push_back(fetch(*client, error));
    real.run(together(std::move(loops)));
    REQUIRE(error);
    CHECK(error->fault == Fault::unreachable);
    CHECK(error->ambiguous);
}

Async<http::Response> greets(http::Request, std::optional<Peer>) {
    http::Response response;
    response.body = std::string(100'000, 'x');
    co_return response;
}

Async<> fetch_thrice(http::Client& client, int& good) {
    for (int i = 0; i < 3; ++i) {
        const Result<http::Response> answer = co_await client.send(http::Request());
        if (answer && answer->body.size() == 100'000) ++good;
    }
}

TEST_CASE("tls: our own server and client keep a connection between requests") {
    const TemporaryDirectory directory;
    CertificateAuthority authority(directory.path());
    RealLoop real;
    const TlsIdentity identity = authority.issue("server", Wish());
    auto listener = tcp_listener(real.executor(), "127.0.0.1", 0, identity);
    http::ServerOptions options;
    options.connections = 1;  // a second connection would get 503
    http::Server server(real.executor(), real.clock(), std::move(*listener), greets, options);
    const auto connector = to(real, "https://", "localhost", server.port(), authority.trust());
    const auto client = http::make_client(*connector, real.clock(), http::ClientOptions());
    int good = 0;
    std::vector<Async<>> loops;
    loops.push_back(server.run());
    loops.push_back(fetch_thrice(*client, good));
    real.run(together(std::move(loops)));
    CHECK(good == 3);
}

}  // namespace
}  // namespace outrider::net
