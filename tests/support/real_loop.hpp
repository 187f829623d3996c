#pragma once
// The real event loop and clock, for the few tests at the edge that need real sockets.

#include "platform/clock.hpp"
#include "platform/loop.hpp"
#include "platform/tasks.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <utility>

namespace outrider::test {

class RealLoop {
public:
    Executor executor() { return loop_.executor(); }
    Clock& clock() { return *clock_; }

    // Runs `work` to its end; fails the test when that takes more than `limit`.
    void run(Async<> work, Duration limit = std::chrono::seconds(20)) {
        CHECK(loop_.run(program(*clock_, std::move(work), limit)) == 0);
    }

private:
    static Async<Result<>> wrapped(Async<> work) {
        co_await std::move(work);
        co_return Result<>();
    }
    static Async<int> program(Clock& clock, Async<> work, Duration limit) {
        const Result<> done = co_await within(clock, limit, "the test", wrapped(std::move(work)));
        co_return done ? 0 : 1;
    }

    Loop loop_;
    std::unique_ptr<Clock> clock_ = make_system_clock(loop_.executor());
};

}  // namespace outrider::test
