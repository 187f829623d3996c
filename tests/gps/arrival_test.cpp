#include "gps/arrival.hpp"

#include "tests/gps/fixes.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace outrider;
using namespace outrider::gps;
using namespace outrider::test;
using State = Presence::State;

namespace {

constexpr std::int64_t here = 812, beside = 813;

Place place_at(std::int64_t id, double east_m, double north_m = 0) {
    const Fix fix = fix_at(0, east_m, north_m);
    return {id, fix.latitude, fix.longitude};
}

Instant at(double seconds) { return *fix_at(seconds).time; }

// A vehicle, a fix a second; the place is at the origin.
struct Drive {
    explicit Drive(std::vector<Place> places = {place_at(here, 0)}) { arrival.expect(places); }

    bool fix(double east_m, double speed_mps, double north_m = 0) {
        Fix one = fix_at(now++, east_m, north_m);
        one.speed_mps = speed_mps;
        one.satellites_used = satellites;
        one.accuracy_m = accuracy_m;
        return arrival.update(one, motion.update(one));
    }
    void drive(double from_m, double to_m, double speed_mps = 10) {
        const double step = from_m < to_m ? speed_mps : -speed_mps;
        for (double east = from_m; (to_m - east) * step >= 0; east += step) fix(east, speed_mps);
    }
    void stand(int seconds, double east_m = 0, double north_m = 0) {
        for (int i = 0; i < seconds; ++i) fix(east_m, 0.1, north_m);
    }
    const Presence& presence(std::int64_t id = here) const { return *arrival.at(id); }

    Arrival arrival;
    Motion motion{MotionSettings{}};
    int now = 0;
    std::optional<int> satellites = 9;
    std::optional<double> accuracy_m = 3;
};

}  // namespace

