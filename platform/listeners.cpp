#include "platform/resolver.hpp"
#include "platform/sockets.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace outrider::net {
namespace {

namespace asio = boost::asio;
using Waiter = asio::posix::stream_descriptor;

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);
constexpr int backlog = 128;

// A socket file in the file system, and which one it was.
struct SocketFile {
    std::string path;
    dev_t device = 0;
    ino_t inode = 0;
};

class SocketListener final : public Listener {
public:
    SocketListener(Executor executor, Descriptor socket) : socket_(std::move(executor)) {
        socket_.assign(socket.get());
        socket.release();
    }
    ~SocketListener() override { close(); }

    Async<Result<StreamPtr>> accept() override {
        while (socket_.is_open()) {
            Descriptor accepted(
                ::accept4(socket_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
            if (accepted) {
                // A flood of callers must not keep everyone else from the loop.
                co_await asio::post(socket_.get_executor(), asio::use_awaitable);
                co_return stream_over(std::move(accepted));
            }
            if (errno == EINTR || errno == ECONNABORTED) continue;
            if (errno != EAGAIN && errno != EWOULDBLOCK) {
                co_return Error(Fault::unreachable, fmt::format("cannot accept a connection: {}",
                                                                std::strerror(errno)));
            }
            const auto [failed] = co_await socket_.async_wait(Waiter::wait_read, use_tuple);
            if (failed) break;
        }
        co_return Error(Fault::cancelled, "nobody waits for connections any more");
    }

    std::uint16_t port() const override { return port_; }

    void close() override {
        boost::system::error_code ignored;
        socket_.close(ignored);
        struct stat info {};
        const bool ours = !file_.path.empty() && ::lstat(file_.path.c_str(), &info) == 0 &&
                          info.st_dev == file_.device && info.st_ino == file_.inode;
        if (ours) ::unlink(file_.path.c_str());
        file_ = SocketFile();
    }

    int descriptor() { return socket_.native_handle(); }
    void use(std::unique_ptr<Tls> tls) { tls_ = std::move(tls); }
    void owns(SocketFile file) { file_ = std::move(file); }
    void listens_on(std::uint16_t port) { port_ = port; }

private:
    StreamPtr stream_over(Descriptor accepted) {
        if (port_ != 0) set_tcp_options(accepted.get());
        if (tls_) return tls_->server_stream(socket_.get_executor(), std::move(accepted));
        return plain_stream(socket_.get_executor(), std::move(accepted));
    }

    Waiter socket_;
    std::unique_ptr<Tls> tls_;
    SocketFile file_;
    std::uint16_t port_ = 0;
};

Error cannot_listen(const std::string& where) {
    return Error(Fault::refused,
                 fmt::format("cannot listen on {}: {}", where, std::strerror(errno)));
}

Result<sockaddr_un> unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) {
        return Error(Fault::malformed,
                     fmt::format("\"{}\" cannot be a socket's path: it may have 1 to {} bytes",
                                 path, sizeof address.sun_path - 1));
    }
    path.copy(address.sun_path, path.size());
    return address;
}

const sockaddr* generic(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

// What is at `path` must be nothing, or a socket left behind by a process that is gone.
Result<> make_way(const std::string& path, const sockaddr_un& address) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) {
        if (errno == ENOENT) return {};
        return cannot_listen(path);
    }
    if (!S_ISSOCK(info.st_mode)) {
        return Error(Fault::refused, path +
                                         " is there already and is not a socket: remove it, or "
                                         "name another path");
    }
    const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!probe) return cannot_listen(path);
    if (::connect(probe.get(), generic(address), sizeof address) == 0 || errno != ECONNREFUSED) {
        return Error(Fault::refused, "another process serves " + path + ": stop it first");
    }
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return cannot_listen(path);
    return {};
}

}  // namespace

Result<std::unique_ptr<Listener>> tcp_listener(Executor executor, const std::string& host,
                                               std::uint16_t port,
                                               std::optional<TlsIdentity> identity) {
    const auto address = literal_address(host, port);
    if (!address) {
        return Error(Fault::malformed,
                     fmt::format("\"{}\" is no address to listen on: use 127.0.0.1, say", host));
    }
    std::unique_ptr<Tls> tls;
    if (identity) {
        Result<std::unique_ptr<Tls>> loaded = Tls::server(*identity);
        if (!loaded) return loaded.error();
        tls = std::move(*loaded);
    }
    const std::string where = fmt::format("{} port {}", host, port);
    Descriptor socket(::socket(address->family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return cannot_listen(where);
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address->family() == AF_INET6) {
        ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
    if (::bind(socket.get(), address->get(), address->length) != 0 ||
        ::listen(socket.get(), backlog) != 0) {
        return cannot_listen(where);
    }
    Address bound;
    bound.length = sizeof bound.storage;
    ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound.storage), &bound.length);

    auto listener = std::make_unique<SocketListener>(std::move(executor), std::move(socket));
    // The port stands at the same place in both families' addresses.
    listener->listens_on(ntohs(reinterpret_cast<const sockaddr_in*>(&bound.storage)->sin_port));
    listener->use(std::move(tls));
    return std::unique_ptr<Listener>(std::move(listener));
}

Result<std::unique_ptr<Listener>> unix_listener(Executor executor, const std::string& path,
                                                mode_t mode) {
    const Result<sockaddr_un> address = unix_address(path);
    if (!address) return address.error();
    const Result<> clear = make_way(path, *address);
    if (!clear) return clear.error();

    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return cannot_listen(path);
    // With chmod afterwards there would be a moment in which anybody may connect.
    const mode_t before = ::umask(~mode & 0777U);
    const int bound = ::bind(socket.get(), generic(*address), sizeof *address);
    const int why = errno;
    ::umask(before);
    errno = why;
    struct stat info {};
    if (bound != 0 || ::lstat(path.c_str(), &info) != 0) return cannot_listen(path);
    auto listener = std::make_unique<SocketListener>(std::move(executor), std::move(socket));
    SocketFile file{path, info.st_dev, info.st_ino};
    listener->owns(std::move(file));
    if (::listen(listener->descriptor(), backlog) != 0) return cannot_listen(path);
    return std::unique_ptr<Listener>(std::move(listener));
}

}  // namespace outrider::net
