#include "platform/simulated_clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <utility>

namespace outrider {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);
constexpr Duration longest_sleep = 24h * 365 * 100;

class Bed;

struct Dormitory {
    using Sleepers = std::multimap<Duration, Bed*>;
    explicit Dormitory(asio::io_context& io) : context(io) {}
    asio::io_context& context;
    Duration passed{};
    Sleepers sleepers;
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
        place_ = dormitory_->sleepers.emplace(dormitory_->passed + span, this);
        co_await gate_.async_wait(use_tuple);
        get_up();
        if (std::exchange(rung_, false)) co_return Result<>();
        co_return Error(Fault::cancelled, "the wait was cancelled");
    }

    void ring() override {
        rung_ = true;
        gate_.cancel();
    }

    void get_up() {
        if (place_) dormitory_->sleepers.erase(*place_);
        place_.reset();
    }

private:
    std::shared_ptr<Dormitory> dormitory_;
    asio::steady_timer gate_;  // never expires, only rung
    std::optional<Dormitory::Sleepers::iterator> place_;
    bool rung_ = false;
};

}  // namespace

struct SimulatedClock::State {
    explicit State(Instant at) : start(at) {}

    asio::io_context context{1};
    // Coroutines that the context destroys last still hold beds in here.
    std::shared_ptr<Dormitory> dormitory = std::make_shared<Dormitory>(context);
    Instant start;

    bool run_due() {
        context.restart();
        std::size_t steps = 0;
        while (context.poll_one() > 0) {
            if (++steps > most_steps) return false;
        }
        return true;
    }

    // Lets time pass to the moment the first sleeper wakes; false when that is after `end`.
    bool wake_next(Duration end) {
        auto& sleepers = dormitory->sleepers;
        if (sleepers.empty() || sleepers.begin()->first > end) return false;
        const auto [due, bed] = *sleepers.begin();
        bed->get_up();
        dormitory->passed = std::max(dormitory->passed, due);
        bed->ring();
        return true;
    }
};

SimulatedClock::SimulatedClock(Instant start) : state_(std::make_unique<State>(start)) {}
SimulatedClock::~SimulatedClock() = default;

Executor SimulatedClock::executor() { return state_->context.get_executor(); }
Instant SimulatedClock::now() const { return state_->start + state_->dormitory->passed; }
Uptime SimulatedClock::uptime() const { return Uptime(1h + state_->dormitory->passed); }
std::unique_ptr<Alarm> SimulatedClock::alarm() { return std::make_unique<Bed>(state_->dormitory); }
void SimulatedClock::jump(Duration by) { state_->start += by; }

SimulatedClock::Ended SimulatedClock::pass(Duration limit) {
    const Duration end = state_->dormitory->passed + limit;
    do {
        if (!state_->run_due()) return Ended::in_circles;
    } while (state_->wake_next(end));
    state_->dormitory->passed = end;
    return Ended::well;
}

SimulatedClock::Ended SimulatedClock::finish(Async<> work) {
    const auto done = std::make_shared<bool>(false);
    asio::co_spawn(state_->context, std::move(work), [done](std::exception_ptr thrown) {
        *done = true;
        if (thrown) std::rethrow_exception(thrown);
    });
    for (;;) {
        if (!state_->run_due()) return Ended::in_circles;
        if (*done) return Ended::well;
        if (!state_->wake_next(Duration::max())) return Ended::waiting_for_ever;
    }
}

}  // namespace outrider
