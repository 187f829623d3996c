// Taps that wait for the office to do something first, and what must not come of that.

#include "client/agent/workday.hpp"

#include "offline/powercut_disk.hpp"
#include "tests/client/agent/shift.hpp"

#include <doctest/doctest.h>

#include <cerrno>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;
using dispatch::Status;
using dispatch::Verb;
using dispatch::Who;
using offline::Lane;

TEST_SUITE("workday, held") {
    struct CheckedOut : Shift {
        CheckedOut() {
            desk.give(812);
            desk.give(813);
            start();
            cut();
            tap(Verb::dispatch, 812);
            desk.day.rights.checked_in = false;
        }
    };

    TEST_CASE("the office is asked for every appointment a tap waits for") {
        CheckedOut shift;
        shift.mend();
        shift.pass(5min);
        CHECK(shift.desk.owed == std::vector<dispatch::Id>{812});
    }

    TEST_CASE("a dispatch that is held can be taken back, and neither reaches the office") {
        CheckedOut shift;
        shift.mend();
        shift.pass(5min);
        REQUIRE(shift.workday->waiting().size() == 1);
        CHECK(shift.shown(812).can == std::vector<Verb>{Verb::cancel});
        shift.tap(Verb::cancel, 812);
        CHECK(shift.workday->waiting().empty());
        shift.desk.day.rights.checked_in = true;
        shift.pass(5min);
        CHECK(shift.desk.moves.empty());
        CHECK(shift.cards().empty());
        CHECK(shift.store->ledger().balance("settled:actions") == 2);
        CHECK(shift.store->audit()->balances());
        CHECK(shift.denied(Verb::cancel, 812).rule == "move");
    }

    TEST_CASE("a held dispatch can be taken back, or becomes a notice, when another one gets it") {
        for (const bool checked_in : {false, true}) {
            CAPTURE(checked_in);
            CheckedOut shift;
            shift.mend();
            shift.pass(5min);
            REQUIRE(shift.workday->waiting().size() == 1);
            shift.desk.day.rights.checked_in = checked_in;
            shift.desk.day.visits[0].crew[0].technician = mate;
            shift.pass(5min);
            const auto answer = shift.workday->tap(Verb::cancel, 812);
            REQUIRE(answer);
            CHECK(shift.workday->waiting().empty());
            CHECK(shift.store->audit()->balances());
        }
    }

    TEST_CASE("a dispatch held for half a day becomes a card before the check-in comes") {
        CheckedOut shift;
        shift.mend();
        shift.pass(5min);
        REQUIRE(shift.workday->waiting().size() == 1);
        shift.pass(12h);
        shift.desk.day.visits[1].summary = "news";  // judged again
        shift.pass(5min);
        REQUIRE(shift.cards().size() == 1);
        CHECK_FALSE(shift.cards()[0].to_decide);
        CHECK(shift.cards()[0].office.find("waited for too long") != std::string::npos);
        shift.desk.day.rights.checked_in = true;
        shift.pass(5min);
        CHECK(shift.desk.moves.empty());
    }

    TEST_CASE("where the check-in is only guessed, the guess of then counts") {
        CheckedOut shift;
        shift.desk.day.checked_in_by = "shift";  // which is over by now
        shift.desk.shows = false;                // and no office that would know better
        shift.mend();
        shift.pass(5min);
        CHECK(shift.workday->waiting().empty());
        CHECK(shift.store->ledger().balance("delivered:actions") == 1);
    }

    TEST_CASE("what follows a held tap on another appointment waits, too, and is not lost") {
        Shift shift;
        shift.desk.give(812);
        shift.desk.give(813);
        shift.start();
        shift.cut();
        for (const dispatch::Id id : {812, 813}) {
            for (const Verb verb : {Verb::dispatch, Verb::arrive, Verb::done}) shift.tap(verb, id);
        }
        shift.desk.day.rights.may_arrive = false;
        shift.mend();
        shift.pass(10min);
        CHECK(shift.cards().empty());
        CHECK(shift.workday->waiting().size() == 5);
        shift.desk.day.rights.may_arrive = true;
        shift.pass(10min);
        CHECK(shift.cards().empty());
        CHECK(shift.workday->waiting().empty());
        CHECK(shift.desk.at(813).status == Status::done);
    }

    TEST_CASE("what the office took and a full disk did not is not told again") {
        int refused = 0;
        for (int n = 1; n <= 8; ++n) {
            CAPTURE(n);
            offline::PowercutDisk disk("full");
            offline::StoreOptions options;
            options.database.path = "/outrider.db";
            options.database.vfs = disk.vfs();
            auto store = offline::Store::open(options);
            REQUIRE(store);
            Shift shift(std::move(*store));
            shift.desk.shows = false;  // nor would a look at the office's day tell
            shift.desk.give(812);
            shift.start();
            shift.tap(Verb::dispatch, 812);
            shift.desk.mood = [&]() -> std::optional<Error> {
                if (shift.desk.attempts == 1) disk.fail_at(disk.operations() + n, ENOSPC);
                return std::nullopt;
            };
            shift.pass(60ms);
            refused += shift.desk.attempts == 1 && !shift.workday->waiting().empty();
            shift.pass(5min);
            CHECK(shift.desk.attempts == 1);
            CHECK(shift.workday->waiting().empty());
            CHECK(shift.store->audit()->balances());
        }
        CHECK(refused > 0);
    }

    TEST_CASE("done for all is settled only when all are") {
        Shift shift;
        shift.desk.give(812, {me, mate});
        shift.start();
        shift.tap(Verb::dispatch, 812);
        shift.tap(Verb::arrive, 812);
        shift.pass(1min);
        REQUIRE_FALSE(shift.desk.act(Verb::dispatch, Who::office, mate, 812));
        REQUIRE_FALSE(shift.desk.act(Verb::arrive, Who::office, mate, 812));
        shift.pass(2min);
        shift.cut();
        shift.tap(Verb::close, 812);
        REQUIRE_FALSE(shift.desk.act(Verb::done, Who::office, me, 812));
        shift.mend();
        shift.pass(5min);
        CHECK(shift.desk.at(812, mate).status == Status::working);
        REQUIRE(shift.cards().size() == 1);
        CHECK(shift.cards()[0].verb == Verb::close);
    }

    TEST_CASE("a technician the office has sent elsewhere is not where the device had told") {
        Shift shift;
        shift.desk.shows = false;
        shift.desk.give(812);
        shift.desk.give(813);
        shift.start();
        shift.tap(Verb::dispatch, 812);
        shift.pass(2min);
        CHECK(shift.view().under_way == 812);
        REQUIRE_FALSE(shift.desk.act(Verb::dispatch, Who::office, me, 813));
        shift.pass(2min);
        CHECK(shift.view().under_way == 813);
        CHECK(shift.shown(812).status == Status::scheduled);
    }

    TEST_CASE("a device that does not know the time keeps a tap until it does, and says so") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        shift.clock.jump(-24h * 365 * 10);
        shift.tap(Verb::dispatch, 812);
        shift.pass(5min);
        CHECK(shift.desk.moves.empty());
        REQUIRE(shift.workday->waiting().size() == 1);
        CHECK(shift.workday->waiting()[0].held.find("never set") != std::string::npos);
    }

    TEST_CASE("a tap by a clock that was never set is told once somebody has set it, GPS or not") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        const Instant tapped = shift.clock.now();
        shift.clock.jump(-24h * 365 * 10);
        shift.tap(Verb::dispatch, 812);
        shift.pass(5min);
        shift.clock.jump(24h * 365 * 10);
        shift.pass(5min);
        REQUIRE(shift.desk.moves.size() == 1);
        CHECK(std::chrono::abs(shift.desk.moves[0].happened - tapped) < 5s);
        CHECK_FALSE(shift.desk.moves[0].quiet);  // half of what makes a dispatch stale
    }

    TEST_CASE("no tap is written down as earlier than the one before it") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        shift.cut();
        shift.tap(Verb::dispatch, 812);
        shift.clock.jump(-5min);
        shift.tap(Verb::arrive, 812);
        shift.mend();
        shift.pass(10min);
        REQUIRE(shift.desk.moves.size() == 2);
        CHECK(shift.desk.moves[1].happened >= shift.desk.moves[0].happened);
    }

    TEST_CASE("an old card put back on top of a full queue is told as well") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        shift.cut();
        shift.tap_as_often_as_may_be();
        REQUIRE(shift.store->commit(shift.clock.now(), [&] {
            return shift.store->outbox().bury(Lane::actions, 1, "no", shift.clock.now());
        }));
        REQUIRE(shift.workday->reload());
        shift.tap(Verb::dispatch, 812);
        REQUIRE(shift.store->commit(shift.clock.now(),
                                    [&] { return shift.store->outbox().retry(Lane::actions, 1); }));
        REQUIRE(shift.workday->reload());
        CHECK(shift.workday->waiting().size() == agent::Workday::most_waiting + 1);
    }
}
