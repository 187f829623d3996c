#include "client/agent/agent.hpp"

#include "tests/client/agent/world.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;
using Health = api::Status::Health;

TEST_SUITE("client/agent/agent") {
    TEST_CASE("a drive with a dead zone ends with every ping at the office exactly once") {
        World world;
        world.start();
        world.drive(5min);
        world.office.mood = [] { return std::optional(Error(Fault::unreachable, "no signal")); };
        world.drive(20min);
        CHECK(world.audit().of(offline::Lane::pings).queued > 30);
        CHECK(world.agent->status().health == Health::degraded);
        world.office.mood = nullptr;
        world.drive(5min);
        world.clock.run_for(6min);
        const offline::Audit audit = world.audit();
        CHECK(audit.balances());
        CHECK(audit.of(offline::Lane::pings).queued == 0);
        CHECK(static_cast<std::size_t>(
                  audit.of(offline::Lane::pings).by(offline::Cause::delivered)) ==
              world.office.received.size());
        for (const auto& [key, times] : world.office.received) CHECK(times == 1);
        CHECK(world.agent->status().health == Health::ok);
    }

    TEST_CASE("recording goes on whatever the office does") {
        World world;
        world.start();
        world.office.latency = 24h;
        world.drive(10min);
        CHECK(world.audit().captured == 599);
        CHECK(world.audit().of(offline::Lane::pings).queued > 20);
    }

    TEST_CASE("winding down reports the last place and delivers what waits") {
        World world;
        world.start();
        world.drive(62s);
        const auto before = world.audit();
        world.clock.run(world.agent->wind_down(2500ms));
        const auto after = world.audit();
        CHECK(after.of(offline::Lane::pings).by(offline::Cause::delivered) >
              before.of(offline::Lane::pings).by(offline::Cause::delivered));
        CHECK(after.of(offline::Lane::pings).queued == 0);
        CHECK(after.captured == 62);
        CHECK(after.balances());
    }

    TEST_CASE("winding down with a dead office takes no longer than its limit") {
        World world;
        world.start();
        world.office.latency = 24h;
        world.drive(62s);
        const Uptime before = world.clock.uptime();
        world.clock.run(world.agent->wind_down(2500ms));
        CHECK(world.clock.uptime() - before <= 2600ms);
        CHECK(world.audit().balances());
    }

    TEST_CASE("a receiver without a fix is worth a word after a minute") {
        World world;
        world.start();
        world.source.state = gps::SourceState::no_device;
        world.clock.run_for(30s);
        CHECK(world.agent->status().health == Health::ok);
        world.clock.run_for(40s);
        const api::Status status = world.agent->status();
        CHECK(status.health == Health::degraded);
        CHECK(status.gps.state == "no device");
        CHECK(status.reasons.size() == 1);
    }

    TEST_CASE("pings that nobody took for two weeks expire, and are counted") {
        World world;
        world.start();
        world.office.mood = [] { return std::optional(Error(Fault::unreachable, "no signal")); };
        world.drive(2min);
        const auto queued = world.audit().of(offline::Lane::pings).queued;
        CHECK(queued > 3);
        world.clock.run_for(14 * 24h + 1min);
        CHECK(world.audit().of(offline::Lane::pings).queued == 0);
        CHECK(world.audit().of(offline::Lane::pings).by(offline::Cause::expired) == queued);
        CHECK(world.audit().balances());
    }

    TEST_CASE("a wall clock set forward by years makes no ping old") {
        World world;
        world.start();
        world.office.mood = [] { return std::optional(Error(Fault::unreachable, "no signal")); };
        world.drive(2min);
        const auto queued = world.audit().of(offline::Lane::pings).queued;
        world.clock.jump(24h * 365 * 20);
        world.clock.run_for(1h);
        CHECK(world.audit().of(offline::Lane::pings).queued == queued);
        CHECK(world.audit().of(offline::Lane::pings).by(offline::Cause::expired) == 0);
    }

    TEST_CASE("fixes that nobody believes are worth a word, and are not shown as a position") {
        World world;
        world.start();
        for (int second = 0; second < 90; ++second) {
            gps::Fix fix;
            fix.mode = gps::Mode::three_d;
            fix.time = world.clock.now();
            fix.seen = world.clock.uptime();
            fix.latitude = 91;
            fix.longitude = -122;
            world.source.say(fix);
            world.clock.run_for(1s);
        }
        const api::Status status = world.agent->status();
        CHECK(status.health == Health::degraded);
        CHECK_FALSE(status.gps.latitude);
        REQUIRE(status.reasons.size() == 1);
        CHECK(status.reasons.front().find("not believed") != std::string::npos);
        world.drive(10s);
        CHECK(world.agent->status().health == Health::ok);
    }

    TEST_CASE("somebody setting the wall clock does not stop delivery") {
        World world;
        world.start();
        world.drive(1min);
        world.clock.jump(-8h);
        world.drive(2min);
        world.clock.run_for(1min);
        CHECK(world.audit().of(offline::Lane::pings).queued == 0);
        CHECK(world.audit().balances());
    }
}
