// What may not be suggested, or done by the device alone, where something is not known.

#include "client/agent/suggestions.hpp"

#include "offline/powercut_disk.hpp"
#include "tests/client/agent/street_van.hpp"
#include "tests/client/agent/van.hpp"
#include "tests/support/overheard.hpp"

#include <doctest/doctest.h>

#include <cerrno>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;
using dispatch::Status;
using dispatch::Verb;
using offline::Lane;

namespace {

// Two appointments in one building: one is done, and the van stands there for long.
struct Building : StreetVan {
    Building() : StreetVan(that_arrives_by_itself()) {
        put(814, 10);
        start();
        drive(0);
        tap(Verb::dispatch, 812);
        stand(120);
        tap(Verb::arrive, 812);
        stand(120);
        tap(Verb::done, 812);
        stand(120);
    }
    bool arrived() const { return told().find("arrive 814") != std::string::npos; }
};

offline::StoreOptions on(const offline::PowercutDisk& disk) {
    offline::StoreOptions options;
    options.database.path = "/outrider.db";
    options.database.vfs = disk.vfs();
    return options;
}

// A dispatch waits, the office is out of reach, and three taps that belong together are made.
struct Together {
    explicit Together(const offline::PowercutDisk& disk) {
        auto opened = offline::Store::open(on(disk));
        REQUIRE(opened);
        shift = std::make_unique<Shift>(std::move(*opened));
        shift->desk.give(812);
        shift->desk.give(814);
        shift->start();
        shift->cut();
        shift->tap(Verb::dispatch, 812);
    }
    bool tap() {
        agent::Moment moment;
        moment.time = shift->clock.now();
        const auto answer = shift->workday->tap(
            {{Verb::cancel, 812}, {Verb::dispatch, 814}, {Verb::arrive, 814}}, moment);
        return answer && !*answer;
    }
    std::unique_ptr<Shift> shift;
};

}  // namespace

