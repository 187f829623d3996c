#include "client/api/move.hpp"

#include "tests/support/result.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace outrider::api {

namespace {

constexpr Instant morning{std::chrono::milliseconds(1'795'242'600'123)};  // 06:30:00.123
constexpr const char* literal = R"({"id":"or-7-12","verb":"arrive","technician":301,)"
                                R"("appointment":5001,"happened":"2026-11-21T06:30:00.123Z",)"
                                R"("quiet":true,"latitude":37.5,"longitude":-122.25})";

Move example() {
    Move move;
    move.id = "or-7-12";
    move.verb = dispatch::Verb::arrive;
    move.technician = 301;
    move.appointment = 5001;
    move.happened = morning;
    move.quiet = true;
    move.latitude = 37.5;
    move.longitude = -122.25;
    return move;
}

std::string complaint(const std::string& text) {
    const auto move = parse_move(text);
    return move ? "" : move.error().detail;
}

}  // namespace

TEST_CASE("a move is written as it is documented, and read again as it was") {
    CHECK(to_json(example()) == literal);
    const auto move = parse_move(literal);
    REQUIRE(move);
    CHECK(to_json(*move) == literal);
    CHECK(move->happened == morning);
    CHECK(move->latitude == 37.5);
}

TEST_CASE("that nobody's hand made a move is told only when it is so") {
    Move move = example();
    move.automatic = true;
    const auto again = parse_move(to_json(move));
    REQUIRE(again);
    CHECK(again->automatic);
    CHECK_FALSE(parse_move(literal)->automatic);
}

TEST_CASE("an estimate is written as it is documented, and refused by its member's name") {
    Estimate estimate;
    estimate.technician = 301;
    estimate.appointment = 5001;
    estimate.at = estimate.low = morning;
    estimate.likely = morning + std::chrono::minutes(5);
    estimate.high = morning + std::chrono::minutes(9);
    const std::string text = to_json(estimate);
    CHECK(text == R"({"technician":301,"appointment":5001,"at":"2026-11-21T06:30:00.123Z",)"
                  R"("low":"2026-11-21T06:30:00.123Z","likely":"2026-11-21T06:35:00.123Z",)"
                  R"("high":"2026-11-21T06:39:00.123Z"})");
    REQUIRE(parse_estimate(text));
    CHECK(to_json(*parse_estimate(text)) == text);
    CHECK(parse_estimate("{}").error().detail == "'technician' of the estimate is missing");
}

TEST_CASE("what a move does not know is null, and may as well be left out") {
    Move move;
    move.id = "x";
    move.verb = dispatch::Verb::check_in;
    const std::string text = to_json(move);
    CHECK(text.find(R"("technician":null,"appointment":null)") != std::string::npos);
    CHECK(text.find(R"("latitude":null,"longitude":null)") != std::string::npos);
    const auto same = parse_move(text);
    REQUIRE(same);
    CHECK(same->technician == 0);
    CHECK_FALSE(same->latitude);
    const auto bare =
        parse_move(R"({"id":"x","verb":"check_in","happened":"2026-11-21T06:30:00Z"})");
    REQUIRE(bare);
    CHECK_FALSE(bare->quiet);
    CHECK(bare->appointment == 0);
}

TEST_CASE("every verb has a word of its own") {
    for (int i = 0; i <= static_cast<int>(dispatch::Verb::complete); ++i) {
        const auto verb = static_cast<dispatch::Verb>(i);
        CHECK(verb_of(word(verb)) == verb);
    }
    CHECK_FALSE(verb_of("hold"));
    CHECK_FALSE(verb_of(""));
}

