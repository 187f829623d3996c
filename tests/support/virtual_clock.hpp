#pragma once
// The virtual clock as tests like it: what would never end fails the test.

#include "platform/simulated_clock.hpp"
#include "platform/tasks.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <utility>

namespace outrider::test {

class VirtualClock final : public SimulatedClock {
public:
    // Starts at 2026-11-21T06:30:00Z, an hour after boot.
    VirtualClock() = default;

    // Runs what is due, and lets time pass, until `limit` from now.
    void run_for(Duration limit) { look_at(pass(limit)); }
    // Runs `work` to its end, letting time pass; fails the test when it waits for ever.
    void run(Async<> work) { look_at(finish(std::move(work))); }
    template <class T>
    T run(Async<T> work) {
        std::optional<T> result;
        Async<> kept = keep(std::move(work), result);
        run(std::move(kept));
        return std::move(*result);
    }

private:
    template <class T>
    static Async<> keep(Async<T> work, std::optional<T>& into) {
        T value = co_await std::move(work);
        into.emplace(std::move(value));
    }
    static void look_at(Ended ended) {
        // Nothing of doctest's while all is well: a world may end after the tests have.
        if (ended == Ended::in_circles) FAIL("the program goes round in circles without waiting");
        if (ended == Ended::waiting_for_ever) FAIL("the work waits for ever");
    }
};

}  // namespace outrider::test
