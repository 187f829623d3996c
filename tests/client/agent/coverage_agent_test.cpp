// Coverage as the agent tells it.

#include "tests/client/agent/shift.hpp"
#include "tests/client/agent/world.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using namespace outrider;
using namespace outrider::agent;
using namespace outrider::test;
using namespace std::chrono_literals;

namespace {

std::vector<api::Coverage::Gap> gaps_of(World& world) {
    const auto coverage = world.agent->status().coverage;
    REQUIRE(coverage);
    return coverage->gaps;
}

}  // namespace

TEST_SUITE("client/agent/coverage") {
    TEST_CASE("the agent tells why there was no fix, and since when") {
        World world;
        world.start();
        world.drive(10min);
        world.source.state = gps::SourceState::no_device;
        world.clock.run_for(10min);
        world.source.state = gps::SourceState::fix;
        world.drive(5min);
        const auto coverage = world.agent->status().coverage;
        REQUIRE(coverage);
        REQUIRE(coverage->gaps.size() == 1);
        CHECK(coverage->gaps.front().cause == "no device");
        CHECK(coverage->gaps.front().to - coverage->gaps.front().from >= 9min);
        CHECK(coverage->expected_min == 25);
        CHECK(world.agent->coverage().size() == 1);
    }

    TEST_CASE("what is private is told as such, and is not missing") {
        World world;
        world.start();
        world.drive(5min);
        REQUIRE(world.agent->begin_private(std::nullopt, 1000));
        world.drive(10min);
        REQUIRE(world.agent->end_private());
        world.drive(5min);
        const auto coverage = world.agent->status().coverage;
        REQUIRE(coverage);
        REQUIRE(coverage->gaps.size() == 1);
        CHECK(coverage->gaps.front().cause == "private");
        CHECK(coverage->private_min >= 9);
        CHECK(coverage->covered_min == coverage->expected_min);
        CHECK(coverage->expected_min >= 9);
        const auto then = world.clock.now() - 10min;
        const auto why = world.agent->why(then, then);
        REQUIRE(why);
        CHECK(why->sentence.find("nothing was kept: private from 06:3") != std::string::npos);
    }

    TEST_CASE(
        "a shift the office told of says whether the agent was to run, otherwise a day does") {
        Shift shift;
        const Instant six = shift.clock.now();
        shift.desk.day.shifts = {{six, six + 8h}};
        shift.start();
        CHECK(shift.workday->was_on_duty(six + 1h, std::nullopt));
        CHECK_FALSE(shift.workday->was_on_duty(six + 9h, six + 8h));
        Shift none;
        none.start();
        CHECK(none.workday->was_on_duty(six + 11h, six));
        CHECK_FALSE(none.workday->was_on_duty(six + 13h, six));
        CHECK_FALSE(none.workday->was_on_duty(six + 1h, std::nullopt));
    }

    TEST_CASE("who is on shift is on duty, checked in or not") {
        Shift shift;
        const Instant six = shift.clock.now();
        shift.desk.day.shifts = {{six, six + 8h}};
        shift.desk.day.rights.checked_in = false;
        shift.start();
        CHECK(shift.workday->on_duty(six + 7h));
        CHECK_FALSE(shift.workday->on_duty(six + 9h));
    }

    TEST_CASE("private zones hide no gpsd that is down") {
        agent::Settings settings = sample_settings();
        settings.privacy.zones = {{"home", 37.4, -122.1, 300}};
        World world(memory_store(), settings);
        world.source.state = gps::SourceState::no_gpsd;
        world.start();
        world.clock.run_for(10min);
        auto gaps = gaps_of(world);
        REQUIRE(gaps.size() == 1);
        CHECK(gaps.front().cause == "gpsd down");
        world.source.state = gps::SourceState::fix;
        world.drive(10s);
        world.clock.run_for(5min);
        gaps = gaps_of(world);
        REQUIRE(gaps.size() == 2);
        CHECK(gaps.back().cause == "private");
    }

    TEST_CASE("an agent that was killed is missed only if it stayed away") {
        for (const Duration away : {Duration(20s), Duration(30min)}) {
            CAPTURE(away.count());
            const TemporaryDirectory directory;
            offline::StoreOptions options;
            options.database.path = directory.file("a.db");
            Duration ran{};
            {
                auto store = offline::Store::open(options);
                REQUIRE(store);
                World world(std::move(*store));
                world.start();
                world.drive(10min + 47s);
                ran = 10min + 47s;
            }
            auto store = offline::Store::open(options);
            REQUIRE(store);
            World world(std::move(*store));
            world.clock.jump(ran + away);
            world.start();
            world.drive(5min);
            const auto gaps = gaps_of(world);
            if (away < 1min) CHECK(gaps.empty());
            if (away < 1min) continue;
            REQUIRE(gaps.size() == 1);
            CHECK(gaps.front().cause == "agent down");
            CHECK(gaps.front().to - gaps.front().from >= away - 1min);
            CHECK(gaps.front().to - gaps.front().from <= away + 2min);
        }
    }

    TEST_CASE("the pages cost at most one write a minute, driving, parked and without gpsd") {
        World world;
        world.start();
        std::set<Instant> written;
        std::set<std::string> texts;
        const auto watch = [&](std::chrono::seconds time, const std::function<void()>& each) {
            written.clear();
            texts.clear();
            for (auto second = 0s; second < time; ++second) {
                each();
                world.clock.run_for(1s);
                const auto pages = world.store->notebook().read_all(Coverage::page_prefix);
                REQUIRE(pages);
                for (const auto& [name, page] : *pages) {
                    written.insert(page.heard);
                    texts.insert(page.text);
                }
            }
        };
        watch(30min, [&] { world.source.drive_to(world.metres += 15); });
        CHECK(written.size() <= 30);
        CHECK(written.size() >= 15);
        world.source.state = gps::SourceState::no_gpsd;
        watch(30min, [] {});
        CHECK(written.size() <= 31);
        CHECK(written.size() >= 25);
    }

    TEST_CASE("a clean stop leaves the last minute on the disk") {
        World world;
        world.start();
        world.drive(3min + 5s);
        world.clock.run(world.agent->wind_down(1s));
        const auto pages = world.store->notebook().read_all(Coverage::page_prefix);
        REQUIRE(pages);
        REQUIRE(pages->size() == 1);
        CHECK(pages->begin()->second.text == "1 390.4+1046.");
    }
}