TEST_CASE("a move with any member missing, wrong or unknown is refused by that member's name") {
    using Json = nlohmann::ordered_json;
    const std::vector<std::pair<const char*, std::vector<Json>>> wrong = {
        {"id", {nullptr, "", 7, std::string(101, 'x')}},
        {"verb", {nullptr, "fly", 3, ""}},
        {"technician", {"301", -1, 1.5, 1e30, true, 9223372036854775808ULL}},
        {"appointment", {"5001", -7, Json::array()}},
        {"happened", {nullptr, "yesterday", 0, ""}},
        {"quiet", {nullptr, "no", 0}},
        {"latitude", {"37", 90.5, -91, true}},
        {"longitude", {Json::object(), 181}},
    };
    for (const auto& each : wrong) {
        const char* const name = each.first;
        for (const Json& value : each.second) {
            CAPTURE(name);
            CAPTURE(value.dump());
            Json json = Json::parse(literal);
            json[name] = value;
            CHECK(complaint(json.dump()).find("'" + std::string(name) + "'") == 0);
        }
    }
    for (const char* needed : {"id", "verb", "happened"}) {
        Json json = Json::parse(literal);
        json.erase(needed);
        CHECK(complaint(json.dump()) == "'" + std::string(needed) + "' of the move is missing");
    }
    Json json = Json::parse(literal);
    json["hurry"] = true;
    CHECK(complaint(json.dump()) == "'hurry' of the move is unknown");
    CHECK(complaint("[]") == "the move is no JSON object");
    CHECK(complaint("") == "the move is no JSON object");
    CHECK(complaint(std::string(300'000, ' ') + literal) == "the move is longer than 262144 bytes");
    const auto error = parse_move("{");
    REQUIRE_FALSE(error);
    CHECK(error.error().fault == Fault::malformed);
}

TEST_CASE("an answer, a refusal and a standing are read as they were written") {
    Moved moved;
    moved.id = "or-7-12";
    moved.repeated = true;
    moved.as_of = morning;
    moved.technicians = {301, 302};
    const std::string answered = R"({"id":"or-7-12","repeated":true,)"
                                 R"("as_of":"2026-11-21T06:30:00.123Z","technicians":[301,302]})";
    CHECK(to_json(moved) == answered);
    CHECK(parse_moved(answered)->technicians == moved.technicians);

    const dispatch::Refusal refusal{dispatch::Rule::one_at_a_time,
                                    dispatch::Lifted::by_the_technician, morning, 5002,
                                    "One \"at\" a time."};
    const std::string refused =
        R"({"rule":"one at a time","lifted":"by_the_technician",)"
        R"("reason":"One \"at\" a time.","as_of":"2026-11-21T06:30:00.123Z","other":5002})";
    CHECK(to_json(refusal) == refused);
    REQUIRE(parse_refusal(refused));
    CHECK(*parse_refusal(refused) == refusal);

    Standing standing;
    standing.technician = 301;
    standing.name = "Ana Ruiz";
    standing.rights.checked_in = true;
    standing.rights.may_arrive = false;
    standing.as_of = morning;
    const std::string stands = R"({"technician":301,"name":"Ana Ruiz","checked_in":true,)"
                               R"("may_dispatch":true,"may_arrive":false,"may_pause":true,)"
                               R"("as_of":"2026-11-21T06:30:00.123Z"})";
    CHECK(to_json(standing) == stands);
    REQUIRE(parse_standing(stands));
    CHECK(parse_standing(stands)->rights == standing.rights);
}

TEST_CASE("every rule and every lifter of a refusal is read as it was written") {
    for (int rule = 0; rule <= static_cast<int>(dispatch::Rule::others_on_the_way); ++rule) {
        for (int lifted = 0; lifted < 3; ++lifted) {
            const dispatch::Refusal refusal{static_cast<dispatch::Rule>(rule),
                                            static_cast<dispatch::Lifted>(lifted), morning, 0,
                                            "no"};
            CHECK(*parse_refusal(to_json(refusal)) == refusal);
        }
    }
}

TEST_CASE("an answer may grow, but what it lacks is an error with the member's name") {
    const std::string text = R"({"technician":301,"name":"Ana Ruiz","checked_in":true,)"
                             R"("may_dispatch":true,"may_arrive":false,"may_pause":true,)"
                             R"("as_of":"2026-11-21T06:30:00.123Z","shoe_size":42})";
    CHECK(parse_standing(text));
    CHECK(parse_standing("{}").error().detail ==
          "'technician' of the technician's standing is missing");
    CHECK(parse_moved("<html>").error().fault == Fault::malformed);
    CHECK(parse_refusal(R"({"rule":"fashion"})").error().detail ==
          "'rule' of the refusal is none of the words there are");
}

}  // namespace outrider::api
