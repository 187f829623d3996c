// What a wall clock that is wrong, or jumps, may not change.

#include "offline/powercut_disk.hpp"
#include "tests/client/agent/van.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;
using dispatch::Status;
using dispatch::Verb;
using offline::Lane;

namespace {

// All that comes of a morning: two moves, one of them through an outage, and a drive.
struct Morning {
    std::vector<std::string> pings;
    std::vector<Instant> moves;
    std::vector<bool> quiet;
    std::int64_t captured = 0, expired = 0, track = 0;
    std::size_t cards = 0;
    bool healthy = false;
    bool operator==(const Morning&) const = default;
};

Morning morning(Van& van, const std::vector<Duration>& jumps) {
    auto jump = jumps.begin();
    const auto turn = [&] {
        if (jump != jumps.end()) van.device.by = *jump++;
    };
    van.start();
    van.drive(20s);
    turn();
    van.tap(Verb::dispatch, 812);
    van.drive(40s);
    turn();
    van.cut();
    van.drive(60s);
    van.tap(Verb::arrive, 812);
    turn();
    van.drive(30s);
    van.pass(5min);
    turn();
    van.mend();
    van.drive(30s);
    van.pass(6min);
    Morning told;
    told.pings = van.pings();
    for (const api::Move& move : van.desk.moves) {
        told.moves.push_back(move.happened);
        told.quiet.push_back(move.quiet);
    }
    const offline::Audit audit = van.agent->audit().value();
    CHECK(audit.balances());
    CHECK(audit.of(Lane::pings).queued == 0);
    told.captured = audit.captured;
    told.expired = audit.of(Lane::pings).by(offline::Cause::expired);
    told.track = van.points_on_record();
    told.cards = van.agent->workday()->cards(10).value().size();
    told.healthy = van.agent->status().health == api::Status::Health::ok;
    const auto age = van.agent->workday()->view().value().age;
    REQUIRE(age);
    CHECK(*age <= 2min);
    return told;
}

// At the same place, until GPS time is trusted: by then the sieve has had to believe the fixes.
void park(Van& van) {
    for (int i = 0; i < 12; ++i) {
        van.source.drive_to(van.metres, 0);
        van.pass(1s);
    }
}

}  // namespace

