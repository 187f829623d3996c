#include "client/agent/local_api.hpp"

#include "tests/client/agent/world.hpp"
#include "tests/support/memory_stream.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;

namespace {

// An agent that has driven a little, its server, and somebody who asks.
struct Asked {
    Asked() {
        world.start();
        world.drive(3min);
        world.clock.run_for(1min);
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
    MemoryHost host{world.clock.executor()};
    http::Server server{world.clock.executor(), world.clock, host.listener(),
                        agent::local_api(*world.agent, world.clock), http::ServerOptions()};
    Tasks serving{world.clock.executor()};
    std::unique_ptr<net::Connector> connector = host.connector();
    std::unique_ptr<http::Client> client =
        http::make_client(*connector, world.clock, http::ClientOptions());
};

}  // namespace

TEST_SUITE("client/agent/local_api") {
    TEST_CASE("the status tells what the agent knows") {
        Asked asked;
        const http::Response response = asked.get("/v1/status");
        CHECK(response.status == 200);
        CHECK(response.headers.get("content-type") == "application/json");
        const auto status = api::parse_status(response.body);
        REQUIRE(status);
        CHECK(status->captured == 179);
        CHECK(status->delivered == status->reported);
        CHECK(status->office.acknowledged_age >= 60s);
        CHECK(status->office.acknowledged_age < 120s);
    }

    TEST_CASE("the audit counts what is on the disk") {
        Asked asked;
        const auto audit = api::parse_audit(asked.get("/v1/audit").body);
        REQUIRE(audit);
        CHECK(audit->balances());
        CHECK(audit->captured == 179);
    }

    TEST_CASE("the track is given from and to a time, in order") {
        Asked asked;
        CHECK(asked.track("").size() == 179);
        const Instant now = asked.world.clock.now();
        const std::string from = to_rfc3339(now - 2min), to = to_rfc3339(now - 90s);
        const auto points = asked.track("?from=" + from + "&to=" + to);
        CHECK(points.size() == 30);
        for (std::size_t i = 1; i < points.size(); ++i) CHECK(points[i - 1].time < points[i].time);
        CHECK(asked.track("?from=1970-01-01T00:00:00Z").size() == 179);
    }

    TEST_CASE("a tail gives each verdict as it happens, until the listener hangs up") {
        Asked asked;
        std::string heard;
        const auto listen = [](Asked& to, std::string& into) -> Async<> {
            http::Request request;
            request.target = "/v1/tail";
            const http::Sink sink = [&into](std::string_view piece) -> Result<> {
                into += piece;
                return {};
            };
            auto response = co_await to.client->send(std::move(request), sink);
            (void)response;  // it has no end of its own
        };
        Tasks listening(asked.world.clock.executor());
        listening.start(listen(asked, heard));
        asked.world.clock.run_for(1s);
        asked.world.drive(10s);
        CHECK(std::count(heard.begin(), heard.end(), '\n') == 10);
        asked.world.clock.run(listening.stop());
    }

    TEST_CASE("what nobody offers, and what nobody understands, is refused by name") {
        Asked asked;
        CHECK(asked.get("/v1/nothing").status == 404);
        CHECK(asked.get("/v1/status", "POST").status == 405);
        CHECK(asked.get("/v1/track?from=yesterday").status == 400);
        CHECK(asked.get("/v1/track?from=2026-11-21T00:00:00Z&to=soon").status == 400);
        CHECK(asked.get("/v1/track?from=2026-11-21T00:00:00Z&to=soon").body.find("to: ") !=
              std::string::npos);
    }
}
