#pragma once
// Bytes to and from a peer over TCP, TLS or a unix socket; which of them is the connector's secret.

#include "platform/async.hpp"
#include "platform/clock.hpp"
#include "platform/result.hpp"

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::net {

// The process at the other end of a unix socket (SO_PEERCRED).
struct Peer {
    pid_t pid = 0;
    uid_t uid = 0;
    gid_t gid = 0;
};

class Stream {
public:
    virtual ~Stream() = default;
    // Server side of TLS; nothing to do on other streams. Comes before any read or write.
    virtual Async<Result<>> handshake() = 0;
    // Bytes read; 0 at the orderly end of the stream.
    virtual Async<Result<std::size_t>> read_some(std::span<char> into) = 0;
    // Writes everything. A failure half way leaves the peer with a part of it.
    virtual Async<Result<>> write(std::string_view bytes) = 0;
    // True while the peer has sent neither bytes nor an end: a kept-alive connection is usable.
    virtual bool quiet() = 0;
    // Bytes written that the peer has not acknowledged; 0 where nobody can tell. While it stays the
    // same, and is not 0, nothing gets through.
    virtual std::size_t unacknowledged() { return 0; }
    // Drops the connection so that the peer sees a reset instead of an end.
    virtual void reset() = 0;
    virtual std::optional<Peer> peer() const = 0;  // unix sockets only
};
using StreamPtr = std::unique_ptr<Stream>;

// Where to connect: "https://api.servicetitan.io" is {tls, "api.servicetitan.io", 443}.
struct Origin {
    bool tls = true;
    std::string host;
    std::uint16_t port = 443;

    std::string url() const;  // "https://host" or "http://127.0.0.1:8080"
    std::string authority()
        const;              // for Host: "host" or "host:port" when the port is not the default
    bool loopback() const;  // localhost, 127.0.0.0/8 or ::1
    bool operator==(const Origin&) const = default;
};
// Parses scheme://host[:port][/]; anything else is Fault::malformed naming what is wrong.
Result<Origin> parse_origin(std::string_view url);

// Whom a client believes, and how it shows itself.
struct TlsTrust {
    std::string ca_file{};  // PEM; the system's certificates when empty
    // Beyond that, one certificate of the verified chain must have one of these public keys: base64
    // of the SHA-256 of its SubjectPublicKeyInfo. None is no demand.
    std::vector<std::string> pins{};
    // PEM, for servers that want to know the client; both or none. The key is a secret's file.
    std::string client_certificate_file{}, client_key_file{};
};
// Fault::malformed naming what is no pin, or when there is only one: the day the server changes its
// key nobody could reach it any more.
Result<> check_pins(const std::vector<std::string>& pins);

// An HTTP proxy on the way; none when its host is empty.
struct Proxy {
    Origin origin{false, "", 0};
    std::string credentials_file{};  // "user:password", kept like a secret; none when empty
};
// "http://host:port", or Fault::malformed, which repeats no password that somebody wrote into it.
Result<Origin> parse_proxy(std::string_view url);

class Connector {
public:
    virtual ~Connector() = default;
    // A connected stream (TLS done and verified: 1.2 or newer, chain, host name and pins), or
    // unreachable, or unauthorised when the certificate cannot be believed.
    virtual Async<Result<StreamPtr>> connect() = 0;
    // The last connection was there, but what went over it came to a stop. Perhaps large packets
    // vanish on the way, without a word: the next ones make do with small packets for a while.
    virtual void stalled() {}
};
// The name is resolved off the loop, within the time limit even when the DNS server hangs; its
// addresses are raced. `limit` bounds resolving, connecting, the proxy's answer and the handshake
// together. Files that cannot be read are reported at the first connect. An origin on this machine
// is reached without the proxy.
std::unique_ptr<Connector> tcp_connector(Executor, Clock&, Origin, TlsTrust, Duration limit,
                                         Proxy = {});
std::unique_ptr<Connector> unix_connector(Executor, Clock&, std::string path, Duration limit);

struct TlsIdentity {
    std::string certificate_file, key_file;  // PEM
};

class Listener {
public:
    virtual ~Listener() = default;
    virtual Async<Result<StreamPtr>> accept() = 0;
    virtual std::uint16_t port() const = 0;  // 0 for unix sockets
    virtual void close() = 0;                // peers are refused from now on
};
// `host` is a literal address; port 0 lets the system choose.
Result<std::unique_ptr<Listener>> tcp_listener(Executor, const std::string& host,
                                               std::uint16_t port, std::optional<TlsIdentity>);
// Creates the socket with the given permissions. Replaces a socket file nobody answers on; refuses
// to touch anything that is not a socket or that another process still serves.
Result<std::unique_ptr<Listener>> unix_listener(Executor, const std::string& path, mode_t mode);

}  // namespace outrider::net
