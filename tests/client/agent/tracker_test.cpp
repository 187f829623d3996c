#include "client/agent/tracker.hpp"

#include "tests/client/agent/world.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include <limits>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;

TEST_SUITE("client/agent/tracker") {
    TEST_CASE("every fix is captured and ends in exactly one place of the books") {
        World world;
        world.start();
        world.drive(10min);
        CHECK(world.audit().captured == 599);  // the newest is still being judged
        world.clock.run(world.agent->wind_down(2500ms));
        const offline::Audit audit = world.audit();
        CHECK(audit.balances());
        CHECK(audit.captured == 600);
        CHECK(audit.of(offline::Lane::pings).by(offline::Cause::delivered) +
                  audit.of(offline::Lane::pings).queued >
              20);
        CHECK(audit.not_reported.at("held") > 400);
    }

    TEST_CASE("garbage becomes no ping and is counted by its reason") {
        World world;
        world.start();
        world.drive(10s);
        const auto reported = world.audit().of(offline::Lane::pings).by(offline::Cause::delivered) +
                              world.audit().of(offline::Lane::pings).queued;
        gps::Fix fix;
        fix.mode = gps::Mode::three_d;
        fix.device = "/dev/ttyACM0";
        fix.time = world.clock.now() + 1s;
        fix.latitude = 91;
        world.source.say(fix);
        fix.latitude = std::numeric_limits<double>::quiet_NaN();
        world.source.say(fix);
        fix.latitude = fix.longitude = 0;
        world.source.say(fix);
        fix.latitude = 37.4;
        fix.longitude = -122.1;
        fix.time = Instant(std::chrono::sys_days(std::chrono::year(2137) / 1 / 1));
        world.source.say(fix);
        fix.mode = gps::Mode::none;
        world.source.say(fix);
        world.clock.run_for(1s);
        const offline::Audit audit = world.audit();
        CHECK(audit.balances());
        CHECK(audit.of(offline::Lane::pings).by(offline::Cause::delivered) +
                  audit.of(offline::Lane::pings).queued ==
              reported);
        for (const char* reason :
             {"out_of_range", "not_finite", "null_island", "implausible_time", "no_fix"}) {
            CAPTURE(reason);
            CHECK(audit.not_reported.count(reason) == 1);
        }
    }

    TEST_CASE("only the first ping of a unit says that the unit is new") {
        World world;
        world.start();
        world.drive(10min);
        world.clock.run_for(1min);
        int fresh = 0;
        for (const auto& [key, bodies] : world.office.bodies) {
            const auto ping = api::decode_ping(bodies.front());
            REQUIRE(ping);
            if (ping->is_new) ++fresh;
        }
        CHECK(world.office.bodies.size() > 10);
        CHECK(fresh == 1);
    }

    TEST_CASE("verdicts are told as they happen to those who listen") {
        World world;
        world.start();
        const auto listener = world.agent->verdicts().listen();
        world.drive(3s);
        auto line = world.clock.run(listener->next());
        REQUIRE(line);
        const auto point = api::parse_track_point(*line);
        REQUIRE(point);
        CHECK(point->judgement.verdict == gps::Verdict::reported);
        CHECK(point->sequence == 1);
    }

    TEST_CASE("a listener who does not listen loses the oldest lines and holds up nothing") {
        World world;
        world.start();
        const auto listener = world.agent->verdicts().listen();
        world.drive(30min);
        CHECK(listener->lost() == 799);
        CHECK(world.audit().captured == 1799);
    }

    TEST_CASE("of a slow receiver's track, too, a crash costs no more than a minute") {
        for (int fixes = 10; fixes < 30; ++fixes) {
            CAPTURE(fixes);
            const TemporaryDirectory directory;
            offline::StoreOptions options;
            options.database.path = directory.file("a.db");
            Instant died{}, newest{};
            {
                auto store = offline::Store::open(options);
                REQUIRE(store);
                World world(std::move(*store));
                world.start();
                for (int fix = 0; fix < fixes; ++fix) {
                    world.source.drive_to(world.metres += 150);
                    world.clock.run_for(10s);
                }
                died = world.clock.now();
            }
            auto store = offline::Store::open(options);
            REQUIRE(store);
            REQUIRE((*store)->journal().read(Instant{}, died, [&](std::string_view record) {
                if (const auto point = api::decode_track_point(record)) {
                    newest = std::max(newest, point->time);
                }
                return Result<>();
            }));
            CHECK(died - newest <= 80s);  // a fix and a round of the house late
        }
    }

    TEST_CASE("the track can be read back with what became of each fix and when it was delivered") {
        World world;
        world.start();
        const Instant begin = world.clock.now();
        world.drive(5min);
        world.clock.run_for(1min);
        auto track = world.agent->track(begin);
        REQUIRE(track);
        auto points = track->between(begin, world.clock.now());
        REQUIRE(points);
        CHECK(points->size() == 299);
        const auto reported = std::ranges::count_if(*points, [](const auto& point) {
            return point.judgement.verdict == gps::Verdict::reported && point.delivered;
        });
        CHECK(static_cast<std::size_t>(reported) == world.office.received.size());
        CHECK(points->front().latitude == doctest::Approx(37.4).epsilon(1e-4));
    }

    TEST_CASE("a fix whose time is not believed is on record under the agent's own") {
        World world;
        world.start();
        world.drive(10s);
        gps::Fix fix;
        fix.mode = gps::Mode::three_d;
        fix.device = "/dev/ttyACM0";
        fix.latitude = 37.4;
        fix.longitude = -122.1;
        fix.seen = world.clock.uptime();
        const Instant then = world.clock.now();
        for (const int year : {1980, 2137}) {
            fix.time = Instant(std::chrono::sys_days(std::chrono::year(year) / 1 / 1));
            world.source.say(fix);
        }
        world.clock.run_for(1s);
        api::ForgetRequest request;
        request.from = then;
        request.to = then + 1s;
        const auto found = world.agent->forget(request);
        REQUIRE(found);
        CHECK(found->track == 2);
        auto track = world.agent->track(Instant::min());
        REQUIRE(track);
        const auto points = track->between(then + 1h, Instant::max());
        REQUIRE(points);
        CHECK(points->empty());
    }
}
