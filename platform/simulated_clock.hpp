#pragma once
// A clock that moves only when everyone is asleep, to the moment the first of them wakes, and the
// event loop it belongs to: for simulations, and for tests.

#include "platform/clock.hpp"

#include <chrono>
#include <cstddef>
#include <memory>

namespace outrider {

class SimulatedClock : public Clock {
public:
    static constexpr Instant first_start{std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) +
                                         std::chrono::minutes(390)};

    explicit SimulatedClock(Instant start = first_start);  // an hour after boot
    ~SimulatedClock() override;
    Executor executor();

    Instant now() const override;
    Uptime uptime() const override;
    std::unique_ptr<Alarm> alarm() override;

    // At one moment the program did so much: it goes round in circles.
    static constexpr std::size_t most_steps = 20'000'000;
    enum class Ended { well, in_circles, waiting_for_ever };
    // Runs what is due, and lets time pass, until `limit` from now.
    Ended pass(Duration limit);
    // Runs `work` to its end, letting time pass.
    Ended finish(Async<> work);
    void jump(Duration by);  // the wall clock only: somebody set it

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace outrider
