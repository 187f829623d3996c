#pragma once
// Peers for the bench: blocking sockets on 127.0.0.1, TLS when wanted, a thread for each
// connection.

#include "platform/stream.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

struct ssl_st;
struct ssl_ctx_st;

namespace outrider::bench {

// What a server shows, or whom a client believes; every connection has its own session on it.
class Tls {
public:
    explicit Tls(const net::TlsIdentity&);
    explicit Tls(const net::TlsTrust&);
    ssl_ctx_st* context() const { return context_.get(); }

private:
    std::shared_ptr<ssl_ctx_st> context_;
};

// One end of a connection, which stays the caller's to close.
class Line {
public:
    enum class Role { server, client };
    Line(int socket, Role, const Tls*);  // shakes hands when there is TLS
    int socket() const { return socket_; }
    bool send_all(std::string_view bytes);
    std::ptrdiff_t receive(char* into, std::size_t size);  // 0 or less at the end

private:
    int socket_;
    std::shared_ptr<ssl_st> session_;
};

// Cuts HTTP/1.1 messages with a Content-Length out of a connection.
class MessageReader {
public:
    struct Message {
        std::string_view head, body;  // valid until the next one
    };
    explicit MessageReader(Line& line) : line_(line), buffer_(1 << 16, '\0') {}
    std::optional<Message> next();  // nothing at the end of the connection

private:
    bool more();
    Line& line_;
    std::string buffer_;
    std::size_t taken_ = 0, filled_ = 0;
};

class Server {
public:
    explicit Server(std::function<void(Line&)> serve, std::optional<Tls> tls = std::nullopt);
    ~Server();  // ends all connections
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    std::uint16_t port() const { return port_; }

private:
    void accept_all();
    std::function<void(Line&)> serve_;
    std::optional<Tls> tls_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::vector<int> sockets_;  // of the acceptor's, until that has ended
    std::vector<std::thread> workers_;
    std::thread acceptor_;
};

}  // namespace outrider::bench
