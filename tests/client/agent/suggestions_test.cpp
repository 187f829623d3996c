// What the vehicle's positions suggest to tap.

#include "client/agent/suggestions.hpp"

#include "tests/client/agent/street_van.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;
using dispatch::Status;
using dispatch::Verb;

TEST_SUITE("client/agent/suggestions") {
    TEST_CASE("standing at the place of the dispatch is asked about, with the time it began") {
        StreetVan van;
        van.start();
        van.tap(Verb::dispatch, 812);
        van.drive(-30);
        const Instant stopped = van.clock.now();
        van.stand(20);
        CHECK(van.asked().empty());
        const auto before = van.day().revision;
        van.stand(15);
        CHECK(van.asked() == "arrive 812");
        CHECK(van.day().revision != before);
        const api::Card card = van.card();
        CHECK(card.kind == api::Card::Kind::suggestion);
        CHECK(card.happened - stopped < 3s);
        CHECK_FALSE(card.acts_at);
        CHECK(card.next == "Nothing is done until you say so.");
        van.stand(900);
        CHECK(van.taps() == 1);  // the dispatch: nothing is owed that nobody said
        van.accept(Verb::arrive, 812);
        CHECK(van.told() == "dispatch 812, arrive 812");
        const api::Move& move = van.desk.moves.back();
        CHECK(move.happened == card.happened);
        CHECK_FALSE(move.automatic);
        CHECK(*move.latitude == doctest::Approx(StreetVan::latitude_at(-30)).epsilon(1e-7));
        CHECK(van.asked().empty());
    }

    TEST_CASE("where the office allows it the device arrives by itself, after 90 s and once") {
        StreetVan van(StreetVan::that_arrives_by_itself());
        van.start();
        van.tap(Verb::dispatch, 812);
        van.drive(0);
        const Instant stopped = van.clock.now();
        van.stand(60);
        const api::Card card = van.card();
        REQUIRE(card.acts_at);
        CHECK(*card.acts_at - card.happened == 90s);
        CHECK(van.told() == "dispatch 812");
        van.stand(40);
        REQUIRE(van.told() == "dispatch 812, arrive 812");
        const api::Move& move = van.desk.moves.back();
        CHECK(move.automatic);
        CHECK(move.happened - stopped < 3s);
        van.stand(600);
        CHECK(van.taps() == 2);
        CHECK(van.asked().empty());
    }

    TEST_CASE("a technician who may not arrive by themselves is not asked, nor is it done") {
        StreetVan van(StreetVan::that_arrives_by_itself());
        van.start();
        van.tap(Verb::dispatch, 812);
        van.desk.day.rights.may_arrive = false;
        van.clock.run_for(2min);
        van.drive(0);
        van.stand(300);
        CHECK(van.asked().empty());
        CHECK(van.taps() == 1);
    }

    TEST_CASE("of two places in one building it is always asked which") {
        StreetVan van(StreetVan::that_arrives_by_itself());
        van.put(814, 40);
        van.start();
        van.tap(Verb::dispatch, 812);
        van.drive(20);
        van.stand(600);
        CHECK(van.asked() == "arrive 812 814");
        CHECK_FALSE(van.card().acts_at);
        CHECK(van.taps() == 1);
        SUBCASE("the one they are dispatched to") {
            van.accept(Verb::arrive, 812);
            CHECK(van.told() == "dispatch 812, arrive 812");
        }
        SUBCASE("the other one") {
            van.accept(Verb::arrive, 814);
            CHECK(van.told() == "dispatch 812, cancel 812, dispatch 814, arrive 814");
            CHECK(van.desk.at(814).status == Status::working);
            CHECK(van.desk.at(812).status == Status::scheduled);
        }
    }

    TEST_CASE("what the rule is against is refused as a whole, and nothing is stored") {
        StreetVan van;
        van.put(814, 40);
        van.start();
        van.tap(Verb::dispatch, 812);
        van.drive(20);
        van.stand(60);
        REQUIRE_FALSE(van.desk.act(Verb::check_out, dispatch::Who::office, me, 0));
        van.clock.run_for(2min);
        van.stand(2);
        const auto answer = van.agent->accept(Verb::arrive, 814);
        REQUIRE(answer);
        REQUIRE(*answer);
        CHECK((*answer)->rule == "checked in");
        CHECK(van.taps() == 1);
        CHECK(van.asked() == "arrive 812 814");
    }

    TEST_CASE("the technician's own tap wins, and is not repeated by the device") {
        StreetVan van(StreetVan::that_arrives_by_itself());
        van.start();
        van.tap(Verb::dispatch, 812);
        van.drive(0);
        van.stand(40);
        CHECK(van.asked() == "arrive 812");
        van.tap(Verb::arrive, 812);
        CHECK(van.asked().empty());
        van.stand(300);
        CHECK(van.taps() == 2);
        CHECK_FALSE(van.desk.moves.back().automatic);
    }

    TEST_CASE("what was dismissed does not come back for that dispatch, but for the next") {
        StreetVan van(StreetVan::that_arrives_by_itself());
        van.start();
        van.tap(Verb::dispatch, 812);
        van.drive(0);
        van.stand(40);
        van.dismiss(Verb::arrive, 812);
        CHECK(van.asked().empty());
        CHECK_FALSE(van.agent->dismiss(Verb::arrive, 812));
        CHECK_FALSE(van.agent->accept(Verb::arrive, 812));
        van.stand(300);
        van.drive(500);
        van.drive(0);
        van.stand(300);
        CHECK(van.asked().empty());
        CHECK(van.taps() == 1);
        van.tap(Verb::cancel, 812);
        van.tap(Verb::dispatch, 812);
        van.stand(10);
        CHECK(van.asked() == "arrive 812");
    }

    TEST_CASE("a restart asks nothing twice") {
        StreetVan van(StreetVan::that_arrives_by_itself());
        van.start();
        van.tap(Verb::dispatch, 812);
        van.drive(0);
        van.stand(40);
        van.dismiss(Verb::arrive, 812);
        van.stop();
        van.start();
        van.stand(300);
        CHECK(van.asked().empty());
        CHECK(van.taps() == 1);
    }

    TEST_CASE("an arrival the office does not take is not made anew") {
        StreetVan van(StreetVan::that_arrives_by_itself());
        van.start();
        van.tap(Verb::dispatch, 812);
        van.desk.objects = [](const api::Move& move) -> std::optional<dispatch::Refusal> {
            if (move.verb != Verb::arrive) return std::nullopt;
            dispatch::Refusal refusal;
            refusal.rule = dispatch::Rule::move;
            refusal.reason = "no";
            return refusal;
        };
        van.drive(0);
        van.stand(900);
        CHECK(van.taps() == 2);
        CHECK(van.day().cards == 1);
        CHECK(van.asked().empty());
        van.stop();
        van.start();
        van.stand(300);
        CHECK(van.taps() == 2);
    }

    TEST_CASE("nobody arrives before they were dispatched") {
        StreetVan van(StreetVan::that_arrives_by_itself());
        van.start();
        van.drive(0);
        van.stand(300);
        const Instant dispatched = van.clock.now();
        van.tap(Verb::dispatch, 812);
        van.stand(80);
        CHECK(van.told() == "dispatch 812");
        CHECK(van.card().happened - dispatched < 3s);
        CHECK(van.card().happened >= van.desk.moves.back().happened);
        van.stand(20);
        CHECK(van.told() == "dispatch 812, arrive 812");
    }

    TEST_CASE("who goes to the next appointment without being dispatched is reminded") {
        StreetVan van;
        van.start();
        van.drive(-2000);
        van.stand(300);
        const Instant left = van.clock.now();
        van.drive(-1600);
        CHECK(van.asked().empty());
        van.drive(-700);
        CHECK(van.asked() == "dispatch 812");
        CHECK(van.card().happened - left < 10s);
        SUBCASE("and may say so") {
            van.accept(Verb::dispatch, 812);
            CHECK(van.told() == "dispatch 812");
            CHECK(van.desk.moves.back().happened - left < 10s);
            CHECK(van.asked().empty());
        }
        SUBCASE("or not, and is left in peace also at the door") {
            van.dismiss(Verb::dispatch, 812);
            van.drive(0);
            van.stand(300);
            CHECK(van.asked().empty());
        }
        SUBCASE("a traffic light changes nothing") {
            van.stand(100);
            CHECK(van.asked() == "dispatch 812");
        }
    }

    TEST_CASE("who stands there without having been dispatched sets out and arrives in one") {
        StreetVan van;
        van.start();
        van.drive(0);
        const Instant stopped = van.clock.now();
        van.stand(60);
        CHECK(van.asked() == "dispatch 812");
        van.accept(Verb::dispatch, 812);
        CHECK(van.told() == "dispatch 812, arrive 812");
        CHECK(van.desk.moves.back().happened - stopped < 3s);
        CHECK(van.desk.moves.front().quiet);  // nobody is on the way any more
    }

    TEST_CASE("an accepted tap is as old as what it tells of, by both clocks") {
        StreetVan van;
        van.start();
        van.tap(Verb::dispatch, 812);
        van.drive(0);
        van.stand(700);
        van.desk.mood = [] { return Error(Fault::unreachable, "no signal"); };
        van.accept(Verb::arrive, 812);
        const auto waits = van.store->outbox().from(offline::Lane::actions, 0, 10);
        REQUIRE(waits);
        REQUIRE(waits->size() == 1);
        const auto tap = api::decode_tap(waits->front().body);
        REQUIRE(tap);
        CHECK(van.clock.now() - tap->happened > 690s);
        CHECK(van.clock.uptime() - tap->uptime == van.clock.now() - tap->happened);
    }

    TEST_CASE("nobody is reminded of what they may not do, or what is hours away") {
        StreetVan van;
        SUBCASE("not checked in") { van.desk.day.rights.checked_in = false; }
        SUBCASE("not theirs to dispatch") { van.desk.day.rights.may_dispatch = false; }
        SUBCASE("hours away") {
            for (auto& visit : van.desk.day.visits) visit.start += 5h;
        }
        van.start();
        van.drive(0);
        van.stand(300);
        CHECK(van.asked().empty());
    }

    TEST_CASE("driving away from work suggests that it is done, since it was left") {
        StreetVan van;
        van.begin_work(812);
        van.stand(1200);
        van.drive(100);
        const Instant left = van.clock.now();
        van.drive(250);
        CHECK(van.asked().empty());
        van.drive(1500);
        REQUIRE(van.asked() == "done 812");
        CHECK(van.card().happened - left < 5s);
        SUBCASE("said to be so") {
            van.accept(Verb::done, 812);
            CHECK(van.told() == "dispatch 812, arrive 812, done 812");
            CHECK(van.desk.moves.back().happened - left < 5s);
        }
        SUBCASE("lunch somewhere else leaves the question") {
            van.stand(900);
            CHECK(van.asked() == "done 812");
        }
        SUBCASE("coming back answers it") {
            van.drive(20);
            CHECK(van.asked().empty());
            CHECK(van.desk.at(812).status == Status::working);
        }
        SUBCASE("dismissed, it stays so") {
            van.dismiss(Verb::done, 812);
            van.drive(4000);
            CHECK(van.asked().empty());
            van.drive(0);
            van.stand(300);
            van.drive(2000);
            CHECK(van.asked().empty());
        }
    }

    TEST_CASE("a device that starts on the way from work asks, too") {
        StreetVan van;
        van.begin_work(812);
        van.stand(300);
        van.stop();
        van.clock.run_for(1h);
        van.north = 400;
        van.start();
        const Instant started = van.clock.now();
        van.drive(1800);
        REQUIRE(van.asked() == "done 812");
        CHECK(van.card().happened - started < 10s);
    }

    TEST_CASE("arriving by hand far from the address is not taken for leaving") {
        StreetVan van;
        van.start();
        van.tap(Verb::dispatch, 812);
        van.drive(-1200);
        van.tap(Verb::arrive, 812);
        van.drive(-200);
        van.stand(600);
        CHECK(van.asked().empty());
    }

    TEST_CASE("who pauses and stays is not asked to resume; who comes back is") {
        StreetVan van;
        van.begin_work(812);
        van.stand(300);
        van.tap(Verb::pause, 812);
        van.stand(600);
        CHECK(van.asked().empty());
        van.drive(600);
        van.stand(600);
        van.drive(0);
        van.stand(60);
        REQUIRE(van.asked() == "dispatch 812");
        van.accept(Verb::dispatch, 812);
        CHECK(van.told() == "dispatch 812, arrive 812, pause 812, resume 812, arrive 812");
    }
}
