#include "client/agent/why.hpp"

#include "tests/client/agent/asked.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;

namespace {

api::Why at(World& world, Instant when) {
    auto why = world.agent->why(when, when);
    REQUIRE(why);
    return *why;
}

api::Why of(World& world, const std::string& id) {
    auto why = world.agent->why(id);
    REQUIRE(why);
    return *why;
}

bool has(const std::string& text, const std::string& part) {
    CAPTURE(text);
    CAPTURE(part);
    const bool found = text.find(part) != std::string::npos;
    CHECK(found);
    return found;
}

std::string id_of(World& world, std::int64_t sequence) {
    return api::external_id(world.store->identity(), sequence);
}

const api::TrackPoint& asked_of(const api::Why& why) {
    const auto found = std::ranges::find_if(why.fixes, &api::Why::Fix::asked);
    REQUIRE(found != why.fixes.end());
    return found->point;
}

std::vector<api::TrackPoint> all_of(World& world) {
    auto points = agent::points_between(*world.store, Instant(), world.clock.now() + 1h);
    REQUIRE(points);
    return *points;
}

}  // namespace

TEST_SUITE("client/agent/why") {
    TEST_CASE("of a fix that was held it says by which ping it is told") {
        World world;
        world.start();
        world.drive(3min);
        const auto points = all_of(world);
        const auto held = std::ranges::find_if(
            points, [](const auto& p) { return p.judgement.verdict == gps::Verdict::held; });
        REQUIRE(held != points.end());
        const auto next = std::find_if(held, points.end(), [](auto& p) { return p.sequence; });
        REQUIRE(next != points.end());
        const api::Why why = at(world, held->time);
        CHECK(why.sentence == to_rfc3339(held->time).substr(11, 8) +
                                  " not reported: within 10 m of the line to the next ping, " +
                                  std::to_string(*next->sequence) + " at " +
                                  to_rfc3339(next->time).substr(11, 8));
        CHECK(asked_of(why).time == held->time);
        CHECK(std::ranges::count_if(why.fixes, &api::Why::Fix::asked) == 1);
        CHECK_FALSE(why.ping);
        CHECK_FALSE(why.gap);
    }

    TEST_CASE("of a ping it says when the office had it, asked by time, number and external id") {
        World world;
        world.start();
        world.drive(3min);
        world.clock.run_for(1min);
        const auto points = all_of(world);
        const auto ping = std::ranges::find(points, 3, &api::TrackPoint::sequence);
        REQUIRE(ping != points.end());
        const auto receipt = world.store->outbox().receipt(offline::Lane::pings, 3);
        REQUIRE(receipt);
        REQUIRE(*receipt);
        const std::string sentence = to_rfc3339(ping->time).substr(11, 8) +
                                     " reported as ping 3 (" + id_of(world, 3) + "): delivered " +
                                     to_rfc3339((*receipt)->at).substr(11, 8);
        CHECK(at(world, ping->time).sentence == sentence);
        CHECK(of(world, "3").sentence == sentence);
        CHECK(of(world, id_of(world, 3)).sentence == sentence);
        CHECK(of(world, "3").ping->fate == "delivered");
        CHECK(of(world, "3").ping->at == (*receipt)->at);
    }

    TEST_CASE("of a rejected fix it says what was implied and what the receiver says") {
        World world;
        world.start();
        world.drive(1min);
        const double metres = world.metres;
        world.source.drive_to(metres + 900, 0.2);
        world.clock.run_for(1s);
        const Instant jumped = world.clock.now() - 1s;
        world.drive(10s);
        const api::Why why = at(world, jumped);
        has(why.sentence, to_rfc3339(jumped).substr(11, 8) + " rejected: ");
        has(why.sentence, " m/s implied");
        CHECK_FALSE(gps::believed(asked_of(why).judgement.verdict));
    }

    TEST_CASE("of a parked fix it says which ping tells it") {
        World world;
        world.start();
        world.drive(1min);
        for (int second = 0; second < 120; ++second) {
            world.source.drive_to(world.metres, 0);
            world.clock.run_for(1s);
        }
        const auto points = all_of(world);
        const auto parked = std::ranges::find_if(
            points, [](const auto& p) { return p.judgement.verdict == gps::Verdict::parked; });
        REQUIRE(parked != points.end());
        const api::Why why = at(world, parked->time);
        has(why.sentence, "not reported: parked within 10 m of where the last ping says, ");
        const auto before = std::find_if(std::make_reverse_iterator(parked), points.rend(),
                                         [](auto& p) { return p.sequence; });
        has(why.sentence, ", " + std::to_string(*before->sequence) + " at ");
    }

    TEST_CASE("between two fixes the nearest is told, and that there was none then") {
        World world;
        world.start();
        world.drive(1min);
        world.clock.run_for(8s);
        world.drive(10s);
        const Instant last = world.clock.now() - 19s;
        const api::Why why = at(world, last + 3s);
        has(why.sentence, ": no fix then, the nearest is 3 s before: ");
        CHECK(at(world, last + 7s).sentence.find("the nearest is 2 s later") != std::string::npos);
    }

    TEST_CASE("of the seconds asked for the one that says most is told, and all are listed") {
        World world;
        world.start();
        world.drive(3min);
        const auto points = all_of(world);
        const auto ping = std::ranges::find(points, 10, &api::TrackPoint::sequence);
        REQUIRE(ping != points.end());
        auto why = world.agent->why(ping->time - 500ms, ping->time + 500ms);
        REQUIRE(why);
        CHECK(why->ping->sequence == 10);
        why = world.agent->why(ping->time - 30s, ping->time + 30s);
        REQUIRE(why);
        has(why->sentence, ": 60 fixes: ");
        CHECK(std::ranges::count_if(why->fixes, &api::Why::Fix::asked) == 60);
        CHECK(why->fixes.size() == 66);
    }

    TEST_CASE("of two fixes in one second the one that is believed is told") {
        World world;
        world.start();
        world.drive(3min);
        const Instant second = world.clock.now();
        world.source.drive_to(world.metres + 900, 0.2);
        world.clock.run_for(300ms);
        world.source.drive_to(world.metres += 5);
        world.clock.run_for(700ms);
        world.drive(1min);
        const auto why = world.agent->why(second, second + 1s);
        REQUIRE(why);
        CHECK(std::ranges::count_if(why->fixes, &api::Why::Fix::asked) == 2);
        CHECK(why->sentence.find("rejected") == std::string::npos);
    }

    TEST_CASE("the newest fix is not decided yet") {
        World world;
        world.start();
        world.drive(10min + 5s);
        const auto points = all_of(world);
        const Instant newest = world.clock.now() - 1s;
        REQUIRE(points.back().time < newest);
        has(at(world, newest).sentence, ": not decided yet, the fixes that follow do that");
    }

    TEST_CASE("why there is no fix is told with the cause and its length") {
        World world;
        world.start();
        world.drive(10min);
        world.source.state = gps::SourceState::no_gpsd;
        world.clock.run_for(10min);
        const api::Why since = at(world, world.clock.now() - 3min);
        has(since.sentence, ": no fix: gpsd down since 06:4");
        world.source.state = gps::SourceState::fix;
        world.drive(5min);
        const api::Why why = at(world, world.clock.now() - 8min);
        has(why.sentence, ": no fix: gpsd down from 06:4");
        has(why.sentence, "; the nearest on record is 06:");
        REQUIRE(why.gap);
        CHECK(why.gap->cause == "gpsd down");
        CHECK(why.gap->to - why.gap->from >= 9min);
    }

    TEST_CASE("what is to come, too long ago, or before the agent, is told as such") {
        World world;
        world.start();
        world.drive(2min);
        const Instant now = world.clock.now();
        has(at(world, now + 1h).sentence, "that is still to come, it is 06:32:0");
        has(at(world, now - 15 * 24h).sentence,
            "2026-11-06 06:32:00: no longer on record: the journal goes back 14 days");
        has(at(world, now - 3h).sentence, "nothing is known of that time");
        CHECK(at(world, now - 3h).fixes.empty());
    }

    TEST_CASE("of a ping that has not reached the office it says what became of it") {
        Offline offline;
        World& world = offline.world;
        const auto last = world.store->ledger().balance("accepted:pings");
        const auto told = [&](std::int64_t sequence) {
            return of(world, std::to_string(sequence));
        };
        has(told(last).sentence, "): waiting to be sent");
        CHECK(told(last).ping->fate == "queued");
        offline.bury(offline::Lane::pings, {last});
        has(told(last).sentence, "): refused by the office for good, 06:3");
        has(told(last).sentence, ": no such unit");
        CHECK(told(last).ping->words == "no such unit");
        const auto end = [&](std::int64_t sequence, offline::Cause cause) {
            REQUIRE(world.store->commit(world.clock.now(), [&] {
                return world.store->outbox().remove(offline::Lane::pings, std::array{sequence},
                                                    cause, world.clock.now());
            }));
        };
        end(last - 1, offline::Cause::expired);
        has(told(last - 1).sentence, "): given up as too old, 06:3");
        end(last - 2, offline::Cause::thinned);
        has(told(last - 2).sentence, "): left out to make room in the queue, 06:3");
        CHECK(told(last - 2).ping->fate == "thinned");
        CHECK_FALSE(told(last - 2).fixes.empty());
        const api::Why none = told(last + 1);
        CHECK(none.ping->fate == "none");
        has(none.sentence, "there is none yet, the newest is " + std::to_string(last));
    }

    TEST_CASE("a ping whose fix was never written down is told without it") {
        World world;
        world.start();
        REQUIRE(world.store->commit(world.clock.now(), [&]() -> Result<> {
            auto added = world.store->outbox().add(offline::Lane::pings, world.clock.now(), 1, "x");
            if (!added) return added.error();
            return {};
        }));
        has(of(world, "1").sentence, "): waiting to be sent; its fix is no longer on record");
    }

    TEST_CASE("any ping of a long drive is found by its number") {
        World world;
        world.start();
        for (int hour = 0; hour < 3; ++hour) {
            world.drive(20min);
            for (int second = 0; second < 1200; ++second) {
                world.source.drive_to(world.metres, 0);
                world.clock.run_for(1s);
            }
        }
        std::map<std::int64_t, Instant> pings;
        for (const auto& point : all_of(world)) {
            if (point.sequence) pings[*point.sequence] = point.time;
        }
        REQUIRE(pings.size() > 100);
        for (const auto& [sequence, time] : pings) {
            const auto found = agent::point_of_ping(*world.store, sequence);
            REQUIRE(found);
            REQUIRE(*found);
            CHECK((*found)->time == time);
        }
        const auto none = agent::point_of_ping(*world.store, 100'000);
        REQUIRE(none);
        CHECK_FALSE(*none);
    }

    TEST_CASE("what is no ping of this device is refused, and what would be one is said") {
        World world;
        world.start();
        const std::string ours = id_of(world, 7);
        const auto refused = [&](const std::string& id) {
            const auto why = world.agent->why(id);
            REQUIRE_FALSE(why);
            CHECK(why.error().fault == Fault::malformed);
            return why.error().detail;
        };
        has(refused("or-0123456789abcdef-7"),
            "is not of this device: its ids begin with " + ours.substr(0, ours.size() - 1));
        has(refused(ours.substr(0, ours.size() - 1) + "a7"), "is a tap, not a ping");
        for (const char* nonsense : {"", "0", "-3", "seven", "7x", "99999999999999999999"}) {
            has(refused(nonsense), "give its number such as 412, or its external id such as or-");
        }
    }

    TEST_CASE("the local API answers by time and by id, and no more than a minute") {
        Asked asked;
        const Instant now = asked.world.clock.now();
        const auto get = [&](const std::string& query) { return asked.get("/v1/why?" + query); };
        const auto why = api::parse_why(get("at=" + to_rfc3339(now - 2min)).body);
        REQUIRE(why);
        CHECK_FALSE(why->fixes.empty());
        const auto ping = api::parse_why(get("id=1").body);
        REQUIRE(ping);
        CHECK(ping->ping->sequence == 1);
        const std::string from = "from=" + to_rfc3339(now - 2min);
        CHECK(get(from + "&to=" + to_rfc3339(now - 1min)).status == 200);
        CHECK(get(from + "&to=" + to_rfc3339(now)).status == 400);
        CHECK(get(from + "&to=" + to_rfc3339(now - 3min)).status == 400);
        CHECK(get("at=noon").status == 400);
        CHECK(get("id=nothing").status == 400);
        CHECK(get("").status == 400);
    }

    TEST_CASE("of a minute that was forgotten it does not say that others of it are on record") {
        World world;
        world.start();
        world.drive(10min);
        world.clock.run_for(2min);
        const auto minute = std::chrono::floor<std::chrono::minutes>(world.clock.now()) - 7min;
        api::ForgetRequest request;
        request.for_good = true;
        request.from = minute + 10s;
        request.to = minute + 40s;
        REQUIRE(world.agent->forget(request));
        has(at(world, minute + 25s).sentence, "others of that minute are");
        request.from = minute;
        request.to = minute + 60s;
        REQUIRE(world.agent->forget(request));
        const std::string sentence = at(world, minute + 25s).sentence;
        has(sentence, "a fix was seen then; none of that minute is on record any more");
        CHECK(sentence.find("others of that minute") == std::string::npos);
    }
}