TEST_SUITE("client/agent/suggestions, doubt") {
    TEST_CASE("the device arrives nowhere by a stand from before a hole in the fixes") {
        Building van;
        REQUIRE_FALSE(van.arrived());
        SUBCASE("in private mode") {
            REQUIRE(van.agent->begin_private(std::nullopt, 1000));
            van.clock.run_for(10min);
            van.tap(Verb::dispatch, 814);
            van.clock.run_for(5min);
            REQUIRE(van.agent->end_private());
        }
        SUBCASE("without a sky") {
            van.clock.run_for(10min);
            van.tap(Verb::dispatch, 814);
            van.clock.run_for(5min);
        }
        van.north = 3000;
        van.stand(200);
        CHECK_FALSE(van.arrived());
        const Instant back = van.clock.now();
        van.drive(0);
        van.stand(120);
        REQUIRE(van.arrived());
        CHECK(van.desk.moves.back().happened > back);
    }

    TEST_CASE("who stays there through a hole has arrived after it") {
        Building van;
        van.tap(Verb::dispatch, 814);
        van.clock.run_for(10min);
        const Instant back = van.clock.now();
        van.stand(80);
        CHECK_FALSE(van.arrived());
        van.stand(20);
        REQUIRE(van.arrived());
        CHECK(van.desk.moves.back().happened >= back);
    }

    TEST_CASE("who pauses and stays is not asked to resume after a hole either") {
        StreetVan van;
        van.begin_work(812);
        van.stand(300);
        van.tap(Verb::pause, 812);
        van.clock.run_for(10min);
        van.stand(300);
        CHECK(van.asked().empty());
    }

    TEST_CASE("where the vehicle stood minutes ago, nobody is asked about") {
        StreetVan van;
        van.start();
        SUBCASE("to arrive") { van.tap(Verb::dispatch, 812); }
        SUBCASE("to set out") {}
        van.drive(0);
        van.stand(60);
        REQUIRE_FALSE(van.asked().empty());
        const Verb verb = van.card().verb;
        van.clock.run_for(4min);
        CHECK_FALSE(van.asked().empty());
        van.clock.run_for(2min);
        CHECK(van.asked().empty());
        CHECK_FALSE(van.agent->accept(verb, 812));
        van.stand(60);
        CHECK_FALSE(van.asked().empty());
    }

    TEST_CASE("with more open appointments than places are watched the device only asks") {
        StreetVan van(StreetVan::that_arrives_by_itself());
        bool too_many = false;
        SUBCASE("one more") { too_many = true; }
        SUBCASE("as many") {}
        const int most = static_cast<int>(gps::Arrival::most_places);
        for (int i = 2; i < most + (too_many ? 1 : 0); ++i) van.put(900 + i, 10'000.0 + i * 1000);
        van.start();
        van.tap(Verb::dispatch, 812);
        van.drive(0);
        van.stand(60);
        CHECK(van.card().acts_at.has_value() == !too_many);
        van.stand(240);
        CHECK(van.taps() == (too_many ? 1 : 2));
    }

    TEST_CASE("an accepted card tells no place in private mode") {
        StreetVan van;
        van.start();
        van.tap(Verb::dispatch, 812);
        van.drive(0);
        van.stand(60);
        REQUIRE(van.asked() == "arrive 812");
        REQUIRE(van.agent->begin_private(std::nullopt, 1000));
        van.accept(Verb::arrive, 812);
        REQUIRE(van.told() == "dispatch 812, arrive 812");
        CHECK_FALSE(van.desk.moves.back().latitude);
        CHECK_FALSE(van.desk.moves.back().longitude);
    }

    TEST_CASE("a dispatch tapped by a clock that is ahead is arrived at by the true time") {
        Van van(8h);
        van.settings.suggestions.auto_arrive = true;
        van.desk.day.visits.front().latitude = 37.4;
        van.desk.day.visits.front().longitude = -122.1;
        van.start();
        int seconds = 300;
        SUBCASE("by the device") { van.tap(Verb::dispatch, 812); }
        SUBCASE("by the technician") {
            van.tap(Verb::dispatch, 812);
            seconds = 60;
        }
        SUBCASE("by the device, started again where the office is out of reach") {
            van.tap(Verb::dispatch, 812);
            van.pass(2s);
            REQUIRE(van.desk.moves.size() == 1);
            van.cut();
            van.start_again();
        }
        SUBCASE("by the device, while nobody knows whether the office has the dispatch") {
            van.desk.mood = [] { return lost_answer(); };
            van.tap(Verb::dispatch, 812);
        }
        van.pass(2s);
        const Instant stopped = van.truth.now();
        for (int i = 0; i < seconds; ++i) {
            van.source.drive_to(0, 0.1);
            van.pass(1s);
        }
        if (seconds == 60) {
            const auto answer = van.agent->accept(Verb::arrive, 812);
            REQUIRE(answer);
            REQUIRE_FALSE(*answer);
            van.pass(1s);
        }
        const auto waiting = van.waiting();
        if (waiting.empty()) REQUIRE(van.desk.moves.back().verb == Verb::arrive);
        if (!waiting.empty()) REQUIRE(waiting.back().verb == Verb::arrive);
        const Instant arrived =
            waiting.empty() ? van.desk.moves.back().happened : waiting.back().happened;
        CHECK(arrived >= stopped - 5s);
        CHECK(arrived <= stopped + 60s);
    }

    TEST_CASE("leaving work that began by a clock that is ahead is noticed") {
        Van van(8h);
        van.desk.day.visits.front().latitude = 37.4;
        van.desk.day.visits.front().longitude = -122.1;
        van.start();
        van.tap(Verb::dispatch, 812);
        van.tap(Verb::arrive, 812);
        van.pass(2s);
        REQUIRE(van.desk.moves.size() == 2);
        van.cut();
        van.start_again();
        for (int i = 0; i < 60; ++i) {
            van.source.drive_to(0, 0.1);
            van.pass(1s);
        }
        const Instant left = van.truth.now();
        van.drive(150s);
        const auto day = van.agent->day();
        REQUIRE(day);
        REQUIRE(day->suggestions.size() == 1);
        CHECK(day->suggestions.front().verb == Verb::done);
        CHECK(day->suggestions.front().happened - left < 30s);
    }

    TEST_CASE("taps that belong together are all on the disk, or none, when it is full") {
        for (std::int64_t n = 1;; ++n) {
            CAPTURE(n);
            offline::PowercutDisk disk("together-full");
            Together made(disk);
            const auto before = disk.operations();
            disk.fail_at(before + n, ENOSPC);
            const bool kept = made.tap();
            const bool reached = disk.operations() >= before + n;
            disk.forget_plan();
            CHECK(made.shift->workday->waiting().size() == (kept ? 4 : 1));
            CHECK(made.shift->store->outbox().size(Lane::actions) == (kept ? 4 : 1));
            if (!reached) break;
        }
    }

    TEST_CASE("taps that belong together are all on the disk, or none, after a power cut") {
        for (std::int64_t n = 1;; ++n) {
            CAPTURE(n);
            Dice dice(static_cast<std::uint64_t>(n));
            offline::PowercutDisk disk("together-cut");
            bool reached = false;
            bool kept = false;
            {
                Together made(disk);
                const auto before = disk.operations();
                disk.cut_at(before + n, &dice);
                kept = made.tap();
                reached = !disk.has_power();
                disk.forget_plan();
                if (!reached) disk.cut(&dice);
            }
            disk.power_on();
            auto store = offline::Store::open(on(disk));
            REQUIRE(store);
            const auto waiting = (*store)->outbox().size(Lane::actions);
            CHECK((waiting == 4 || (waiting == 1 && !kept)));
            if (!reached) break;
        }
    }

    TEST_CASE("there is room for all of the taps that belong together, or none is made") {
        Shift shift;
        shift.desk.give(812);
        shift.desk.give(814);
        shift.start();
        shift.cut();
        shift.tap(Verb::dispatch, 812);
        while (shift.workday->waiting().size() + 1 < agent::Workday::most_waiting) {
            shift.tap(Verb::cancel, 812);
            shift.tap(Verb::dispatch, 812);
        }
        const std::size_t full = shift.workday->waiting().size();
        REQUIRE(full + 1 == agent::Workday::most_waiting);
        agent::Moment moment;
        moment.time = shift.clock.now();
        const auto answer =
            shift.workday->tap({{Verb::cancel, 812}, {Verb::dispatch, 814}}, moment);
        REQUIRE_FALSE(answer);
        CHECK(answer.error().fault == Fault::too_large);
        CHECK(shift.workday->waiting().size() == full);
    }

    TEST_CASE("an arrival the device cannot make is told of once") {
        offline::PowercutDisk disk("no-arrival");
        StreetVan van(StreetVan::that_arrives_by_itself());
        auto opened = offline::Store::open(on(disk));
        REQUIRE(opened);
        van.store = std::move(*opened);
        van.start();
        van.tap(Verb::dispatch, 812);
        van.drive(0);
        van.stand(60);
        const Overheard log;
        disk.fail_from(disk.operations() + 1, ENOSPC);
        van.stand(300);
        CHECK(log.times("cannot arrive by GPS") == 1);
        disk.forget_plan();
        van.stand(30);
        CHECK(van.told() == "dispatch 812, arrive 812");
    }
}
