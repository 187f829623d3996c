// The technician's part of the local API.

#include "tests/client/agent/asked.hpp"
#include "tests/client/agent/shift.hpp"

#include <nlohmann/json.hpp>

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;
using dispatch::Status;
using dispatch::Verb;

namespace {

agent::Settings with_technician() {
    agent::Settings settings = sample_settings();
    settings.workday.technician = me;
    return settings;
}

// An agent with a desk, and somebody who asks it.
struct DayAsked {
    explicit DayAsked(std::optional<net::Peer> peer = net::Peer{1, 1000, 1000})
        : host(clock.executor(), peer) {
        desk.give(812);
        desk.give(813);
        auto opened =
            agent::Agent::open(clock, *store, source, office, settings, Dice(1), nullptr, &desk);
        REQUIRE(opened);
        agent = std::move(*opened);
        server =
            std::make_unique<http::Server>(clock.executor(), clock, host.listener(),
                                           agent::local_api(*agent, clock), http::ServerOptions());
        tasks.start(agent->run());
        tasks.start(server->run());
        clock.run_for(1s);
    }
    ~DayAsked() { clock.run(tasks.stop()); }

    http::Response ask(const std::string& method, const std::string& target) {
        const auto connector = host.connector();
        const auto client = http::make_client(*connector, clock, http::ClientOptions());
        http::Request request;
        request.method = method;
        request.target = target;
        auto response = clock.run(client->send(std::move(request)));
        REQUIRE(response);
        return *response;
    }
    http::Response tap(const std::string& what) { return ask("POST", "/v1/appointments/" + what); }
    api::DayView day(const std::string& query = "") {
        const auto response = ask("GET", "/v1/day" + query);
        REQUIRE(response.status == 200);
        auto view = api::parse_day_view(response.body);
        REQUIRE(view);
        return *view;
    }

    VirtualClock clock;
    agent::Settings settings = with_technician();
    std::unique_ptr<offline::Store> store = memory_store();
    ScriptedOffice office{clock};
    ScriptedSource source{clock};
    ScriptedDesk desk{clock};
    Tasks tasks{clock.executor()};
    MemoryHost host;
    std::unique_ptr<agent::Agent> agent;
    std::unique_ptr<http::Server> server;
};

}  // namespace

