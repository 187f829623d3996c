#include "client/agent/workday.hpp"

#include "tests/client/agent/shift.hpp"

#include <fmt/ranges.h>

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;
using dispatch::Status;
using dispatch::Verb;
using dispatch::Who;
using offline::Lane;

TEST_SUITE("workday: what can go wrong") {
    TEST_CASE("when an answer is lost the same move is sent again and done once") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        int lost = 2;
        shift.desk.mood = [&]() -> std::optional<Error> {
            if (lost-- > 0) return lost_answer();
            return std::nullopt;
        };
        shift.tap(Verb::dispatch, 812);
        shift.pass(5min);
        CHECK(shift.desk.moves.size() == 1);
        CHECK(shift.desk.at(812).status == Status::dispatched);
        CHECK(shift.workday->waiting().empty());
        CHECK(shift.store->ledger().balance("delivered:actions") +
                  shift.store->ledger().balance("settled:actions") ==
              1);
    }

    TEST_CASE("an action the office never answers holds up neither pings nor the day") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        shift.desk.refuses = [](const api::Move&) {
            return Error(Fault::unreachable, "HTTP 500 for every action");
        };
        shift.tap(Verb::dispatch, 812);
        int delivered = 0;
        for (int i = 0; i < 20; ++i) {
            shift.record_pings(1);
            shift.courier->nudge();
            shift.pass(1min);
            delivered += shift.store->outbox().size(Lane::pings) == 0;
        }
        CHECK(delivered > 15);
        CHECK(shift.store->outbox().size(Lane::actions) == 1);
        CHECK(shift.desk.attempts > 3);
        shift.desk.refuses = nullptr;
        shift.pass(15min);
        CHECK(shift.store->outbox().size(Lane::actions) == 0);
    }

    TEST_CASE("pings wait as long as the office asked them to, whatever becomes of the day") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        shift.office.mood = [] {
            Error busy(Fault::busy, "HTTP 503");
            busy.wait = 5min;
            return std::optional(busy);
        };
        shift.record_pings(1);
        shift.courier->flush();
        shift.pass(5s);
        REQUIRE(shift.office.requests == 1);
        shift.office.mood = nullptr;
        int lost = 1;
        shift.desk.mood = [&]() -> std::optional<Error> {
            if (lost-- > 0) return lost_answer();
            return std::nullopt;
        };
        shift.tap(Verb::dispatch, 812);
        shift.pass(4min);
        CHECK(shift.desk.moves.size() == 1);
        CHECK(shift.office.requests == 1);
        shift.pass(2min);
        CHECK(shift.store->outbox().size(Lane::pings) == 0);
    }

    TEST_CASE("after a long outage the day is heard with the first ping that gets through") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        shift.cut();
        shift.pass(3h);
        REQUIRE_FALSE(shift.desk.act(Verb::dispatch, Who::office, me, 812));
        shift.mend();
        shift.record_pings(1);
        shift.cut();
        shift.courier->flush();
        shift.pass(5s);
        shift.mend();
        shift.courier->flush();
        shift.pass(5s);
        CHECK(shift.shown(812).status == Status::dispatched);
        CHECK(shift.view().trouble.empty());
    }

    TEST_CASE("a tap goes before the pings that wait") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        shift.cut();
        shift.record_pings(300);
        shift.courier->nudge();
        shift.pass(10min);
        shift.tap(Verb::dispatch, 812);
        std::size_t told_before_pings = 0;
        shift.office.on_request = [&](auto) {
            if (told_before_pings == 0) told_before_pings = shift.desk.moves.size();
        };
        shift.mend();
        shift.pass(10min);
        CHECK(shift.store->outbox().size(Lane::pings) == 0);
        CHECK(told_before_pings == 1);
    }

    TEST_CASE("an action the office cannot take at all becomes a card with its words") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        shift.desk.refuses = [](const api::Move&) {
            return Error(Fault::refused, "HTTP 400: no such activity type");
        };
        shift.tap(Verb::dispatch, 812);
        shift.pass(1min);
        REQUIRE(shift.cards().size() == 1);
        CHECK(shift.cards()[0].office ==
              "The office cannot take it: HTTP 400: no such activity type");
        CHECK(shift.shown(812).status == Status::scheduled);
    }

    TEST_CASE("a card put back is judged again, one thrown away is counted") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        shift.cut();
        shift.tap(Verb::dispatch, 812);
        const auto kept = shift.desk.day.visits;
        shift.desk.take(812);
        shift.mend();
        shift.pass(5min);
        REQUIRE(shift.cards().size() == 1);
        shift.desk.day.visits = kept;
        const auto sequence = shift.cards()[0].sequence;
        REQUIRE(shift.store->commit(shift.clock.now(), [&] {
            return shift.store->outbox().retry(Lane::actions, sequence);
        }));
        REQUIRE(shift.workday->reload());
        shift.courier->errand_waits();
        shift.pass(2min);
        CHECK(shift.cards().empty());
        CHECK(shift.desk.at(812).status == Status::dispatched);
    }

    TEST_CASE("what is pending and what the office said survive a restart") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        shift.cut();
        shift.tap(Verb::dispatch, 812);
        shift.clock.run(shift.tasks.stop());
        shift.desk.mood = [] { return Error(Fault::unreachable, "no signal"); };
        agent::WorkdaySettings settings;
        settings.technician = me;
        auto again = agent::Workday::open(*shift.store, shift.desk, shift.clock, settings,
                                          shift.destination, [] { return agent::Moment(); });
        REQUIRE(again);
        const auto view = (*again)->view();
        REQUIRE(view);
        CHECK(view->as_of);
        CHECK(view->technician.name == "Ana Ruiz");
        REQUIRE(view->appointments.size() == 1);
        CHECK(view->appointments[0].status == Status::dispatched);
        CHECK(view->waiting == 1);
        settings.technician = mate;
        auto other = agent::Workday::open(*shift.store, shift.desk, shift.clock, settings,
                                          shift.destination, [] { return agent::Moment(); });
        REQUIRE(other);
        CHECK((*other)->view()->appointments.empty());
    }

    TEST_CASE("a record that is no action is set aside with its words, and the others go on") {
        Shift shift;
        shift.desk.give(812);
        Result<> spoilt = shift.store->commit(shift.clock.now(), [&]() -> Result<> {
            auto added = shift.store->outbox().add(Lane::actions, shift.clock.now(),
                                                   shift.destination, "{\"verb\":7}", me);
            return added ? Result<>() : added.error();
        });
        REQUIRE(spoilt);
        shift.start();
        REQUIRE(shift.cards().size() == 1);
        CHECK(shift.cards()[0].office.starts_with("this action's record cannot be read"));
        shift.tap(Verb::dispatch, 812);
        shift.pass(1min);
        CHECK(shift.desk.at(812).status == Status::dispatched);
    }

    TEST_CASE("an action owed to another office is not told to this one") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        shift.cut();
        shift.tap(Verb::dispatch, 812);
        shift.clock.run(shift.tasks.stop());
        api::Destination elsewhere = sample_settings().destination;
        elsewhere.tenant = "2000002";
        std::int64_t other = 0;
        REQUIRE(shift.store->commit(shift.clock.now(), [&]() -> Result<> {
            auto id = shift.store->outbox().destination(api::encode(elsewhere));
            if (!id) return id.error();
            other = *id;
            return {};
        }));
        shift.destination = other;
        shift.mend();
        shift.start();
        shift.pass(5min);
        CHECK(shift.desk.moves.empty());
        REQUIRE(shift.workday->waiting().size() == 1);
        CHECK(shift.workday->waiting()[0].held.starts_with("It is owed to http://127.0.0.1:8088"));
        CHECK(shift.shown(812).status == Status::scheduled);
    }

    TEST_CASE("without a number the only appointment it is possible for is meant") {
        Shift shift;
        shift.desk.give(812);
        shift.desk.give(813);
        shift.start();
        const auto which = shift.denied(Verb::dispatch);
        CHECK(which.choices == std::vector<dispatch::Id>{812, 813});
        CHECK(which.error.find("name one of 812, 813") != std::string::npos);
        shift.tap(Verb::dispatch, 813);
        shift.tap(Verb::arrive);
        shift.tap(Verb::done);
        CHECK(shift.shown(813).status == Status::done);
        CHECK(shift.denied(Verb::arrive).rule == "move");
        shift.tap(Verb::dispatch);
        CHECK(shift.shown(812).status == Status::dispatched);
        CHECK(shift.denied(Verb::dispatch).choices.empty());
    }

    TEST_CASE("more taps than a day can hold are refused, and none before them is lost") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        shift.cut();
        shift.tap_as_often_as_may_be();
        const auto full = shift.workday->tap(Verb::dispatch, 812);
        REQUIRE_FALSE(full);
        CHECK(full.error().fault == Fault::too_large);
        CHECK(shift.store->outbox().size(Lane::actions) == agent::Workday::most_waiting);
    }
}

