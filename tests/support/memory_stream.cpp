#include "tests/support/memory_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <charconv>
#include <deque>
#include <string>

namespace outrider::test {
namespace {

namespace asio = boost::asio;

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t capacity = 64 * 1024;

// Wakes whoever waits for something to change.
class Gate {
public:
    explicit Gate(Executor executor)
        : timer_(std::move(executor), asio::steady_timer::time_point::max()) {}
    void open() { timer_.cancel(); }

    // False when the waiter was cancelled.
    Async<bool> wait() {
        co_await timer_.async_wait(use_tuple);
        const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
        co_return state.cancelled() == asio::cancellation_type::none;
    }

private:
    asio::steady_timer timer_;
};

// One direction.
struct Pipe {
    explicit Pipe(Executor executor) : changed(std::move(executor)) {}
    std::string bytes;
    bool ended = false;   // the writer is gone
    bool broken = false;  // the reader is gone, or somebody reset it
    Gate changed;
};

Error cancelled() { return Error(Fault::cancelled, "the connection's user was cancelled"); }
Error broken() { return Error(Fault::unreachable, "the connection was reset"); }

class MemoryStream final : public net::Stream {
public:
    MemoryStream(std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out,
                 std::shared_ptr<Weather> weather, std::optional<net::Peer> peer)
        : in_(std::move(in)), out_(std::move(out)), weather_(std::move(weather)), peer_(peer) {}

    ~MemoryStream() override {
        in_->broken = true;
        in_->changed.open();
        out_->ended = true;
        out_->changed.open();
    }

    Async<Result<>> handshake() override { co_return Result<>(); }

    Async<Result<std::size_t>> read_some(std::span<char> into) override {
        if (fails()) co_return broken();
        while (in_->bytes.empty() && !in_->ended && !in_->broken) {
            const bool changed = co_await in_->changed.wait();
            if (!changed) co_return cancelled();
        }
        if (in_->broken) co_return broken();
        std::size_t size = std::min(into.size(), in_->bytes.size());
        if (weather_ && weather_->largest_read > 0) size = std::min(size, weather_->largest_read);
        in_->bytes.copy(into.data(), size);
        in_->bytes.erase(0, size);
        in_->changed.open();
        co_return size;
    }

    Async<Result<>> write(std::string_view bytes) override {
        if (fails()) co_return broken();
        while (!bytes.empty()) {
            if (out_->broken) co_return broken();
            const std::size_t room = capacity - std::min(capacity, out_->bytes.size());
            if (room == 0) {
                const bool changed = co_await out_->changed.wait();
                if (!changed) co_return cancelled();
                continue;
            }
            const std::size_t size = std::min(room, bytes.size());
            out_->bytes.append(bytes.substr(0, size));
            bytes.remove_prefix(size);
            written_ += size;
            out_->changed.open();
        }
        co_return Result<>();
    }

    std::size_t unacknowledged() override {
        return weather_ && !weather_->acknowledged ? written_ : 0;
    }
    bool quiet() override { return in_->bytes.empty() && !in_->ended && !in_->broken; }

    void reset() override {
        for (const auto& pipe : {in_, out_}) {
            pipe->broken = true;
            pipe->changed.open();
        }
    }

    std::optional<net::Peer> peer() const override { return peer_; }

private:
    bool fails() {
        if (!weather_ || ++weather_->operations != weather_->fail_at) return false;
        reset();
        return true;
    }

