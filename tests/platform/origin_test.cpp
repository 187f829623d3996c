#include "platform/stream.hpp"
#include "tests/support/result.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace outrider::net {
namespace {

struct Good {
    std::string_view url;
    bool tls;
    std::string_view host;
    std::uint16_t port;
    std::string_view normal;
    bool loopback;
};

constexpr Good good[] = {
    {"https://api.servicetitan.io", true, "api.servicetitan.io", 443, "https://api.servicetitan.io",
     false},
    {"HTTPS://API.ServiceTitan.IO/", true, "api.servicetitan.io", 443,
     "https://api.servicetitan.io", false},
    {"https://host:443", true, "host", 443, "https://host", false},
    {"https://host:80", true, "host", 80, "https://host:80", false},
    {"http://127.0.0.1:8080", false, "127.0.0.1", 8080, "http://127.0.0.1:8080", true},
    {"http://127.8.9.1", false, "127.8.9.1", 80, "http://127.8.9.1", true},
    {"http://localhost:1", false, "localhost", 1, "http://localhost:1", true},
    {"http://[::1]:65535/", false, "::1", 65535, "http://[::1]:65535", true},
    {"https://[2001:db8::1]", true, "2001:db8::1", 443, "https://[2001:db8::1]", false},
    {"http://localhost.example.com", false, "localhost.example.com", 80,
     "http://localhost.example.com", false},
    {"http://128.0.0.1", false, "128.0.0.1", 80, "http://128.0.0.1", false},
    {"http://1.example.com", false, "1.example.com", 80, "http://1.example.com", false},
};

constexpr std::string_view bad[] = {
    "",
    "api.servicetitan.io",
    "ftp://host",
    "http:/host",
    "https://",
    "https:///",
    "https://host/x",
    "https://host?x",
    "https://host#x",
    "https://user@host",
    "https://user:word@host",
    "https://host:",
    "https://host:0",
    "https://host:65536",
    "https://host:-1",
    "https://host:8x",
    "https://ho st",
    "https://-host",
    "https://host-",
    "https://a..b",
    "https://.a",
    "https://a.",
    "https://[::1",
    "https://[1.2.3.4]",
    "https://[::1]x",
    "https://::1",
    "https://1.2.3",
    "https://127.1",
    "https://2130706433",
    "https://0x7f000001",
    "https://host\r\nX: y",
    "https://h\xc3\xb6st",
    " https://host",
};

TEST_CASE("an origin is a scheme, a host and perhaps a port") {
    for (const Good& example : good) {
        CAPTURE(example.url);
        const Result<Origin> origin = parse_origin(example.url);
        REQUIRE(origin);
        CHECK(origin->tls == example.tls);
        CHECK(origin->host == example.host);
        CHECK(origin->port == example.port);
        CHECK(origin->url() == example.normal);
        CHECK(origin->loopback() == example.loopback);
        const Result<Origin> again = parse_origin(origin->url());
        REQUIRE(again);
        CHECK(*again == *origin);
    }
}

TEST_CASE("anything else is no origin, and says what to write instead") {
    for (const std::string_view url : bad) {
        CAPTURE(url);
        const Result<Origin> origin = parse_origin(url);
        REQUIRE_FALSE(origin);
        CHECK(origin.error().fault == Fault::malformed);
        CHECK(origin.error().detail.find("https://api.example.com") != std::string::npos);
    }
    CHECK_FALSE(parse_origin("https://" + std::string(254, 'a')));
    CHECK_FALSE(parse_origin("https://" + std::string(64, 'a') + ".com"));
}

}  // namespace
}  // namespace outrider::net
