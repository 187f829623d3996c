#include "platform/sockets.hpp"

#include "platform/trust.hpp"

#include <fmt/format.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>

namespace outrider::net {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using Protocol = asio::generic::stream_protocol;
using Socket = Protocol::socket;
using TlsSocket = ssl::stream<Socket>;

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);
constexpr int reset_after_ms = 15'000;

Error broken(const error_code& failed) {
    if (failed == asio::error::operation_aborted) {
        return Error(Fault::cancelled, "the connection's user was cancelled");
    }
    if (failed == ssl::error::stream_truncated) {
        return Error(Fault::unreachable, "the connection was cut off in the middle of TLS");
    }
    if (failed.category() == asio::error::get_ssl_category()) {
        const auto objected = objection(static_cast<unsigned long>(failed.value()));
        if (objected) return *objected;
    }
    return Error(Fault::unreachable, "the connection broke: " + failed.message());
}

int family_of(int socket) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
    return address.ss_family;
}

Socket adopt(Executor executor, Descriptor socket) {
    Socket adopted(std::move(executor));
    adopted.assign(Protocol(family_of(socket.get()), 0), socket.get());
    socket.release();
    return adopted;
}

bool nothing_came(Socket& socket) {
    char byte = 0;
    const ssize_t got = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

std::size_t unacknowledged(int socket) {
    int bytes = 0;
    if (family_of(socket) == AF_UNIX || ::ioctl(socket, SIOCOUTQ, &bytes) != 0) return 0;
    return static_cast<std::size_t>(bytes);
}

void reset_by_closing(Socket& socket) {
    error_code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
}

// The names are written out because both kinds of socket have the same two operations.
template <class S>
Async<Result<std::size_t>> read_some(S& socket, std::span<char> into) {
    const auto [failed, size] =
        co_await socket.async_read_some(asio::buffer(into.data(), into.size()), use_tuple);
    if (failed == asio::error::eof) co_return std::size_t{0};
    if (failed) co_return broken(failed);
    co_return size;
}

template <class S>
Async<Result<>> write_all(S& socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto [failed, size] =
            co_await socket.async_write_some(asio::buffer(bytes.data(), bytes.size()), use_tuple);
        if (failed) co_return broken(failed);
        bytes.remove_prefix(size);
    }
    co_return Result<>();
}

class BareStream final : public PlainStream {
public:
    explicit BareStream(Socket socket) : socket_(std::move(socket)) {}

    Async<Result<>> handshake() override { co_return Result<>(); }
    Async<Result<std::size_t>> read_some(std::span<char> into) override {
        return net::read_some(socket_, into);
    }
    Async<Result<>> write(std::string_view bytes) override { return write_all(socket_, bytes); }
    bool quiet() override { return nothing_came(socket_); }
    std::size_t unacknowledged() override { return net::unacknowledged(socket_.native_handle()); }
    void reset() override { reset_by_closing(socket_); }

    std::optional<Peer> peer() const override {
        ucred who{};
        socklen_t length = sizeof who;
        const int fd = const_cast<Socket&>(socket_).native_handle();
        if (family_of(fd) != AF_UNIX) return std::nullopt;
        if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &length) != 0) return std::nullopt;
        return Peer{who.pid, who.uid, who.gid};
    }
    Descriptor release() override { return Descriptor(socket_.release()); }

private:
    Socket socket_;
};

class TlsStream final : public Stream {
public:
    TlsStream(Socket socket, ssl::context& context) : socket_(std::move(socket), context) {}

    // From now on it is a client's, and wants to see `host`. False when OpenSSL cannot do that.
    bool expect(const std::string& host, const Clock& clock) {
        host_ = host;
        clock_ = &clock;
        return net::expect(host, clock.now(), socket_.native_handle());
    }

    Async<Result<>> handshake() override {
        const bool server = host_.empty();
        const auto side = server ? ssl::stream_base::server : ssl::stream_base::client;
        const auto [failed] = co_await socket_.async_handshake(side, use_tuple);
        if (!failed) co_return Result<>();
        const Error why = broken(failed);
        if (why.fault == Fault::cancelled) co_return why;
        if (!server) {
            const auto doubt = disbelief(host_, clock_->doubts(), socket_.native_handle());
            if (doubt) co_return *doubt;
            if (why.fault == Fault::unauthorised) co_return why;
        }
        co_return Error(Fault::unreachable,
                        fmt::format("the TLS handshake with {} failed: {}",
                                    server ? "a client" : host_, failed.message()));
    }

    Async<Result<std::size_t>> read_some(std::span<char> into) override {
        return net::read_some(socket_, into);
    }
    Async<Result<>> write(std::string_view bytes) override { return write_all(socket_, bytes); }

    bool quiet() override {
        SSL* handle = socket_.native_handle();
        return ::SSL_has_pending(handle) == 0 && BIO_ctrl_pending(::SSL_get_rbio(handle)) == 0 &&
               nothing_came(socket_.next_layer());
    }
    std::size_t unacknowledged() override {
        return net::unacknowledged(socket_.next_layer().native_handle());
    }
    void reset() override { reset_by_closing(socket_.next_layer()); }
    std::optional<Peer> peer() const override { return std::nullopt; }

private:
    TlsSocket socket_;
    std::string host_;              // what a client expects; a server's is empty
    const Clock* clock_ = nullptr;  // by which the client judges
};

}  // namespace

std::unique_ptr<PlainStream> plain_stream(Executor executor, Descriptor socket) {
    return std::make_unique<BareStream>(adopt(std::move(executor), std::move(socket)));
}

struct Tls::State {
    ssl::context context;
    TlsTrust trust{};              // a client's
    const Clock* clock = nullptr;  // a client's
};

Tls::Tls(std::unique_ptr<State> state) : state_(std::move(state)) {}
Tls::~Tls() = default;

Result<std::unique_ptr<Tls>> Tls::client(const TlsTrust& trust, const Clock& clock) {
    auto state =
        std::make_unique<State>(State{ssl::context(ssl::context::tls_client), trust, &clock});
    const Result<> used = use(state->trust, state->context.native_handle());
    if (!used) return used.error();
    return std::unique_ptr<Tls>(new Tls(std::move(state)));
}

Result<std::unique_ptr<Tls>> Tls::server(const TlsIdentity& identity) {
    auto state = std::make_unique<State>(State{ssl::context(ssl::context::tls_server)});
    const Result<> used = use(identity, state->context.native_handle());
    if (!used) return used.error();
    return std::unique_ptr<Tls>(new Tls(std::move(state)));
}

StreamPtr Tls::client_stream(Executor executor, Descriptor socket, const std::string& host) {
    auto stream =
        std::make_unique<TlsStream>(adopt(std::move(executor), std::move(socket)), state_->context);
    // Only memory can run out here, and then nothing must be believed.
    if (!stream->expect(host, *state_->clock)) throw std::bad_alloc();
    return stream;
}

StreamPtr Tls::server_stream(Executor executor, Descriptor socket) {
    return std::make_unique<TlsStream>(adopt(std::move(executor), std::move(socket)),
                                       state_->context);
}

void set_tcp_options(int socket) {
    const int on = 1;
    const int limit = reset_after_ms;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof limit);
}

void use_small_packets(int socket) {
    const int payload = 576 - 40;  // without the headers of IPv4 and TCP
    ::setsockopt(socket, IPPROTO_TCP, TCP_MAXSEG, &payload, sizeof payload);
}

}  // namespace outrider::net
