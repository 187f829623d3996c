// A long queue on its way to the office: the real courier, uplink, client and store.

#include "client/agent/courier.hpp"
#include "client/api/servicetitan.hpp"
#include "platform/loop.hpp"
#include "platform/tasks.hpp"
#include "tests/bench/bare.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/peers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace outrider::bench {
namespace {

constexpr Duration patience = std::chrono::minutes(2);

Async<int> carry_all(Executor executor, offline::Store& store, std::uint16_t port, int batch) {
    const auto clock = make_system_clock(executor);
    const net::Origin origin = destination(port).origin;
    const net::TlsTrust trust;
    const auto connector =
        net::tcp_connector(executor, *clock, origin, trust, std::chrono::seconds(10));
    http::ClientOptions options;
    options.host = origin.authority();
    const auto auth = http::make_client(*connector, *clock, options);
    const auto api = http::make_client(*connector, *clock, options);
    const api::Credentials credentials;
    api::TokenSource tokens(*auth, *clock, credentials);
    const auto text_of = [&store](std::int64_t id) { return store.outbox().destination_text(id); };
    api::ServiceTitan uplink(*api, origin, tokens, credentials, *clock, store.identity(), text_of);
    agent::SyncSettings sync;
    sync.max_batch_size = batch;
    const agent::RetrySettings retry;
    const Dice dice(1);
    agent::Courier courier(store, uplink, *clock, sync, retry, dice);
    std::vector<Async<>> loops;
    loops.push_back(courier.run());
    loops.push_back(courier.last_attempt(patience));
    Async<> all = together(std::move(loops));
    co_await std::move(all);
    co_return 0;
}

// The same bytes as the agent sends, without the agent.
std::vector<std::string> rendered(std::uint16_t port, std::size_t count, std::size_t batch) {
    const api::Destination to = destination(port);
    std::vector<std::string> bodies;
    for (std::size_t i = 0; i < count; ++i) {
        if (i % batch == 0) bodies.emplace_back("[");
        if (i % batch != 0) bodies.back() += ',';
        api::append_json(bodies.back(), ping(i), to,
                         api::external_id(1, static_cast<std::int64_t>(i + 1)));
        if (i % batch == batch - 1 || i == count - 1) bodies.back() += ']';
    }
    return bodies;
}

}  // namespace

void drain(Report& report, const Options& options) {
    const std::size_t count = options.quick() ? 20'000 : 100'000;
    const int rounds = options.quick() ? 3 : 5;
    Sink sink;
    offline::StoreOptions store_options;
    store_options.database.path = options.directory + "/drain.db";
    const auto store = need(offline::Store::open(store_options));
    BareQueue queue(options.directory + "/bare.db");
    std::vector<std::string> encoded;
    for (std::size_t i = 0; i < count; ++i) encoded.push_back(api::encode(ping(i)));

    report.heading(fmt::format("Drain of {} queued pings", count));
    for (const int batch : {100, 500}) {
        const auto bodies = rendered(sink.port(), count, static_cast<std::size_t>(batch));
        const auto checked = [&](auto&& work) {
            const std::int64_t before = sink.pings();
            const Meter meter;
            work();
            const Cost cost = meter.per(count);
            const std::int64_t arrived = sink.pings() - before;
            if (arrived != static_cast<std::int64_t>(count)) {
                give_up(fmt::format("{} of {} pings arrived", arrived, count));
            }
            return cost;
        };
        const auto ours = [&] {
            fill(*store, destination(sink.port()), count);
            const Cost cost = checked([&] {
                Loop loop;
                loop.run(carry_all(loop.executor(), *store, sink.port(), batch));
            });
            if (store->outbox().size(offline::Lane::pings) != 0) give_up("pings are left");
            return cost;
        };
        const auto post = [&](const std::function<void()>& answered) {
            return checked([&] {
                bare_post(sink.port(), pings_path(destination(sink.port())), bodies, answered);
            });
        };
        const auto bare = [&] { return post([] {}); };
        const auto durable = [&] {
            queue.add_all(encoded);
            return post([&] { queue.remove_oldest(static_cast<std::size_t>(batch)); });
        };
        const auto costs =
            interleaved(fmt::format("drain, batch {}", batch), rounds, {ours, bare, durable});
        const std::string key = fmt::format("drain.batch_{}", batch);
        report.add(key, fmt::format("batches of {}, other: bare loop", batch), costs[0], costs[1]);
        report.add(key + ".durable", fmt::format("batches of {}, other: durable loop", batch),
                   costs[0], costs[2]);
        report.add({key + ".written", "  written to the disk each", "B", costs[0].written_bytes,
                    costs[2].written_bytes, ""});
    }
}

}  // namespace outrider::bench
