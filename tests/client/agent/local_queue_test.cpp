#include "tests/client/agent/asked.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;

TEST_SUITE("client/agent/local_queue") {
    TEST_CASE("the queue is listed from a number on, lane by lane, in slices of a long one") {
        Offline asked;
        const auto first = asked.records("/v1/queue?limit=1").front();
        CHECK(first.lane == offline::Lane::pings);
        REQUIRE(first.ping);
        CHECK(first.ping->speed_mps == 15.0);
        CHECK(first.external_id.ends_with("-" + std::to_string(first.sequence)));
        CHECK(api::decode_destination(first.destination)->unit_id == "van-7");
        const auto before = asked.sequences("/v1/queue?lane=pings");
        asked.fill(offline::Lane::pings, 1000);
        asked.fill(offline::Lane::actions, 3);
        const auto all = asked.records("/v1/queue");
        CHECK(all.size() == before.size() + 1003);
        CHECK(all[2].lane == offline::Lane::actions);
        CHECK(all[2].owner == 5);
        CHECK(all[2].body == "626f6479");
        CHECK(all[3].lane == offline::Lane::pings);
        for (std::size_t i = 4; i < all.size(); ++i) {
            CHECK(all[i].sequence == all[i - 1].sequence + 1);
        }
        CHECK(asked.sequences("/v1/queue?lane=actions&from=2") == std::vector<std::int64_t>{2, 3});
        CHECK(asked.sequences("/v1/queue?limit=450").size() == 450);
        CHECK(
            asked.sequences("/v1/queue?lane=pings&from=" + std::to_string(all.back().sequence + 1))
                .empty());
    }

    TEST_CASE("a listing without an end in sight is refused by the name of what is wrong") {
        Asked asked;
        for (const std::string query :
             {"lane=boats", "from=-1", "from=1x", "limit=much", "limit=99999999999999999999"}) {
            CAPTURE(query);
            const http::Response response = asked.get("/v1/queue?" + query);
            CHECK(response.status == 400);
            CHECK(response.body.find(query.substr(0, query.find('='))) != std::string::npos);
        }
        CHECK(asked.get("/v1/dead?to=soon").status == 400);
    }

    TEST_CASE("dead letters are listed the newest first, with the office's words") {
        Offline asked;
        asked.fill(offline::Lane::actions, 300);
        std::vector<std::int64_t> expected;
        for (std::int64_t i = 300; i > 0; --i) {
            asked.bury(offline::Lane::actions, {i});
            expected.push_back(i);
        }
        CHECK(asked.sequences("/v1/dead") == expected);
        CHECK(asked.sequences("/v1/dead?lane=actions&to=42&limit=2") ==
              std::vector<std::int64_t>{42, 41});
        CHECK(asked.sequences("/v1/dead?lane=pings").empty());
        const auto letter = asked.records("/v1/dead?limit=1").front();
        CHECK(letter.words == "no such unit");
        CHECK(letter.buried == asked.world.clock.now());
    }

    TEST_CASE("delivery pauses by hand, says how to go on, and goes on") {
        Asked asked;
        CHECK(asked.post("/v1/queue/pause").status == 200);
        asked.world.drive(3min);
        auto status = asked.status();
        CHECK(status.office.paused_by_hand);
        CHECK(status.health == api::Status::Health::degraded);
        REQUIRE(status.reasons.size() == 1);
        CHECK(status.reasons.front() ==
              "delivery is paused by hand: `outrider queue resume` ends it");
        CHECK_FALSE(status.office.next_attempt_in);
        CHECK(status.queue.pings > 0);
        CHECK(status.queue.bytes == asked.world.store->outbox().bytes(offline::Lane::pings));
        const http::Response flushed = asked.post("/v1/queue/flush");
        CHECK(flushed.status == 409);
        CHECK(api::parse_problem(flushed.body).find("outrider queue resume") != std::string::npos);

        const auto resumed = api::parse_status(asked.post("/v1/queue/resume").body);
        REQUIRE(resumed);
        CHECK_FALSE(resumed->office.paused_by_hand);
        asked.world.clock.run_for(1s);
        status = asked.status();
        CHECK(status.queue.pings == 0);
        CHECK(status.health == api::Status::Health::ok);
    }

    TEST_CASE("a flush ends a backoff") {
        Offline asked;
        asked.world.clock.run_for(10min);
        asked.world.office.mood = nullptr;
        REQUIRE(*asked.status().office.next_attempt_in > 1s);
        CHECK(asked.post("/v1/queue/flush").status == 200);
        asked.world.clock.run_for(1s);
        CHECK(asked.status().queue.pings == 0);
    }

    TEST_CASE("dead letters go back or go for good, and what is none is said to be none") {
        Offline asked;
        asked.post("/v1/queue/pause");
        asked.fill(offline::Lane::actions, 4);
        asked.bury(offline::Lane::actions, {2, 3, 4});
        const auto retried =
            asked.post("/v1/dead/retry", R"({"lane":"actions","sequences":[3,7]})");
        CHECK(retried.body == "{\"lane\":\"actions\",\"done\":[3],\"unknown\":[7]}\n");
        CHECK(asked.sequences("/v1/queue?lane=actions") == std::vector<std::int64_t>{1, 3});
        const auto dropped = asked.post("/v1/dead/drop", R"({"lane":"actions","sequences":[3,4]})");
        CHECK(dropped.body == "{\"lane\":\"actions\",\"done\":[4],\"unknown\":[3]}\n");
        CHECK(asked.sequences("/v1/dead") == std::vector<std::int64_t>{2});
        CHECK(asked.status().gone.discarded == 1);
        CHECK(asked.world.audit().balances());
    }

    TEST_CASE("a ping the office refused is delivered after a retry") {
        Asked asked;
        asked.world.office.refuses = [](const offline::Envelope& envelope) {
            return envelope.sequence % 2 == 0;
        };
        asked.world.drive(1min);
        asked.world.clock.run_for(1min);
        const auto dead = asked.sequences("/v1/dead");
        REQUIRE_FALSE(dead.empty());
        asked.world.office.refuses = nullptr;
        api::DeadRequest request;
        request.sequences = dead;
        const auto answer =
            api::parse_dead_answer(asked.post("/v1/dead/retry", api::to_json(request)).body);
        REQUIRE(answer);
        CHECK(answer->done == dead);
        asked.world.clock.run_for(1s);
        const auto status = asked.status();
        CHECK(status.queue.pings == 0);
        CHECK(status.queue.dead == 0);
        CHECK(status.delivered == status.reported);
    }

    TEST_CASE("who is not known changes nothing") {
        Asked asked{std::nullopt};
        asked.fill(offline::Lane::actions, 1);
        asked.bury(offline::Lane::actions, {1});
        for (const std::string path :
             {"queue/flush", "queue/pause", "queue/resume", "dead/retry", "dead/drop"}) {
            CAPTURE(path);
            CHECK(asked.post("/v1/" + path, R"({"lane":"actions","sequences":[1]})").status == 403);
        }
        CHECK_FALSE(asked.status().office.paused_by_hand);
        CHECK(asked.sequences("/v1/dead") == std::vector<std::int64_t>{1});
    }

    TEST_CASE("what is asked of the dead letters is bounded, and nothing of a bad one is done") {
        Asked asked;
        asked.fill(offline::Lane::actions, 1);
        asked.bury(offline::Lane::actions, {1});
        const auto refused = [&](const std::string& body, int status, std::string_view words) {
            const http::Response response = asked.post("/v1/dead/drop", body);
            CHECK(response.status == status);
            CHECK(response.body.find(words) != std::string::npos);
        };
        refused("", 400, "no JSON object");
        refused("[1]", 400, "no JSON object");
        refused(R"({"lane":"actions"})", 400, "'sequences'");
        refused(R"({"lane":"boats","sequences":[1]})", 400, "'lane'");
        api::DeadRequest many;
        many.lane = offline::Lane::actions;
        many.sequences.assign(api::DeadRequest::most + 1, 1);
        refused(api::to_json(many), 413, "'sequences'");
        refused(R"({"lane":"actions","sequences":[1],"x":")" + std::string(40'000, 'x') + "\"}",
                413, "bytes");
        CHECK(asked.sequences("/v1/dead") == std::vector<std::int64_t>{1});
        CHECK(asked.get("/v1/dead/drop").status == 405);
    }

    TEST_CASE("the proof is given after its header") {
        Asked asked;
        const http::Response response = asked.get("/v1/custody");
        CHECK(response.status == 200);
        const auto custody = api::parse_custody(response.body);
        REQUIRE(custody);
        CHECK(custody->holds());
        CHECK(custody->proven + custody->vouched ==
              asked.world.store->ledger().balance("accepted:pings"));
    }

    TEST_CASE(
        "what was destroyed or left out is told, and does not keep the health down for ever") {
        Asked asked;
        asked.post("/v1/queue/pause");
        asked.fill(offline::Lane::pings, 4);
        const auto last = asked.world.store->ledger().balance("accepted:pings");
        const auto remove = [&](std::int64_t sequence, offline::Cause cause) {
            const std::array one = {sequence};
            Result<> removed = asked.world.store->commit(asked.world.clock.now(), [&] {
                return asked.world.store->outbox().remove(offline::Lane::pings, one, cause,
                                                          asked.world.clock.now());
            });
            REQUIRE(removed);
        };
        remove(last - 3, offline::Cause::dropped);
        remove(last - 2, offline::Cause::lost);
        remove(last - 1, offline::Cause::thinned);
        remove(last, offline::Cause::expired);
        asked.post("/v1/queue/resume");
        const auto status = asked.status();
        CHECK(status.health == api::Status::Health::ok);
        CHECK(status.reasons ==
              std::vector<std::string>{
                  "the disk destroyed 1 of what was owed to the office: see `outrider audit`",
                  "1 were dropped because the queue was full: see `outrider audit`",
                  "1 were left out because the queue was full: see `outrider audit`"});
        CHECK(status.gone.expired == 1);
    }

    TEST_CASE("what was accepted is in one place each, whatever became of it") {
        Asked asked;
        const auto balanced = [&] {
            const api::Status status = asked.status();
            const auto& gone = status.gone;
            return status.queue.accepted ==
                   status.queue.delivered + status.queue.actions + status.queue.pings +
                       status.queue.dead + gone.expired + gone.thinned + gone.discarded +
                       gone.lost + gone.dropped + gone.skipped + gone.settled;
        };
        asked.world.drive(2min);
        CHECK(asked.status().queue.delivered > 0);
        CHECK(balanced());
        asked.post("/v1/queue/pause");
        asked.fill(offline::Lane::actions, 3);
        asked.fill(offline::Lane::pings, 9);
        CHECK(balanced());
        asked.bury(offline::Lane::actions, {2});
        CHECK(balanced());
        std::int64_t sequence = asked.world.store->ledger().balance("accepted:pings");
        for (const offline::Cause cause : offline::causes) {
            const std::array one = {sequence--};
            REQUIRE(asked.world.store->commit(asked.world.clock.now(), [&] {
                return asked.world.store->outbox().remove(offline::Lane::pings, one, cause,
                                                          asked.world.clock.now());
            }));
            CHECK(balanced());
        }
        const api::Status status = asked.status();
        CHECK(status.gone.dropped == 1);
        CHECK(status.gone.skipped == 1);
    }
}
