#include "tests/support/virtual_clock.hpp"

#include <doctest/doctest.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <map>
#include <utility>

namespace outrider::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);
constexpr Duration longest_sleep = 24h * 365 * 100;
constexpr std::size_t most_steps = 20'000'000;  // at one moment: more is going round in circles

class Bed;

struct Dormitory {
    explicit Dormitory(asio::io_context& io) : context(io) {}
    asio::io_context& context;
    Duration passed{};
    std::multimap<Duration, Bed*> sleepers;
};

class Bed final : public Alarm {
public:
    explicit Bed(std::shared_ptr<Dormitory> dormitory)
        : dormitory_(std::move(dormitory)),
          gate_(dormitory_->context, asio::steady_timer::time_point::max()) {}
    ~Bed() override { get_up(); }

    Async<Result<>> sleep(Duration d) override {
        if (std::exchange(rung_, false)) co_return Result<>();
        const Duration span = std::clamp(d, Duration::zero(), longest_sleep);
        dormitory_->sleepers.emplace(dormitory_->passed + span, this);
        co_await gate_.async_wait(use_tuple);
        get_up();
        if (std::exchange(rung_, false)) co_return Result<>();
        co_return Error(Fault::cancelled, "the wait was cancelled");
    }

    void ring() override {
        rung_ = true;
        gate_.cancel();
    }

private:
    void get_up() {
        std::erase_if(dormitory_->sleepers, [this](const auto& s) { return s.second == this; });
    }

    std::shared_ptr<Dormitory> dormitory_;
    asio::steady_timer gate_;  // never expires, only rung
    bool rung_ = false;
};

}  // namespace

struct VirtualClock::State {
    asio::io_context context{1};
    // Coroutines that the context destroys last still hold beds in here.
    std::shared_ptr<Dormitory> dormitory = std::make_shared<Dormitory>(context);
    Instant start{std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 6h + 30min};

    void run_due() {
        context.restart();
        for (std::size_t steps = 0; context.poll_one() > 0; ++steps) {
            if (steps > most_steps) FAIL("the program goes round in circles without waiting");
        }
    }

    // Lets time pass to the moment the first sleeper wakes; false when that is after `end`.
    bool wake_next(Duration end) {
        auto& sleepers = dormitory->sleepers;
        if (sleepers.empty() || sleepers.begin()->first > end) return false;
        const auto [due, bed] = *sleepers.begin();
        sleepers.erase(sleepers.begin());
        dormitory->passed = std::max(dormitory->passed, due);
        bed->ring();
        return true;
    }
};

VirtualClock::VirtualClock() : state_(std::make_unique<State>()) {}
VirtualClock::~VirtualClock() = default;

Executor VirtualClock::executor() { return state_->context.get_executor(); }
Instant VirtualClock::now() const { return state_->start + state_->dormitory->passed; }
Uptime VirtualClock::uptime() const { return Uptime(1h + state_->dormitory->passed); }
std::unique_ptr<Alarm> VirtualClock::alarm() { return std::make_unique<Bed>(state_->dormitory); }
void VirtualClock::jump(Duration by) { state_->start += by; }

void VirtualClock::run_for(Duration limit) {
    const Duration end = state_->dormitory->passed + limit;
    do {
        state_->run_due();
    } while (state_->wake_next(end));
    state_->dormitory->passed = end;
}

void VirtualClock::run(Async<> work) {
    const auto done = std::make_shared<bool>(false);
    asio::co_spawn(state_->context, std::move(work), [done](std::exception_ptr thrown) {
        *done = true;
        if (thrown) std::rethrow_exception(thrown);
    });
    for (;;) {
        state_->run_due();
        if (*done) return;
        if (!state_->wake_next(Duration::max())) FAIL("the work waits for ever");
    }
}

}  // namespace outrider::test
