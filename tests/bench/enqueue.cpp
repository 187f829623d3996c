// A ping on its way to the disk: one durable commit each, as the tracker makes them.

#include "client/api/local.hpp"
#include "offline/store.hpp"
#include "tests/bench/bare.hpp"
#include "tests/bench/bench.hpp"

#include <fmt/format.h>

namespace outrider::bench {
namespace {

constexpr std::int64_t sent_at_once = 30;  // half a minute's, at 1 Hz

// What goes with a ping into its commit.
enum class With { nothing, books_and_track };

struct Queue {
    std::unique_ptr<offline::Store> store;
    std::int64_t destination = 0;
};

Queue open_queue(const std::string& path) {
    offline::StoreOptions options;
    options.database.path = path;
    Queue queue;
    queue.store = need(offline::Store::open(options));
    need(queue.store->commit({}, [&]() -> Result<> {
        queue.destination =
            need(queue.store->outbox().destination(api::encode(bench::destination(443))));
        return {};
    }));
    return queue;
}

Instant now() { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }

void add(Queue& queue, std::string_view body, With with, std::string_view record) {
    const Instant at = now();
    need(queue.store->commit(at, [&]() -> Result<> {
        auto sequence =
            queue.store->outbox().add(offline::Lane::pings, at, queue.destination, body);
        if (!sequence) return sequence.error();
        if (with == With::books_and_track) {
            queue.store->ledger().count("captured");
            queue.store->ledger().count("reported:van-7");
        }
        return {};
    }));
    if (with == With::books_and_track) queue.store->journal().append(at, record);
}

// The office has answered for the newest ones.
void deliver(Queue& queue, std::int64_t count) {
    const std::int64_t newest = queue.store->ledger().balance("accepted:pings");
    std::vector<std::int64_t> sequences;
    for (std::int64_t i = newest - count; i < newest; ++i) sequences.push_back(i + 1);
    need(queue.store->commit(now(), [&] {
        return queue.store->outbox().deliver(offline::Lane::pings, sequences, now());
    }));
}

std::string track_record() {
    api::TrackPoint point;
    point.time = now();
    point.latitude = 37.4;
    point.longitude = -122.1;
    point.speed_mps = 13.9;
    point.track_deg = 271;
    point.altitude_m = 24;
    point.accuracy_m = 5;
    point.sequence = 1;
    return api::encode(point);
}

}  // namespace

void enqueue(Report& report, const Options& options) {
    // By time, not by count: on some disks a flush takes a hundred times as long as on others.
    const auto round = std::chrono::milliseconds(options.quick() ? 250 : 600);
    const int rounds = options.quick() ? 3 : 7;
    std::vector<std::string> bodies;
    for (std::size_t i = 0; i < 1000; ++i) bodies.push_back(api::encode(ping(i)));
    const std::string record = track_record();

    Queue plain = open_queue(options.directory + "/plain.db");
    Queue whole = open_queue(options.directory + "/whole.db");
    Queue sending = open_queue(options.directory + "/sending.db");
    BareQueue bare(options.directory + "/bare.db"), bare_sending(options.directory + "/sent.db");
    const auto measured = [&](auto&& each) {
        const Meter meter;
        const auto end = std::chrono::steady_clock::now() + round;
        std::size_t count = 0;
        while (std::chrono::steady_clock::now() < end) each(bodies[count++ % bodies.size()]);
        return meter.per(count);
    };
    const auto costs = interleaved(
        "durable enqueue", rounds,
        {[&] { return measured([&](auto& body) { add(plain, body, With::nothing, ""); }); },
         [&] {
             return measured([&](auto& body) { add(whole, body, With::books_and_track, record); });
         },
         [&] {
             return measured([&](auto& body) { bare.add(now().time_since_epoch().count(), body); });
         },
         [&] {
             std::int64_t waiting = 0;
             return measured([&](auto& body) {
                 add(sending, body, With::books_and_track, record);
                 if (++waiting % sent_at_once == 0) deliver(sending, sent_at_once);
             });
         },
         [&] {
             std::int64_t waiting = 0;
             return measured([&](auto& body) {
                 bare_sending.add(now().time_since_epoch().count(), body);
                 if (++waiting % sent_at_once == 0) bare_sending.remove_oldest(sent_at_once);
             });
         }});

    const auto rows = [&](const std::string& key, const std::string& what, const Cost& ours,
                          const Cost& other) {
        report.add(key, what, ours, other);
        report.add({key + ".written", "  written to the disk each", "B", ours.written_bytes,
                    other.written_bytes, ""});
    };
    report.heading(
        "Durable enqueue, one ping in each commit (other: bare SQLite, same settings, one "
        "INSERT of the same body)");
    rows("enqueue", "ping and its count", costs[0], costs[2]);
    rows("enqueue.whole", "the same with all its books and track", costs[1], costs[2]);
    rows("enqueue.sent", "the same, delivered in thirties", costs[3], costs[4]);
}

}  // namespace outrider::bench