    std::shared_ptr<Pipe> in_, out_;
    std::shared_ptr<Weather> weather_;
    std::optional<net::Peer> peer_;
    std::size_t written_ = 0;
};

Async<> serve(MemoryConnector::Peer peer, net::StreamPtr stream) {
    Async<> played = peer(*stream);
    co_await std::move(played);
}

bool connecting_fails(Weather& weather) { return ++weather.operations == weather.fail_at; }

}  // namespace

std::pair<net::StreamPtr, net::StreamPtr> memory_streams(Executor executor,
                                                         std::shared_ptr<Weather> first,
                                                         std::optional<net::Peer> peer) {
    auto there = std::make_shared<Pipe>(executor);
    auto back = std::make_shared<Pipe>(executor);
    return {std::make_unique<MemoryStream>(back, there, std::move(first), peer),
            std::make_unique<MemoryStream>(there, back, nullptr, peer)};
}

MemoryConnector::MemoryConnector(Executor executor, Peer peer)
    : executor_(executor), peer_(std::move(peer)), peers_(std::move(executor)) {}

Async<Result<net::StreamPtr>> MemoryConnector::connect() {
    if (connecting_fails(*weather_)) co_return broken();
    if (refusal_) co_return *refusal_;
    ++connections_;
    auto [near_end, far_end] = memory_streams(executor_, weather_);
    peers_.start(serve(peer_, std::move(far_end)));
    co_return std::move(near_end);
}

struct MemoryHost::State {
    State(Executor e, std::optional<net::Peer> who) : executor(e), peer(who), arrived(e) {}
    Executor executor;
    std::optional<net::Peer> peer;
    std::shared_ptr<Weather> weather = std::make_shared<Weather>();
    std::deque<net::StreamPtr> waiting;
    bool open = false;
    Gate arrived;
};

namespace {

class MemoryListener final : public net::Listener {
public:
    explicit MemoryListener(std::shared_ptr<MemoryHost::State> state) : state_(std::move(state)) {
        state_->open = true;
    }
    ~MemoryListener() override { close(); }

    Async<Result<net::StreamPtr>> accept() override {
        while (state_->waiting.empty()) {
            if (!state_->open) co_return Error(Fault::cancelled, "the listener is closed");
            const bool changed = co_await state_->arrived.wait();
            if (!changed) co_return cancelled();
        }
        net::StreamPtr stream = std::move(state_->waiting.front());
        state_->waiting.pop_front();
        co_return std::move(stream);
    }

    std::uint16_t port() const override { return 0; }

    void close() override {
        state_->open = false;
        state_->waiting.clear();
        state_->arrived.open();
    }

private:
    std::shared_ptr<MemoryHost::State> state_;
};

class HostConnector final : public net::Connector {
public:
    explicit HostConnector(std::shared_ptr<MemoryHost::State> state) : state_(std::move(state)) {}

    Async<Result<net::StreamPtr>> connect() override {
        if (connecting_fails(*state_->weather)) co_return broken();
        if (!state_->open) co_return Error(Fault::unreachable, "connection refused");
        auto [near_end, far_end] = memory_streams(state_->executor, state_->weather, state_->peer);
        state_->waiting.push_back(std::move(far_end));
        state_->arrived.open();
        co_return std::move(near_end);
    }

private:
    std::shared_ptr<MemoryHost::State> state_;
};

}  // namespace

MemoryHost::MemoryHost(Executor executor, std::optional<net::Peer> peer)
    : state_(std::make_shared<State>(std::move(executor), peer)) {}

std::unique_ptr<net::Listener> MemoryHost::listener() {
    return std::make_unique<MemoryListener>(state_);
}
std::unique_ptr<net::Connector> MemoryHost::connector() {
    return std::make_unique<HostConnector>(state_);
}
Weather& MemoryHost::weather() { return *state_->weather; }

Async<std::string> read_until(net::Stream& stream, std::string_view end) {
    std::string text;
    char byte = 0;
    while (!text.ends_with(end)) {
        const Result<std::size_t> got = co_await stream.read_some(std::span<char>(&byte, 1));
        if (!got || *got == 0) break;
        text += byte;
    }
    co_return text;
}

Async<std::string> read_request(net::Stream& stream) {
    std::string text = co_await read_until(stream, "\r\n\r\n");
    std::string lower = text;
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    constexpr std::string_view field = "\r\ncontent-length: ";
    std::size_t left = 0;
    if (const std::size_t at = lower.find(field); at != std::string::npos) {
        const char* digits = text.data() + at + field.size();
        std::from_chars(digits, text.data() + text.size(), left);
    }
    std::string piece(4096, '\0');
    while (left > 0) {
        const std::span<char> into(piece.data(), std::min(left, piece.size()));
        const Result<std::size_t> got = co_await stream.read_some(into);
        if (!got || *got == 0) co_return std::string();
        text.append(piece, 0, *got);
        left -= *got;
    }
    if (!lower.ends_with("\r\n\r\n")) text.clear();
    co_return text;
}

}  // namespace outrider::test
