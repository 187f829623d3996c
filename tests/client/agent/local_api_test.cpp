#include "client/agent/local_api.hpp"

#include "tests/client/agent/asked.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;

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

    TEST_CASE("a listener too slow for the tail is told how many lines it has lost") {
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
        const std::size_t most = agent::Broadcast::most_waiting;
        for (std::size_t i = 0; i < most + 7; ++i) {
            asked.world.agent->verdicts().publish(std::to_string(i));
        }
        asked.world.clock.run_for(1s);
        CHECK(heard.starts_with("{\"lost\":7}\n7\n8\n"));
        CHECK(std::count(heard.begin(), heard.end(), '\n') == static_cast<int>(most) + 1);
        asked.world.agent->verdicts().publish("again");
        asked.world.clock.run_for(1s);
        CHECK(heard.ends_with("\nagain\n"));
        asked.world.clock.run(listening.stop());
    }
}
