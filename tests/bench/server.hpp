#pragma once
// Peers for the bench: blocking sockets on 127.0.0.1, a thread for each connection.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace outrider::bench {

bool send_all(int socket, std::string_view bytes);

// Cuts HTTP/1.1 messages with a Content-Length out of a connection.
class MessageReader {
public:
    struct Message {
        std::string_view head, body;  // valid until the next one
    };
    explicit MessageReader(int socket) : socket_(socket), buffer_(1 << 16, '\0') {}
    std::optional<Message> next();  // nothing at the end of the connection

private:
    bool more();
    int socket_;
    std::string buffer_;
    std::size_t taken_ = 0, filled_ = 0;
};

class Server {
public:
    explicit Server(std::function<void(int socket)> serve);
    ~Server();  // ends all connections
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    std::uint16_t port() const { return port_; }

private:
    void accept_all();
    std::function<void(int)> serve_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::vector<int> sockets_;  // of the acceptor's, until that has ended
    std::vector<std::thread> workers_;
    std::thread acceptor_;
};

}  // namespace outrider::bench
