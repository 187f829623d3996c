#pragma once
// Streams over sockets that are connected already, and the two sides of TLS.

#include "platform/descriptor.hpp"
#include "platform/stream.hpp"

#include <memory>
#include <string>

namespace outrider::net {

// Bytes as they are.
class PlainStream : public Stream {
public:
    // Takes the socket out, for another stream to go on with. Nothing may be in flight.
    virtual Descriptor release() = 0;
};
std::unique_ptr<PlainStream> plain_stream(Executor, Descriptor socket);

// The settings that all connections of one client or one server share.
class Tls {
public:
    // Certificates are judged by `clock`.
    static Result<std::unique_ptr<Tls>> client(const TlsTrust&, const Clock& clock);
    static Result<std::unique_ptr<Tls>> server(const TlsIdentity&);
    ~Tls();

    // Its handshake() verifies that the peer is `host`, a name or a literal address, and does not
    // finish when it is not.
    StreamPtr client_stream(Executor, Descriptor socket, const std::string& host);
    StreamPtr server_stream(Executor, Descriptor socket);

private:
    struct State;
    explicit Tls(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// TCP_NODELAY, keep-alive, and a peer that acknowledges nothing for 15 s is gone.
void set_tcp_options(int socket);

// Before connect(): packets of at most 576 bytes, which every network carries, in both directions.
void use_small_packets(int socket);

}  // namespace outrider::net
