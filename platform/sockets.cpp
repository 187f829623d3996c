#include "platform/sockets.hpp"

#include "platform/resolver.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
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

class PlainStream final : public Stream {
public:
    explicit PlainStream(Socket socket) : socket_(std::move(socket)) {}

    Async<Result<>> handshake() override { co_return Result<>(); }
    Async<Result<std::size_t>> read_some(std::span<char> into) override {
        return net::read_some(socket_, into);
    }
    Async<Result<>> write(std::string_view bytes) override { return write_all(socket_, bytes); }
    bool quiet() override { return nothing_came(socket_); }
    void reset() override { reset_by_closing(socket_); }

    std::optional<Peer> peer() const override {
        ucred who{};
        socklen_t length = sizeof who;
        const int fd = const_cast<Socket&>(socket_).native_handle();
        if (family_of(fd) != AF_UNIX) return std::nullopt;
        if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &length) != 0) return std::nullopt;
        return Peer{who.pid, who.uid, who.gid};
    }

private:
    Socket socket_;
};

// What to tell about a certificate that OpenSSL did not accept.
Error unbelievable(const std::string& host, long why) {
    const bool about_time = why == X509_V_ERR_CERT_NOT_YET_VALID ||
                            why == X509_V_ERR_CERT_HAS_EXPIRED || why == X509_V_ERR_CRL_HAS_EXPIRED;
    return Error(Fault::unauthorised,
                 fmt::format("the certificate shown for {} cannot be believed: {}{}", host,
                             ::X509_verify_cert_error_string(why),
                             about_time ? "; the device's clock may be wrong" : ""));
}

class TlsStream final : public Stream {
public:
    TlsStream(Socket socket, ssl::context& context) : socket_(std::move(socket), context) {}

    // From now on it is a client's, and wants to see `host`. False when OpenSSL cannot do that.
    bool expect(const std::string& host) {
        host_ = host;
        SSL* handle = socket_.native_handle();
        if (literal_address(host, 0)) {
            return ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(handle), host.c_str()) == 1;
        }
        ::SSL_set_hostflags(handle, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        // SSL_set_tlsext_host_name is a macro with an old-style cast.
        std::string name = host;
        return ::SSL_ctrl(handle, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                          name.data()) == 1 &&
               ::SSL_set1_host(handle, host.c_str()) == 1;
    }

    Async<Result<>> handshake() override {
        const auto side = host_.empty() ? ssl::stream_base::server : ssl::stream_base::client;
        const auto [failed] = co_await socket_.async_handshake(side, use_tuple);
        if (!failed) co_return Result<>();
        if (failed == asio::error::operation_aborted) co_return broken(failed);
        const long verified = ::SSL_get_verify_result(socket_.native_handle());
        if (!host_.empty() && verified != X509_V_OK) co_return unbelievable(host_, verified);
        co_return Error(Fault::unreachable,
                        fmt::format("the TLS handshake with {} failed: {}",
                                    host_.empty() ? "a client" : host_, failed.message()));
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
    void reset() override { reset_by_closing(socket_.next_layer()); }
    std::optional<Peer> peer() const override { return std::nullopt; }

private:
    TlsSocket socket_;
    std::string host_;  // what a client expects; a server's is empty
};

}  // namespace

StreamPtr plain_stream(Executor executor, Descriptor socket) {
    return std::make_unique<PlainStream>(adopt(std::move(executor), std::move(socket)));
}

struct Tls::State {
    explicit State(ssl::context::method method) : context(method) {
        ::SSL_CTX_set_options(context.native_handle(), SSL_OP_NO_RENEGOTIATION);
        oldest = ::SSL_CTX_ctrl(context.native_handle(), SSL_CTRL_SET_MIN_PROTO_VERSION,
                                TLS1_2_VERSION, nullptr);
    }
    ssl::context context;
    long oldest = 0;
};

Tls::Tls(std::unique_ptr<State> state) : state_(std::move(state)) {}
Tls::~Tls() = default;

Result<std::unique_ptr<Tls>> Tls::client(const TlsTrust& trust) {
    auto state = std::make_unique<State>(ssl::context::tls_client);
    ssl::context& context = state->context;
    error_code failed;
    if (trust.ca_file.empty()) {
        context.set_default_verify_paths(failed);
    } else {
        context.load_verify_file(trust.ca_file, failed);
    }
    if (failed || state->oldest != 1) {
        return Error(
            Fault::unauthorised,
            fmt::format("cannot read the certificates to trust from {}: {}: name a PEM file",
                        trust.ca_file.empty() ? "the system" : trust.ca_file, failed.message()));
    }
    context.set_verify_mode(ssl::verify_peer);
    return std::unique_ptr<Tls>(new Tls(std::move(state)));
}

Result<std::unique_ptr<Tls>> Tls::server(const TlsIdentity& identity) {
    auto state = std::make_unique<State>(ssl::context::tls_server);
    ssl::context& context = state->context;
    error_code failed;
    context.use_certificate_chain_file(identity.certificate_file, failed);
    if (failed || state->oldest != 1) {
        return Error(Fault::storage, fmt::format("cannot read the certificate {}: {}",
                                                 identity.certificate_file, failed.message()));
    }
    context.use_private_key_file(identity.key_file, ssl::context::pem, failed);
    if (failed) {
        return Error(Fault::storage, fmt::format("cannot use the private key {}: {}",
                                                 identity.key_file, failed.message()));
    }
    return std::unique_ptr<Tls>(new Tls(std::move(state)));
}

StreamPtr Tls::client_stream(Executor executor, Descriptor socket, const std::string& host) {
    auto stream =
        std::make_unique<TlsStream>(adopt(std::move(executor), std::move(socket)), state_->context);
    // Only memory can run out here, and then nothing must be believed.
    if (!stream->expect(host)) throw std::bad_alloc();
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

}  // namespace outrider::net
