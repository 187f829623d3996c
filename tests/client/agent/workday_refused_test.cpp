// Where the office's word and its day do not agree, and where nobody knows how old a tap is.

#include "client/agent/workday.hpp"

#include "tests/client/agent/shift.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;
using dispatch::Rule;
using dispatch::Status;
using dispatch::Verb;
using dispatch::Who;

namespace {

dispatch::Refusal no(Rule rule) {
    dispatch::Refusal refusal;
    refusal.rule = rule;
    refusal.reason = "Not so.";
    return refusal;
}

}  // namespace

TEST_SUITE("workday, refused by the office") {
    TEST_CASE("a cancel the office refuses against its own day is told, not settled") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        shift.tap(Verb::dispatch, 812);
        shift.pass(1min);
        shift.desk.objects = [](const api::Move&) { return no(Rule::standing); };
        shift.tap(Verb::cancel, 812);
        shift.pass(1min);
        CHECK(shift.shown(812).status == Status::dispatched);
        REQUIRE(shift.cards().size() == 1);
        CHECK(shift.cards()[0].office == "Not so.");
        CHECK(shift.store->ledger().balance("settled:actions") == 0);
    }

    TEST_CASE("what the office holds against its own day is tried again with each poll") {
        Shift shift;
        shift.desk.give(812);
        shift.desk.give(813);
        shift.start();
        shift.desk.objects = [](const api::Move&) { return no(Rule::checked_in); };
        shift.tap(Verb::dispatch, 812);
        shift.pass(10min);
        CHECK(shift.workday->waiting().at(0).held == "Not so.");
        CHECK(shift.desk.attempts > 5);
        CHECK(shift.desk.attempts < 15);
        shift.desk.objects = nullptr;
        shift.pass(2min);
        CHECK(shift.workday->waiting().empty());
        CHECK(shift.desk.at(812).status == Status::dispatched);
    }

    TEST_CASE("a dispatch does not overtake one that the office does not take yet") {
        Shift shift;
        shift.desk.give(812);
        shift.desk.give(813);
        shift.start();
        shift.desk.objects = [](const api::Move& move) {
            return move.appointment == 812 ? std::optional(no(Rule::permission)) : std::nullopt;
        };
        shift.tap(Verb::dispatch, 812);
        shift.pass(10s);
        shift.tap(Verb::arrive, 812);
        shift.tap(Verb::done, 812);
        shift.tap(Verb::dispatch, 813);
        shift.pass(3min);
        CHECK(shift.desk.moves.empty());
        CHECK(shift.workday->waiting().size() == 4);
        shift.desk.objects = nullptr;
        shift.pass(5min);
        CHECK(shift.workday->waiting().empty());
        CHECK(shift.cards().empty());
        CHECK(shift.desk.at(812).status == Status::done);
        CHECK(shift.desk.at(813).status == Status::dispatched);
    }

    TEST_CASE("a job that was completed is so for its other appointments before the next poll") {
        Shift shift;
        shift.desk.give(812);
        shift.desk.give(813);
        shift.desk.day.visits[1].job = shift.desk.day.visits[0].job;
        shift.start();
        shift.tap(Verb::dispatch, 812);
        shift.tap(Verb::arrive, 812);
        shift.tap(Verb::complete, 812);
        shift.pass(1s);
        REQUIRE(shift.workday->waiting().empty());
        shift.cut();
        CHECK(shift.denied(Verb::dispatch, 813).rule == "standing");
        shift.clock.run(shift.tasks.stop());
        shift.start();
        CHECK(shift.denied(Verb::dispatch, 813).rule == "standing");
    }

    TEST_CASE("a dispatch from before a restart is quiet when the two clocks do not agree") {
        for (const bool alike : {true, false}) {
            CAPTURE(alike);
            Shift shift;
            shift.desk.give(812);
            shift.start();
            shift.cut();
            shift.tap(Verb::dispatch, 812);
            shift.clock.run(shift.tasks.stop());
            shift.pass(5min);
            if (!alike) shift.clock.jump(-4min);
            shift.mend();
            shift.start();
            shift.pass(1min);
            REQUIRE(shift.desk.moves.size() == 1);
            CHECK(shift.desk.moves[0].quiet == !alike);
        }
    }

    TEST_CASE("what the office says of an appointment shows also when a tap would take it away") {
        Shift shift;
        shift.desk.give(812);
        shift.desk.give(813);
        shift.desk.day.visits[1].job = shift.desk.day.visits[0].job;
        shift.start();
        for (const Verb verb : {Verb::dispatch, Verb::arrive, Verb::pause}) shift.tap(verb, 813);
        for (const Verb verb : {Verb::dispatch, Verb::arrive}) shift.tap(verb, 812);
        shift.pass(2min);
        shift.cut();
        shift.tap(Verb::complete, 812);
        CHECK(shift.shown(813).crew.empty());
        CHECK(shift.shown(813).office_paused);
    }
}
