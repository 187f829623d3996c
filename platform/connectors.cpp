#include "platform/log.hpp"
#include "platform/race.hpp"
#include "platform/resolver.hpp"
#include "platform/sockets.hpp"
#include "platform/tasks.hpp"
#include "platform/tunnel.hpp"

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
constexpr Duration small_for = std::chrono::hours(1);  // then large packets get another chance

Error failed_with(int number) { return Error(Fault::unreachable, std::strerror(number)); }

enum class Packets { large, small };

Async<Result<Descriptor>> connected_socket(Executor executor, Address address, Packets packets) {
    Descriptor socket(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) co_return failed_with(errno);
    if (packets == Packets::small) use_small_packets(socket.get());
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

// One pipeline: look up, connect, ask the proxy for the way, agree on TLS. With a proxy it is the
// proxy that is looked up and connected to; the origin's name is then the proxy's to resolve.
class TcpConnector final : public Connector {
public:
    TcpConnector(Executor executor, Clock& clock, Origin origin, TlsTrust trust, Duration limit,
                 Proxy proxy)
        : executor_(executor),
          clock_(clock),
          origin_(std::move(origin)),
          trust_(std::move(trust)),
          limit_(limit),
          proxy_(std::move(proxy)),
          through_proxy_(!proxy_.origin.host.empty() && !origin_.loopback()),
          first_(through_proxy_ ? proxy_.origin : origin_),
          resolver_(std::move(executor), clock, first_.host, first_.port) {}

    Async<Result<StreamPtr>> connect() override {
        const Result<> ready = prepare();
        if (!ready) co_return ready.error();
        const Uptime end = clock_.uptime() + limit_;
        Result<Descriptor> socket = co_await reach_first(end);
        if (socket && through_proxy_) socket = co_await tunnel(std::move(*socket), end);
        if (!socket) co_return socket.error();
        if (!origin_.tls) co_return plain_stream(executor_, std::move(*socket));
        co_return co_await secured(std::move(*socket), end);
    }

    void stalled() override {
        const Uptime now = clock_.uptime();
        // Where small packets come to a stop as well, it is not their size.
        const bool were_small = now < small_until_;
        small_until_ = were_small ? now : now + small_for;
        if (were_small || !remarks_.due(now)) return;
        log(Level::notice,
            fmt::format("network: what was sent to {} came to a stop: the next connections use "
                        "small packets, in case large ones vanish on the way",
                        first_.authority()));
    }

private:
    Result<> prepare() {
        if (!origin_.tls || tls_) return {};
        Result<std::unique_ptr<Tls>> loaded = Tls::client(trust_, clock_);
        if (!loaded) return loaded.error();
        tls_ = std::move(*loaded);
        return {};
    }

    Duration left(Uptime end) const { return std::max(end - clock_.uptime(), Duration::zero()); }

    Async<Result<Descriptor>> reach_first(Uptime end) {
        const Result<Addresses> addresses = co_await resolver_.resolve(limit_ / 2);
        if (!addresses) co_return addresses.error();
        const Packets packets = clock_.uptime() < small_until_ ? Packets::small : Packets::large;
        const Attempt attempt = [this, packets](Address address) {
            return connected_socket(executor_, address, packets);
        };
        Result<Descriptor> socket = co_await race(clock_, *addresses, attempt, end);
        if (!socket) co_return named(socket.error());
        set_tcp_options(socket->get());
        co_return std::move(socket);
    }

    Async<Result<Descriptor>> tunnel(Descriptor socket, Uptime end) {
        const Result<std::string> credentials = read_credentials(proxy_);
        if (!credentials) co_return credentials.error();
        const std::unique_ptr<PlainStream> stream = plain_stream(executor_, std::move(socket));
        const std::string what = "the proxy " + first_.authority();
        const Result<> open = co_await within(clock_, left(end), what,
                                              open_tunnel(*stream, proxy_, *credentials, origin_));
        if (!open) co_return open.error();
        co_return stream->release();
    }

    Async<Result<StreamPtr>> secured(Descriptor socket, Uptime end) {
        StreamPtr stream = tls_->client_stream(executor_, std::move(socket), origin_.host);
        const std::string what = "the TLS handshake with " + origin_.authority();
        const Result<> shaken = co_await within(clock_, left(end), what, stream->handshake());
        // The server's certificate is the first large thing on a new connection.
        if (!shaken && clock_.uptime() >= end) stalled();
        if (!shaken) co_return shaken.error();
        co_return std::move(stream);
    }

    Error named(Error error) const {
        error.detail = fmt::format("cannot connect to {}{}: {}", through_proxy_ ? "the proxy " : "",
                                   first_.authority(), error.detail);
        return error;
    }

    Executor executor_;
    Clock& clock_;
    Origin origin_;
    TlsTrust trust_;
    Duration limit_;
    Proxy proxy_;
    bool through_proxy_;
    Origin first_;  // whom we connect to
    Resolver resolver_;
    std::unique_ptr<Tls> tls_;
    Uptime small_until_{};
    FallingRate remarks_;
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
        Result<Descriptor> socket = co_await within(
            clock_, limit_, "connecting", connected_socket(executor_, address, Packets::large));
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
                                         TlsTrust trust, Duration limit, Proxy proxy) {
    return std::make_unique<TcpConnector>(std::move(executor), clock, std::move(origin),
                                          std::move(trust), limit, std::move(proxy));
}

std::unique_ptr<Connector> unix_connector(Executor executor, Clock& clock, std::string path,
                                          Duration limit) {
    return std::make_unique<UnixConnector>(std::move(executor), clock, std::move(path), limit);
}

}  // namespace outrider::net
