#include "platform/tasks.hpp"

#include "tests/support/result.hpp"
#include "tests/support/virtual_clock.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

namespace outrider {
namespace {

using namespace std::chrono_literals;
using test::VirtualClock;

Async<> nap(Clock& clock, Duration d, std::string& diary, std::string word) {
    const auto alarm = clock.alarm();
    const Result<> slept = co_await alarm->sleep(d);
    diary += slept ? word + " " : word + "! ";
}

// Ends only after the exception at its second wait.
Async<> sleeper_that_does_not_listen(Clock& clock) {
    const auto alarm = clock.alarm();
    for (;;) {
        const Result<> ignored = co_await alarm->sleep(1h);
        static_cast<void>(ignored);
    }
}

// Takes its time to end when cancelled.
Async<> slow_to_end(Clock& clock, std::string& diary) {
    const auto alarm = clock.alarm();
    std::vector<Async<>> loops;
    loops.push_back(nap(clock, 10h, diary, "inner"));
    Async<> all = together(std::move(loops));
    co_await std::move(all);
    diary += "outer ";
}

Async<> bug(Clock& clock, Duration d) {
    const auto alarm = clock.alarm();
    const Result<> slept = co_await alarm->sleep(d);
    if (slept) throw std::runtime_error("a bug");
}

Async<Result<int>> answer(Clock& clock, Duration d, int value) {
    const auto alarm = clock.alarm();
    const Result<> slept = co_await alarm->sleep(d);
    if (!slept) co_return slept.error();
    co_return value;
}

Async<> several(std::vector<Async<>> loops) {
    Async<> all = together(std::move(loops));
    co_await std::move(all);
}

TEST_CASE("together: the first to end cancels the others, and all have ended on return") {
    VirtualClock clock;
    std::string diary;
    std::vector<Async<>> loops;
    loops.push_back(nap(clock, 3s, diary, "three"));
    loops.push_back(nap(clock, 1s, diary, "one"));
    loops.push_back(sleeper_that_does_not_listen(clock));
    loops.push_back(slow_to_end(clock, diary));
    const Uptime start = clock.uptime();
    clock.run(together(std::move(loops)));
    CHECK(diary == "one three! inner! outer ");
    CHECK(clock.uptime() - start == 1s);
}

TEST_CASE("together: with nothing to run it returns at once") {
    VirtualClock clock;
    clock.run(together({}));
}

TEST_CASE("together: one that ends before its first wait counts too") {
    VirtualClock clock;
    std::string diary;
    std::vector<Async<>> nothing;
    std::vector<Async<>> loops;
    loops.push_back(several(std::move(nothing)));
    loops.push_back(nap(clock, 1s, diary, "one"));
    clock.run(together(std::move(loops)));
    CHECK(diary == "one! ");
}

TEST_CASE("together: an exception cancels the others and comes out after they have ended") {
    VirtualClock clock;
    std::string diary;
    std::vector<Async<>> loops;
    loops.push_back(slow_to_end(clock, diary));
    loops.push_back(bug(clock, 1s));
    CHECK_THROWS_WITH(clock.run(together(std::move(loops))), "a bug");
    CHECK(diary == "inner! outer ");
}

// Runs `work` in a caller that is cancelled after `d`, and tells when everything had ended.
Async<> cancelled_after(VirtualClock& clock, Duration d, Async<> work, std::string& diary) {
    std::vector<Async<>> loops;
    loops.push_back(std::move(work));
    loops.push_back(nap(clock, d, diary, "now"));
    Async<> all = together(std::move(loops));
    co_await std::move(all);
    diary += "end";
}

Async<> waits_again_afterwards(Clock& clock, Async<> work, std::string& diary) {
    co_await std::move(work);
    diary += "after ";
    const auto alarm = clock.alarm();
    const Result<> slept = co_await alarm->sleep(1s);
    diary += slept ? "slept " : "woken ";
}

TEST_CASE(
    "together: when the caller is cancelled its children end first, and its next wait throws") {
    VirtualClock clock;
    std::string diary;
    std::vector<Async<>> loops;
    loops.push_back(slow_to_end(clock, diary));
    loops.push_back(nap(clock, 1h, diary, "hour"));
    Async<> work = waits_again_afterwards(clock, together(std::move(loops)), diary);
    clock.run(cancelled_after(clock, 5s, std::move(work), diary));
    CHECK(diary == "now hour! inner! outer after end");
}

TEST_CASE("within: a result in time is the result, a late one is unreachable and names what") {
    VirtualClock clock;
    for (const auto& [takes, expected] : {std::pair(1s, true), std::pair(3s, false)}) {
        const Uptime start = clock.uptime();
        const Result<int> got = clock.run(within(clock, 2s, "asking", answer(clock, takes, 7)));
        CHECK(got.has_value() == expected);
        CHECK(clock.uptime() - start == std::min<Duration>(takes, 2s));
        if (expected) CHECK(*got == 7);
        if (!expected) CHECK(got.error().fault == Fault::unreachable);
        if (!expected) CHECK(got.error().detail == "asking took longer than 2000 ms");
    }
}

Async<> ask(VirtualClock& clock, Duration limit, Async<Result<int>> work, std::string& diary) {
    const Result<int> got = co_await within(clock, limit, "asking", std::move(work));
    diary += got ? "value " : std::string(name(got.error().fault)) + " ";
}

Async<Result<int>> never(Clock& clock) {
    Async<> sleeper = sleeper_that_does_not_listen(clock);
    co_await std::move(sleeper);
    co_return 1;
}

TEST_CASE("within: a cancelled caller gets cancelled, whichever way the work notices") {
    VirtualClock clock;
    std::string diary;
    clock.run(cancelled_after(clock, 1s, ask(clock, 1h, answer(clock, 30min, 1), diary), diary));
    CHECK(diary == "now cancelled end");
    diary.clear();
    clock.run(cancelled_after(clock, 1s, ask(clock, 1h, never(clock), diary), diary));
    CHECK(diary == "now cancelled end");
    diary.clear();
    clock.run(cancelled_after(clock, 1h, ask(clock, 1s, never(clock), diary), diary));
    CHECK(diary == "unreachable now! end");
}

Async<Result<int>> throwing(Clock& clock) {
    Async<> thrower = bug(clock, 1s);
    co_await std::move(thrower);
    co_return 1;
}

TEST_CASE("within: a bug in the work comes out of it") {
    VirtualClock clock;
    CHECK_THROWS_WITH(static_cast<void>(clock.run(within(clock, 1h, "asking", throwing(clock)))),
                      "a bug");
}

Async<> use_tasks(VirtualClock& clock, Tasks& tasks, std::string& diary) {
    tasks.start(nap(clock, 1s, diary, "one"));
    tasks.start(slow_to_end(clock, diary));
    tasks.start(sleeper_that_does_not_listen(clock));
    const auto alarm = clock.alarm();
    const Result<> slept = co_await alarm->sleep(2s);
    diary += slept ? "lead " : "lead! ";
}

Async<> start_and_stop(VirtualClock& clock, Tasks& tasks, std::string& diary) {
    Async<> used = use_tasks(clock, tasks, diary);
    co_await std::move(used);
    CHECK(tasks.running() == 2);
    co_await tasks.stop();
    CHECK(tasks.running() == 0);
    diary += "stopped ";
}

TEST_CASE("Tasks: stop cancels what still runs and waits for it") {
    VirtualClock clock;
    Tasks tasks(clock.executor());
    std::string diary;
    clock.run(start_and_stop(clock, tasks, diary));
    CHECK(diary == "one lead inner! outer stopped ");
}

TEST_CASE("Tasks: run stops the others when its lead ends or its caller is cancelled") {
    for (const Duration cancel_after : {Duration(500ms), Duration(1500ms), Duration(1h)}) {
        VirtualClock clock;
        Tasks tasks(clock.executor());
        std::string diary;
        Async<> work = tasks.run(use_tasks(clock, tasks, diary));
        clock.run(cancelled_after(clock, cancel_after, std::move(work), diary));
        CAPTURE(diary);
        CHECK(tasks.running() == 0);
        CHECK(diary.find("outer ") != std::string::npos);
        CHECK(diary.ends_with("end"));
        CHECK((diary.find("lead!") != std::string::npos) == (cancel_after < 2s));
    }
}

TEST_CASE("Tasks: a bug in one of them leaves the event loop") {
    VirtualClock clock;
    Tasks tasks(clock.executor());
    tasks.start(bug(clock, 1s));
    CHECK_THROWS_WITH(clock.run_for(2s), "a bug");
}

TEST_CASE("an alarm rung while nobody sleeps is remembered once") {
    VirtualClock clock;
    const auto alarm = clock.alarm();
    const Uptime start = clock.uptime();
    alarm->ring();
    alarm->ring();
    CHECK(clock.run(alarm->sleep(1s)));
    CHECK(clock.uptime() == start);
    CHECK(clock.run(alarm->sleep(1s)));
    CHECK(clock.uptime() - start == 1s);
}

}  // namespace
}  // namespace outrider
