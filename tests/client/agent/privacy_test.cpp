#include "client/agent/privacy.hpp"

#include "tests/client/agent/shift.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;
using agent::Keeping;
using agent::ZoneWatch;

namespace {

constexpr double here_latitude = 37.4, here_longitude = -122.1;

agent::PrivateZone home(double radius_m = 300) {
    return {"home", here_latitude, here_longitude, radius_m};
}

// `metres` north of the middle of it.
gps::Fix north(double metres, double accuracy_m = 5) {
    gps::Fix fix;
    fix.mode = gps::Mode::three_d;
    fix.latitude = here_latitude + metres / 111'195.0;
    fix.longitude = here_longitude;
    fix.accuracy_m = accuracy_m;
    return fix;
}

ZoneWatch outside_of_home() {
    ZoneWatch watch({home()});
    for (int i = 0; i < 3; ++i) watch.inside(north(2000));
    return watch;
}

struct Device {
    Device() : store(memory_store()) { open(); }
    void open(std::vector<agent::PrivateZone> zones = {}) {
        agent::PrivacySettings settings;
        settings.zones = std::move(zones);
        auto opened = agent::Privacy::open(*store, clock, settings, "a boot");
        REQUIRE(opened);
        privacy = std::move(*opened);
        privacy->duty_by([this] { return on_duty; });
    }
    VirtualClock clock;
    std::unique_ptr<offline::Store> store;
    bool on_duty = true;
    std::optional<agent::Privacy> privacy;
};

}  // namespace