TEST_SUITE("gps/arrival") {
    TEST_CASE("25 s of standing within the radius is an arrival, back-dated to the first of them") {
        Drive van;
        van.drive(-500, -20);
        CHECK(van.presence().state == State::near);
        const int stopped = van.now;
        van.stand(25, -20);
        CHECK(van.presence().state == State::near);
        van.stand(5, -20);
        CHECK(van.presence().state == State::stood);
        CHECK_FALSE(van.presence().certain);
        CHECK(van.presence().since == at(stopped));
    }

    TEST_CASE("it is certain after 90 s, and stays so") {
        Drive van;
        van.drive(-500, -20);
        const int stopped = van.now;
        while (!van.presence().certain && van.now < stopped + 200) van.fix(-20, 0.1);
        CHECK(van.now - 1 - stopped == 90);
        CHECK(van.presence().since == at(stopped));
        van.stand(600, -20);
        CHECK(van.presence().certain);
        CHECK(van.presence().since == at(stopped));
    }

    TEST_CASE("a stand outside the radius is none there, and twice a poor accuracy widens it") {
        for (const double accuracy : {3.0, 39.0}) {
            Drive van;
            van.accuracy_m = accuracy;
            van.stand(200, 77);
            CHECK((van.presence().state == State::stood) == (accuracy > 38.5));
        }
        Drive van;
        van.stand(200, 74);
        CHECK(van.presence().certain);
    }

    TEST_CASE("driving past, however slowly, is no arrival") {
        for (const double speed : {1.5, 3.0, 10.0, 30.0}) {
            CAPTURE(speed);
            Drive van;
            van.drive(-600, 600, speed);
            CHECK(van.presence().state == State::gone);
            CHECK(van.presence().since == Instant{});
        }
    }

    TEST_CASE("a red light of 80 s in front of the door is asked about and is not certain") {
        Drive van;
        van.drive(-500, -30);
        van.stand(80, -30);
        CHECK(van.presence().state == State::stood);
        van.drive(-30, 500);
        CHECK(van.presence().state == State::gone);
        CHECK_FALSE(van.presence().certain);
    }

    TEST_CASE("it leaves by two fixes running beyond one and a half times the radius") {
        Drive van;
        van.stand(100);
        REQUIRE(van.presence().state == State::stood);
        van.fix(111, 5);
        van.fix(112, 5);
        van.fix(114, 5);  // one beyond ...
        CHECK(van.presence().state == State::stood);
        van.fix(90, 5);  // ... and back
        van.fix(114, 5);
        CHECK(van.presence().state == State::stood);
        const int left = van.now - 1;
        CHECK(van.fix(120, 5));
        CHECK(van.presence().state == State::gone);
        CHECK(van.presence().left == at(left));
        CHECK(van.presence().since == at(0));
    }

    TEST_CASE("between the radius and one and a half of it nothing flaps") {
        Drive van;
        van.stand(100, 60);
        REQUIRE(van.presence().state == State::stood);
        for (int i = 0; i < 300; ++i) CHECK_FALSE(van.fix(i % 2 == 0 ? 70 : 105, 1));
        CHECK(van.presence().since == at(0));
    }

    TEST_CASE("who comes back has arrived anew") {
        Drive van;
        van.stand(100);
        van.drive(0, 400);
        REQUIRE(van.presence().state == State::gone);
        van.drive(400, 0);
        CHECK(van.presence().state == State::near);
        CHECK(van.presence().since == Instant{});
        const int stopped = van.now;
        van.stand(100);
        CHECK(van.presence().certain);
        CHECK(van.presence().since == at(stopped));
    }

    TEST_CASE("where two places are in reach, it is certain of neither") {
        Drive van({place_at(here, 0), place_at(beside, 60)});
        van.stand(300, 20);
        CHECK(van.presence(here).state == State::stood);
        CHECK(van.presence(beside).state == State::stood);
        CHECK_FALSE(van.presence(here).certain);
        CHECK_FALSE(van.presence(beside).certain);
        CHECK(van.arrival.ambiguous(here, beside));
        CHECK_FALSE(van.arrival.ambiguous(here, here));
    }

    TEST_CASE("two places a street apart are told apart") {
        Drive van({place_at(here, 0), place_at(beside, 200)});
        van.stand(300, 20);
        CHECK(van.presence(here).certain);
        CHECK(van.presence(beside).state == State::away);
        CHECK_FALSE(van.arrival.ambiguous(here, beside));
    }

    TEST_CASE("fixes of few satellites or a poor accuracy tell nothing") {
        Drive few;
        few.satellites = 4;
        few.stand(300);
        CHECK(few.presence().state == State::away);
        Drive poor;
        poor.accuracy_m = 101;
        poor.stand(300);
        CHECK(poor.presence().state == State::away);
        Drive fair;  // as NMEA puts an HDOP of 2.4: enough to ask, not to act
        fair.accuracy_m = 45;
        fair.stand(300);
        CHECK(fair.presence().state == State::stood);
        CHECK_FALSE(fair.presence().certain);
        Drive unknown;
        unknown.satellites.reset();
        unknown.accuracy_m.reset();
        unknown.stand(300);
        CHECK(unknown.presence().certain);
    }

    TEST_CASE("one fix beside the stand does not begin it anew, two do") {
        Drive van;
        van.stand(60);
        van.fix(45, 0.1);
        van.stand(31);
        CHECK(van.presence().certain);
        Drive other;
        other.stand(60);
        other.fix(45, 0.1);
        other.fix(45, 0.1);
        other.stand(40);
        CHECK_FALSE(other.presence().certain);
    }

    TEST_CASE("a stand does not go on over a hole in the fixes") {
        Drive van;
        van.stand(60);
        van.now += 61;
        van.stand(60);
        CHECK_FALSE(van.presence().certain);
        van.stand(40);
        CHECK(van.presence().certain);
    }

    TEST_CASE("after a hole in the fixes nothing is certain until it has stood there anew") {
        Drive van;
        van.stand(200);
        REQUIRE(van.presence().certain);
        CHECK(*van.arrival.standing(here) >= std::chrono::seconds(190));
        van.now += 300;
        SUBCASE("it is far away") {
            van.fix(3000, 0.1);
            CHECK_FALSE(van.presence().certain);
            CHECK_FALSE(van.arrival.standing(here));
        }
        SUBCASE("it had begun to leave when the hole came") {
            van.now -= 300;
            van.fix(30, 10);
            van.fix(60, 10);
            van.fix(90, 10);
            REQUIRE_FALSE(van.arrival.stand());
            van.now += 300;
            van.fix(3000, 0.1);
            CHECK_FALSE(van.presence().certain);
        }
        SUBCASE("it stands there still, or again: nobody knows which") {
            const int back = van.now;
            van.stand(60);
            CHECK(van.presence().state == State::stood);
            CHECK_FALSE(van.presence().certain);
            CHECK(van.presence().since == at(back));
            CHECK(van.presence().came == at(0));
            van.stand(40);
            CHECK(van.presence().certain);
            CHECK(van.presence().since == at(back));
        }
    }

    TEST_CASE("it stands within reach of a place only as long as its fixes say so") {
        Drive van;
        van.stand(100);
        REQUIRE(van.arrival.standing(here));
        CHECK_FALSE(van.arrival.standing(beside));
        van.fix(90, 10);
        CHECK_FALSE(van.arrival.standing(here));
        CHECK(van.presence().certain);
        van.drive(100, 400);
        CHECK_FALSE(van.arrival.standing(here));
    }

    TEST_CASE("a place that is expected while the van stands there has its stand's time") {
        Drive van{std::vector<Place>()};
        van.stand(300);
        van.arrival.expect(std::vector{place_at(here, 10)});
        van.fix(0, 0.1);
        CHECK(van.presence().certain);
        CHECK(van.presence().since == at(0));
    }

    TEST_CASE("what is known of a place stays known, unless the place is put elsewhere") {
        Drive van;
        van.stand(100);
        van.arrival.expect(std::vector{place_at(beside, 900), place_at(here, 0)});
        CHECK(van.presence(here).certain);
        CHECK(van.presence(beside).state == State::away);
        van.arrival.expect(std::vector{place_at(here, 900)});
        CHECK(van.presence(here).state == State::away);
        CHECK(van.arrival.at(beside) == nullptr);
    }

    TEST_CASE("more places than it holds are left out, and places on the date line are reached") {
        std::vector<Place> places;
        for (int i = 0; i < 40; ++i) places.push_back(place_at(i + 1, 1000.0 * i));
        Drive van(places);
        CHECK(van.arrival.at(32) != nullptr);
        CHECK(van.arrival.at(33) == nullptr);

        Arrival arrival;
        arrival.expect(std::vector{Place{here, 0, 179.9999}});
        for (int i = 0; i < 100; ++i) {
            Fix fix = fix_at(i);
            fix.latitude = 0;
            fix.longitude = i % 2 == 0 ? -179.99995 : 179.99995;
            arrival.update(fix, MotionState::parked);
        }
        CHECK(arrival.at(here)->certain);
    }

    TEST_CASE("a fix without a time, or that is nowhere, changes nothing") {
        Drive van;
        van.stand(100);
        Fix fix = fix_at(101, 500);
        fix.time.reset();
        CHECK_FALSE(van.arrival.update(fix, MotionState::moving));
        fix = fix_at(101, 500);
        fix.latitude = std::nan("");
        CHECK_FALSE(van.arrival.update(fix, MotionState::moving));
        CHECK(van.presence().certain);
    }
}
