#pragma once
// Running several coroutines at once, and ending them: the only place where one is spawned.

#include "platform/async.hpp"
#include "platform/clock.hpp"
#include "platform/result.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace outrider {

namespace detail {
class Group;
}

// Work going on in the background. Cancelled work ends by seeing Fault::cancelled, or by Asio's
// operation_aborted exception at its next wait, which is swallowed here; any other exception is a
// bug and leaves the event loop (see Loop::run).
class Tasks {
public:
    explicit Tasks(Executor);
    ~Tasks();  // everything must have ended: see stop() and run()
    Tasks(const Tasks&) = delete;
    Tasks& operator=(const Tasks&) = delete;

    void start(Async<> work);
    std::size_t running() const;
    // Cancels all at once; the wait returns when all have ended, also when the caller is cancelled
    // meanwhile. A caller that is cancelled already cannot wait any more (Asio throws): see run().
    Async<> stop();
    // Runs `lead`, which may start others here. When it ends, or the caller is cancelled,
    // everything is stopped; returns when all have ended. Rethrows what `lead` throws, cancellation
    // excepted.
    Async<> run(Async<> lead);

private:
    std::shared_ptr<detail::Group> group_;
};

// Runs all of them. As soon as one ends, or the caller is cancelled, cancels the rest; returns when
// every one has ended. Rethrows the first exception that is not a cancellation.
Async<> together(std::vector<Async<>> loops);

namespace detail {
// True when `work` ended by itself; after `limit` it is cancelled and waited for.
Async<bool> ended_within(Clock&, Duration limit, Async<> work);
template <class T>
Async<> keep(Async<Result<T>> work, std::optional<Result<T>>& into) {
    Result<T> result = co_await std::move(work);
    into.emplace(std::move(result));
}
}  // namespace detail

// The result of `work`, or Fault::unreachable naming `what` when it takes longer than `limit`;
// Fault::cancelled when the caller is cancelled. Returns only after `work` has ended. What was cut
// short in the middle of an I/O operation, a stream say, must be thrown away.
template <class T>
Async<Result<T>> within(Clock& clock, Duration limit, std::string_view what,
                        Async<Result<T>> work) {
    std::optional<Result<T>> result;
    Async<> kept = detail::keep(std::move(work), result);
    const bool in_time = co_await detail::ended_within(clock, limit, std::move(kept));
    if (in_time && result) co_return std::move(*result);
    const Fault fault = in_time ? Fault::cancelled : Fault::unreachable;
    std::string detail(what);
    detail +=
        in_time ? " was cancelled" : " took longer than " + std::to_string(limit.count()) + " ms";
    Error error(fault, std::move(detail));
    co_return error;
}

}  // namespace outrider