TEST_SUITE("client/agent/privacy") {
    TEST_CASE("a fix inside a zone, or so near that it may be, is private at once") {
        ZoneWatch watch = outside_of_home();
        CHECK_FALSE(watch.inside(north(310, 5)));
        CHECK(watch.inside(north(310, 15)));
        CHECK(watch.zone() == "home");
        watch = outside_of_home();
        CHECK(watch.inside(north(100)));
    }

    TEST_CASE("a zone is left only after three fixes in a row that surely lie outside") {
        ZoneWatch watch = outside_of_home();
        REQUIRE(watch.inside(north(0)));
        CHECK(watch.inside(north(400)));
        CHECK(watch.inside(north(400)));
        CHECK(watch.inside(north(299)));  // not in a row
        CHECK(watch.inside(north(400)));
        CHECK(watch.inside(north(400)));
        CHECK_FALSE(watch.inside(north(400)));
        CHECK(watch.zone().empty());
    }

    TEST_CASE("jitter at a border never lets a place inside slip out") {
        ZoneWatch watch = outside_of_home();
        for (int i = 0; i < 500; ++i) {
            const double metres = 300 + 12 * std::sin(i * 0.7);
            const bool kept = !watch.inside(north(metres, 4));
            const bool slipped_out = metres <= 300 && kept;
            CHECK_FALSE(slipped_out);
        }
    }

    TEST_CASE("fixes so bad that they may lie inside leave no zone") {
        ZoneWatch watch({home(20)});
        REQUIRE(watch.inside(north(0)));
        for (int i = 0; i < 5; ++i) CHECK(watch.inside(north(150, 300)));
        for (int i = 0; i < 5; ++i) CHECK(watch.inside(north(150, std::nan(""))) == (i < 2));
        CHECK(watch.inside(north(900, 900)));
    }

    TEST_CASE("where it is at the start is not known, which is as good as inside") {
        ZoneWatch watch({home()});
        CHECK(watch.inside());
        CHECK(watch.inside(north(5000)));
        CHECK(watch.zone().empty());
        CHECK(watch.inside(north(5000)));
        CHECK_FALSE(watch.inside(north(5000)));
        CHECK_FALSE(ZoneWatch({}).inside());
    }

    TEST_CASE("a fix without a position changes nothing") {
        ZoneWatch watch = outside_of_home();
        gps::Fix fix = north(0);
        fix.mode = gps::Mode::none;
        CHECK_FALSE(watch.inside(fix));
        REQUIRE(watch.inside(north(0)));
        fix = north(5000);
        fix.mode = gps::Mode::none;
        for (int i = 0; i < 5; ++i) CHECK(watch.inside(fix));
        fix.mode = gps::Mode::three_d;
        fix.latitude = std::nan("");
        for (int i = 0; i < 5; ++i) CHECK(watch.inside(fix));
    }

    TEST_CASE("a zone across the date line holds on both sides of it") {
        ZoneWatch watch({{"island", -16.8, 179.9995, 500}});
        gps::Fix fix = north(0);
        fix.latitude = -16.8;
        fix.longitude = -179.9995;
        CHECK(watch.inside(fix));
        CHECK(watch.zone() == "island");
    }

    TEST_CASE(
        "off duty, in a zone and in private mode nothing is kept, and the strongest is told") {
        Device device;
        device.open({home()});
        for (int i = 0; i < 3; ++i) device.privacy->judge(north(2000));
        CHECK(device.privacy->now() == Keeping::yes);
        device.on_duty = false;
        CHECK(device.privacy->now() == Keeping::off_shift);
        CHECK(device.privacy->judge(north(0)) == Keeping::private_zone);
        device.on_duty = true;
        CHECK(device.privacy->now() == Keeping::private_zone);
        REQUIRE(device.privacy->begin(std::nullopt, 1000));
        CHECK(device.privacy->now() == Keeping::private_mode);
        REQUIRE(device.privacy->end());
        CHECK(device.privacy->now() == Keeping::private_zone);
    }

    TEST_CASE("always is always, but for zones and private mode") {
        Device device;
        agent::PrivacySettings settings;
        settings.track = agent::Window::always;
        auto privacy = agent::Privacy::open(*device.store, device.clock, settings);
        REQUIRE(privacy);
        privacy->duty_by([] { return false; });
        CHECK(privacy->now() == Keeping::yes);
        REQUIRE(privacy->begin(std::nullopt, 0));
        CHECK(privacy->now() == Keeping::private_mode);
    }

    TEST_CASE("private mode survives a restart, with who began it and when") {
        Device device;
        const Instant began = device.clock.now();
        REQUIRE(device.privacy->begin(std::nullopt, 1000));
        device.clock.run_for(24h * 3);
        device.open();
        CHECK(device.privacy->now() == Keeping::private_mode);
        REQUIRE(device.privacy->mode());
        CHECK(device.privacy->mode()->since == began);
        CHECK(device.privacy->mode()->by == 1000);
        REQUIRE(device.privacy->end());
        device.open();
        CHECK(device.privacy->now() == Keeping::yes);
    }

    TEST_CASE("private mode for an hour ends after an hour, by itself, also across a restart") {
        Device device;
        REQUIRE(device.privacy->begin(1h, 1000));
        device.clock.run_for(59min);
        CHECK(device.privacy->now() == Keeping::private_mode);
        device.open();
        CHECK(device.privacy->now() == Keeping::private_mode);
        device.clock.run_for(2min);
        CHECK(device.privacy->now() == Keeping::yes);
        device.open();
        CHECK(device.privacy->now() == Keeping::yes);
    }

    TEST_CASE("a page of private mode that cannot be read means that it is on") {
        Device device;
        REQUIRE(device.store->commit(device.clock.now(), [&] {
            return device.store->notebook().write("private", "{\"since\":7}", device.clock.now());
        }));
        device.open();
        CHECK(device.privacy->now() == Keeping::private_mode);
        REQUIRE(device.privacy->end());
        device.open();
        CHECK(device.privacy->now() == Keeping::yes);
    }
}

