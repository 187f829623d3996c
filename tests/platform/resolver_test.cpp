#include "platform/resolver.hpp"

#include "tests/support/real_loop.hpp"
#include "tests/support/result.hpp"

#include <doctest/doctest.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>

namespace outrider::net {
namespace {

using namespace std::chrono_literals;
using test::RealLoop;

// A DNS server in the hands of the test. The look-ups outlive their resolver, so it is shared.
struct Dns {
    std::mutex mutex;
    std::condition_variable changed;
    bool hangs = false;
    std::string answer = "192.0.2.1";  // empty: the look-up fails
    int asked = 0, answered = 0;

    void set(bool hang, const std::string& say) {
        const std::lock_guard lock(mutex);
        hangs = hang;
        answer = say;
        changed.notify_all();
    }
};

Resolver::LookUp looking_up(const std::shared_ptr<Dns>& dns) {
    return [dns](const std::string& host, std::uint16_t port) -> Result<Addresses> {
        std::unique_lock lock(dns->mutex);
        ++dns->asked;
        dns->changed.wait(lock, [&] { return !dns->hangs; });
        ++dns->answered;
        if (dns->answer.empty()) return Error(Fault::unreachable, "cannot look up " + host);
        return Addresses(1, *literal_address(dns->answer, port));
    };
}

Async<> ask(Resolver& resolver, Duration limit, std::string& diary) {
    const Result<Addresses> found = co_await resolver.resolve(limit);
    diary += found ? to_string(found->front()) : found.error().detail;
    diary += '\n';
}

std::string asked(RealLoop& real, Resolver& resolver, Duration limit) {
    std::string diary;
    real.run(ask(resolver, limit, diary));
    return diary;
}

TEST_CASE("literal addresses need no look-up") {
    RealLoop real;
    const auto dns = std::make_shared<Dns>();
    for (const std::string host : {"127.0.0.1", "::1"}) {
        Resolver resolver(real.executor(), real.clock(), host, 80, looking_up(dns));
        CHECK(asked(real, resolver, 1s) == host + "\n");
    }
    CHECK(dns->asked == 0);
    CHECK_FALSE(literal_address("localhost", 80));
    CHECK_FALSE(literal_address("1.2.3", 80));
}

TEST_CASE("a name is looked up each time, and its last good addresses serve when that fails") {
    RealLoop real;
    const auto dns = std::make_shared<Dns>();
    Resolver resolver(real.executor(), real.clock(), "office.example", 80, looking_up(dns));
    dns->set(false, "");
    CHECK(asked(real, resolver, 10s) == "cannot look up office.example\n");
    dns->set(false, "192.0.2.1");
    CHECK(asked(real, resolver, 10s) == "192.0.2.1\n");
    dns->set(false, "192.0.2.2");
    CHECK(asked(real, resolver, 10s) == "192.0.2.2\n");
    dns->set(false, "");
    CHECK(asked(real, resolver, 10s) == "192.0.2.2\n");
    CHECK(dns->asked == 4);
}

TEST_CASE("a look-up that hangs is waited for within the limit, and is not started twice") {
    RealLoop real;
    const auto dns = std::make_shared<Dns>();
    dns->set(true, "192.0.2.1");
    Resolver resolver(real.executor(), real.clock(), "office.example", 80, looking_up(dns));
    for (int i = 0; i < 3; ++i) {
        CHECK(asked(real, resolver, 5ms) ==
              "cannot look up office.example: the DNS server does not answer\n");
    }
    {
        const std::lock_guard lock(dns->mutex);
        CHECK(dns->asked <= 1);
        CHECK(dns->answered == 0);
    }
    dns->set(false, "192.0.2.1");
    CHECK(asked(real, resolver, 10s) == "192.0.2.1\n");
    dns->set(true, "192.0.2.9");
    CHECK(asked(real, resolver, 5ms) == "192.0.2.1\n");
    dns->set(false, "192.0.2.9");
}

TEST_CASE("a look-up that ends after its resolver, or the loop, is gone disturbs nobody") {
    const auto dns = std::make_shared<Dns>();
    dns->set(true, "192.0.2.1");
    {
        RealLoop real;
        Resolver resolver(real.executor(), real.clock(), "office.example", 80, looking_up(dns));
        asked(real, resolver, 1ms);
    }
    dns->set(false, "192.0.2.1");
    std::unique_lock lock(dns->mutex);
    CHECK(dns->changed.wait_for(lock, 0s, [] { return true; }));
}

TEST_CASE("the C library's own look-up knows this machine, and says why it fails") {
    const Result<Addresses> found = look_up("localhost", 80);
    REQUIRE(found);
    CHECK_FALSE(found->empty());
    CHECK(found->size() <= 8);
    const Result<Addresses> none = look_up("no-such-name.invalid", 80);
    REQUIRE_FALSE(none);
    CHECK(none.error().fault == Fault::unreachable);
    CHECK(none.error().detail.find("no-such-name.invalid") != std::string::npos);
}

}  // namespace
}  // namespace outrider::net
