// What an office that is busy asks for is kept, whatever happens meanwhile.

#include "tests/client/agent/road.hpp"
#include "tests/client/agent/van.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;
using dispatch::Status;
using dispatch::Verb;

namespace {

std::optional<Error> busy_for(std::chrono::seconds time) {
    Error busy(Fault::busy, "too many requests");
    busy.wait = time;
    return busy;
}

}  // namespace

TEST_SUITE("a busy office") {
    TEST_CASE("a flush and the end of the program wait as long as the office asked, too") {
        Road road;
        road.office.mood = [] { return busy_for(90s); };
        road.write(10);
        road.start();
        road.clock.run_for(10s);
        road.office.mood = nullptr;
        road.courier.flush();
        road.clock.run_for(10s);
        const Uptime end = road.clock.uptime();
        road.clock.run(road.courier.last_attempt(5s));
        CHECK(road.clock.uptime() == end);  // there was nothing to wait for
        CHECK(road.office.requests == 1);
        road.clock.run_for(66s);
        CHECK(road.office.requests == 1);
        road.clock.run(road.courier.last_attempt(5s));
        CHECK(road.waiting() == 0);
    }

    TEST_CASE("a tap shows at once, and is told when the time the office asked for is over") {
        Shift shift;
        shift.desk.give(812);
        shift.start();
        Uptime refused{};
        shift.desk.mood = [&] {
            refused = shift.clock.uptime();
            return busy_for(90s);
        };
        shift.pass(65s);
        REQUIRE(refused != Uptime());
        shift.desk.mood = nullptr;
        const int asked = shift.desk.reads;
        shift.tap(Verb::dispatch, 812);
        shift.courier->flush();
        CHECK(shift.shown(812).status == Status::dispatched);
        CHECK(shift.shown(812).waiting.size() == 1);
        shift.pass(refused + 89s - shift.clock.uptime());
        CHECK(shift.desk.reads == asked);
        CHECK(shift.desk.attempts == 0);
        shift.pass(30s);
        CHECK(shift.desk.moves.size() == 1);
    }

    TEST_CASE("GPS time that becomes known does not shorten what the office asked for") {
        Van van;
        van.start();
        van.cut();
        van.drive(1min);  // pings that wait
        van.stop();
        van.device.by = -decade;
        van.mend();
        Uptime quiet_until{};
        van.office.mood = [&]() -> std::optional<Error> {
            if (quiet_until != Uptime()) return std::nullopt;
            quiet_until = van.truth.uptime() + 5min;
            return busy_for(5min);
        };
        const int before = van.office.requests;
        van.start();
        van.pass(10s);
        REQUIRE(quiet_until != Uptime());
        CHECK_FALSE(van.warns("behind GPS"));
        for (int i = 0; i < 12; ++i) {
            van.source.drive_to(van.metres, 0);
            van.pass(1s);
        }
        CHECK(van.warns("10 years behind GPS"));
        van.pass(quiet_until - van.truth.uptime() - 1s);
        CHECK(van.office.requests == before + 1);
        van.pass(10s);
        CHECK(van.agent->audit()->of(Lane::pings).queued == 0);
    }
}
