#include "platform/loop.hpp"

#include "platform/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <unistd.h>
#include <cstdio>
#include <exception>
#include <optional>

namespace outrider {
namespace {

namespace asio = boost::asio;

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);
constexpr int internal_error = 70;  // EX_SOFTWARE

std::string what(const std::exception_ptr& thrown) try {
    std::rethrow_exception(thrown);
} catch (const std::exception& error) {
    return error.what();
} catch (...) {
    return "an exception of unknown type";
}

}  // namespace

struct Loop::State {
    asio::io_context context{1};
};

Loop::Loop() : state_(std::make_unique<State>()) {}
Loop::~Loop() = default;

Executor Loop::executor() { return state_->context.get_executor(); }

int Loop::run(Async<int> program) {
    std::optional<int> exit_code;
    std::exception_ptr thrown;
    state_->context.restart();
    asio::co_spawn(state_->context, std::move(program),
                   [&](std::exception_ptr failure, int result) {
                       if (failure) std::rethrow_exception(failure);
                       exit_code = result;
                       state_->context.stop();
                   });
    try {
        state_->context.run();
    } catch (...) {
        thrown = std::current_exception();
    }
    // What is still waiting stays where it is: it may refer to things that are gone by now.
    state_->context.stop();
    if (!thrown && exit_code) return *exit_code;
    log(Level::error,
        "outrider: internal error: " +
            (thrown ? what(thrown)
                    : std::string("the program waits for something that never comes")));
    return internal_error;
}

void leave(int exit_code) {
    std::fflush(nullptr);
    ::_exit(exit_code);
}

struct Signals::State {
    explicit State(Executor executor) : set(std::move(executor)) {}
    asio::signal_set set;
};

Signals::Signals(Executor executor, const std::vector<int>& numbers)
    : state_(std::make_unique<State>(std::move(executor))) {
    for (const int number : numbers) state_->set.add(number);
}
Signals::~Signals() = default;

Async<Result<int>> Signals::next() {
    const auto [failed, number] = co_await state_->set.async_wait(use_tuple);
    if (failed) co_return Error(Fault::cancelled, "waiting for a signal was cancelled");
    co_return number;
}

}  // namespace outrider
