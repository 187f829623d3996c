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

TEST_SUITE("workday") {
    TEST_CASE("a tap is on the disk and on the screen before the office has heard of it") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        shift.cut();
        shift.tap(Verb::dispatch, 812);
        CHECK(shift.store->outbox().size(Lane::actions) == 1);
        CHECK(shift.shown(812).status == Status::dispatched);
        CHECK(shift.shown(812).office_status == Status::scheduled);
        CHECK(shift.shown(812).waiting.size() == 1);
        CHECK(shift.view().under_way == 812);
        CHECK(shift.desk.at(812).status == Status::scheduled);
        REQUIRE(shift.view().next);
        CHECK(shift.view().next->verb == Verb::arrive);
    }

    TEST_CASE("the office hears of a tap at once, and the device goes by its word") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        shift.tap(Verb::dispatch, 812);
        shift.pass(1s);
        CHECK(shift.desk.at(812).status == Status::dispatched);
        CHECK(shift.store->outbox().size(Lane::actions) == 0);
        CHECK(shift.store->ledger().balance("delivered:actions") == 1);
        CHECK(shift.shown(812).status == Status::dispatched);
        shift.pass(2min);
        CHECK(shift.shown(812).office_status == Status::dispatched);
    }

    TEST_CASE("what is against the rule is denied with rule, remedy and age, and leaves no trace") {
        Shift shift;
        shift.desk.give(812);
        shift.desk.day.rights.checked_in = false;
        shift.start();
        shift.cut();
        shift.pass(12min);
        const auto denied = shift.denied(Verb::dispatch, 812);
        CHECK(denied.rule == "checked in");
        CHECK(denied.lifted == "by the office");
        CHECK(denied.error ==
              "Not checked in: ask the office. (the office, as of 06:30Z, 12 min ago)");
        CHECK(shift.store->outbox().size(Lane::actions) == 0);
        CHECK(shift.store->ledger().balance("accepted:actions") == 0);
    }

    TEST_CASE("before the office was ever heard a tap is denied for that reason") {
        Shift shift;
        shift.desk.give(812);
        shift.cut();
        shift.start();
        CHECK(shift.denied(Verb::dispatch, 812).error.starts_with("There is no day yet"));
        CHECK_FALSE(shift.view().as_of);
    }

    TEST_CASE("a day of taps made offline is told in order when the office is back") {
        Shift shift;
        shift.desk.give(812);
        shift.desk.give(813);
        shift.start();
        shift.cut();
        shift.pass(5min);
        for (const auto& [verb, appointment] : {std::pair{Verb::dispatch, 812},
                                                {Verb::arrive, 812},
                                                {Verb::done, 812},
                                                {Verb::dispatch, 813},
                                                {Verb::cancel, 813},
                                                {Verb::dispatch, 813}}) {
            shift.tap(verb, appointment);
            shift.pass(3min);
        }
        CHECK(shift.shown(812).status == Status::done);
        CHECK(shift.shown(813).status == Status::dispatched);
        shift.desk.log.clear();
        shift.mend();
        shift.pass(10min);
        CHECK(shift.log().starts_with(
            "read, dispatch, arrive, done, dispatch, cancel dispatch, dispatch"));
        CHECK(shift.desk.at(812).status == Status::done);
        CHECK(shift.desk.at(813).status == Status::dispatched);
        CHECK(shift.workday->waiting().empty());
        CHECK(shift.cards().empty());
        CHECK(shift.store->audit()->balances());
    }

    TEST_CASE("a tap carries the time it happened, and one that is old or overtaken is quiet") {
        Shift shift;
        shift.desk.give(812);
        shift.desk.give(813);
        shift.desk.give(814);
        shift.start();
        shift.cut();
        const Instant first = shift.clock.now();
        shift.tap(Verb::dispatch, 812);  // overtaken
        shift.pass(1min);
        shift.tap(Verb::arrive, 812);
        shift.tap(Verb::done, 812);
        shift.tap(Verb::dispatch, 813);  // will be old
        shift.pass(11min);
        shift.tap(Verb::cancel, 813);
        shift.tap(Verb::dispatch, 814);  // still so
        shift.mend();
        shift.pass(5min);
        REQUIRE(shift.desk.moves.size() == 6);
        CHECK(shift.desk.moves[0].happened == first);
        std::vector<bool> quiet;
        for (const auto& move : shift.desk.moves) {
            if (move.verb == Verb::dispatch) quiet.push_back(move.quiet);
        }
        CHECK(quiet == std::vector<bool>{true, true, false});
    }

    TEST_CASE(
        "a dispatch is old by the time the device has been up, whatever its clock was set to") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        shift.cut();
        shift.tap(Verb::dispatch, 812);
        shift.pass(15min);
        shift.clock.jump(-1h);
        shift.mend();
        shift.pass(5min);
        REQUIRE(shift.desk.moves.size() == 1);
        CHECK(shift.desk.moves[0].quiet);
    }

    TEST_CASE(
        "a dispatch is young by the time the device has been up, whatever its clock was set to") {
        for (const Duration by : {Duration(24h * 3652), Duration(-2h)}) {
            Shift shift;
            shift.desk.give(812);
            shift.start();
            shift.cut();
            shift.tap(Verb::dispatch, 812);
            shift.pass(1min);
            shift.clock.jump(by);
            shift.mend();
            shift.pass(1min);
            REQUIRE(shift.desk.moves.size() == 1);
            CHECK_FALSE(shift.desk.moves[0].quiet);
        }
    }

    TEST_CASE("what the office did meanwhile is heard first, and a tap against it becomes a card") {
        Shift shift;
        shift.desk.give(812);
        shift.desk.give(813);
        shift.start();
        shift.cut();
        shift.tap(Verb::dispatch, 812);
        shift.tap(Verb::arrive, 812);
        shift.desk.take(812);
        shift.mend();
        shift.pass(5min);
        CHECK(shift.desk.moves.empty());
        const auto cards = shift.cards();
        REQUIRE(cards.size() == 2);
        CHECK(cards[1].verb == Verb::dispatch);
        CHECK_FALSE(cards[1].to_decide);
        CHECK(cards[1].office == "It is not in your day at the office any more.");
        CHECK(cards[1].number == "8120-1");
        CHECK(cards[1].customer == "Customer 812");
        CHECK(cards[0].verb == Verb::arrive);
        CHECK(cards[0].to_decide);
        CHECK(cards[0].mine == "You arrived there.");
        CHECK(shift.view().cards == 2);
        CHECK_FALSE(shift.view().under_way);
        CHECK(shift.store->audit()->balances());
    }

    TEST_CASE("what the office did already is settled without telling it again") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        shift.cut();
        shift.tap(Verb::dispatch, 812);
        shift.tap(Verb::arrive, 812);
        REQUIRE_FALSE(shift.desk.act(Verb::dispatch, Who::office, me, 812));
        REQUIRE_FALSE(shift.desk.act(Verb::arrive, Who::office, me, 812));
        shift.mend();
        shift.pass(5min);
        CHECK(shift.desk.moves.empty());
        CHECK(shift.cards().empty());
        CHECK(shift.store->ledger().balance("settled:actions") == 2);
        CHECK(shift.store->audit()->balances());
    }

    TEST_CASE(
        "a dispatch of somebody checked out meanwhile waits for the office, with its reason") {
        Shift shift;
        shift.desk.give(812);
        shift.desk.give(813, {me, mate});
        shift.start();
        shift.cut();
        shift.tap(Verb::dispatch, 812);
        shift.tap(Verb::arrive, 812);
        shift.desk.day.rights.checked_in = false;
        shift.mend();
        shift.pass(5min);
        CHECK(shift.desk.moves.empty());
        auto waiting = shift.workday->waiting();
        REQUIRE(waiting.size() == 2);
        CHECK(waiting[0].held == "Not checked in: ask the office.");
        CHECK(waiting[1].held.empty());
        CHECK(shift.cards().empty());
        shift.desk.day.rights.checked_in = true;
        shift.pass(2min);
        CHECK(shift.workday->waiting().empty());
        CHECK(shift.desk.at(812).status == Status::working);
    }

    TEST_CASE("a tap that is held holds up nothing of another appointment") {
        Shift shift;
        shift.desk.give(812);
        shift.desk.give(813);
        shift.start();
        shift.tap(Verb::dispatch, 812);
        shift.tap(Verb::arrive, 812);
        shift.pass(1min);
        shift.cut();
        shift.tap(Verb::done, 812);
        shift.tap(Verb::dispatch, 813);
        shift.desk.day.rights.checked_in = false;
        shift.mend();
        shift.pass(5min);
        CHECK(shift.desk.at(812).status == Status::done);
        REQUIRE(shift.workday->waiting().size() == 1);
        CHECK(shift.workday->waiting()[0].appointment == 813);
    }

    TEST_CASE("the office's moves show on the device within one poll") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        const auto before = shift.workday->revision();
        REQUIRE_FALSE(shift.desk.act(Verb::dispatch, Who::office, me, 812));
        shift.pass(61s);
        CHECK(shift.shown(812).status == Status::dispatched);
        CHECK(shift.workday->revision() != before);
        shift.desk.give(813);
        shift.pass(61s);
        CHECK(shift.shown(813).status == Status::scheduled);
        REQUIRE_FALSE(shift.desk.act(Verb::cancel, Who::office, me, 812));
        shift.desk.take(813);
        shift.desk.day.rights.checked_in = false;
        shift.pass(61s);
        CHECK(shift.view().appointments.size() == 1);
        CHECK_FALSE(shift.view().technician.checked_in);
    }

    TEST_CASE("the revision is another one only when something has changed") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        const auto before = shift.workday->revision();
        shift.pass(10min);
        CHECK(shift.desk.reads > 5);
        CHECK(shift.workday->revision() == before);
    }
}
