#include "platform/http_wire.hpp"
#include "platform/log.hpp"

#include <fmt/format.h>

namespace outrider::http {
namespace {

constexpr Duration farewell = std::chrono::seconds(1);
constexpr std::size_t longest_farewell = 1024 * 1024;
constexpr Duration pause_after_failure = std::chrono::milliseconds(200);

Response plain(int status, std::string text) {
    Response response;
    response.status = status;
    response.headers.set("Content-Type", "text/plain; charset=utf-8");
    response.body = std::move(text) + "\n";
    return response;
}

Response refusal(const Error& error, const Reader& reader) {
    const int too_large = reader.header_too_large() ? 431 : 413;
    return plain(error.fault == Fault::too_large ? too_large : 400, error.detail);
}

// Reads on for a moment: closing a connection with unread bytes resets it, and the peer might lose
// the answer it was just given.
Async<Result<>> drain(net::Stream& stream) {
    std::vector<char> piece(16 * 1024);
    for (std::size_t drained = 0; drained < longest_farewell;) {
        const Result<std::size_t> got = co_await stream.read_some(piece);
        if (!got) co_return got.error();
        if (*got == 0) break;
        drained += *got;
    }
    co_return Result<>();
}

}  // namespace

struct Server::State {
    State(Executor executor, Clock& c, std::unique_ptr<net::Listener> l, Handler h, ServerOptions o)
        : clock(c),
          listener(std::move(l)),
          handler(std::move(h)),
          options(o),
          pause(clock.alarm()),
          connections(std::move(executor)) {}

    Async<> accept();
    Async<> refuse(net::StreamPtr stream);
    Async<> serve(net::StreamPtr stream);
    Async<Result<>> receive_request(net::Stream& stream, Reader& reader, std::string& pending);
    Async<Result<>> answer(net::Stream& stream, Response response, Connection, Body);
    Async<> hang_up(net::Stream& stream, Response response);

    Clock& clock;
    std::unique_ptr<net::Listener> listener;
    Handler handler;
    ServerOptions options;
    std::unique_ptr<Alarm> pause;
    FallingRate failures;
    Tasks connections;
};

Async<> Server::State::accept() {
    for (;;) {
        Result<net::StreamPtr> stream = co_await listener->accept();
        if (stream) {
            failures.reset();
            // As many again get a refusal; beyond that there is no time for words.
            const std::size_t running = connections.running();
            if (running < options.connections) {
                connections.start(serve(std::move(*stream)));
            } else if (running < 2 * options.connections) {
                connections.start(refuse(std::move(*stream)));
            }
            continue;
        }
        if (stream.error().fault == Fault::cancelled) co_return;
        if (failures.due(clock.uptime())) {
            log(Level::error, "http: " + stream.error().detail);
        }
        const Result<> slept = co_await pause->sleep(pause_after_failure);
        if (!slept) co_return;
    }
}

Async<Result<>> Server::State::answer(net::Stream& stream, Response response, Connection connection,
                                      Body body) {
    const std::string text = to_text(response, connection, body);
    co_return co_await within(clock, options.idle, "the answer", stream.write(text));
}

Async<> Server::State::hang_up(net::Stream& stream, Response response) {
    const Result<> sent =
        co_await answer(stream, std::move(response), Connection::closed, Body::sent);
    if (!sent) co_return;
    const Result<> drained = co_await within(clock, farewell, "the farewell", drain(stream));
    static_cast<void>(drained);
}

Async<> Server::State::refuse(net::StreamPtr stream) {
    const Result<> shaken =
        co_await within(clock, options.idle, "the handshake", stream->handshake());
    if (!shaken) co_return;
    Response full = plain(503, "too many connections: try again later");
    full.headers.set("Retry-After", "1");
    co_await hang_up(*stream, std::move(full));
}

Async<Result<>> Server::State::receive_request(net::Stream& stream, Reader& reader,
                                               std::string& pending) {
    Result<> received = co_await receive(stream, reader, pending, Until::header);
    if (!received || reader.complete()) co_return received;
    if (reader.expects_continue()) {
        const Result<> told = co_await stream.write("HTTP/1.1 100 Continue\r\n\r\n");
        if (!told) co_return told;
    }
    received = co_await receive(stream, reader, pending, Until::end);
    co_return received;
}

Async<> Server::State::serve(net::StreamPtr stream) {
    const Result<> shaken =
        co_await within(clock, options.idle, "the handshake", stream->handshake());
    if (!shaken) co_return;
    const std::optional<net::Peer> peer = stream->peer();
    std::string pending;
    for (;;) {
        Reader reader(Reader::Role::requests, options.limits);
        const Result<> received = co_await within(clock, options.idle, "the request",
                                                  receive_request(*stream, reader, pending));
        if (!received) {
            const Error& error = received.error();
            const bool theirs = error.fault == Fault::malformed || error.fault == Fault::too_large;
            if (theirs) co_await hang_up(*stream, refusal(error, reader));
            co_return;
        }
        const Body body = reader.request().method == "HEAD" ? Body::left_out : Body::sent;
        const Connection connection = reader.keep_alive() ? Connection::kept : Connection::closed;
        Async<Response> work = handler(std::move(reader.request()), peer);
        Response response = co_await std::move(work);
        if (response.takeover) {
            Async<> taken = response.takeover(*stream);
            co_await std::move(taken);
            co_return;
        }
        if (connection == Connection::closed && body == Body::sent) {
            co_await hang_up(*stream, std::move(response));
            co_return;
        }
        const Result<> sent = co_await answer(*stream, std::move(response), connection, body);
        if (!sent || connection == Connection::closed) co_return;
    }
}

Server::Server(Executor executor, Clock& clock, std::unique_ptr<net::Listener> listener,
               Handler handler, ServerOptions options)
    : state_(std::make_unique<State>(std::move(executor), clock, std::move(listener),
                                     std::move(handler), options)) {}
Server::~Server() = default;

Async<> Server::run() {
    co_await state_->connections.run(state_->accept());
    state_->listener->close();
}

std::uint16_t Server::port() const { return state_->listener->port(); }

namespace {

std::string chunk(std::string_view piece) {
    return fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
}

}  // namespace

Async<Result<>> ChunkedBody::begin(int status, std::string_view content_type) {
    std::string head = status_line(status);
    head += fmt::format("Content-Type: {}\r\n", content_type);
    head += "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    co_return co_await stream_.write(head);
}

Async<Result<>> ChunkedBody::write(std::string_view piece) {
    if (piece.empty()) co_return Result<>();  // an empty chunk would end the body
    const std::string text = chunk(piece);
    co_return co_await stream_.write(text);
}

Async<Result<>> ChunkedBody::end() { co_return co_await stream_.write(chunk("")); }

}  // namespace outrider::http
