#include "platform/tasks.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <functional>
#include <list>

namespace outrider {
namespace {

namespace asio = boost::asio;

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

bool is_cancellation(const std::exception_ptr& thrown) try {
    std::rethrow_exception(thrown);
} catch (const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted;
} catch (...) {
    return false;
}

}  // namespace

namespace detail {

// Coroutines spawned together: who runs, how to cancel them, and a gate that opens when one ends.
class Group : public std::enable_shared_from_this<Group> {
public:
    using Ended = std::function<void(std::exception_ptr)>;  // null unless it threw a bug

    Group(Executor executor, Ended ended)
        : gate_(executor, asio::steady_timer::time_point::max()), ended_(std::move(ended)) {}

    void start(Async<> work) {
        const auto child = children_.emplace(children_.end());
        const auto end = [self = shared_from_this(), child](std::exception_ptr thrown) {
            self->children_.erase(child);
            self->gate_.cancel();
            if (thrown && is_cancellation(thrown)) thrown = nullptr;
            if (self->ended_) self->ended_(thrown);
        };
        asio::co_spawn(gate_.get_executor(), std::move(work),
                       asio::bind_cancellation_slot(child->slot(), end));
    }

    std::size_t running() const { return children_.size(); }

    void cancel() {
        for (asio::cancellation_signal& child : children_) {
            child.emit(asio::cancellation_type::terminal);
        }
    }

    // Returns when one of them ends, or when the caller is cancelled.
    Async<> next_end() { co_await gate_.async_wait(use_tuple); }

private:
    asio::steady_timer gate_;  // never expires; cancelled whenever one ends
    Ended ended_;
    std::list<asio::cancellation_signal> children_;
};

namespace {

// Every wait of a cancelled coroutine throws. Where children have to be waited for first, that is
// put off: throw_if_cancelled(false), end_all(), and then the caller's own way of it again.
Async<> end_all(std::shared_ptr<Group> group) {
    group->cancel();
    while (group->running() > 0) co_await group->next_end();
}

bool cancelled(const asio::cancellation_state& state) {
    return state.cancelled() != asio::cancellation_type::none;
}

Async<> stop(std::shared_ptr<Group> group) {
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await end_all(group);
    co_await asio::this_coro::throw_if_cancelled(throws);
}

}  // namespace

Async<bool> ended_within(Clock& clock, Duration limit, Async<> work) {
    const Executor executor = co_await asio::this_coro::executor;
    const std::unique_ptr<Alarm> alarm = clock.alarm();
    std::exception_ptr failure;
    Group::Ended ring = [&](std::exception_ptr thrown) {
        failure = thrown;
        alarm->ring();
    };
    const auto group = std::make_shared<Group>(executor, std::move(ring));
    group->start(std::move(work));

    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    bool late = false;
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (!cancelled(state)) {
        const Result<> slept = co_await alarm->sleep(limit);
        late = slept && group->running() > 0;
    }
    co_await end_all(group);
    co_await asio::this_coro::throw_if_cancelled(throws);
    if (failure) std::rethrow_exception(failure);
    co_return !late;
}

}  // namespace detail

using detail::Group;

Async<> together(std::vector<Async<>> loops) {
    const Executor executor = co_await asio::this_coro::executor;
    std::exception_ptr failure;
    Group::Ended keep_first = [&](std::exception_ptr thrown) {
        if (!failure) failure = thrown;
    };
    const auto group = std::make_shared<Group>(executor, std::move(keep_first));
    for (Async<>& loop : loops) group->start(std::move(loop));

    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    const bool all_running = group->running() == loops.size() && !loops.empty();
    if (all_running && !detail::cancelled(state)) co_await group->next_end();
    co_await detail::end_all(group);
    co_await asio::this_coro::throw_if_cancelled(throws);
    if (failure) std::rethrow_exception(failure);
}

Tasks::Tasks(Executor executor)
    : group_(std::make_shared<Group>(std::move(executor), [](std::exception_ptr thrown) {
          if (thrown) std::rethrow_exception(thrown);
      })) {}

Tasks::~Tasks() = default;

void Tasks::start(Async<> work) { group_->start(std::move(work)); }

std::size_t Tasks::running() const { return group_->running(); }

Async<> Tasks::stop() {
    // Cancelled here and not in the coroutine, which may never get to start.
    group_->cancel();
    return detail::stop(group_);
}

Async<> Tasks::run(Async<> lead) {
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    std::vector<Async<>> loops;
    loops.push_back(std::move(lead));
    std::exception_ptr failure;
    try {
        Async<> alone = together(std::move(loops));
        co_await std::move(alone);
    } catch (...) {
        failure = std::current_exception();
    }
    co_await detail::end_all(group_);
    co_await asio::this_coro::throw_if_cancelled(throws);
    if (failure) std::rethrow_exception(failure);
}

}  // namespace outrider
