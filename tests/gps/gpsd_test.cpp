#include "gps/gpsd.hpp"

#include "tests/gps/scripted_gpsd.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::test;

TEST_SUITE("gps/gpsd") {
    TEST_CASE("a session: greeting, watch, fixes as they come") {
        World world;
        CHECK(world.view().state == SourceState::no_gpsd);
        world.clock.run_for(1s);
        CHECK(world.heard.front() == "?WATCH={\"enable\":true,\"json\":true};\n");
        CHECK(world.view().state == SourceState::no_fix);
        CHECK(world.view().daemon == "gpsd 3.22 at 127.0.0.1:2947");
        CHECK(world.view().device == "/dev/a");
        world.say(report(1));
        REQUIRE(world.fixes.size() == 1);
        CHECK(world.fixes[0].latitude == 37.4);
        CHECK(world.fixes[0].device == "/dev/a");
        CHECK(world.fixes[0].seen > Uptime(1h));
        CHECK(world.view().state == SourceState::fix);
        CHECK(world.view().connections == 1);
        CHECK(world.view().last_fix);
    }

    TEST_CASE("a socket elsewhere that accepts but never greets is dropped after 3 s") {
        World world(elsewhere());
        world.greeting = "";
        world.clock.run_for(2900ms);
        CHECK(world.watched.attempts.size() == 1);
        world.clock.run_for(600ms);
        CHECK(world.watched.attempts.size() == 2);
        CHECK(world.view().state == SourceState::no_gpsd);
        CHECK(mentions(world.view(), "does not speak"));
        CHECK(world.heard.empty());
    }

    TEST_CASE("no receiver: it is said, and gpsd is asked now and then on the same connection") {
        World world;
        world.devices = no_devices;
        world.clock.run_for(10min);
        CHECK(world.view().state == SourceState::no_device);
        CHECK(mentions(world.view(), "plug it in, or gpsdctl add /dev/ttyACM0"));
        CHECK(world.watched.attempts.size() == 1);
        CHECK(world.asked("?WATCH") == 1);
        CHECK(world.asked("?DEVICES") == doctest::Approx(60).epsilon(0.05));
    }

    TEST_CASE("a receiver other than the wanted one is none") {
        GpsdOptions options;
        options.device = "/dev/b";
        World world(options);
        world.clock.run_for(1s);
        CHECK(world.heard.front().find("\"device\":\"/dev/b\"") != std::string::npos);
        CHECK(world.view().state == SourceState::no_device);
        CHECK(mentions(world.view(), "no receiver /dev/b, but /dev/a"));
        world.say(report(1, "/dev/a") + report(2, "/dev/b"));
        REQUIRE(world.fixes.size() == 1);
        CHECK(world.fixes[0].device == "/dev/b");
        CHECK(world.view().state == SourceState::fix);
        CHECK(world.view().device == "/dev/b");
    }

    TEST_CASE("a gpsd elsewhere that stops answering is noticed and left") {
        World world(elsewhere());
        world.clock.run_for(1s);
        world.say(report(1));
        world.answers = false;
        world.clock.run_for(10s);
        CHECK(world.asked("?DEVICES") == 1);
        CHECK(world.watched.attempts.size() == 1);
        world.clock.run_for(3200ms);
        CHECK(world.watched.attempts.size() == 2);
    }

    TEST_CASE("garbage is no answer") {
        World world(elsewhere());
        world.clock.run_for(1s);
        world.devices = "garbage\r\n";
        world.clock.run_for(14s);
        CHECK(world.watched.attempts.size() >= 2);
        CHECK(world.view().unreadable >= 1);
    }

    TEST_CASE("a gpsd of this machine that stops answering is told of, and waited for") {
        World world;
        world.clock.run_for(1s);
        world.say(report(1));
        world.answers = false;
        world.clock.run_for(12s);
        CHECK(world.view().state == SourceState::stale_fix);
        world.clock.run_for(2s);
        CHECK(world.view().state == SourceState::no_gpsd);
        CHECK(mentions(world.view(), "has stopped answering"));
        CHECK(world.view().device.empty());
        world.clock.run_for(30s);
        CHECK(world.asked("?DEVICES") == 1);
        world.say(report(2));
        CHECK(world.view().state == SourceState::fix);
        CHECK(world.fixes.size() == 2);
        CHECK(world.watched.attempts.size() == 1);
    }

    TEST_CASE("a gpsd of this machine that is stuck before it greets is heard when it goes on") {
        World world;
        world.greeting = "";
        world.clock.run_for(50s);
        CHECK(mentions(world.view(), "does not speak"));
        CHECK(world.watched.attempts.size() == 1);
        world.say(version);
        CHECK(world.view().daemon == "gpsd 3.22 at 127.0.0.1:2947");
        world.clock.run_for(1ms);
        CHECK(world.view().state == SourceState::no_fix);
        CHECK(world.watched.attempts.size() == 1);
    }

    TEST_CASE("for a stuck gpsd of this machine few connections wait in its queue") {
        World world;
        world.greeting = "";
        world.clock.run_for(10min);
        CHECK(world.watched.attempts.size() == 4);  // after 1, 2 and 4 minutes more
        world.clock.run_for(2h);
        CHECK(world.watched.attempts.size() <= 17);
        world.greeting = version;
        world.clock.run_for(11min);
        CHECK(world.view().state == SourceState::no_fix);
        world.say(report(1));
        world.answers = false;  // and again: it is waited for as long as the first time
        const auto attempts = world.watched.attempts.size();
        world.clock.run_for(72s);
        CHECK(world.watched.attempts.size() == attempts + 1);
    }

    TEST_CASE("silence of an active receiver: one new connection per silence") {
        World world;
        world.clock.run_for(1s);
        world.say(report(1));
        world.clock.run_for(59s);
        CHECK(world.watched.attempts.size() == 1);
        CHECK(world.view().state == SourceState::stale_fix);
        CHECK(mentions(world.view(), "no report of /dev/a for 59 s"));
        CHECK(world.view().last_fix);
        world.clock.run_for(2s);
        CHECK(world.watched.attempts.size() == 2);
        world.clock.run_for(1h);
        CHECK(world.watched.attempts.size() == 2);
        world.say(report(2));
        world.clock.run_for(61s);
        CHECK(world.watched.attempts.size() == 3);
    }

    TEST_CASE("a receiver that was unplugged is waited for on the same connection") {
        World world;
        world.clock.run_for(1s);
        world.say(report(1));
        world.devices = no_devices;
        world.say(gone);
        CHECK(world.view().state == SourceState::no_device);
        world.clock.run_for(1h);
        CHECK(world.watched.attempts.size() == 1);
        CHECK(world.asked("?WATCH") == 1);
        CHECK(world.view().state == SourceState::no_device);
        world.devices = one_device;
        world.say(back);
        CHECK(world.view().state == SourceState::stale_fix);
        world.clock.run_for(30s);  // it hunts for its baud rate
        CHECK(world.watched.attempts.size() == 1);
        world.say(report(40));
        CHECK(world.view().state == SourceState::fix);
    }

    TEST_CASE("a fix grows stale in silence, and is lost when the receiver says so") {
        World world;
        world.clock.run_for(1s);
        world.say(report(1));
        world.clock.run_for(9s);
        CHECK(world.view().state == SourceState::fix);
        world.clock.run_for(2s);
        CHECK(world.view().state == SourceState::stale_fix);
        world.say(lost);
        CHECK(world.view().state == SourceState::no_fix);
        CHECK(mentions(world.view(), "free view of the sky"));
        CHECK(world.fixes.size() == 2);
        CHECK(!world.fixes[1].usable());
        CHECK(world.view().last_fix);
        world.clock.run_for(11s);
        CHECK(world.view().state == SourceState::stale_fix);
        world.say(report(30));
        CHECK(world.view().state == SourceState::fix);
    }

    TEST_CASE("gpsd ends and comes back") {
        World world;
        world.clock.run_for(1s);
        world.say(report(1));
        net::Stream* old = world.live;
        old->reset();
        world.connector.refuse(Error(Fault::unreachable, "connection refused"));
        world.clock.run_for(500ms);
        CHECK(world.view().state == SourceState::no_gpsd);
        world.connector.refuse(std::nullopt);
        world.clock.run_for(1s);
        world.say(report(2));
        CHECK(world.fixes.size() == 2);
    }

    TEST_CASE("half a line of a broken connection does not run into the next greeting") {
        World world;
        world.peer = [](net::Stream& stream) {
            return write_and_end(stream, std::string(version) + report(1).substr(0, 40));
        };
        world.clock.run_for(1ms);
        world.peer = [&world](net::Stream& stream) { return World::serve(world, stream); };
        world.clock.run_for(1s);
        CHECK(world.watched.attempts.size() == 2);
        CHECK(world.view().daemon == "gpsd 3.22 at 127.0.0.1:2947");
        CHECK(world.view().state == SourceState::no_fix);
        CHECK(world.view().unreadable == 0);
    }

    TEST_CASE("bytes without an end of line lead to no full memory") {
        World world;
        world.peer = [](net::Stream& stream) {
            return write_for_ever(stream, std::string(10'000, 'x'));
        };
        world.clock.run_for(100ms);
        CHECK(mentions(world.view(), "sends no lines"));
    }

    TEST_CASE("a line of a megabyte is skipped and counted, what follows is read") {
        World world;
        world.clock.run_for(1s);
        world.say(std::string(1'000'000, 'x') + "\r\n" + report(1));
        CHECK(world.fixes.size() == 1);
        CHECK(world.view().unreadable == 1);
        CHECK(world.watched.attempts.size() == 1);
    }

    TEST_CASE("a session cut at any byte is the same session") {
        const std::string session =
            std::string(version) + one_device + report(1) + lost + report(2);
        for (std::size_t cut = 0; cut <= session.size(); ++cut) {
            CAPTURE(cut);
            World world;
            world.greeting = "";
            world.answers = false;  // in the middle of a line, that would be
            world.clock.run_for(1ms);
            world.say(session.substr(0, cut));
            world.clock.run_for(1s);
            world.say(session.substr(cut));
            CHECK(world.fixes.size() == 3);
            CHECK(world.view().unreadable == 0);
        }
    }

    TEST_CASE("a byte at a time is enough") {
        World world;
        world.connector.weather().largest_read = 1;
        world.clock.run_for(1s);
        for (int i = 0; i < 20; ++i) world.say(report(i));
        CHECK(world.fixes.size() == 20);
    }

    TEST_CASE("a burst comes out whole and in order") {
        World world;
        world.clock.run_for(1s);
        std::string burst;
        for (int i = 0; i < 600; ++i) burst += report(i);
        world.say(burst);
        REQUIRE(world.fixes.size() == 600);
        for (std::size_t i = 1; i < 600; ++i) CHECK(world.fixes[i].time > world.fixes[i - 1].time);
    }

    TEST_CASE("a failure at any step is got over") {
        for (std::size_t step = 1; step <= 12; ++step) {
            CAPTURE(step);
            World world;
            world.connector.weather().fail_at = step;
            for (int i = 0; i < 20; ++i) {
                world.clock.run_for(1s);
                if (world.live != nullptr) world.say(report(i));
            }
            CHECK(world.fixes.size() >= 17);
            CHECK(world.view().state == SourceState::fix);
            CHECK(world.watched.attempts.size() == 2);
        }
    }

    TEST_CASE("satellites belong to the fixes of the next 5 s, of the same receiver") {
        World world;
        world.clock.run_for(1s);
        const std::string sky =
            "{\"class\":\"SKY\",\"device\":\"/dev/a\",\"satellites\":[{\"PRN\":1,\"used\":true},"
            "{\"PRN\":2,\"used\":false}]}\r\n";
        world.say(sky + report(1) + report(2, "/dev/b"));
        CHECK(world.fixes.at(0).satellites_used == 1);
        CHECK(!world.fixes.at(1).satellites_used);
        // A sky without a list, only of dilutions, does not unmake the count.
        world.say("{\"class\":\"SKY\",\"device\":\"/dev/a\",\"hdop\":1.0}\r\n");
        world.clock.run_for(4900ms);
        world.say(report(3));
        CHECK(world.fixes.at(2).satellites_used == 1);
        world.clock.run_for(200ms);
        world.say(report(4));
        CHECK(!world.fixes.at(3).satellites_used);
    }

    TEST_CASE("a wait that is given up loses nothing") {
        World world;
        world.clock.run_for(1s);
        const std::string text = report(1);
        world.say(text.substr(0, 40));
        world.clock.run(world.tasks.stop());
        world.say(text.substr(40));
        CHECK(world.fixes.empty());
        world.tasks.start(World::pump(world));
        world.clock.run_for(1s);
        CHECK(world.fixes.size() == 1);
        CHECK(world.watched.attempts.size() == 1);
    }
}
