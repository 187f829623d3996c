#include "client/office/office.hpp"

#include "tests/client/office/town.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <sstream>

namespace outrider::office {

namespace {

using test::Town;
using test::Van;
using Json = nlohmann::json;

constexpr std::int64_t many = 40;
constexpr std::size_t batch_size = 9;

struct Outcome {
    std::vector<offline::Envelope> owed;
    std::vector<Error> errors;
    std::int64_t accepted = 0, buried = 0, doubtful = 0;  // pings of ambiguous attempts
};

// One delivery, and what it leaves owed.
Async<> deliver_once(Van& van, Outcome& outcome) {
    const std::size_t size = std::min(batch_size, outcome.owed.size());
    const std::span<const offline::Envelope> batch(outcome.owed.data(), size);
    const auto answers = co_await van.uplink->deliver(batch);
    if (!answers) {
        if (answers.error().ambiguous) outcome.doubtful += static_cast<std::int64_t>(size);
        outcome.errors.push_back(answers.error());
        co_return;
    }
    for (const api::Answer& answer : *answers) {
        ++(answer.accepted ? outcome.accepted : outcome.buried);
        std::erase_if(outcome.owed, [&](const offline::Envelope& envelope) {
            return envelope.sequence == answer.sequence;
        });
    }
}

Async<> drain_through(Town& town, Van& van, std::string faults, Outcome& outcome) {
    co_await deliver_once(van, outcome);
    auto set = co_await town.ask("PUT", "/office/v1/faults", faults);
    CHECK(set.contains("hits"));
    const bool refuses = set["mode"] == "refuse";
    for (int i = 0; i < 30 && !outcome.owed.empty(); ++i) {
        if (refuses && i == 2)
            set = co_await town.ask("PUT", "/office/v1/faults", R"({"mode":"none"})");
        co_await deliver_once(van, outcome);
    }
}

Async<> read_books(Town& town, Json& summary, std::vector<Json>& lines) {
    summary = co_await town.ask("GET", "/office/v1/summary", "");
    http::Request request;
    request.target = "/office/v1/pings?unit=van-7";
    std::string text;
    http::Sink sink = [&text](std::string_view piece) -> Result<> {
        text += piece;
        return {};
    };
    const auto response = co_await town.control->send(std::move(request), std::move(sink));
    CHECK(response);
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(Json::parse(line));
}

// Only a stall is ended by time; a slow machine must not look like one.
Duration patience_with(std::string_view mode) {
    return mode == "stall" || mode == "mute" ? Duration(500) : std::chrono::seconds(30);
}

Async<> then(Async<> first, Async<> second) {
    co_await std::move(first);
    co_await std::move(second);
}

}  // namespace

TEST_CASE(
    "through every fault each ping ends at the office exactly once or is known to be refused") {
    struct Row {
        const char* mode;
        Fault fault;  // of the attempts that are hit
        bool ambiguous;
        const char* on = "pings";
    };
    const Row rows[] = {
        {"stall", Fault::unreachable, true},       {"reset", Fault::unreachable, true},
        {"error500", Fault::unreachable, true},    {"busy429", Fault::busy, false},
        {"html", Fault::malformed, true},          {"wrong_shape", Fault::malformed, true},
        {"truncate", Fault::unreachable, true},    {"endless", Fault::malformed, true},
        {"drop_answer", Fault::unreachable, true}, {"unauthorised", Fault::unauthorised, false},
        {"refuse", Fault::unreachable, false},     {"mute", Fault::unreachable, true},
    };
    for (const Row& row : rows) {
        CAPTURE(row.mode);
        Town town;
        Van van(town, patience_with(row.mode));
        Outcome outcome;
        outcome.owed = test::owed(*town.clock, many);
        std::string faults = std::string(R"({"mode":")") + row.mode + "\"";
        faults += std::string_view(row.mode) == "refuse"
                      ? "}"
                      : R"(,"after":1,"for":2,"retry_after_s":0})";
        Json summary;
        std::vector<Json> lines;
        town.run(then(drain_through(town, van, faults, outcome), read_books(town, summary, lines)));

        CHECK(outcome.owed.empty());
        CHECK(outcome.accepted == many);
        CHECK_FALSE(outcome.errors.empty());
        for (const Error& error : outcome.errors) {
            CAPTURE(error.detail);
            CHECK(error.fault == row.fault);
            CHECK(error.ambiguous == row.ambiguous);
        }
        CHECK(summary["pings"] == many);
        CHECK(summary["altered"] == 0);
        CHECK(summary["duplicates"].get<std::int64_t>() <= outcome.doubtful);
        const std::string_view mode = row.mode;
        const bool acts = mode == "drop_answer" || mode == "truncate" || mode == "mute";
        CHECK(summary["duplicates"] == (acts ? outcome.doubtful : 0));
        std::set<std::string> ids;
        for (const Json& line : lines) ids.insert(line["ping"]["externalId"].get<std::string>());
        CHECK(lines.size() == many);
        CHECK(ids.size() == many);
    }
}

TEST_CASE("faults of the token endpoint delay pings and lose none") {
    for (const char* mode : {"stall", "reset", "error500", "busy429", "html", "wrong_shape",
                             "truncate", "endless", "reject_all", "drop_answer", "unauthorised"}) {
        CAPTURE(mode);
        Town town;
        Van van(town, patience_with(mode));
        Outcome outcome;
        outcome.owed = test::owed(*town.clock, 3);
        const std::string faults =
            std::string(R"({"on":"token","for":2,"retry_after_s":0,"mode":")") + mode + "\"}";
        const auto visit = [&](Town& where, Van& who) -> Async<> {
            co_await where.ask("PUT", "/office/v1/faults", faults);
            for (int i = 0; i < 5; ++i) co_await deliver_once(who, outcome);
        };
        town.run(visit(town, van));
        CHECK(outcome.accepted == 3);
        CHECK(outcome.errors.size() == 2);
        for (const Error& error : outcome.errors) {
            CAPTURE(error.detail);
            CHECK_FALSE(error.ambiguous);
            CHECK(error.fault != Fault::refused);
            CHECK(error.fault != Fault::too_large);
        }
    }
}

TEST_CASE("pings refused one by one are buried with the office's words, and the office remembers") {
    Town town;
    Van van(town);
    Outcome outcome;
    outcome.owed = test::owed(*town.clock, many);
    Json summary;
    std::vector<Json> lines;
    town.run(then(drain_through(town, van, R"({"mode":"reject_all","for":1})", outcome),
                  read_books(town, summary, lines)));
    CHECK(outcome.owed.empty());
    CHECK(outcome.buried == batch_size);
    CHECK(summary["failed"] == batch_size);
    CHECK(summary["pings"] == many - static_cast<std::int64_t>(batch_size));
}

TEST_CASE("the office's books are read over the control socket, in order of arrival") {
    Town town;
    Van van(town);
    Outcome outcome;
    outcome.owed = test::owed(*town.clock, 1200);
    Json summary, faults, nothing;
    std::vector<Json> lines;
    const auto visit = [&](Town& where, Van& who) -> Async<> {
        while (!outcome.owed.empty() && outcome.errors.empty()) co_await deliver_once(who, outcome);
        co_await read_books(where, summary, lines);
        faults = co_await where.ask("PUT", "/office/v1/faults", R"({"mode":"explode"})");
        nothing = co_await where.ask("GET", "/office/v1/nothing", "");
    };
    town.run(visit(town, van));
    REQUIRE(lines.size() == 1200);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        REQUIRE(lines[i]["ping"]["externalId"] == api::external_id(0xabc, static_cast<int>(i) + 1));
        REQUIRE(lines[i]["repeats"] == 0);
    }
    CHECK(summary["units"].size() == 1);
    CHECK(summary["units"][0]["id"] == "van-7");
    CHECK(summary["newest_event_time"] == lines.back()["ping"]["eventTime"]);
    CHECK(faults["statusCode"] == 400);
    CHECK(nothing["statusCode"] == 404);
}

