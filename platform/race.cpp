#include "platform/race.hpp"

#include "platform/tasks.hpp"

#include <fmt/format.h>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace outrider::net {
namespace {

struct Race {
    Clock& clock;
    Addresses addresses;
    Attempt attempt;
    Uptime end;
    std::unique_ptr<Alarm> bell = clock.alarm();  // rung at the end of each attempt
    std::vector<std::string> fates{};             // of the attempts begun
    std::size_t running = 0;
    std::optional<Descriptor> winner{};
    bool cancelled = false;
};

Async<> run_one(Race& race, std::size_t number) {
    Async<Result<Descriptor>> attempt = race.attempt(race.addresses[number]);
    Result<Descriptor> socket = co_await std::move(attempt);
    --race.running;
    if (socket && !race.winner) race.winner = std::move(*socket);
    if (!socket && socket.error().fault != Fault::cancelled) {
        race.fates[number] = socket.error().detail;
    }
    race.bell->ring();
}

Async<> run_all(Race& race, Tasks& runners) {
    std::size_t next = 0;
    while (!race.winner && (next < race.addresses.size() || race.running > 0)) {
        Duration patience = race.end - race.clock.uptime();
        if (patience <= Duration::zero()) co_return;
        if (next < race.addresses.size()) {
            race.fates.emplace_back("no answer");
            ++race.running;
            runners.start(run_one(race, next++));
            if (next < race.addresses.size()) patience = std::min(patience, head_start);
        }
        const Result<> slept = co_await race.bell->sleep(patience);
        race.cancelled = !slept;
        if (!slept) co_return;
    }
}

Error nobody_answered(const Race& race) {
    if (race.cancelled) return Error(Fault::cancelled, "connecting was cancelled");
    std::string why;
    for (std::size_t i = 0; i < race.fates.size(); ++i) {
        why += fmt::format("{}{}: {}", i == 0 ? "" : "; ", to_string(race.addresses[i]),
                           race.fates[i]);
    }
    return Error(Fault::unreachable, race.fates.empty() ? "no time was left" : why);
}

}  // namespace

Async<Result<Descriptor>> race(Clock& clock, Addresses addresses, Attempt attempt, Uptime end) {
    const Executor executor = co_await boost::asio::this_coro::executor;
    Tasks runners(executor);
    Race run{clock, std::move(addresses), std::move(attempt), end};
    Async<> lead = run_all(run, runners);
    co_await runners.run(std::move(lead));
    if (!run.winner) co_return nobody_answered(run);
    co_return std::move(*run.winner);
}

}  // namespace outrider::net
