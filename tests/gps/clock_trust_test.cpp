#include "gps/clock_trust.hpp"

#include "gps/fix.hpp"
#include "tests/gps/fixes.hpp"

#include <doctest/doctest.h>

#include <chrono>

namespace outrider::gps {
namespace {

using namespace std::chrono_literals;
using Change = ClockTrust::Change;
using test::fixes_begin;

constexpr Uptime boot_hour{std::chrono::hours(1)};

// A receiver whose clock is `wrong`, heard over a line that takes `late`.
struct Receiver {
    ClockTrust trust;
    Uptime now = boot_hour;

    Change say(Duration wrong = 0ms, Duration late = 0ms) {
        return trust.add(fixes_begin + (now - boot_hour) + wrong, now + late);
    }
    // One a second; what the last one changed, and all before it nothing.
    Change say(int fixes, Duration wrong) {
        Change change = Change::none;
        for (int i = 0; i < fixes; ++i) {
            CHECK(change == Change::none);
            change = say(wrong);
            now += 1s;
        }
        return change;
    }
    // Of the trusted time, now.
    Duration error() const {
        REQUIRE(trust.at(now));
        return *trust.at(now) - (fixes_begin + (now - boot_hour));
    }
};

TEST_CASE("clock trust: five fixes in a row, four seconds, and no fewer") {
    Receiver receiver;
    CHECK(receiver.say(4, 0ms) == Change::none);
    CHECK_FALSE(receiver.trust.trusted());
    CHECK(receiver.say(1, 0ms) == Change::gained);
    CHECK(receiver.error() == 0ms);

    Receiver hasty;  // ten a second
    for (int i = 0; i < 40; ++i, hasty.now += 100ms) CHECK(hasty.say() == Change::none);
    CHECK(hasty.say() == Change::gained);

    Receiver slow;  // one in five seconds
    for (int i = 0; i < 4; ++i, slow.now += 5s) CHECK(slow.say() == Change::none);
    CHECK(slow.say() == Change::gained);
}

TEST_CASE("clock trust: it tells the time before the fixes and after them, less and less surely") {
    Receiver receiver;
    CHECK_FALSE(receiver.trust.ahead(fixes_begin, receiver.now));
    CHECK(receiver.say(5, 0ms) == Change::gained);
    CHECK(receiver.trust.at(boot_hour - 10min) == fixes_begin - 10min);
    receiver.now += 24h * 6;
    CHECK(receiver.error() == 0ms);
    CHECK(receiver.trust.drift(receiver.now) > 51s);
    CHECK(receiver.trust.drift(receiver.now) < 53s);
}

TEST_CASE("clock trust: a receiver whose clock stands, runs or stumbles is not believed") {
    Receiver stands, runs, stumbles;
    for (int i = 0; i < 60; ++i) {
        CHECK(stands.trust.add(fixes_begin, stands.now += 1s) == Change::none);
        CHECK(runs.trust.add(fixes_begin + 2s * i, runs.now += 1s) == Change::none);
        CHECK(stumbles.say(i % 4 == 0 ? Duration(3s) : 0s) == Change::none);
        stumbles.now += 1s;
    }
    CHECK_FALSE(stumbles.trust.trusted());
}

TEST_CASE("clock trust: what the line takes is no disagreement, and the earliest fix tells best") {
    Receiver receiver;
    for (int i = 0; i < 8; ++i, receiver.now += 1s) {
        CHECK(receiver.say(0ms, i % 2 == 0 ? 900ms : 150ms) ==
              (i == 4 ? Change::gained : Change::none));
    }
    CHECK(receiver.error() <= -150ms);
    CHECK(receiver.error() >= -400ms);
}

TEST_CASE("clock trust: leap seconds learnt in the first quarter of an hour are a correction") {
    for (const Duration leap : {Duration(-18s), Duration(-3s), Duration(18s)}) {
        Receiver receiver;
        CHECK(receiver.say(5, -leap) == Change::gained);
        CHECK(receiver.error() == -leap);
        CHECK(receiver.say(1, 0ms) == Change::none);  // it may be a slip
        CHECK(receiver.error() == -leap);
        CHECK(receiver.say(1, 0ms) == Change::corrected);
        CHECK(receiver.error() == 0ms);
    }
    Receiver late;
    CHECK(late.say(5, 18s) == Change::gained);
    late.now += 16min;
    CHECK(late.say(4, 0ms) == Change::none);
    CHECK(late.error() == 18s);
    CHECK(late.say(1, 0ms) == Change::replaced);
}

TEST_CASE(
    "clock trust: leap seconds are learnt once, and a time that goes back and back is not "
    "followed") {
    Receiver receiver;
    CHECK(receiver.say(5, 0ms) == Change::gained);
    CHECK(receiver.say(2, -7s) == Change::corrected);
    for (int times = 2; times < 20; ++times) CHECK(receiver.say(3, times * -7s) == Change::none);
    CHECK(receiver.error() == -7s);
    CHECK(receiver.say(5, 0ms) == Change::replaced);
    CHECK(receiver.say(2, 3s) == Change::corrected);
}

TEST_CASE("clock trust: one wrong time moves nothing, and five that agree outweigh it") {
    Receiver receiver;
    CHECK(receiver.say(5, 0ms) == Change::gained);
    for (int i = 0; i < 20; ++i) {  // never five in a row
        CHECK(receiver.say(4, 1h) == Change::none);
        CHECK(receiver.error() == 0ms);
        CHECK(receiver.say(1, 0ms) == Change::none);
    }
    CHECK(receiver.say(5, 24h * 365 * 10) == Change::replaced);
    CHECK(receiver.error() == 24h * 365 * 10);
}

TEST_CASE("clock trust: a receiver that comes back finds the clock here drifted, and is followed") {
    Receiver receiver;
    CHECK(receiver.say(5, 0ms) == Change::gained);
    receiver.now += 24h * 2;
    CHECK(receiver.say(40, -9s) == Change::none);  // fifty millionths
    CHECK(receiver.error() <= -8s);
    receiver.now += 24h * 365;  // whatever it says now, it has to say it in a row
    CHECK(receiver.say(4, 24h) == Change::none);
    CHECK(receiver.error() <= -8s);
    CHECK(receiver.say(1, 24h) == Change::replaced);
}

TEST_CASE("clock trust: nonsense is no time") {
    ClockTrust trust;
    for (int i = 0; i < 10; ++i) {
        CHECK(trust.add(Instant::min(), Uptime(1s * i)) == Change::none);
        CHECK(trust.add(Instant::max(), Uptime(1s * i)) == Change::none);
    }
    CHECK_FALSE(trust.at(Uptime(10s)));
}

TEST_CASE("clock trust: how far a clock is off is told in round numbers") {
    Receiver receiver;
    CHECK(receiver.say(5, 0ms) == Change::gained);
    const Instant now = *receiver.trust.at(receiver.now);
    CHECK(receiver.trust.ahead(now - 8h, receiver.now) == -8h);
    CHECK(beside_gps(-8h) == "8 h behind GPS");
    CHECK(beside_gps(-8h + 29min) == "8 h behind GPS");
    CHECK(beside_gps(90s) == "90 s ahead of GPS");
    CHECK(beside_gps(150s) == "3 min ahead of GPS");
    CHECK(beside_gps(-119min) == "119 min behind GPS");
    CHECK(beside_gps(-47h) == "47 h behind GPS");
    CHECK(beside_gps(24h * 30) == "30 days ahead of GPS");
    CHECK(beside_gps(-24h * 3652) == "10 years behind GPS");
}

}  // namespace
}  // namespace outrider::gps