TEST_SUITE("client/agent/tracker: what is not kept") {
    TEST_CASE("a zone crossed between two rounds of the house ends the track, too") {
        agent::Settings settings = sample_settings();
        settings.privacy.zones = {{"kiosk", here_latitude + 1110 / 111'195.0, here_longitude, 20}};
        World world(memory_store(), settings);
        world.start();
        for (double metres = 0; metres < 2000; metres += 15) {
            gps::Fix fix = north(metres);
            fix.time = world.clock.now();
            fix.seen = world.clock.uptime();
            fix.speed_mps = 15;
            world.source.say(fix);
            world.clock.run_for(1s);
        }
        auto track = world.agent->track(Instant{});
        REQUIRE(track);
        const auto points = track->between(Instant{}, world.clock.now());
        REQUIRE(points);
        int beginnings = 0;
        for (const auto& point : *points) {
            if (point.judgement.cause == gps::Cause::first) ++beginnings;
        }
        CHECK(beginnings == 2);
    }
}

TEST_SUITE("client/agent/workday: on duty") {
    TEST_CASE("on duty is who is checked in, by a word of the last twelve hours") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        CHECK(shift.workday->on_duty(shift.clock.now()));
        shift.cut();
        shift.pass(11h);
        CHECK(shift.workday->on_duty(shift.clock.now()));
        shift.pass(90min);
        CHECK_FALSE(shift.workday->on_duty(shift.clock.now()));
        shift.mend();
        shift.pass(20min);
        CHECK(shift.workday->on_duty(shift.clock.now()));
        shift.desk.day.rights.checked_in = false;
        shift.pass(2min);
        CHECK_FALSE(shift.workday->on_duty(shift.clock.now()));
    }

    TEST_CASE("nobody is on duty before the office has told the day") {
        Shift shift;
        shift.cut();
        shift.start();
        shift.pass(1h);
        CHECK_FALSE(shift.workday->on_duty(shift.clock.now()));
    }

    TEST_CASE("yesterday's day keeps nothing this morning, until work is under way") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        shift.pass(1min);
        shift.cut();
        shift.pass(13h);
        CHECK_FALSE(shift.workday->on_duty(shift.clock.now()));
        shift.tap(dispatch::Verb::dispatch, 812);
        CHECK(shift.workday->on_duty(shift.clock.now()));
        shift.tap(dispatch::Verb::arrive, 812);
        CHECK(shift.workday->on_duty(shift.clock.now()));
        shift.tap(dispatch::Verb::done, 812);
        CHECK_FALSE(shift.workday->on_duty(shift.clock.now()));
    }

    TEST_CASE("by shifts, the office need not be heard: they begin and end when it said") {
        Shift shift;
        const Instant now = shift.clock.now();
        shift.desk.day.checked_in_by = "shift";
        shift.desk.day.rights.checked_in = true;
        shift.desk.day.shifts = {{now - 1h, now + 2h}, {now + 20h, now + 28h}};
        shift.start();
        shift.cut();
        CHECK(shift.workday->on_duty(now + 119min));
        shift.pass(2h);
        CHECK_FALSE(shift.workday->on_duty(shift.clock.now()));
        CHECK_FALSE(shift.workday->on_duty(now + 19h));
        CHECK(shift.workday->on_duty(now + 20h));
        CHECK_FALSE(shift.workday->on_duty(now + 28h));
    }

    TEST_CASE("a shift that the office's last word was in is over when it said so") {
        Shift shift;
        const Instant now = shift.clock.now();
        shift.desk.day.checked_in_by = "shift";
        shift.desk.day.rights.checked_in = true;
        shift.desk.day.shifts = {{now - 1h, now + 1h}};
        shift.start();
        shift.pass(58min);
        shift.cut();
        shift.pass(1min);
        CHECK(shift.workday->on_duty(shift.clock.now()));
        shift.pass(2min);
        CHECK_FALSE(shift.workday->on_duty(shift.clock.now()));
    }

    TEST_CASE("where the check-in is taken for granted, so is being on duty") {
        Shift shift;
        shift.desk.day.checked_in_by = "";
        shift.start();
        shift.cut();
        shift.pass(48h);
        CHECK(shift.workday->on_duty(shift.clock.now()));
    }
}
