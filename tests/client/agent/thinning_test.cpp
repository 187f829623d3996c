#include "client/agent/thinning.hpp"

#include "client/agent/retention.hpp"
#include "gps/geodesy.hpp"
#include "tests/client/agent/world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace outrider;
using namespace outrider::agent;
using namespace outrider::test;
using namespace std::chrono_literals;
using offline::Cause;
using offline::Lane;
using Sequences = std::vector<std::int64_t>;

namespace {

constexpr double metre = 1 / 111'195.0;  // of latitude, in degrees

Waypoint waypoint(std::int64_t second, double north_m, double east_m = 0) {
    return {second, Instant(std::chrono::seconds(1'790'000'000 + second)), 37.4 + north_m * metre,
            -122.1 + east_m * metre / std::cos(37.4 * 3.14159265 / 180)};
}

// A day in town: blocks of 100 m, a turn at each corner, lights to wait at.
std::vector<Waypoint> town(int pings) {
    std::vector<Waypoint> way;
    double north = 0, east = 0;
    for (int i = 0; i < pings; ++i) {
        const int phase = i % 40;
        if (phase < 15) north += 10;
        if (phase >= 20 && phase < 35) east += 10;
        way.push_back(waypoint(i * 10, north, east));
    }
    return way;
}

// How far the way of those kept is from a fix, at its time.
double error_m(const std::vector<Waypoint>& kept, const Waypoint& fix) {
    const auto after = std::ranges::lower_bound(kept, fix.time, {}, &Waypoint::time);
    REQUIRE(after != kept.end());
    if (after->time == fix.time) {
        return gps::distance_m(after->latitude, after->longitude, fix.latitude, fix.longitude);
    }
    const auto before = std::prev(after);
    const double share = static_cast<double>((fix.time - before->time).count()) /
                         static_cast<double>((after->time - before->time).count());
    return gps::distance_m(before->latitude + share * (after->latitude - before->latitude),
                           before->longitude + share * (after->longitude - before->longitude),
                           fix.latitude, fix.longitude);
}

struct Queue {
    explicit Queue(RetentionLimits limits) : retention(*store, limits) {}
    void drive(const std::vector<Waypoint>& way) {
        REQUIRE(store->commit(now, [&]() -> Result<> {
            const auto to = store->outbox().destination("somewhere");
            for (const Waypoint& at : way) {
                api::Ping ping;
                ping.time = at.time;
                ping.latitude = at.latitude;
                ping.longitude = at.longitude;
                auto added = store->outbox().add(Lane::pings, at.time, *to, api::encode(ping));
                if (!added) return added.error();
                store->ledger().count("captured");
            }
            return {};
        }));
    }
    std::vector<Waypoint> left() {
        std::vector<Waypoint> way;
        const auto pings = store->outbox().from(Lane::pings, 0, 1'000'000);
        REQUIRE(pings);
        for (const auto& envelope : *pings) {
            const auto ping = api::decode_ping(envelope.body);
            way.push_back({envelope.sequence, ping->time, ping->latitude, ping->longitude});
        }
        return way;
    }
    std::int64_t gone(Cause cause) {
        const auto audit = store->audit();
        REQUIRE(audit);
        CHECK(audit->balances());
        CHECK(store->verify()->holds());
        return audit->of(Lane::pings).by(cause);
    }
    const Instant now = Instant(1'790'000'000s);
    std::unique_ptr<offline::Store> store = memory_store();
    Retention retention;
};

}  // namespace

TEST_SUITE("client/agent/thinning") {
    TEST_CASE("what lies on the straight way at its time can go, the ends and the corner stay") {
        std::vector<Waypoint> way;
        for (int i = 0; i <= 10; ++i) way.push_back(waypoint(i, 10 * i));
        for (int i = 11; i <= 20; ++i) way.push_back(waypoint(i, 100, 10 * (i - 10)));
        CHECK(superfluous(way, 5) ==
              Sequences{1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19});
    }

    TEST_CASE("a stop on a straight road is part of the shape: when counts as much as where") {
        std::vector<Waypoint> way;
        for (int i = 0; i <= 10; ++i) way.push_back(waypoint(i, 20 * i));
        for (int i = 11; i <= 30; ++i) way.push_back(waypoint(i, 200));
        for (int i = 31; i <= 40; ++i) way.push_back(waypoint(i, 200 + 20 * (i - 30)));
        const auto gone = superfluous(way, 5);
        CHECK(std::ranges::find(gone, 10) == gone.end());
        CHECK(std::ranges::find(gone, 30) == gone.end());
        CHECK(gone.size() == 41 - 4);
    }

    TEST_CASE("no fix of the whole way ends farther from the thinned one than the tolerance") {
        const auto way = town(2000);
        for (const double tolerance : {5.0, 10.0, 50.0, 250.0}) {
            CAPTURE(tolerance);
            const auto gone = superfluous(way, tolerance);
            std::vector<Waypoint> kept;
            for (const Waypoint& one : way) {
                if (!std::ranges::binary_search(gone, one.sequence)) kept.push_back(one);
            }
            double worst = 0;
            for (const Waypoint& one : way) worst = std::max(worst, error_m(kept, one));
            CHECK(worst <= tolerance * 1.01);
            CHECK(gone.size() > way.size() / 2);
        }
    }

    TEST_CASE("what is no place, or no way, is left alone") {
        CHECK(superfluous({}, 10).empty());
        CHECK(superfluous(std::vector{waypoint(1, 0), waypoint(2, 0)}, 10).empty());
        auto way = town(50);
        way[20].latitude = std::numeric_limits<double>::quiet_NaN();
        const auto gone = superfluous(way, 10);
        CHECK(std::ranges::find(gone, way[20].sequence) == gone.end());
        for (Waypoint& one : way) one.time = way.front().time;
        CHECK_NOTHROW(static_cast<void>(superfluous(way, 10)));
    }

    TEST_CASE("a queue that is too long loses resolution, not its shape, and all is counted") {
        RetentionLimits limits;
        limits.rows = 2000;
        Queue queue(limits);
        const auto way = town(4000);
        queue.drive(way);
        for (int i = 0; i < 10; ++i) queue.retention.make_room(queue.now, Uptime{});
        const auto left = queue.left();
        CHECK(left.size() <= 2000);
        CHECK(left.size() > 500);
        CHECK(left.front().time == way.front().time);
        CHECK(left.back().time == way.back().time);
        double worst = 0;
        for (const Waypoint& one : way) worst = std::max(worst, error_m(left, one));
        CHECK(worst <= 10.1);
        CHECK(queue.gone(Cause::thinned) == 4000 - static_cast<std::int64_t>(left.size()));
        CHECK(queue.gone(Cause::dropped) == 0);
    }

    TEST_CASE("what cannot be thinned is dropped, the oldest first, and counted so") {
        RetentionLimits limits;
        limits.rows = 1000;
        Queue queue(limits);
        std::vector<Waypoint> way;  // all over the country, each second
        for (int i = 0; i < 3000; ++i) way.push_back(waypoint(i, (i * 7919 % 1000) * 10'000.0));
        queue.drive(way);
        for (int i = 0; i < 20; ++i) queue.retention.make_room(queue.now, Uptime{});
        const auto left = queue.left();
        CHECK(left.size() <= 1000);
        CHECK(left.size() >= 400);
        CHECK(left.back().time == way.back().time);
        CHECK(queue.gone(Cause::dropped) >= 2000);
        CHECK(queue.gone(Cause::dropped) + queue.gone(Cause::thinned) ==
              3000 - static_cast<std::int64_t>(left.size()));
    }

    TEST_CASE("a queue within its limits is not touched") {
        RetentionLimits limits;
        limits.rows = 500;
        Queue queue(limits);
        queue.drive(town(500));
        queue.retention.make_room(queue.now, Uptime{});
        CHECK(queue.left().size() == 500);
    }

    TEST_CASE("a limit in bytes is kept, too") {
        RetentionLimits limits;
        limits.bytes = 50'000;
        Queue queue(limits);
        queue.drive(town(3000));
        for (int i = 0; i < 20; ++i) queue.retention.make_room(queue.now, Uptime{});
        CHECK(queue.store->outbox().bytes(Lane::pings) <= 50'000);
        CHECK(queue.gone(Cause::dropped) == 0);
    }
}