TEST_CASE("an office that cannot open says what is in the way") {
    Town town;
    OfficeSettings second;
    second.port = town.office->port();
    second.database = ":memory:";
    const auto taken = Office::open(town.loop.executor(), *town.clock, second, Dice(1));
    REQUIRE_FALSE(taken);
    CHECK(taken.error().detail.find(std::to_string(second.port)) != std::string::npos);

    OfficeSettings third;
    third.port = 0;
    third.database = town.directory.file("office.db");
    const auto held = Office::open(town.loop.executor(), *town.clock, third, Dice(1));
    REQUIRE_FALSE(held);
    CHECK(held.error().detail.find(third.database) != std::string::npos);
}

TEST_CASE("garbage on the wire is answered or cut off, and the office goes on") {
    Town town;
    Van van(town);
    Outcome outcome;
    outcome.owed = test::owed(*town.clock, 2);
    const std::string pieces[] = {
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        std::string(100'000, 'x'),
        std::string(300, '\0'),
        "POST /connect/token HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
        "POST /connect/token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "GET /" + std::string(50'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    };
    const auto visit = [&](Town& where, Van& who) -> Async<> {
        for (const std::string& piece : pieces) {
            auto stream = co_await who.api_line->connect();
            CHECK(stream);
            if (!stream) co_return;
            const auto written = co_await (*stream)->write(piece);
            static_cast<void>(written);
        }
        co_await deliver_once(who, outcome);
        static_cast<void>(where);
    };
    town.run(visit(town, van));
    CHECK(outcome.accepted == 2);
}

}  // namespace outrider::office