TEST_SUITE("workday, where the office's word does not show what it was told") {
    struct Silent : Shift {
        Silent() {
            desk.shows = false;
            desk.give(812);
            start();
        }
    };

    TEST_CASE("the device shows what it has told all the same, also after a restart") {
        Silent shift;
        shift.tap(Verb::dispatch, 812);
        shift.tap(Verb::arrive, 812);
        shift.pass(10min);
        CHECK(shift.workday->waiting().empty());
        CHECK(shift.shown(812).office_status == Status::scheduled);
        CHECK(shift.shown(812).status == Status::working);
        shift.clock.run(shift.tasks.stop());
        shift.start();
        CHECK(shift.shown(812).status == Status::working);
    }

    TEST_CASE("the office's own move wins, unless it only follows behind") {
        Silent shift;
        shift.tap(Verb::dispatch, 812);
        shift.tap(Verb::arrive, 812);
        shift.pass(1min);
        REQUIRE_FALSE(shift.desk.act(Verb::dispatch, Who::office, me, 812));
        shift.pass(2min);
        CHECK(shift.shown(812).status == Status::working);
        REQUIRE_FALSE(shift.desk.act(Verb::cancel, Who::office, me, 812));
        shift.pass(2min);
        CHECK(shift.shown(812).status == Status::scheduled);
    }
}
