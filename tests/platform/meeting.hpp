#pragma once
// Two ends of one real connection: what each of them saw.

#include "platform/stream.hpp"
#include "tests/support/real_loop.hpp"

#include <optional>
#include <string>
#include <vector>

namespace outrider::net {

// What one connection came to, as seen from both ends.
struct Meeting {
    std::optional<Error> client_error;
    std::string client_heard;
    std::optional<Error> server_error;
    std::string server_heard;
    std::optional<Peer> peer;
};

inline Async<std::string> hear(Stream& stream) {
    std::vector<char> piece(1024);
    const Result<std::size_t> got = co_await stream.read_some(std::span<char>(piece));
    if (!got) co_return "";
    co_return std::string(piece.data(), *got);
}

inline Async<> serve_one(Listener& listener, Meeting& meeting, Clock& clock) {
    Result<StreamPtr> stream = co_await listener.accept();
    if (!stream) co_return;
    const Result<> shaken = co_await (*stream)->handshake();
    if (!shaken) {
        meeting.server_error = shaken.error();
    } else {
        meeting.peer = (*stream)->peer();
        meeting.server_heard = co_await hear(**stream);
        const Result<> written = co_await (*stream)->write("pong");
        static_cast<void>(written);
    }
    // The client decides when the meeting is over.
    const auto alarm = clock.alarm();
    const Result<> rest = co_await alarm->sleep(std::chrono::hours(1));
    static_cast<void>(rest);
}

inline Async<> ping(Connector& connector, Meeting& meeting) {
    Result<StreamPtr> stream = co_await connector.connect();
    if (!stream) {
        meeting.client_error = stream.error();
        co_return;
    }
    const Result<> written = co_await (*stream)->write("ping\n");
    if (!written) meeting.client_error = written.error();
    meeting.client_heard = co_await hear(**stream);
}

inline Meeting meet(test::RealLoop& real, Listener& listener, Connector& connector) {
    Meeting meeting;
    std::vector<Async<>> loops;
    loops.push_back(serve_one(listener, meeting, real.clock()));
    loops.push_back(ping(connector, meeting));
    real.run(together(std::move(loops)));
    return meeting;
}

inline std::unique_ptr<Connector> to(test::RealLoop& real, const std::string& scheme,
                                     const std::string& host, std::uint16_t port,
                                     TlsTrust trust = {}) {
    const Result<Origin> origin = parse_origin(scheme + host + ":" + std::to_string(port));
    return tcp_connector(real.executor(), real.clock(), origin.value(), trust,
                         std::chrono::seconds(10));
}

}  // namespace outrider::net
