// Envelopes of several destinations in one request.

#include "client/agent/courier.hpp"

#include "tests/client/agent/road.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace outrider::agent {
namespace {

using namespace std::chrono_literals;
using test::Road;

// Envelopes 1, 2, 3 ... to these destinations.
void write_to(Road& road, std::initializer_list<std::int64_t> destinations) {
    for (const std::int64_t destination : destinations) {
        REQUIRE(road.store->commit(road.clock.now(), [&]() -> Result<> {
            const auto id = road.store->outbox().destination(std::to_string(destination));
            if (!id) return id.error();
            road.destination = *id;
            return {};
        }));
        road.write(1);
    }
}

struct Requests {
    explicit Requests(Road& road) {
        road.office.on_request = [this](std::span<const offline::Envelope> envelopes) {
            auto& sequences = all.emplace_back();
            for (const auto& envelope : envelopes) sequences.push_back(envelope.sequence);
        };
    }
    std::vector<std::vector<std::int64_t>> all;
};

TEST_CASE("each destination has its own request where they do not go together") {
    Road road;
    const Requests requests(road);
    write_to(road, {1, 2, 2, 1});
    road.start();
    road.clock.run_for(2min);
    CHECK(road.waiting() == 0);
    CHECK(road.office.order == std::vector<std::int64_t>{1, 2, 3, 4});
    CHECK(requests.all.size() == 3);
}

TEST_CASE("destinations that go together share a request, in the order of writing") {
    Road road;
    const Requests requests(road);
    road.office.goes_together = [](auto, auto) { return true; };
    write_to(road, {1, 2, 3, 1, 2, 3});
    road.start();
    road.clock.run_for(2s);
    CHECK(road.waiting() == 0);
    REQUIRE(requests.all.size() == 1);
    CHECK(requests.all[0] == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("one that does not go with the others has its own request, in its place") {
    Road road;
    const Requests requests(road);
    write_to(road, {1, 2, 3, 1});
    const auto alone = road.store->outbox().destination("3");
    REQUIRE(alone);
    const std::int64_t id = *alone;
    road.office.goes_together = [id](auto a, auto b) { return (a == id) == (b == id); };
    road.start();
    road.clock.run_for(2min);
    CHECK(requests.all == std::vector<std::vector<std::int64_t>>{{1, 2, 4}, {3}});
    CHECK(road.waiting() == 0);
}

TEST_CASE("the bytes of each destination count") {
    Road road;
    const Requests requests(road);
    road.office.goes_together = [](auto, auto) { return true; };
    write_to(road, {1, 2, 3, 1, 2});
    const auto id = road.store->outbox().destination("2");
    REQUIRE(id);
    road.office.bytes_each = 64 * 1024;
    road.office.bytes_for[*id] = 150 * 1024;  // of 256
    road.start();
    road.clock.run_for(3min);
    CHECK(road.waiting() == 0);
    for (const auto& request : requests.all) {
        std::size_t bytes = 0;
        for (const std::int64_t sequence : request) {
            bytes += sequence == 2 || sequence == 5 ? 150 * 1024 : 64 * 1024;
        }
        CHECK(bytes <= 256 * 1024);
    }
    CHECK(requests.all.size() <= 3);
}

TEST_CASE("the newest goes along only where it goes together with the oldest") {
    for (const bool goes : {false, true}) {
        CAPTURE(goes);
        Road road;
        const Requests requests(road);
        road.office.goes_together = [&](auto, auto) { return goes; };
        road.write(300);
        write_to(road, {9});
        road.start();
        road.clock.run_for(1s);
        REQUIRE(!requests.all.empty());
        CHECK(requests.all[0].size() == 100);
        CHECK((requests.all[0].back() == 301) == goes);
    }
}

TEST_CASE("a bad record among several destinations is found as among one") {
    Road road;
    road.office.goes_together = [](auto, auto) { return true; };
    for (int round = 0; round < 10; ++round) write_to(road, {1, 2, 3, 4});
    road.office.on_request = [&](auto envelopes) {
        const bool bad =
            std::ranges::any_of(envelopes, [](const auto& e) { return e.sequence == 23; });
        road.office.mood = [bad]() -> std::optional<Error> {
            if (!bad) return std::nullopt;
            return Error(Fault::refused, "400");
        };
    };
    road.start();
    road.clock.run_for(10s);
    CHECK(road.waiting() == 0);
    CHECK(road.office.received.size() == 39);
    const auto dead = road.store->outbox().dead_letters(offline::Lane::pings, 10);
    REQUIRE(dead);
    REQUIRE(dead->size() == 1);
    CHECK(dead->front().envelope.sequence == 23);
}

}  // namespace
}  // namespace outrider::agent
