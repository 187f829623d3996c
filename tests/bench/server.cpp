#include "tests/bench/server.hpp"

#include "tests/bench/bench.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace outrider::bench {

bool send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
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
    const ssize_t got = ::recv(socket_, buffer_.data() + filled_, buffer_.size() - filled_, 0);
    if (got <= 0) return false;
    filled_ += static_cast<std::size_t>(got);
    return true;
}

Server::Server(std::function<void(int)> serve) : serve_(std::move(serve)) {
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
            serve_(socket);
            ::shutdown(socket, SHUT_RDWR);
        });
    }
}

}  // namespace outrider::bench