TEST_SUITE("a wrong wall clock") {
    TEST_CASE("one that jumps by years or hours, to and fro, changes nothing but a warning") {
        Van right;
        const Morning expected = morning(right, {});
        CHECK(expected.healthy);
        CHECK(expected.moves.size() == 2);
        CHECK_FALSE(expected.quiet.at(0));
        CHECK(expected.pings.size() > 10);
        CHECK_FALSE(right.warns("clock"));
        const std::vector<std::vector<Duration>> histories = {
            {decade}, {-decade}, {8h, -8h, 8h, -8h}, {decade, -decade, 0h, decade}, {0h, -2h}};
        for (const auto& jumps : histories) {
            Van van;
            const Morning told = morning(van, jumps);
            CHECK(told == expected);
            CHECK(van.warns(van.device.by > 0h ? "ahead of GPS" : "behind GPS"));
        }
    }

    TEST_CASE("one that is ten years off from the start costs the first fixes, and nothing else") {
        Van right;
        const Morning expected = morning(right, {});
        for (const Duration by : {decade, -decade}) {
            Van van(by);
            const Morning told = morning(van, {});
            CHECK(told.moves == expected.moves);
            CHECK(told.quiet == expected.quiet);
            CHECK(told.captured == expected.captured);
            CHECK(told.expired == 0);
            CHECK(told.cards == 0);
            CHECK(told.healthy);
            CHECK(told.pings.size() + 3 >= expected.pings.size());
            CHECK(van.warns(by > 0h ? "10 years ahead of GPS" : "10 years behind GPS"));
        }
    }

    TEST_CASE("one ten years ahead at a start without a fix erases no track of the days before") {
        Van van;
        van.start();
        van.drive(2min);
        const std::int64_t before = van.points_on_record();
        van.device.by = decade;
        van.start_again();
        for (int i = 0; i < 120; ++i) {
            gps::Fix none;
            none.mode = gps::Mode::none;
            none.seen = van.truth.uptime();
            van.source.say(none);
            van.pass(1s);
        }
        CHECK(van.points_on_record() >= before + 60);
        van.drive(2min);
        CHECK(van.points_on_record() >= before + 180);
    }

    TEST_CASE("one that was never set: pings grow old by GPS, and only so") {
        Van van(-decade);
        van.settings.retention.keep = std::chrono::days(1);
        van.settings.privacy.track = agent::Window::always;
        van.start();
        van.cut();
        van.drive(1min);
        const auto queued = van.agent->audit()->of(Lane::pings).queued;
        CHECK(queued > 0);
        van.pass(23h);
        CHECK(van.agent->audit()->of(Lane::pings).queued == queued);
        van.pass(1h + 2min);
        CHECK(van.agent->audit()->of(Lane::pings).by(offline::Cause::expired) == queued);
    }

    TEST_CASE("by its time no ping is old that is young by GPS, nor by GPS what is young by it") {
        for (const Duration by : {decade, Duration(-23h)}) {
            Van van;
            van.settings.retention.keep = std::chrono::days(1);
            van.start();
            van.cut();
            van.drive(1min);
            van.device.by = by;
            van.pass(by > 0h ? 23h : 25h);
            CHECK(van.agent->audit()->of(Lane::pings).by(offline::Cause::expired) == 0);
        }
    }

    TEST_CASE(
        "what failed by it is tried again at once when GPS time is known, without a backoff") {
        Van van(-decade);
        bool right = false;
        van.office.mood = [&]() -> std::optional<Error> {
            if (right) return std::nullopt;
            return Error(Fault::unauthorised, "certificate is not yet valid");
        };
        van.desk.mood = van.office.mood;
        van.start();
        CHECK(van.warns("the device clock says 2016: waiting for GPS time"));
        van.source.drive_to(0);
        van.pass(100ms);
        van.source.drive_to(0, 0);
        van.pass(1min);
        CHECK(van.office.requests + van.desk.reads > 0);
        const int reads = van.desk.reads;
        right = true;
        van.pass(10s);
        CHECK(van.desk.reads == reads);
        park(van);
        CHECK(van.desk.reads > reads);
        CHECK(van.agent->workday()->view()->as_of);
        CHECK(van.agent->status().health == api::Status::Health::ok);
    }

    TEST_CASE("the office's word is as old as the time that has passed since") {
        Van van;
        van.start();
        van.cut();
        van.pass(9min);
        van.device.by = decade;
        CHECK(*van.agent->workday()->view()->age <= 10min);
        CHECK(van.agent->status().health == api::Status::Health::ok);
        van.device.by = -decade;
        CHECK(*van.agent->workday()->view()->age >= 8min);
        van.pass(5min);
        CHECK(van.warns("the day is 14 min old"));
        // Another run goes by the clock, and cannot where that is earlier than the word.
        van.start_again();
        CHECK_FALSE(van.agent->workday()->view()->age);
        van.device.by = {};
        CHECK(*van.agent->workday()->view()->age >= 14min);
    }
}

