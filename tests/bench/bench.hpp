#pragma once
// The parts of the bench, and what they are told.

#include "client/api/ping.hpp"
#include "offline/store.hpp"
#include "tests/bench/measure.hpp"

#include <string>

namespace outrider::bench {

enum class Effort { quick, full };

struct Options {
    Effort effort = Effort::full;
    std::string directory;  // on the disk to be measured; emptied by the caller
    bool quick() const { return effort == Effort::quick; }
};

void enqueue(Report&, const Options&);
void drain(Report&, const Options&);
void idle(Report&, const Options&);
void week(Report&, const Options&);
void tap(Report&, const Options&);
void judge(Report&, const Options&);

// The nth ping of a van on its way.
api::Ping ping(std::size_t n);
api::Destination destination(std::uint16_t port);
std::string pings_path(const api::Destination&);
// Into the store's outbox, in commits of a thousand.
void fill(offline::Store&, const api::Destination&, std::size_t count);

// The value, or std::runtime_error with what went wrong: a measurement cannot go on without it.
[[noreturn]] void give_up(const std::string& why);
template <class T>
T need(Result<T> result) {
    if (!result) give_up(result.error().detail);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace outrider::bench
