#include "client/agent/courier.hpp"

#include "tests/client/agent/road.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;

TEST_SUITE("client/agent/courier") {
    TEST_CASE("a morning without signal is delivered once there is one") {
        Road road;
        road.write(3000);
        const Uptime signal = road.clock.uptime() + 4h;
        road.office.mood = [&]() -> std::optional<Error> {
            if (road.clock.uptime() >= signal) return std::nullopt;
            return Error(Fault::unreachable, "no signal");
        };
        road.start();
        road.clock.run_for(4h);
        CHECK(road.waiting() == 3000);
        CHECK(road.office.requests < 120);  // four hours of knocking, politely
        road.clock.run_for(6min);
        CHECK(road.waiting() == 0);
        CHECK(road.office.received.size() == 3000);
        CHECK(road.office.order.size() == 3000);
        CHECK(road.store->audit()->balances());
    }

    TEST_CASE("an envelope stays on disk until the office has answered for it") {
        Road road;
        road.write(20);
        bool all_there = true;
        road.office.on_request = [&](auto envelopes) {
            all_there = all_there && road.waiting() >= static_cast<std::int64_t>(envelopes.size());
        };
        road.office.latency = 5s;
        road.start();
        road.clock.run_for(4s);  // the request is on its way
        CHECK(road.office.requests == 1);
        CHECK(road.waiting() == 20);
        road.clock.run_for(2s);
        CHECK(all_there);
        CHECK(road.waiting() == 0);
    }

    TEST_CASE("new pings do not shorten a backoff") {
        Road road;
        road.office.mood = [] { return std::optional(Error(Fault::unreachable, "no signal")); };
        road.start();
        for (int second = 0; second < 3600; ++second) {
            road.write(1);
            road.clock.run_for(1s);
        }
        CHECK(road.office.requests < 60);
    }

    TEST_CASE("a fleet that lost the office at the same moment does not come back in step") {
        const Duration base = agent::RetrySettings{}.base;
        int early = 0, late = 0;
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            Road road(seed);
            road.office.mood = [] { return std::optional(Error(Fault::unreachable, "no signal")); };
            road.write(5);
            road.start();
            road.clock.run_for(road.office.latency);
            const auto wait = road.courier.view().next_attempt_in;
            REQUIRE(wait);
            CHECK(*wait <= base);
            ++(*wait < base / 2 ? early : late);
        }
        CHECK(early > 2);
        CHECK(late > 2);
    }

    TEST_CASE("what the office refuses becomes a dead letter with its words and blocks nothing") {
        Road road;
        road.write(10);
        road.office.refuses = [](const offline::Envelope& e) { return e.sequence == 4; };
        road.start();
        road.clock.run_for(1s);
        CHECK(road.waiting() == 0);
        CHECK(road.office.received.size() == 9);
        auto dead = road.store->outbox().dead_letters(Lane::pings, 10);
        REQUIRE(dead);
        REQUIRE(dead->size() == 1);
        CHECK(dead->front().envelope.sequence == 4);
        CHECK(dead->front().words == "not this one");
        CHECK(road.store->audit()->balances());
    }

    TEST_CASE("what the office does not mention is still owed and is sent again") {
        Road road;
        road.write(10);
        int forgotten = 0;
        road.office.forgets = [&](const offline::Envelope& e) {
            return e.sequence == 7 && ++forgotten <= 2;
        };
        road.start();
        road.clock.run_for(10min);
        CHECK(road.waiting() == 0);
        CHECK(road.office.received.size() == 10);
    }

    TEST_CASE("an office that answers for one ping of each batch is not asked again at once") {
        Road road;
        road.office.forgets = [&, first = std::int64_t{0}](const offline::Envelope& e) mutable {
            const bool answered = e.sequence == first + 1;
            if (answered) first = e.sequence;
            return !answered;
        };
        road.write(100);
        road.start();
        road.clock.run_for(1min);
        CHECK(road.office.requests < 30);
    }

    TEST_CASE("Retry-After is obeyed even when the backoff would be shorter") {
        Road road;
        int refusals = 0;
        road.office.mood = [&]() -> std::optional<Error> {
            if (++refusals > 1) return std::nullopt;
            Error error(Fault::busy, "too many requests");
            error.wait = 90s;
            return error;
        };
        road.write(10);
        road.start();
        road.clock.run_for(89s);
        CHECK(road.office.requests == 1);
        road.clock.run_for(30s);
        CHECK(road.waiting() == 0);
    }

    TEST_CASE("refused credentials pause delivery without hammering, and it resumes by itself") {
        Road road;
        bool connected = false;
        road.office.mood = [&]() -> std::optional<Error> {
            if (connected) return std::nullopt;
            return Error(Fault::unauthorised, "the app is not connected to this tenant");
        };
        road.write(10);
        road.start();
        road.clock.run_for(1h);
        CHECK(road.office.requests <= 30);
        CHECK(road.courier.view().state == agent::Courier::State::paused);
        CHECK(road.waiting() == 10);
        connected = true;
        road.clock.run_for(6min);
        CHECK(road.waiting() == 0);
    }

    TEST_CASE("a batch that is too large is halved until it fits") {
        Road road;
        road.office.mood = [&]() -> std::optional<Error> {
            if (road.office.largest <= 25) return std::nullopt;
            road.office.largest = 0;
            return Error(Fault::too_large, "413");
        };
        road.write(100);
        road.start();
        road.clock.run_for(1min);
        CHECK(road.waiting() == 0);
        CHECK(road.office.received.size() == 100);
    }

    TEST_CASE("a few pings wait for company, but not for ever") {
        Road road;
        road.start();
        road.clock.run_for(1s);
        road.write(2);
        road.clock.run_for(28s);
        CHECK(road.office.requests == 0);
        road.clock.run_for(3s);
        CHECK(road.office.requests == 1);
        CHECK(road.waiting() == 0);
        road.write(5);
        road.clock.run_for(1s);
        CHECK(road.office.requests == 2);
    }

    TEST_CASE("stopping in the middle of a request loses nothing") {
        auto road = std::make_unique<Road>();
        road->write(10);
        road->office.latency = 1h;
        road->start();
        road->clock.run_for(1s);
        road->clock.run(road->tasks.stop());
        CHECK(road->waiting() == 10);
    }

    TEST_CASE("the newest acknowledged position is the newest event time the office confirmed") {
        Road road;
        const Instant before = road.clock.now();
        road.write(10);
        road.start();
        CHECK(!road.courier.view().newest_acknowledged);
        road.clock.run_for(1s);
        CHECK(road.courier.view().newest_acknowledged == before + 9ms);
    }

    TEST_CASE("whatever the weather, everything owed arrives at least once, unchanged") {
        for (std::uint64_t seed = 1; seed <= 40; ++seed) {
            CAPTURE(seed);
            Road road(seed);
            Dice dice(seed);
            int ambiguous = 0;
            const Uptime fair = road.clock.uptime() + 10h;
            road.office.mood = [&]() -> std::optional<Error> {
                if (road.clock.uptime() > fair) return std::nullopt;
                switch (dice() % 6) {
                    case 0: return Error(Fault::unreachable, "no signal");
                    case 1: ++ambiguous; return lost_answer();
                    case 2: return Error(Fault::busy, "429");
                    default: return std::nullopt;
                }
            };
            road.start();
            std::size_t written = 0;
            for (int i = 0; i < 60; ++i) {
                const int count = static_cast<int>(dice() % 40);
                if (count > 0) road.write(count);
                written += static_cast<std::size_t>(count);
                road.clock.run_for(10min);
            }
            road.clock.run_for(1h);
            REQUIRE(road.waiting() == 0);
            REQUIRE(road.office.received.size() == written);
            REQUIRE(road.store->audit()->balances());
            std::size_t duplicates = 0;
            for (const auto& [key, times] : road.office.received) {
                duplicates += static_cast<std::size_t>(times) - 1;
            }
            CHECK(duplicates <= static_cast<std::size_t>(ambiguous) * 100);
            for (const auto& [key, bodies] : road.office.bodies) {
                for (const auto& body : bodies) REQUIRE(body == bodies.front());
            }
        }
    }
}
