#pragma once
// An office at a real loopback port with its control socket, and the clients to talk to it.

#include "client/api/servicetitan.hpp"
#include "client/office/office.hpp"
#include "platform/loop.hpp"
#include "platform/tasks.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <string>

namespace outrider::test {

struct Town {
    explicit Town(office::OfficeSettings settings = {}) {
        settings.port = 0;
        settings.database = directory.file("office.db");
        settings.control_socket = directory.file("office.sock");
        settings.requests_per_second = 0;
        auto opened = office::Office::open(loop.executor(), *clock, std::move(settings), Dice(1));
        REQUIRE(opened);
        office = std::move(*opened);
        origin.tls = false;
        origin.host = "127.0.0.1";
        origin.port = office->port();
        control_line =
            net::unix_connector(loop.executor(), *clock, directory.file("office.sock"), limit);
        control = http::make_client(*control_line, *clock, http::ClientOptions());
    }

    // Runs the office until `visit` ends.
    void run(Async<> visit) { CHECK(loop.run(live(std::move(visit))) == 0); }
    Async<nlohmann::json> ask(std::string method, std::string target, std::string body) {
        http::Request request;
        request.method = std::move(method);
        request.target = std::move(target);
        request.body = std::move(body);
        auto response = co_await control->send(std::move(request));
        if (!response) FAIL(response.error().detail);
        nlohmann::json json = nlohmann::json::parse(response->body, nullptr, false);
        co_return json;
    }

    TemporaryDirectory directory;
    Loop loop;
    std::unique_ptr<Clock> clock = make_system_clock(loop.executor());
    Duration limit = std::chrono::seconds(5);
    std::unique_ptr<office::Office> office;
    net::Origin origin;
    std::unique_ptr<net::Connector> control_line;
    std::unique_ptr<http::Client> control;

private:
    Async<int> live(Async<> visit) {
        std::vector<Async<>> loops;
        loops.push_back(office->run());
        loops.push_back(std::move(visit));
        co_await together(std::move(loops));
        co_return 0;
    }
};

// ServiceTitan's uplink on its way to a town's office.
struct Van {
    explicit Van(Town& town, Duration patience = std::chrono::seconds(5)) {
        net::TlsTrust trust;
        http::ClientOptions options;
        options.limit = patience;
        api_line =
            net::tcp_connector(town.loop.executor(), *town.clock, town.origin, trust, patience);
        auth_line =
            net::tcp_connector(town.loop.executor(), *town.clock, town.origin, trust, patience);
        api = http::make_client(*api_line, *town.clock, options);
        authority = http::make_client(*auth_line, *town.clock, options);
        tokens = std::make_unique<api::TokenSource>(*authority, *town.clock, credentials);
        api::Destination destination;
        destination.origin = town.origin;
        destination.tenant = "1000001";
        destination.gps_provider = "outrider";
        destination.unit_id = "van-7";
        destination.unit_name = "Van 7";
        const std::string text = api::encode(destination);
        uplink = std::make_unique<api::ServiceTitan>(
            *api, town.origin, *tokens, credentials, *town.clock, 0xabc,
            [text](std::int64_t) { return Result<std::string>(text); });
    }

    std::unique_ptr<net::Connector> api_line, auth_line;
    std::unique_ptr<http::Client> api, authority;
    api::Credentials credentials{"cid.demo", "cs1.demo", "ak1.demo"};
    std::unique_ptr<api::TokenSource> tokens;
    std::unique_ptr<api::ServiceTitan> uplink;
};

// `count` pings of the last minutes, as they lie in the outbox.
inline std::vector<offline::Envelope> owed(Clock& clock, std::int64_t count) {
    std::vector<offline::Envelope> envelopes;
    for (std::int64_t sequence = 1; sequence <= count; ++sequence) {
        api::Ping ping;
        ping.time = clock.now() - std::chrono::seconds(count - sequence);
        ping.latitude = 51.5 + static_cast<double>(sequence) / 10'000;
        ping.longitude = -0.1;
        ping.speed_mps = 13.4;
        offline::Envelope& envelope = envelopes.emplace_back();
        envelope.sequence = sequence;
        envelope.destination = 1;
        envelope.body = api::encode(ping);
    }
    return envelopes;
}

}  // namespace outrider::test
