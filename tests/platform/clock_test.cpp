#include "platform/clock.hpp"

#include "tests/support/real_loop.hpp"
#include "tests/support/result.hpp"

#include <doctest/doctest.h>

#include <string>

namespace outrider {
namespace {

using namespace std::chrono_literals;
using test::RealLoop;

Async<> nap(Clock& clock, Duration d, std::string& diary, char word) {
    const auto alarm = clock.alarm();
    const Uptime start = clock.uptime();
    const Result<> slept = co_await alarm->sleep(d);
    if (slept && clock.uptime() - start >= d) diary += word;
    // Nobody's early end may cut the others short here.
    const Result<> rest = co_await alarm->sleep(1h);
    static_cast<void>(rest);
}

Async<> until_complete(Clock& clock, const std::string& diary, std::size_t size) {
    const auto alarm = clock.alarm();
    while (diary.size() < size) {
        const Result<> slept = co_await alarm->sleep(1ms);
        if (!slept) co_return;
    }
}

TEST_CASE("times beyond the years that have four digits are told as the first or last of them") {
    CHECK(outrider::to_rfc3339(outrider::Instant::max()).substr(0, 5) == "9999-");
    CHECK(outrider::to_rfc3339(outrider::Instant::min()).substr(0, 5) == "0000-");
}

TEST_CASE("the system's clock wakes sleepers in the order of their times, none early") {
    RealLoop real;
    std::string diary;
    std::vector<Async<>> loops;
    loops.push_back(nap(real.clock(), 60ms, diary, 'c'));
    loops.push_back(nap(real.clock(), 20ms, diary, 'a'));
    loops.push_back(nap(real.clock(), 40ms, diary, 'b'));
    loops.push_back(nap(real.clock(), 0ms, diary, '0'));
    loops.push_back(nap(real.clock(), Duration::max(), diary, 'x'));
    loops.push_back(until_complete(real.clock(), diary, 4));
    real.run(together(std::move(loops)));
    CHECK(diary == "0abc");
}

Async<> rings(Alarm& alarm) {
    alarm.ring();
    co_return;
}

Async<> rung_awake_and_asleep(Clock& clock, Executor executor, std::string& diary) {
    const auto alarm = clock.alarm();
    alarm->ring();
    const Result<> first = co_await alarm->sleep(1h);
    if (first) diary += "1";
    Tasks tasks(executor);
    const auto other = clock.alarm();
    const Uptime start = clock.uptime();
    tasks.start(rings(*other));
    const Result<> second = co_await other->sleep(1h);
    if (second && clock.uptime() - start < 1h) diary += "2";
    co_await tasks.stop();
}

TEST_CASE("the system's alarm can be rung before and during a sleep") {
    RealLoop real;
    std::string diary;
    real.run(rung_awake_and_asleep(real.clock(), real.executor(), diary));
    CHECK(diary == "12");
}

TEST_CASE("uptime runs on with the wall clock at hand") {
    RealLoop real;
    CHECK(real.clock().uptime() > Uptime{});
    CHECK(real.clock().now() > Instant(std::chrono::sys_days(std::chrono::year(2024) / 1 / 1)));
}

}  // namespace
}  // namespace outrider
