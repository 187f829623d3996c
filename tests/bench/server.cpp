#include "tests/bench/server.hpp"

#include "tests/bench/bench.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace outrider::bench {

namespace {

std::shared_ptr<SSL_CTX> new_context(const SSL_METHOD* method) {
    std::shared_ptr<SSL_CTX> context(::SSL_CTX_new(method), ::SSL_CTX_free);
    if (!context) give_up("cannot set TLS up");
    return context;
}

}  // namespace

Tls::Tls(const net::TlsIdentity& identity) : context_(new_context(::TLS_server_method())) {
    const char* certificate = identity.certificate_file.c_str();
    if (::SSL_CTX_use_certificate_chain_file(context(), certificate) != 1 ||
        ::SSL_CTX_use_PrivateKey_file(context(), identity.key_file.c_str(), SSL_FILETYPE_PEM) !=
            1) {
        give_up("cannot use the certificate " + identity.certificate_file);
    }
}

Tls::Tls(const net::TlsTrust& trust) : context_(new_context(::TLS_client_method())) {
    if (::SSL_CTX_load_verify_file(context(), trust.ca_file.c_str()) != 1) {
        give_up("cannot use the authority " + trust.ca_file);
    }
    ::SSL_CTX_set_verify(context(), SSL_VERIFY_PEER, nullptr);
}

Line::Line(int socket, Role role, const Tls* tls) : socket_(socket) {
    if (!tls) return;
    session_.reset(::SSL_new(tls->context()), ::SSL_free);
    ::SSL_set_fd(session_.get(), socket);
    const int done =
        role == Role::server ? ::SSL_accept(session_.get()) : ::SSL_connect(session_.get());
    if (done != 1 && role == Role::client) give_up("no TLS with 127.0.0.1");
}

bool Line::send_all(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent =
            session_ ? ::SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size()))
                     : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::ptrdiff_t Line::receive(char* into, std::size_t size) {
    return session_ ? ::SSL_read(session_.get(), into, static_cast<int>(size))
                    : ::recv(socket_, into, size, 0);
}

std::optional<MessageReader::Message> MessageReader::next() {
    constexpr std::string_view gap = "\r\n\r\n", field = "content-length:";
    std::size_t head_end = std::string::npos;
    const auto unread = [&] { return std::string_view(buffer_).substr(taken_, filled_ - taken_); };
    while ((head_end = unread().find(gap)) == std::string::npos) {
        if (!more()) return std::nullopt;
    }
    std::string head(unread().substr(0, head_end));
    for (char& c : head) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const std::size_t at = head.find(field);
    const std::size_t size =
        at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + field.size(), nullptr, 10);
    const std::size_t whole = head_end + gap.size() + size;
    while (unread().size() < whole) {
        if (!more()) return std::nullopt;
    }
    const std::string_view message = unread().substr(0, whole);
    taken_ += whole;
    return Message{message.substr(0, head_end), message.substr(head_end + gap.size())};
}

bool MessageReader::more() {
    if (taken_ > 0) {
        std::copy(buffer_.data() + taken_, buffer_.data() + filled_, buffer_.data());
        filled_ -= taken_;
        taken_ = 0;
    }
    if (buffer_.size() < filled_ + (1 << 16)) buffer_.resize(2 * buffer_.size() + (1 << 16));
    const auto got = line_.receive(buffer_.data() + filled_, buffer_.size() - filled_);
    if (got <= 0) return false;
    filled_ += static_cast<std::size_t>(got);
    return true;
}

Server::Server(std::function<void(Line&)> serve, std::optional<Tls> tls)
    : serve_(std::move(serve)), tls_(std::move(tls)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = static_cast<sockaddr*>(static_cast<void*>(&address));
    socklen_t size = sizeof address;
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 16) != 0) {
        give_up("cannot listen on 127.0.0.1");
    }
    ::getsockname(listener_, generic, &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

Server::~Server() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    for (std::thread& worker : workers_) worker.join();
    for (const int socket : sockets_) ::close(socket);
    ::close(listener_);
}

void Server::accept_all() {
    for (;;) {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) return;
        const int yes = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        sockets_.push_back(socket);
        workers_.emplace_back([this, socket] {
            Line line(socket, Line::Role::server, tls_ ? &*tls_ : nullptr);
            serve_(line);
            ::shutdown(socket, SHUT_RDWR);
        });
    }
}

}  // namespace outrider::bench
