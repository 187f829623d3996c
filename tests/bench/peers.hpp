#pragma once
// Whom the agent talks to: an office and a gpsd that are quick and never wrong.

#include "tests/bench/server.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

namespace outrider::bench {

// Takes every batch of pings and answers for each of them at once; keeps nothing. Tokens too.
class Sink {
public:
    explicit Sink(std::optional<Tls> tls = std::nullopt)
        : server_([this](Line& line) { serve(line); }, std::move(tls)) {}
    std::uint16_t port() const { return server_.port(); }
    std::int64_t pings() const { return pings_; }

private:
    void serve(Line&);
    std::atomic<std::int64_t> pings_ = 0;
    Server server_;
};

// gpsd with one receiver in a van that goes round in a wide circle, a fix each second.
class Receiver {
public:
    Receiver() : server_([this](Line& line) { serve(line); }) {}
    std::uint16_t port() const { return server_.port(); }
    std::int64_t fixes() const { return fixes_; }

private:
    void serve(Line&);
    std::atomic<std::int64_t> fixes_ = 0;
    Server server_;
};

}  // namespace outrider::bench
