#pragma once
// HTTP/1.1 messages, a client for one origin and a server, all over net::Stream.

#include "platform/clock.hpp"
#include "platform/stream.hpp"
#include "platform/tasks.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace outrider::http {

// Fields in the order given; names compare without case.
class Headers {
public:
    Headers() = default;
    Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}
    void set(std::string_view name, std::string_view value);
    std::string_view get(std::string_view name) const;  // "" when absent
    auto begin() const { return fields_.begin(); }
    auto end() const { return fields_.end(); }

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

struct Request {
    std::string method = "GET";
    std::string target = "/";
    Headers headers;
    std::string body;
};

struct Response {
    int status = 200;
    Headers headers;
    std::string body;
    // Server side only. When set, status, headers and body are ignored: it answers by itself on the
    // bare stream, which is closed afterwards.
    std::function<Async<>(net::Stream&)> takeover;
};

struct Limits {
    std::size_t header = 16 * 1024;
    std::size_t body = 1024 * 1024;
};

// Receives a body piece by piece; an error it returns ends the exchange with that error.
using Sink = std::function<Result<>(std::string_view piece)>;

class Client {
public:
    virtual ~Client() = default;
    // Any complete HTTP answer is a success, whatever its status. Errors: what connecting gives;
    // unreachable (with `ambiguous` set once request bytes may have left) for time-outs and broken
    // connections; malformed; too_large. One request at a time.
    virtual Async<Result<Response>> send(Request) = 0;
    // The same with a body of any length, given to `sink` as it arrives when the status is 2xx;
    // no time limit once the header is complete.
    virtual Async<Result<Response>> send(Request, Sink sink) = 0;
    // The network has changed, and the way of a connection may be gone for good: what is under way
    // and gets no acknowledgement for 3 s is given up, and the next request connects anew.
    virtual void route_changed() {}
};
struct ClientOptions {
    std::string host = "localhost";             // the Host field
    Duration limit = std::chrono::seconds(30);  // from the first byte sent to the last received
    Limits limits;
    // A connection idle for longer is not used again: routers on the way forget it without telling
    // either end, and what is sent on it then is lost in doubt.
    Duration keep = std::chrono::seconds(60);
};
// Keeps the connection between requests when the server lets it, and notices when it has died: a
// request of which nothing is acknowledged for 12 s has failed, long before its limit.
std::unique_ptr<Client> make_client(net::Connector&, Clock&, ClientOptions);

using Handler = std::function<Async<Response>(Request, std::optional<net::Peer>)>;

struct ServerOptions {
    std::size_t connections = 64;              // one more is refused with 503
    Duration idle = std::chrono::seconds(30);  // between requests, and for one to arrive whole
    Limits limits;
};

// Answers until cancelled. A request that is no HTTP, or too large, gets 400, 413 or 431.
class Server {
public:
    Server(Executor, Clock&, std::unique_ptr<net::Listener>, Handler, ServerOptions);
    ~Server();
    Async<> run();  // returns when cancelled, with every connection ended
    std::uint16_t port() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

// For takeover handlers: a chunked answer, written piece by piece.
class ChunkedBody {
public:
    explicit ChunkedBody(net::Stream& stream) : stream_(stream) {}
    Async<Result<>> begin(int status, std::string_view content_type);
    Async<Result<>> write(std::string_view piece);
    Async<Result<>> end();

private:
    net::Stream& stream_;
};

// "a=1&b=x%20y" after the '?', decoded; the first value of a name, or "".
std::string query_value(std::string_view target, std::string_view name);
std::string_view path_of(std::string_view target);
std::string percent_encode(std::string_view);  // everything but unreserved characters

// How long a Retry-After field asks to wait, seconds or HTTP-date; nothing when absent or absurd.
// Never negative, never more than an hour.
std::optional<std::chrono::seconds> retry_after(std::string_view field, Instant now);

}  // namespace outrider::http
