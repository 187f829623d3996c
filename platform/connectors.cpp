#include "platform/resolver.hpp"
#include "platform/sockets.hpp"
#include "platform/tasks.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace outrider::net {
namespace {

namespace asio = boost::asio;

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

Error failed_with(int number) { return Error(Fault::unreachable, std::strerror(number)); }

Async<Result<Descriptor>> connected_socket(Executor executor, Address address) {
    Descriptor socket(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) co_return failed_with(errno);
    if (::connect(socket.get(), address.get(), address.length) == 0) co_return std::move(socket);
    if (errno != EINPROGRESS) co_return failed_with(errno);

    asio::posix::stream_descriptor waiter(executor, socket.release());
    const auto [failed] =
        co_await waiter.async_wait(asio::posix::stream_descriptor::wait_write, use_tuple);
    if (failed) co_return Error(Fault::cancelled, "connecting was cancelled");
    int outcome = 0;
    socklen_t length = sizeof outcome;
    ::getsockopt(waiter.native_handle(), SOL_SOCKET, SO_ERROR, &outcome, &length);
    if (outcome != 0) co_return failed_with(outcome);
    co_return Descriptor(waiter.release());
}

class TcpConnector final : public Connector {
public:
    TcpConnector(Executor executor, Clock& clock, Origin origin, TlsTrust trust, Duration limit)
        : executor_(executor),
          clock_(clock),
          origin_(std::move(origin)),
          trust_(std::move(trust)),
          limit_(limit),
          resolver_(std::move(executor), clock, origin_.host, origin_.port) {}

    Async<Result<StreamPtr>> connect() override {
        if (origin_.tls && !tls_) {
            Result<std::unique_ptr<Tls>> loaded = Tls::client(trust_);
            if (!loaded) co_return loaded.error();
            tls_ = std::move(*loaded);
        }
        const Uptime end = clock_.uptime() + limit_;
        const std::string what = "connecting to " + origin_.authority();
        co_return co_await within(clock_, limit_, what, attempt(end));
    }

private:
    Async<Result<StreamPtr>> attempt(Uptime end) {
        const Result<Addresses> addresses = co_await resolver_.resolve(limit_ / 2);
        if (!addresses) co_return addresses.error();
        Result<Descriptor> socket = co_await first_to_answer(*addresses, end);
        if (!socket) co_return socket.error();
        set_tcp_options(socket->get());
        if (!origin_.tls) co_return plain_stream(executor_, std::move(*socket));
        StreamPtr stream = tls_->client_stream(executor_, std::move(*socket), origin_.host);
        const Result<> shaken = co_await stream->handshake();
        if (!shaken) co_return shaken.error();
        co_return std::move(stream);
    }

    // In turn, each with its share of the time; one more share is left for the handshake.
    Async<Result<Descriptor>> first_to_answer(Addresses addresses, Uptime end) {
        std::string why;
        std::size_t left = addresses.size();
        for (const Address& address : addresses) {
            const Duration share =
                (end - clock_.uptime()) / static_cast<Duration::rep>(left + (origin_.tls ? 1 : 0));
            const std::string where = to_string(address);
            Result<Descriptor> socket =
                co_await within(clock_, share, "connecting", connected_socket(executor_, address));
            if (socket || socket.error().fault == Fault::cancelled) co_return std::move(socket);
            why += fmt::format("{}{}: {}", why.empty() ? "" : "; ", where, socket.error().detail);
            --left;
        }
        co_return Error(Fault::unreachable,
                        fmt::format("cannot connect to {}: {}", origin_.authority(), why));
    }

    Executor executor_;
    Clock& clock_;
    Origin origin_;
    TlsTrust trust_;
    Duration limit_;
    Resolver resolver_;
    std::unique_ptr<Tls> tls_;
};

class UnixConnector final : public Connector {
public:
    UnixConnector(Executor executor, Clock& clock, std::string path, Duration limit)
        : executor_(std::move(executor)), clock_(clock), path_(std::move(path)), limit_(limit) {}

    Async<Result<StreamPtr>> connect() override {
        Address address;
        auto* name = reinterpret_cast<sockaddr_un*>(&address.storage);
        name->sun_family = AF_UNIX;
        if (path_.empty() || path_.size() >= sizeof name->sun_path) {
            co_return Error(Fault::malformed, path_ + " is too long for a socket's path");
        }
        path_.copy(name->sun_path, path_.size());
        address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size() + 1);
        Result<Descriptor> socket =
            co_await within(clock_, limit_, "connecting", connected_socket(executor_, address));
        if (!socket) {
            co_return Error(socket.error().fault,
                            fmt::format("cannot connect to {}: {}", path_, socket.error().detail));
        }
        co_return plain_stream(executor_, std::move(*socket));
    }

private:
    Executor executor_;
    Clock& clock_;
    std::string path_;
    Duration limit_;
};

}  // namespace

std::unique_ptr<Connector> tcp_connector(Executor executor, Clock& clock, Origin origin,
                                         TlsTrust trust, Duration limit) {
    return std::make_unique<TcpConnector>(std::move(executor), clock, std::move(origin),
                                          std::move(trust), limit);
}

std::unique_ptr<Connector> unix_connector(Executor executor, Clock& clock, std::string path,
                                          Duration limit) {
    return std::make_unique<UnixConnector>(std::move(executor), clock, std::move(path), limit);
}

}  // namespace outrider::net
