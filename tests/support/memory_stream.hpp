#pragma once
// Connections without a network: both ends in memory, on the virtual clock, with failures where the
// test wants them.

#include "platform/stream.hpp"
#include "platform/tasks.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace outrider::test {

// What happens to the reads, writes and connects of the side under test.
struct Weather {
    std::size_t operations = 0;    // so far
    std::size_t fail_at = 0;       // this one fails and breaks its connection; 0 is never
    std::size_t largest_read = 0;  // bytes a read gives at most; 0 is no limit
    bool acknowledged = true;      // what is written
    std::size_t stalls = 0;        // that the connector was told of
};

// The two ends of one connection. Each end holds 64 KiB that the other has not read; a writer waits
// beyond that. Destroying an end lets the other read what is left and then the end of the stream.
std::pair<net::StreamPtr, net::StreamPtr> memory_streams(Executor,
                                                         std::shared_ptr<Weather> first = nullptr,
                                                         std::optional<net::Peer> peer = {});

// Every connect() gives one end and runs `peer` on the other; the connection ends when it returns.
// A peer that waits in vain is simply left behind with the event loop.
class MemoryConnector final : public net::Connector {
public:
    using Peer = std::function<Async<>(net::Stream&)>;

    MemoryConnector(Executor, Peer);
    Async<Result<net::StreamPtr>> connect() override;
    void stalled() override { ++weather_->stalls; }

    Weather& weather() { return *weather_; }
    std::size_t connections() const { return connections_; }
    void refuse(std::optional<Error> error) { refusal_ = std::move(error); }  // until nullopt

private:
    Executor executor_;
    Peer peer_;
    std::shared_ptr<Weather> weather_ = std::make_shared<Weather>();
    std::size_t connections_ = 0;
    std::optional<Error> refusal_;
    Tasks peers_;
};

// A listener and its connectors. Connecting fails when the listener is closed or gone.
class MemoryHost {
public:
    explicit MemoryHost(Executor, std::optional<net::Peer> peer = {});
    std::unique_ptr<net::Listener> listener();
    std::unique_ptr<net::Connector> connector();
    Weather& weather();  // of the connectors' ends

    struct State;

private:
    std::shared_ptr<State> state_;
};

// For scripts: everything up to and including `end`; what came when the stream ended before.
Async<std::string> read_until(net::Stream&, std::string_view end);
// A whole HTTP request with a Content-Length or no body; "" when the stream ended before.
Async<std::string> read_request(net::Stream&);

}  // namespace outrider::test
