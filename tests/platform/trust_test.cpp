#include "platform/trust.hpp"

#include "platform/base64.hpp"
#include "tests/platform/meeting.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/process.hpp"
#include "tests/support/real_loop.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace outrider::net {
namespace {

using namespace std::chrono_literals;
using test::CertificateAuthority;
using test::RealLoop;
using test::TemporaryDirectory;
using Wish = CertificateAuthority::Wish;

// From the private key, where the code under test begins with the certificate.
std::string pin_of_key(const std::string& key_file) {
    std::FILE* file = std::fopen(key_file.c_str(), "r");
    REQUIRE(file != nullptr);
    EVP_PKEY* key = ::PEM_read_PrivateKey(file, nullptr, nullptr, nullptr);
    std::fclose(file);
    unsigned char* der = nullptr;
    const int size = ::i2d_PUBKEY(key, &der);
    std::string hash(32, '\0');
    ::EVP_Digest(der, static_cast<std::size_t>(size), reinterpret_cast<unsigned char*>(hash.data()),
                 nullptr, ::EVP_sha256(), nullptr);
    ::CRYPTO_free(der, OPENSSL_FILE, OPENSSL_LINE);
    ::EVP_PKEY_free(key);
    return to_base64(hash);
}

struct Fixture {
    TemporaryDirectory directory;
    CertificateAuthority authority{directory.path()};
    TlsIdentity identity = authority.issue("server", Wish());
    TlsTrust trust = authority.trust();

    Meeting meet(const std::string& host = "localhost") {
        RealLoop real;
        const auto listener = tcp_listener(real.executor(), "127.0.0.1", 0, identity);
        const auto connector = to(real, "https://", host, (*listener)->port(), trust);
        return net::meet(real, **listener, *connector);
    }
    Error error() {
        const Meeting meeting = meet();
        CHECK(meeting.server_heard.empty());
        REQUIRE(meeting.client_error);
        CHECK(meeting.client_error->fault == Fault::unauthorised);
        return *meeting.client_error;
    }
};

const std::string other_pin = to_base64(std::string(32, 'x'));
const std::string third_pin = to_base64(std::string(32, 'y'));

bool has(const Error& error, const std::string& words) {
    return error.detail.find(words) != std::string::npos;
}

TEST_CASE_FIXTURE(Fixture, "pins: one of the chain's keys among them is enough") {
    const std::string own = pin_of_key(identity.key_file);
    trust.pins = {other_pin, own};
    CHECK(meet().server_heard == "ping\n");
    // The other server's message tells the authority's key: nothing else gives it away.
    trust.pins = {other_pin, third_pin};
    const std::string told = error().detail;
    const std::size_t second = told.find(" and ", told.find(own)) + 5;
    trust.pins = {told.substr(second, 44), other_pin};
    CHECK(meet().server_heard == "ping\n");
}

TEST_CASE_FIXTURE(Fixture, "pins: a server that has none of them hears nothing, and is told from") {
    trust.pins = {other_pin, third_pin};
    const Error told = error();
    CHECK(has(told, "none of the keys in its chain is pinned"));
    CHECK(has(told, pin_of_key(identity.key_file)));
    CHECK(has(told, "localhost"));
    CHECK_FALSE(has(told, other_pin));
}

TEST_CASE_FIXTURE(Fixture, "pins: a pinned key does not make a bad certificate good") {
    Wish wrong;
    wrong.names = "DNS:elsewhere.example";
    identity = authority.issue("elsewhere", wrong);
    trust.pins = {pin_of_key(identity.key_file), other_pin};
    CHECK(has(error(), "ostname mismatch"));
    wrong = Wish();
    wrong.signer = Wish::Signer::itself;
    identity = authority.issue("itself", wrong);
    trust.pins = {pin_of_key(identity.key_file), other_pin};
    CHECK(has(error(), "self"));
}

TEST_CASE("pins: none is no demand, two are needed, and each must be one") {
    CHECK(check_pins({}));
    CHECK(check_pins({other_pin, third_pin}));
    for (const std::vector<std::string>& single :
         {std::vector<std::string>{other_pin}, {other_pin, other_pin}}) {
        const Result<> refused = check_pins(single);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().fault == Fault::malformed);
        CHECK(has(refused.error(), "cut off"));
    }
    for (const std::string& bad : {std::string(), std::string("sha256/") + other_pin,
                                   other_pin.substr(0, 43), to_base64("too short")}) {
        CAPTURE(bad);
        CHECK(has(check_pins({bad, other_pin}).error(), "\"" + bad + "\" is no pin"));
    }
}