TEST_SUITE("taps by a wrong clock") {
    TEST_CASE("they get their true time when GPS tells it, and are told and shown with it") {
        for (const Duration by : {Duration(-8h), Duration(8h), Duration(-90s), decade, -decade}) {
            Van van(by);
            van.start();
            van.cut();
            const Instant set_out = van.tap(Verb::dispatch, 812);
            van.pass(3min);
            const Instant there = van.tap(Verb::arrive, 812);
            van.pass(2min);
            CHECK(van.waiting()[0].happened == set_out + by);
            park(van);
            REQUIRE(van.waiting().size() == 2);
            CHECK(van.waiting()[0].happened == set_out);
            CHECK(van.waiting()[1].happened == there);
            const Instant done = van.tap(Verb::done, 812);
            van.mend();
            van.pass(10min);
            REQUIRE(van.desk.moves.size() == 3);
            CHECK(van.desk.moves[0].happened == set_out);
            CHECK(van.desk.moves[1].happened == there);
            CHECK(std::chrono::abs(van.desk.moves[2].happened - done) <= 1s);
            CHECK(van.agent->verify()->holds());
        }
    }

    TEST_CASE("a few seconds are no reason") {
        Van van(4s);
        van.start();
        van.cut();
        const Instant set_out = van.tap(Verb::dispatch, 812);
        park(van);
        CHECK(van.waiting()[0].happened == set_out + 4s);
        van.mend();
        van.pass(2min);
        CHECK(van.desk.moves.at(0).happened == set_out + 4s);
    }

    TEST_CASE("what the office may have heard keeps the time it was told with") {
        Van van(-8h);
        van.start();
        const Instant set_out = van.tap(Verb::dispatch, 812);
        van.pass(5s);
        REQUIRE(van.desk.moves.size() == 1);
        CHECK(van.desk.moves[0].happened == set_out - 8h);
        van.cut();
        const Instant there = van.tap(Verb::arrive, 812);
        bool lost = false;  // it hears, and nobody learns of it
        van.desk.mood = [&lost, &van]() -> std::optional<Error> {
            const bool telling = van.desk.attempts > 1;
            if (!telling) return std::nullopt;
            if (lost) return Error(Fault::unreachable, "no signal");
            lost = true;
            return lost_answer();
        };
        van.agent->flush();
        van.pass(10s);
        REQUIRE(van.desk.moves.size() == 2);
        REQUIRE(van.waiting().size() == 1);
        park(van);
        CHECK(van.waiting()[0].happened == there - 8h);
        van.mend();
        van.pass(15min);
        CHECK(van.desk.moves.size() == 2);
        CHECK(van.waiting().empty());
    }

    TEST_CASE("a device that was never set keeps them until it knows the time") {
        Van van(-decade);
        van.start();
        const Instant set_out = van.tap(Verb::dispatch, 812);
        van.pass(5min);
        CHECK(van.desk.moves.empty());
        CHECK(van.waiting().at(0).held.find("never set") != std::string::npos);
        park(van);
        van.pass(5s);
        REQUIRE(van.desk.moves.size() == 1);
        CHECK(van.desk.moves[0].happened == set_out);
        CHECK_FALSE(van.desk.moves[0].quiet);
    }

    TEST_CASE(
        "of a boot before this one a possible time stands, and an impossible one is bounded") {
        for (const Duration by : {Duration(-8h), decade, -decade}) {
            CAPTURE(by.count());
            Van van(by);
            van.start();
            van.cut();
            const Instant set_out = van.tap(Verb::dispatch, 812);
            van.stop();
            van.settings.workday.boot = "another boot";
            van.start();
            park(van);
            const Instant booted = van.truth.now() - van.truth.uptime().time_since_epoch();
            const Instant shown = van.waiting().at(0).happened;
            CHECK(shown == (by == Duration(-8h) ? set_out + by : booted));
            van.mend();
            van.pass(5min);
            REQUIRE(van.desk.moves.size() == 1);
            CHECK(van.desk.moves[0].happened == shown);
            CHECK(van.desk.moves[0].quiet);  // nobody knows how late it is
        }
    }

    TEST_CASE("a card has the true time, and keeps it when it is tried again") {
        Van van(-8h);
        van.start();
        van.cut();
        const Instant set_out = van.tap(Verb::dispatch, 812);
        const Instant there = van.tap(Verb::arrive, 812);
        park(van);
        REQUIRE_FALSE(van.desk.act(Verb::dispatch, dispatch::Who::office, me, 813));
        van.mend();
        van.pass(10min);
        auto cards = van.agent->workday()->cards(10);
        REQUIRE(cards);
        REQUIRE_FALSE(cards->empty());
        for (const api::Card& card : *cards) {
            CHECK(card.happened == (card.verb == Verb::dispatch ? set_out : there));
        }
    }

    // Kill -9 leaves the disk as it is, a power cut only what was synced; the boot is the same one
    // here, so that each tap is bound to get its true time.
    TEST_CASE("whenever the power goes they have their true time once, and are told once") {
        for (std::int64_t n = 1;; ++n) {
            CAPTURE(n);
            Dice dice(static_cast<std::uint64_t>(n));
            offline::PowercutDisk disk("clock");
            const auto open = [&disk] {
                offline::StoreOptions options;
                options.database.path = "/outrider.db";
                options.database.vfs = disk.vfs();
                auto store = offline::Store::open(options);
                REQUIRE(store);
                return std::move(*store);
            };
            Van van(-8h, open());
            van.start();
            van.cut();
            const Instant set_out = van.tap(Verb::dispatch, 812);
            van.pass(3min);
            const Instant there = van.tap(Verb::arrive, 812);
            const auto before = disk.operations();
            disk.cut_at(before + n, &dice);
            park(van);
            const bool reached = !disk.has_power();
            disk.forget_plan();
            if (!reached) disk.cut(&dice);
            van.stop();
            van.store.reset();
            disk.power_on();
            van.store = open();
            van.start();
            park(van);
            REQUIRE(van.waiting().size() == 2);
            CHECK(van.waiting()[0].happened == set_out);
            CHECK(van.waiting()[1].happened == there);
            van.start_again();  // and there is nothing left to learn
            CHECK(van.waiting()[0].happened == set_out);
            van.mend();
            van.pass(10min);
            REQUIRE(van.desk.moves.size() == 2);
            CHECK(van.desk.moves[0].happened == set_out);
            CHECK(van.desk.moves[1].happened == there);
            const auto custody = van.agent->verify();
            REQUIRE(custody);
            CHECK(custody->holds());
            if (!reached) break;
        }
    }
}
