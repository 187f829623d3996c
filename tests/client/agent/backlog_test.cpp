// A courier with more to carry than one request takes, and an office that minds.

#include "client/agent/courier.hpp"

#include "tests/client/agent/road.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;

TEST_SUITE("client/agent/backlog") {
    TEST_CASE("while a backlog drains every request ends with the newest position") {
        Road road;
        road.write(1000);
        std::vector<std::int64_t> last;
        std::vector<bool> ascending;
        road.office.on_request = [&](auto envelopes) {
            last.push_back(envelopes.back().sequence);
            ascending.push_back(
                std::ranges::is_sorted(envelopes, {}, &offline::Envelope::sequence));
            road.write(1);  // the drive goes on
        };
        road.start();
        road.clock.run_for(3s);
        REQUIRE(last.size() >= 10);
        for (std::size_t i = 0; i < 10; ++i) {
            CHECK(last[i] == 1000 + static_cast<std::int64_t>(i));
            CHECK(ascending[i]);
        }
        road.office.on_request = nullptr;
        road.clock.run_for(1min);
        CHECK(road.waiting() == 0);
        for (const auto& [key, times] : road.office.received) CHECK(times == 1);
        CHECK(road.store->verify()->holds());
    }

    TEST_CASE("a request is bounded in bytes, too") {
        Road road;
        road.office.bytes_each = 64 * 1024;
        road.write(20);
        road.start();
        road.clock.run_for(40s);
        CHECK(road.office.largest == 4);
        CHECK(road.waiting() == 0);
    }

    TEST_CASE("a ping the office refuses a whole batch for is found, buried, and stops nobody") {
        for (const std::int64_t poison : {1, 37, 50, 100}) {
            CAPTURE(poison);
            Road road;
            road.write(100);
            int refusals = 0;
            road.office.on_request = [&](auto envelopes) {
                const bool bad = std::ranges::any_of(
                    envelopes, [&](const auto& e) { return e.sequence == poison; });
                refusals += bad ? 1 : 0;
                road.office.mood = [bad]() -> std::optional<Error> {
                    if (!bad) return std::nullopt;
                    return Error(Fault::refused, "400: [0].latitude is not a latitude");
                };
            };
            road.start();
            road.clock.run_for(10s);
            CHECK(refusals <= 8);
            CHECK(road.office.requests <= 9);
            CHECK(road.waiting() == 0);
            CHECK(road.office.received.size() == 99);
            for (const auto& [key, times] : road.office.received) CHECK(times == 1);
            const auto dead = road.store->outbox().dead_letters(Lane::pings, 10);
            REQUIRE(dead);
            REQUIRE(dead->size() == 1);
            CHECK(dead->front().envelope.sequence == poison);
            CHECK(dead->front().words.find("not a latitude") != std::string::npos);
            CHECK(road.store->audit()->balances());
        }
    }

    TEST_CASE("an office that refuses everything is left in peace, and buries nobody") {
        for (const bool by_status : {true, false}) {
            CAPTURE(by_status);
            Road road;
            road.write(100);
            bool mended = false;
            if (by_status) {
                road.office.mood = [&]() -> std::optional<Error> {
                    if (mended) return std::nullopt;
                    return Error(Fault::refused, "400: no such provider");
                };
            } else {
                road.office.refuses = [&](const offline::Envelope&) { return !mended; };
            }
            road.start();
            road.clock.run_for(1min);
            CHECK(road.office.requests <= 13);
            const int before = road.office.requests;
            road.clock.run_for(1h);
            CHECK(road.office.requests - before <= 60);
            CHECK(road.courier.view().state == agent::Courier::State::paused);
            CHECK(road.courier.view().refused_since);
            CHECK(road.waiting() == 100);
            mended = true;
            road.clock.run_for(10min);
            CHECK(road.waiting() == 0);
            CHECK(road.office.received.size() == 100);
            CHECK(road.store->outbox().dead(Lane::pings) == 0);
            CHECK_FALSE(road.courier.view().refused_since);
        }
    }

    TEST_CASE("a suspect the office fails by itself is buried, and stops nobody") {
        for (const bool after_outage : {true, false}) {
            CAPTURE(after_outage);
            Road road;
            road.write(300);
            bool mended = !after_outage, whole = false;
            road.office.on_request = [&](auto envelopes) {
                whole = !mended ||
                        (!after_outage && envelopes.size() > 1 && envelopes.front().sequence == 1);
            };
            road.office.mood = [&]() -> std::optional<Error> {
                if (!whole) return std::nullopt;
                return Error(Fault::refused, "400");
            };
            road.office.refuses = [](const offline::Envelope& e) { return e.sequence == 1; };
            road.start();
            road.clock.run_for(1h);
            mended = true;
            road.clock.run_for(3h);
            CHECK(road.waiting() == 0);
            CHECK(road.office.received.size() == 299);
            CHECK(road.store->outbox().dead(Lane::pings) == 1);
            CHECK(road.store->audit()->balances());
        }
    }

    TEST_CASE("a damaged record does not bury its batch while the office fails every ping") {
        Road road;
        road.write(100);
        bool mended = false;
        road.office.refuses = [&](const offline::Envelope& e) {
            return e.sequence == 7 || !mended;
        };
        road.office.damaged = [](const offline::Envelope& e) { return e.sequence == 7; };
        road.start();
        road.clock.run_for(1h);
        CHECK(road.waiting() == 99);
        CHECK(road.store->outbox().dead(Lane::pings) == 1);
        mended = true;
        road.clock.run_for(10min);
        CHECK(road.office.received.size() == 99);
        CHECK(road.store->audit()->balances());
    }

    TEST_CASE("a damaged record is no sign that the office takes anything") {
        Road road;
        road.write(100);
        const auto damaged = [](const offline::Envelope& e) { return e.sequence == 1; };
        bool sent = false;
        road.office.on_request = [&](auto envelopes) {
            sent = !std::ranges::all_of(envelopes, damaged);
        };
        road.office.mood = [&]() -> std::optional<Error> {
            if (!sent) return std::nullopt;  // it never hears of it
            return Error(Fault::refused, "400: no such provider");
        };
        road.office.refuses = road.office.damaged = damaged;
        road.start();
        road.clock.run_for(3h);
        CHECK(road.waiting() == 99);
        CHECK(road.store->outbox().dead(Lane::pings) == 1);
        CHECK(road.office.requests < 120);
    }

    TEST_CASE("an answer that was lost is asked about, and nothing arrives twice") {
        Road road;
        road.office.read_back = true;
        road.write(250);
        int lost = 0;
        road.office.mood = [&]() -> std::optional<Error> {
            if (++lost % 2 == 0) return std::nullopt;
            return lost_answer();
        };
        road.start();
        road.clock.run_for(1h);
        CHECK(road.waiting() == 0);
        CHECK(road.office.received.size() == 250);
        for (const auto& [key, times] : road.office.received) CHECK(times == 1);
        CHECK(road.office.questions > 0);
        CHECK(road.courier.view().ambiguous == (lost + 1) / 2);
        CHECK(road.store->audit()->balances());
    }

    TEST_CASE("what an earlier run may have sent is asked about before anything is sent") {
        Road road;
        road.write(1200);
        for (const std::int64_t sequence : {1, 2, 3, 700, 1200}) {
            road.office.received[{Lane::pings, sequence}] = 1;
        }
        road.office.read_back = true;
        agent::Courier next(*road.store, road.office, road.clock, agent::SyncSettings{},
                            agent::RetrySettings{}, Dice(1));
        road.office.on_request = [&](auto) { CHECK(road.office.questions == 3); };
        road.tasks.start(next.run());
        road.clock.run_for(1min);
        CHECK(road.waiting() == 0);
        CHECK(road.office.received.size() == 1200);
        for (const auto& [key, times] : road.office.received) CHECK(times == 1);
        road.clock.run(road.tasks.stop());
    }

    TEST_CASE("paused by hand nothing is sent, through a restart too, until it is resumed") {
        Road road;
        road.start();
        REQUIRE(road.courier.pause(true));
        road.write(50);
        road.clock.run_for(1h);
        CHECK(road.office.requests == 0);
        CHECK(road.courier.view().by_hand);
        CHECK(road.courier.view().state == agent::Courier::State::paused);
        agent::Courier next(*road.store, road.office, road.clock, agent::SyncSettings{},
                            agent::RetrySettings{}, Dice(1));
        CHECK(next.view().by_hand);
        REQUIRE(road.courier.pause(false));
        road.clock.run_for(1s);
        CHECK(road.waiting() == 0);
    }

    TEST_CASE("a flush ends a backoff, and so does a network that comes back") {
        Road road;
        bool signal = false;
        road.office.mood = [&]() -> std::optional<Error> {
            if (signal) return std::nullopt;
            return Error(Fault::unreachable, "no signal");
        };
        road.write(10);
        road.start();
        road.clock.run_for(30min);
        signal = true;
        while (*road.courier.view().next_attempt_in < 5s) {
            signal = false;
            road.clock.run_for(5s);
            signal = true;
        }
        road.courier.route_changed();
        road.clock.run_for(1100ms);
        CHECK(road.waiting() == 0);

        signal = false;
        road.write(10);
        road.clock.run_for(30min);
        signal = true;
        road.courier.flush();
        road.clock.run_for(100ms);
        CHECK(road.waiting() == 0);
    }

    TEST_CASE("a network that flaps does not make a busy office be asked more often") {
        Road road;
        road.office.mood = [] { return Error(Fault::busy, "503"); };
        road.write(10);
        road.start();
        road.clock.run_for(30min);
        const int before = road.office.requests;
        for (int change = 0; change < 300; ++change) {
            road.courier.route_changed();
            road.clock.run_for(2s);
        }
        CHECK(road.office.requests - before <= 20);
    }

    TEST_CASE("a network that flaps all the time makes for less than a request a second") {
        Road road;
        road.office.mood = [] { return Error(Fault::unreachable, "no signal"); };
        road.write(10);
        road.start();
        road.clock.run_for(30min);
        const int before = road.office.requests;
        for (int change = 0; change < 600; ++change) {
            road.courier.route_changed();
            road.clock.run_for(1s);
        }
        CHECK(road.office.requests - before < 600);
        CHECK(road.office.requests - before >= 60);
    }

    TEST_CASE("an attempt that was under way when the network changed is soon made again") {
        Road road;
        road.office.mood = [] { return Error(Fault::unreachable, "no signal"); };
        road.write(10);
        road.start();
        road.clock.run_for(30min);
        road.office.latency = 1min;
        const int before = road.office.requests;
        while (road.office.requests == before) road.clock.run_for(1s);
        road.office.latency = 10ms;  // of the next
        road.courier.route_changed();
        road.office.mood = [&]() -> std::optional<Error> {
            if (road.office.requests > before + 1) return std::nullopt;
            return Error(Fault::unreachable, "the network has changed");
        };
        road.clock.run_for(61s);
        CHECK(road.office.requests == before + 2);
        CHECK(road.waiting() == 0);
    }

    TEST_CASE("a batch that never gets through shrinks, and grows back once it does") {
        Road road;
        road.office.mood = [&]() -> std::optional<Error> {
            const bool too_much = road.office.largest > 10;
            road.office.largest = 0;
            if (!too_much) return std::nullopt;
            Error error(Fault::unreachable, "no answer within 30 s");
            error.ambiguous = true;
            return error;
        };
        road.write(100);
        road.start();
        road.clock.run_for(20min);
        CHECK(road.waiting() < 100);
        road.office.mood = nullptr;
        road.write(1000);
        road.clock.run_for(20min);
        CHECK(road.waiting() == 0);
        CHECK(road.office.largest == 100);
    }

    TEST_CASE("records that were deleted by hand are missed, not asked for without end") {
        Road road;
        road.write(3);
        REQUIRE(road.store->commit(road.clock.now(), [&]() -> Result<> {
            road.store->ledger().count("accepted:pings", 2);  // as if two more had been there
            return {};
        }));
        road.start();
        road.clock.run_for(10min);
        CHECK(road.office.received.size() == 3);
        REQUIRE(road.courier.view().error);
        CHECK(road.courier.view().error->detail.find("audit --verify") != std::string::npos);
    }

    TEST_CASE("the size an office found too large is remembered, for an hour") {
        Road road;
        int too_large = 0;
        bool small = true;
        road.office.mood = [&]() -> std::optional<Error> {
            const bool refuse = small && road.office.largest > 25;
            road.office.largest = 0;
            if (!refuse) return std::nullopt;
            ++too_large;
            return Error(Fault::too_large, "413");
        };
        road.write(1000);
        road.start();
        road.clock.run_for(10min);
        CHECK(road.waiting() == 0);
        CHECK(too_large == 2);
        small = false;
        road.clock.run_for(1h);
        road.write(2000);
        road.clock.run_for(10min);
        road.office.mood = nullptr;
        road.write(1000);
        road.clock.run_for(10min);
        CHECK(road.office.largest == 100);
    }

    TEST_CASE("an office that finds even a single ping too large is left in peace") {
        Road road;
        road.office.mood = [] { return std::optional(Error(Fault::too_large, "413")); };
        road.write(100);
        road.start();
        road.clock.run_for(1h);
        CHECK(road.office.requests <= 70);
        CHECK(road.waiting() == 100);
    }
}