TEST_CASE_FIXTURE(Fixture,
                  "pins: a single one given to a connector is refused before it connects") {
    trust.pins = {pin_of_key(identity.key_file)};
    CHECK(has(error(), "single pin"));
}

class SkewedClock final : public Clock {
public:
    SkewedClock(Clock& clock, Duration by) : clock_(clock), by_(by) {}
    Instant now() const override { return clock_.now() + by_; }
    Uptime uptime() const override { return clock_.uptime(); }
    std::unique_ptr<Alarm> alarm() override { return clock_.alarm(); }

private:
    Clock& clock_;
    Duration by_;
};

TEST_CASE_FIXTURE(Fixture, "a wrong clock is told with what it says") {
    constexpr Duration decade = std::chrono::hours(24 * 365 * 10);
    for (const auto& [by, words] :
         {std::pair{-2 * decade, "not yet valid"}, {2 * decade, "has expired"}}) {
        RealLoop real;
        SkewedClock clock(real.clock(), by);
        const auto listener = tcp_listener(real.executor(), "127.0.0.1", 0, identity);
        const Origin origin{true, "localhost", (*listener)->port()};
        const auto connector = tcp_connector(real.executor(), clock, origin, trust, 10s);
        const Meeting meeting = net::meet(real, **listener, *connector);
        CHECK(meeting.server_heard.empty());
        REQUIRE(meeting.client_error);
        CHECK(meeting.client_error->fault == Fault::unauthorised);
        CAPTURE(meeting.client_error->detail);
        CHECK(has(*meeting.client_error, words));
        const std::string year = to_rfc3339(clock.now()).substr(0, 5);
        CHECK(has(*meeting.client_error, "the device's clock says " + year));
        CHECK(has(*meeting.client_error, "may be wrong"));
    }
}

// OpenSSL's own server, which wants to see a certificate of `authority`'s.
struct StrictServer {
    StrictServer(const TemporaryDirectory& directory, const TlsIdentity& identity,
                 const std::string& authority, const std::string& version)
        : process("openssl", options(directory, identity, authority, version)) {
        REQUIRE(process.wait_for_text("ACCEPT ", 10s));
        const std::string said = process.output();
        port = static_cast<std::uint16_t>(
            std::stoi(said.substr(said.find(':', said.find("ACCEPT ")) + 1)));
    }
    static test::Process::Options options(const TemporaryDirectory& directory,
                                          const TlsIdentity& identity, const std::string& authority,
                                          const std::string& version) {
        test::Process::Options options;
        options.arguments = {"s_server", "-accept",        "127.0.0.1:0", version,
                             "-rev",     "-Verify",        "1",           "-verify_return_error",
                             "-CAfile",  authority,        "-cert",       identity.certificate_file,
                             "-key",     identity.key_file};
        options.output_file = directory.file("out" + version);
        options.error_file = directory.file("err" + version);
        return options;
    }
    Meeting ping(const TlsTrust& trust) const {
        RealLoop real;
        const auto connector = to(real, "https://", "localhost", port, trust);
        Meeting meeting;
        real.run(net::ping(*connector, meeting));
        return meeting;
    }

    test::Process process;
    std::uint16_t port = 0;
};

