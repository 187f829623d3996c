#pragma once
// The two Asio names the rest of the program needs: a coroutine's type and what it runs on.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace outrider {

template <class T = void>
using Async = boost::asio::awaitable<T>;
using Executor = boost::asio::any_io_executor;

}  // namespace outrider
