#include "platform/loop.hpp"

#include "platform/clock.hpp"
#include "platform/tasks.hpp"
#include "tests/support/result.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace outrider {
namespace {

using namespace std::chrono_literals;

Async<int> returns(int code) { co_return code; }

Async<int> throws() {
    throw std::runtime_error("a bug");
    co_return 0;
}

Async<> background_bug(Clock& clock) {
    const auto alarm = clock.alarm();
    const Result<> slept = co_await alarm->sleep(1ms);
    if (slept) throw std::runtime_error("a bug in the background");
}

Async<int> waits_with_a_bug(Clock& clock, Tasks& tasks) {
    tasks.start(background_bug(clock));
    const auto alarm = clock.alarm();
    const Result<> slept = co_await alarm->sleep(1h);
    co_return slept ? 1 : 2;
}

Async<int> hears(Signals& signals) {
    ::kill(::getpid(), SIGUSR1);
    const Result<int> first = co_await signals.next();
    ::kill(::getpid(), SIGUSR2);
    const Result<int> second = co_await signals.next();
    co_return first&& second&&* first == SIGUSR1&&* second == SIGUSR2 ? 5 : 6;
}

TEST_CASE("the loop gives the program's exit code") {
    Loop loop;
    CHECK(loop.run(returns(3)) == 3);
    CHECK(loop.run(returns(0)) == 0);
}

TEST_CASE("an exception is an internal error, wherever it comes from") {
    Loop loop;
    CHECK(loop.run(throws()) == 70);
    const auto clock = make_system_clock(loop.executor());
    Tasks tasks(loop.executor());
    CHECK(loop.run(waits_with_a_bug(*clock, tasks)) == 70);
}

TEST_CASE("signals come one at a time") {
    Loop loop;
    Signals signals(loop.executor(), {SIGUSR1, SIGUSR2});
    CHECK(loop.run(hears(signals)) == 5);
}

}  // namespace
}  // namespace outrider