// Says nothing: what comes for a server that has hung up would make the kernel forget its alert.
Async<> listen_only(Connector& connector, std::optional<Error>& error) {
    Result<StreamPtr> stream = co_await connector.connect();
    if (!stream) {
        error = stream.error();
        co_return;
    }
    std::vector<char> piece(100);
    const Result<std::size_t> got = co_await (*stream)->read_some(std::span<char>(piece));
    if (!got) error = got.error();
}

std::optional<Error> objection_of(const StrictServer& server, const TlsTrust& trust) {
    RealLoop real;
    const auto connector = to(real, "https://", "localhost", server.port, trust);
    std::optional<Error> error;
    real.run(listen_only(*connector, error));
    return error;
}

TEST_CASE_FIXTURE(Fixture, "a client certificate is shown to a server that wants one") {
    const TlsIdentity van = authority.issue("van", Wish());
    ::chmod(van.key_file.c_str(), 0600);
    for (const std::string version : {"-tls1_2", "-tls1_3"}) {
        const StrictServer server(directory, identity, trust.ca_file, version);
        TlsTrust with = trust;
        with.client_certificate_file = van.certificate_file;
        with.client_key_file = van.key_file;
        CHECK(server.ping(with).client_heard == "gnip\n");
        CHECK(objection_of(server, trust));
    }
}

TEST_CASE_FIXTURE(Fixture,
                  "a server that misses our certificate, or does not like it, is understood") {
    Wish by_itself;
    by_itself.signer = Wish::Signer::itself;
    const TlsIdentity forged = authority.issue("van", by_itself);
    ::chmod(forged.key_file.c_str(), 0600);
    const StrictServer server(directory, identity, trust.ca_file, "-tls1_3");
    const auto missed = objection_of(server, trust);
    REQUIRE(missed);
    CHECK(missed->fault == Fault::unauthorised);
    CHECK(has(*missed, "misses our certificate"));
    CHECK(has(*missed, "certificate required"));
    trust.client_certificate_file = forged.certificate_file;
    trust.client_key_file = forged.key_file;
    const auto disliked = objection_of(server, trust);
    REQUIRE(disliked);
    CAPTURE(disliked->detail);
    CHECK(disliked->fault == Fault::unauthorised);
    CHECK(has(*disliked, "unknown ca"));
}

void encrypt(const std::string& key_file) {
    std::FILE* file = std::fopen(key_file.c_str(), "r");
    EVP_PKEY* key = ::PEM_read_PrivateKey(file, nullptr, nullptr, nullptr);
    std::fclose(file);
    file = std::fopen(key_file.c_str(), "w");
    const unsigned char word[] = "secret";
    CHECK(::PEM_write_PrivateKey(file, key, ::EVP_aes_128_cbc(), word, 6, nullptr, nullptr) == 1);
    std::fclose(file);
    ::EVP_PKEY_free(key);
}

TEST_CASE_FIXTURE(Fixture,
                  "a client certificate that cannot be used is told before anybody hears of us") {
    const TlsIdentity van = authority.issue("van", Wish());
    const TlsIdentity other = authority.issue("other", Wish());
    ::chmod(other.key_file.c_str(), 0600);
    trust.client_certificate_file = van.certificate_file;
    CHECK(has(error(), "name the key, too"));
    trust.client_key_file = van.key_file;
    ::chmod(van.key_file.c_str(), 0644);
    CHECK(has(error(), "van.key holds a secret but others may use it (mode 0644): chmod 0600 it"));
    trust.client_key_file = other.key_file;
    CHECK(has(error(), "other.key"));
    CHECK(has(error(), "belongs to " + van.certificate_file));
    trust.client_key_file = directory.file("none.key");
    CHECK(has(error(), "none.key"));
    ::chmod(van.key_file.c_str(), 0600);
    encrypt(van.key_file);
    trust.client_key_file = van.key_file;
    CHECK(has(error(), "without a password"));
    trust.client_certificate_file = directory.file("none.pem");
    CHECK(has(error(), "none.pem"));
    trust.client_certificate_file.clear();
    CHECK(has(error(), "name the certificate, too"));
}

}  // namespace
}  // namespace outrider::net
