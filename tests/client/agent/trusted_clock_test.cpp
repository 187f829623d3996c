#include "client/agent/trusted_clock.hpp"

#include "gps/sieve.hpp"
#include "platform/stream.hpp"
#include "tests/platform/meeting.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/real_loop.hpp"
#include "tests/support/result.hpp"
#include "tests/support/skewed_clock.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/virtual_clock.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;
using agent::TrustedClock;

namespace {

constexpr auto decade = 24h * 3652;

// Five fixes by the time of `truth`, the last one now; what came of the last one.
bool hear_gps(TrustedClock& clock, const Clock& truth) {
    bool known = false;
    for (int ago = 4; ago >= 0; --ago) {
        CHECK_FALSE(known);
        gps::Fix fix;
        fix.time = truth.now() - ago * 1s;
        fix.seen = truth.uptime() - ago * 1s;
        known = clock.hear(fix);
    }
    return known;
}

bool has(const std::string& text, const std::string& words) {
    return text.find(words) != std::string::npos;
}

}  // namespace

TEST_SUITE("trusted clock") {
    TEST_CASE("the device's clock is gone by until GPS shows that it is wrong") {
        VirtualClock truth;
        SkewedClock device(truth);
        for (const Duration by : {Duration(decade), Duration(-decade), Duration(-8h)}) {
            TrustedClock clock(device);
            device.by = by;
            CHECK(clock.now() == device.now());
            CHECK(hear_gps(clock, truth));
            CHECK(clock.now() == truth.now());
            CHECK(clock.by_device() == device.now());
            CHECK(clock.off() == by);
            device.by = by / 2;  // somebody sets it, and no better
            CHECK(clock.now() == truth.now());
            truth.run_for(1h);
            CHECK(clock.now() == truth.now());
            device.by = 59s;
            CHECK(clock.now() == device.now());
            CHECK_FALSE(clock.off());
        }
    }

    TEST_CASE("long after the last fix a clock that somebody keeps is the better one") {
        VirtualClock truth;
        SkewedClock device(truth);
        TrustedClock clock(device);
        CHECK(hear_gps(clock, truth));
        truth.run_for(24h * 14);
        device.by = 90s;  // two weeks' drift of ours may be two minutes
        CHECK_FALSE(clock.off());
        device.by = 10min;
        CHECK(clock.off() == 10min);
    }

    TEST_CASE("what is wrong with the device's clock is told in a sentence") {
        VirtualClock truth;
        SkewedClock device(truth);
        TrustedClock clock(device);
        CHECK(clock.complaint().empty());
        CHECK(has(clock.doubts(), "the device's clock says 2026-11-21T06:30:00.000Z and may be"));
        CHECK(has(clock.doubts(), "wait for GPS time"));
        device.by = -decade;
        CHECK(clock.complaint() == "the device clock says 2016: waiting for GPS time");
        CHECK(clock.doubts() == clock.complaint());
        CHECK(hear_gps(clock, truth));
        CHECK(has(clock.complaint(), "the device clock is 10 years behind GPS"));
        CHECK(has(clock.doubts(), "GPS says that it is 2026-11-21T06:30:00.000Z"));
        device.by = -8h;
        CHECK(has(clock.complaint(), "the device clock is 8 h behind GPS"));
        device.by = {};
        CHECK(clock.complaint().empty());
        CHECK(has(clock.doubts(), "GPS agrees"));
    }

    TEST_CASE("TLS judges certificates by GPS where the device's clock is years off") {
        const TemporaryDirectory directory;
        CertificateAuthority authority(directory.path());
        using Wish = CertificateAuthority::Wish;
        const net::TlsIdentity good = authority.issue("good", Wish());
        Wish over;
        over.valid_from = -48h;
        over.valid_until = -24h;
        const net::TlsIdentity expired = authority.issue("expired", over);
        Wish another;
        another.names = "DNS:office.example";
        const net::TlsIdentity stranger = authority.issue("stranger", another);
        for (const Duration by : {Duration(-decade), Duration(decade)}) {
            RealLoop real;
            SkewedClock device(real.clock());
            device.by = by;
            TrustedClock clock(device);
            const auto listener = net::tcp_listener(real.executor(), "127.0.0.1", 0, good);
            const net::Origin origin{true, "localhost", (*listener)->port()};
            const auto connector =
                net::tcp_connector(real.executor(), clock, origin, authority.trust(), 10s);
            const net::Meeting before = net::meet(real, **listener, *connector);
            CHECK(before.server_heard.empty());
            REQUIRE(before.client_error);
            CAPTURE(before.client_error->detail);
            CHECK(has(before.client_error->detail, "GPS time"));

            CHECK(hear_gps(clock, real.clock()));
            const net::Meeting after = net::meet(real, **listener, *connector);
            CHECK(after.server_heard == "ping\n");
            // Nothing else has become any weaker.
            for (const auto& [identity, words] :
                 {std::pair{expired, "expired"}, std::pair{stranger, "ostname mismatch"}}) {
                const auto other = net::tcp_listener(real.executor(), "127.0.0.1", 0, identity);
                const net::Origin there{true, "localhost", (*other)->port()};
                const auto to_it =
                    net::tcp_connector(real.executor(), clock, there, authority.trust(), 10s);
                const net::Meeting refused = net::meet(real, **other, *to_it);
                CHECK(refused.server_heard.empty());
                REQUIRE(refused.client_error);
                CHECK(refused.client_error->fault == Fault::unauthorised);
                CHECK(has(refused.client_error->detail, words));
            }
        }
    }
}
