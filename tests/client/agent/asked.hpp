#pragma once
// An agent and somebody who asks it over its local API.

#include "client/agent/local_api.hpp"
#include "tests/client/agent/world.hpp"
#include "tests/support/memory_stream.hpp"

#include <initializer_list>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace outrider::test {

// An agent that has driven a little, its server, and somebody who asks.
struct Asked {
    explicit Asked(std::optional<net::Peer> peer = net::Peer{1, 1000, 1000})
        : host(world.clock.executor(), peer) {
        world.start();
        world.drive(std::chrono::minutes(3));
        world.clock.run_for(std::chrono::minutes(1));
        serving.start(server.run());
    }
    ~Asked() { world.clock.run(serving.stop()); }

    http::Response get(const std::string& target, const std::string& method = "GET") {
        http::Request request;
        request.method = method;
        request.target = target;
        auto response = world.clock.run(client->send(std::move(request)));
        REQUIRE(response);
        return *response;
    }
    http::Response post(const std::string& target, const std::string& body = "") {
        http::Request request;
        request.method = "POST";
        request.target = target;
        request.body = body;
        auto response = world.clock.run(client->send(std::move(request)));
        REQUIRE(response);
        return *response;
    }
    std::vector<api::QueueRecord> records(const std::string& target) {
        const http::Response response = get(target);
        REQUIRE(response.status == 200);
        std::vector<api::QueueRecord> found;
        std::istringstream lines(response.body);
        for (std::string line; std::getline(lines, line);) {
            auto record = api::parse_queue_record(line);
            REQUIRE(record);
            found.push_back(*record);
        }
        return found;
    }
    std::vector<std::int64_t> sequences(const std::string& target) {
        std::vector<std::int64_t> found;
        for (const auto& record : records(target)) found.push_back(record.sequence);
        return found;
    }
    api::Status status() {
        const auto status = api::parse_status(get("/v1/status").body);
        REQUIRE(status);
        return *status;
    }
    // Envelopes that nobody has sent, and those of them the office has refused for good.
    void fill(offline::Lane lane, int count) {
        Result<> added = world.store->commit(world.clock.now(), [&]() -> Result<> {
            for (int i = 0; i < count; ++i) {
                auto one = world.store->outbox().add(lane, world.clock.now(), 1, "body", 5);
                if (!one) return one.error();
            }
            if (lane == offline::Lane::pings) world.store->ledger().count("captured", count);
            return {};
        });
        REQUIRE(added);
    }
    void bury(offline::Lane lane, std::initializer_list<std::int64_t> sequences) {
        Result<> buried = world.store->commit(world.clock.now(), [&]() -> Result<> {
            for (const std::int64_t sequence : sequences) {
                auto one =
                    world.store->outbox().bury(lane, sequence, "no such unit", world.clock.now());
                if (!one) return one;
            }
            return {};
        });
        REQUIRE(buried);
    }
    std::vector<api::TrackPoint> track(const std::string& query) {
        const http::Response response = get("/v1/track" + query);
        REQUIRE(response.status == 200);
        std::vector<api::TrackPoint> points;
        std::istringstream lines(response.body);
        for (std::string line; std::getline(lines, line);) {
            auto point = api::parse_track_point(line);
            REQUIRE(point);
            points.push_back(*point);
        }
        return points;
    }

    World world;
    MemoryHost host;
    http::Server server{world.clock.executor(), world.clock, host.listener(),
                        agent::local_api(*world.agent, world.clock), http::ServerOptions()};
    Tasks serving{world.clock.executor()};
    std::unique_ptr<net::Connector> connector = host.connector();
    std::unique_ptr<http::Client> client = http::make_client(*connector, world.clock, wide());

    static http::ClientOptions wide() {
        http::ClientOptions options;
        options.limits.body = 16 * 1024 * 1024;
        return options;
    }
};

// The same, with an office that is never reached: everything waits.
struct Offline : Asked {
    Offline() {
        world.office.mood = [] { return Error(Fault::unreachable, "no signal"); };
        world.drive(std::chrono::minutes(2));
    }
};

}  // namespace outrider::test
