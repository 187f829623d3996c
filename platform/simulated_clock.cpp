#include "platform/simulated_clock.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>

namespace outrider {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr Duration longest_sleep = 24h * 365 * 100;

class Bed;

struct Dormitory {
    using Sleepers = std::multimap<Duration, Bed*>;
    explicit Dormitory(asio::io_context& io) : context(io) {}
    asio::io_context& context;
    Duration passed{};
    Sleepers sleepers;
};

// A coroutine that waits to be woken. No timer of Asio's: with one the loop would ask the kernel
// each time whether anything has happened out there, and nothing ever has.
class Dream {
public:
    virtual ~Dream() = default;
    virtual void end() = 0;
};

template <class Handler>
class DreamOf final : public Dream {
public:
    DreamOf(asio::io_context& context, Handler handler)
        : context_(context), handler_(std::move(handler)) {}
    void end() override {
        asio::get_associated_cancellation_slot(handler_).clear();
        asio::post(context_, std::move(handler_));
    }

private:
    asio::io_context& context_;
    Handler handler_;
};

class Bed final : public Alarm {
public:
    explicit Bed(std::shared_ptr<Dormitory> dormitory) : dormitory_(std::move(dormitory)) {}
    ~Bed() override { get_up(); }

    Async<Result<>> sleep(Duration d) override {
        if (std::exchange(rung_, false)) co_return Result<>();
        const Duration span = std::clamp(d, Duration::zero(), longest_sleep);
        place_ = dormitory_->sleepers.emplace(dormitory_->passed + span, this);
        const auto begin = [this]<class Handler>(Handler&& handler) {
            dream(std::forward<Handler>(handler));
        };
        auto woken =
            asio::async_initiate<const asio::use_awaitable_t<>, void()>(begin, asio::use_awaitable);
        co_await std::move(woken);
        get_up();
        if (std::exchange(rung_, false)) co_return Result<>();
        co_return Error(Fault::cancelled, "the wait was cancelled");
    }

    void ring() override {
        rung_ = true;
        wake();
    }

    void get_up() {
        if (place_) dormitory_->sleepers.erase(*place_);
        place_.reset();
    }

    // What waits never goes on.
    void forget() {
        const std::unique_ptr<Dream> dream = std::move(dream_);
        get_up();
    }

private:
    template <class Handler>
    void dream(Handler&& handler) {
        auto cancelled = asio::get_associated_cancellation_slot(handler);
        dream_ = std::make_unique<DreamOf<std::decay_t<Handler>>>(dormitory_->context,
                                                                  std::forward<Handler>(handler));
        if (!cancelled.is_connected()) return;
        cancelled.assign([this](asio::cancellation_type) { wake(); });
    }
    void wake() {
        const std::unique_ptr<Dream> dream = std::move(dream_);
        if (dream) dream->end();
    }

    std::shared_ptr<Dormitory> dormitory_;
    std::unique_ptr<Dream> dream_;
    std::optional<Dormitory::Sleepers::iterator> place_;
    bool rung_ = false;
};

}  // namespace

struct SimulatedClock::State {
    explicit State(Instant at) : start(at) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        auto& sleepers = dormitory->sleepers;
        while (!sleepers.empty()) sleepers.begin()->second->forget();
    }

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
