#pragma once
// A clock that moves only when everyone is asleep, to the moment the first of them wakes, and the
// event loop it belongs to.

#include "platform/clock.hpp"
#include "platform/tasks.hpp"

#include <functional>
#include <memory>

namespace outrider::test {

class VirtualClock final : public Clock {
public:
    // Starts at 2026-11-21T06:30:00Z, an hour after boot.
    VirtualClock();
    ~VirtualClock() override;
    Executor executor();

    Instant now() const override;
    Uptime uptime() const override;
    std::unique_ptr<Alarm> alarm() override;

    // Runs what is due, and lets time pass, until `limit` from now.
    void run_for(Duration limit);
    // Runs `work` to its end, letting time pass; fails the test when it waits for ever.
    void run(Async<> work);
    template <class T>
    T run(Async<T> work) {
        std::optional<T> result;
        Async<> kept = keep(std::move(work), result);
        run(std::move(kept));
        return std::move(*result);
    }
    void jump(Duration by);  // the wall clock only: somebody set it

private:
    template <class T>
    static Async<> keep(Async<T> work, std::optional<T>& into) {
        T value = co_await std::move(work);
        into.emplace(std::move(value));
    }
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace outrider::test
