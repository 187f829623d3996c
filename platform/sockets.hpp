#pragma once
// Streams over sockets that are connected already, and the two sides of TLS.

#include "platform/descriptor.hpp"
#include "platform/stream.hpp"

#include <memory>
#include <string>

namespace outrider::net {

StreamPtr plain_stream(Executor, Descriptor socket);

// The settings that all connections of one client or one server share.
class Tls {
public:
    static Result<std::unique_ptr<Tls>> client(const TlsTrust&);
    static Result<std::unique_ptr<Tls>> server(const TlsIdentity&);
    ~Tls();

    // Its handshake() verifies that the peer is `host`, a name or a literal address.
    StreamPtr client_stream(Executor, Descriptor socket, const std::string& host);
    StreamPtr server_stream(Executor, Descriptor socket);

private:
    struct State;
    explicit Tls(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// TCP_NODELAY, keep-alive, and a peer that acknowledges nothing for 15 s is gone.
void set_tcp_options(int socket);

}  // namespace outrider::net
