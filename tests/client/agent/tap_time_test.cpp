// What a tap's time can be known to be before the receiver tells it.

#include "tests/client/agent/van.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;
using dispatch::Verb;

namespace {

// Dispatched by GPS time, out of reach of the office.
Instant set_out_by_gps(Van& van) {
    van.start();
    van.cut();
    van.drive(20s);
    return van.tap(Verb::dispatch, 812);
}

void reboot(Van& van, Duration off) {
    van.stop();
    van.pass(off);
    van.settings.workday.boot += " more";
    van.device.booted = van.truth.uptime().time_since_epoch();
    van.start();
}

bool about(Instant a, Instant b) { return std::chrono::abs(a - b) <= 2s; }

}  // namespace

TEST_SUITE("a tap's time without a receiver") {
    TEST_CASE("of the same boot it goes on from the last one by GPS, whatever the clock says") {
        for (const Duration by : {Duration(-5h), Duration(5h), decade, -decade}) {
            CAPTURE(by.count());
            Van van;
            const Instant set_out = set_out_by_gps(van);
            van.stop();
            van.device.by = by;
            van.pass(10min);
            van.start();
            const Instant there = van.tap(Verb::arrive, 812);
            van.pass(16min);
            const Instant done = van.tap(Verb::done, 812);
            van.mend();
            van.pass(15min);
            REQUIRE(van.desk.moves.size() == 3);
            CHECK(about(van.desk.moves[0].happened, set_out));
            CHECK(about(van.desk.moves[1].happened, there));
            CHECK(about(van.desk.moves[2].happened, done));
        }
    }

    TEST_CASE("of the same boot a clock that is right within minutes is left alone") {
        Van van;
        set_out_by_gps(van);
        van.stop();
        van.device.by = 90s;
        van.start();
        const Instant there = van.tap(Verb::arrive, 812);
        CHECK(van.waiting().at(1).happened == there + 90s);
    }

    TEST_CASE("after another boot it is no earlier than that one and the time since the boot") {
        Van van;
        const Instant set_out = set_out_by_gps(van);
        van.device.by = -5h;
        reboot(van, 10min);
        van.pass(2min);
        const Instant there = van.tap(Verb::arrive, 812);
        van.pass(16min);
        const Instant done = van.tap(Verb::done, 812);
        CHECK(about(van.waiting().at(1).happened, set_out + 2min));
        CHECK(van.waiting().at(2).happened - van.waiting().at(1).happened == done - there);
        van.mend();
        van.pass(15min);
        CHECK(van.waiting().empty());
        // Of those that were told it is still known.
        van.cut();
        van.tap(Verb::dispatch, 813);
        CHECK(van.waiting().at(0).happened > van.desk.moves.at(2).happened);
    }

    TEST_CASE("after another boot a clock that says later is believed") {
        Van van;
        set_out_by_gps(van);
        reboot(van, 10min);
        const Instant there = van.tap(Verb::arrive, 812);
        CHECK(van.waiting().at(1).happened == there);
    }

    TEST_CASE("after another boot a clock that was never set makes it wait for the time") {
        Van van;
        set_out_by_gps(van);
        van.device.by = -decade;
        reboot(van, 10min);
        van.mend();
        van.pass(15min);
        REQUIRE(van.waiting().empty());
        van.tap(Verb::arrive, 812);
        van.pass(5min);
        CHECK(van.waiting().at(0).held.find("never set") != std::string::npos);
    }

    TEST_CASE("where boots have no names, no time since one is counted") {
        Van van;
        van.settings.workday.boot.clear();
        const Instant set_out = set_out_by_gps(van);
        van.pass(10min);
        van.device.by = -5h;
        van.start_again();
        van.tap(Verb::arrive, 812);
        CHECK(about(van.waiting().at(1).happened, set_out));
    }
}