TEST_SUITE("client/agent/local day") {
    TEST_CASE("the day is told with what is possible on each appointment, and why not") {
        DayAsked asked;
        const auto day = asked.day();
        CHECK(day.technician.name == "Ana Ruiz");
        REQUIRE(day.appointments.size() == 2);
        CHECK(day.appointments[0].customer == "Customer 812");
        CHECK(day.appointments[0].can == std::vector<Verb>{Verb::dispatch});
        REQUIRE_FALSE(day.appointments[0].cannot.empty());
        CHECK(day.appointments[0].cannot[1].reason ==
              "It is Scheduled: arrive is not possible from there.");
        REQUIRE(day.next);
        CHECK(day.next->appointment == 812);
    }

    TEST_CASE("a tap is answered with the new day, and one against the rule with the rule") {
        DayAsked asked;
        const auto saved = asked.tap("812/dispatch");
        CHECK(saved.status == 202);
        CHECK(api::parse_day_view(saved.body)->under_way == 812);
        const auto refused = asked.tap("813/dispatch");
        CHECK(refused.status == 409);
        const auto denied = api::parse_denied(refused.body);
        REQUIRE(denied);
        CHECK(denied->rule == "one at a time");
        CHECK(denied->other == 812);
        CHECK(asked.tap("only/arrive").status == 202);
    }

    TEST_CASE("what is no tap of a technician's is not taken for one") {
        DayAsked asked;
        for (const char* what : {"812/check_in", "812/assign", "812/fly", "812", "812/",
                                 "/dispatch", "812/dispatch/now"}) {
            CAPTURE(what);
            const int status = asked.tap(what).status;
            CHECK((status == 404 || status == 400));
        }
        for (const char* id : {"x", "-1", "0", "99999999999999999999", "812x"}) {
            CHECK(asked.tap(std::string(id) + "/dispatch").status == 400);
        }
        CHECK(asked.ask("GET", "/v1/appointments/812/dispatch").status == 405);
        CHECK(asked.ask("POST", "/v1/day").status == 405);
        CHECK(asked.store->ledger().balance("accepted:actions") == 0);
    }

    TEST_CASE("who is not known taps nothing, and reads all the same") {
        DayAsked asked(std::nullopt);
        CHECK(asked.tap("812/dispatch").status == 403);
        CHECK(asked.ask("GET", "/v1/day").status == 200);
    }

    TEST_CASE("who asks for the day after a revision waits until it is another one") {
        DayAsked asked;
        const auto before = asked.day();
        const Instant asked_at = asked.clock.now();
        REQUIRE_FALSE(asked.desk.act(Verb::dispatch, dispatch::Who::office, me, 812));
        asked.clock.run_for(45s);  // the poll is due in fifteen seconds
        const auto after = asked.day("?after=" + std::to_string(before.revision));
        CHECK(after.revision != before.revision);
        CHECK(after.appointments[0].status == Status::dispatched);
        CHECK(asked.clock.now() - asked_at < 62s);
        // An old number is answered at once, and nobody waits for ever.
        const Instant then = asked.clock.now();
        CHECK(asked.day("?after=" + std::to_string(before.revision)).revision == after.revision);
        CHECK(asked.clock.now() - then < 1s);
        CHECK(asked.day("?after=" + std::to_string(after.revision)).revision == after.revision);
        CHECK(asked.clock.now() - then <= 26s);
    }

    TEST_CASE("what waits and the cards are told line by line, and the status speaks of them") {
        DayAsked asked;
        asked.desk.mood = [] { return Error(Fault::unreachable, "no signal"); };
        asked.tap("812/dispatch");
        asked.tap("812/arrive");
        auto waiting = asked.ask("GET", "/v1/waiting").body;
        CHECK(std::ranges::count(waiting, '\n') == 2);
        CHECK(api::parse_waiting_tap(waiting.substr(0, waiting.find('\n')))->verb ==
              Verb::dispatch);
        asked.desk.take(812);
        asked.desk.mood = nullptr;
        asked.clock.run_for(10min);
        CHECK(asked.ask("GET", "/v1/waiting").body.empty());
        const auto cards = asked.ask("GET", "/v1/cards").body;
        CHECK(std::ranges::count(cards, '\n') == 2);
        const auto status = api::parse_status(asked.ask("GET", "/v1/status").body);
        REQUIRE(status);
        CHECK(std::ranges::count(status->reasons,
                                 "2 of your taps came to nothing: see `outrider "
                                 "cards`") == 1);
    }

    TEST_CASE("what is suggested is a card, wakes who waits, and is answered") {
        DayAsked asked;
        asked.desk.day.visits[0].latitude = 37.4;
        asked.desk.day.visits[0].longitude = -122.1;
        asked.clock.run_for(61s);
        CHECK(asked.tap("812/dispatch").status == 202);
        const auto stand = [&] {
            for (int i = 0; i < 40; ++i) {
                asked.source.drive_to(0, 0.1);
                asked.clock.run_for(1s);
            }
        };
        const auto before = asked.day().revision;
        stand();
        const auto day = asked.day("?after=" + std::to_string(before));
        CHECK(day.revision > before);
        REQUIRE(day.suggestions.size() == 1);
        CHECK(day.suggestions[0].choices ==
              std::vector<api::Card::Choice>{{812, "8120-1", "Customer 812"}});
        CHECK(day.appointments[0].eta);
        const auto line = asked.ask("GET", "/v1/cards").body;
        const auto card = api::parse_card(line);
        REQUIRE(card);
        CHECK(card->kind == api::Card::Kind::suggestion);
        CHECK(card->verb == Verb::arrive);
        CHECK(card->to_decide);
        const std::string path = "/v1/suggestions/";
        for (const char* what : {"arrive/812", "arrive/812/keep", "fly/812/accept", "arrive",
                                 "arrive/accept", "", "/", "//"}) {
            CAPTURE(what);
            CHECK(asked.ask("POST", path + what).status == 404);
        }
        CHECK(asked.ask("POST", path + "arrive/x/accept").status == 400);
        CHECK(asked.ask("GET", path + "arrive/812/accept").status == 405);
        CHECK(asked.ask("POST", path + "arrive/813/accept").status == 409);
        CHECK(asked.ask("POST", path + "done/812/accept").status == 409);
        SUBCASE("accepted") {
            const auto saved = asked.ask("POST", path + "arrive/812/accept");
            CHECK(saved.status == 202);
            const auto now = api::parse_day_view(saved.body);
            REQUIRE(now);
            CHECK(now->suggestions.empty());
            CHECK(now->appointments[0].status == Status::working);
        }
        SUBCASE("dismissed") {
            const auto gone = asked.ask("POST", path + "arrive/812/dismiss");
            CHECK(gone.status == 202);
            CHECK(api::parse_day_view(gone.body)->suggestions.empty());
            CHECK(api::parse_day_view(gone.body)->revision > day.revision);
        }
        CHECK(asked.ask("GET", "/v1/cards").body.empty());
        CHECK(asked.ask("POST", path + "arrive/812/accept").status == 409);
    }

    TEST_CASE("a ping says what the technician was on when it was made, not when it was sent") {
        DayAsked asked;
        asked.office.mood = [] { return Error(Fault::unreachable, "no signal"); };
        for (int i = 0; i < 120; ++i) {
            asked.source.drive_to(15.0 * i);
            asked.clock.run_for(1s);
        }
        CHECK(asked.tap("812/dispatch").status == 202);
        for (int i = 120; i < 240; ++i) {
            asked.source.drive_to(15.0 * i);
            asked.clock.run_for(1s);
        }
        CHECK(asked.tap("812/arrive").status == 202);
        const auto pings = asked.store->outbox().from(offline::Lane::pings, 0, 1000);
        REQUIRE(pings);
        REQUIRE(pings->size() > 4);
        CHECK_FALSE(api::decode_ping(pings->front().body)->under_way);
        const auto last = api::decode_ping(pings->back().body)->under_way;
        REQUIRE(last);
        CHECK(last->appointment == 812);
        CHECK(last->status == Status::dispatched);
    }
}

TEST_CASE("a device without a technician says so when it is asked for the day") {
    Asked asked;
    CHECK(asked.get("/v1/day").status == 404);
    CHECK(asked.post("/v1/appointments/812/dispatch").body.find("set technician.id") !=
          std::string::npos);
}
