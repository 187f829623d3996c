#include "client/office/gps_pings.hpp"

#include "tests/client/office/counter.hpp"

#include <random>

namespace outrider::office {

namespace {

using test::good_ping;
using test::Json;

FieldErrors errors_in(std::string_view body) {
    const auto parsed = parse_gps_pings(body);
    const auto* errors = std::get_if<FieldErrors>(&parsed);
    return errors == nullptr ? FieldErrors() : *errors;
}

FieldErrors errors_of(const Json& body) { return errors_in(body.dump()); }

constexpr const char* required[] = {"unitId",     "unitName", "eventTime",    "street",
                                    "city",       "region",   "postalCode",   "message",
                                    "externalId", "isNew",    "statusMessage"};
constexpr const char* optional[] = {"latitude", "longitude", "speed"};

}  // namespace

TEST_CASE("a good ping is taken apart") {
    const std::string body =
        "[ " + good_ping("or-1-1").dump() + ",\n" + good_ping("or-1-2").dump(2) + "]";
    const auto parsed = parse_gps_pings(body);
    const auto* pings = std::get_if<std::vector<ReceivedPing>>(&parsed);
    REQUIRE(pings != nullptr);
    REQUIRE(pings->size() == 2);
    CHECK((*pings)[0].unit_id == "van-7");
    CHECK((*pings)[0].event_time == *parse_rfc3339("2026-11-21T06:29:00Z"));
    CHECK((*pings)[0].latitude == 51.5);
    CHECK((*pings)[0].json == good_ping("or-1-1").dump());
    CHECK((*pings)[1].json == good_ping("or-1-2").dump(2));
    CHECK(std::get<std::vector<ReceivedPing>>(parse_gps_pings("[]")).empty());
}

TEST_CASE("braces and quotation marks within texts do not shift a ping's own bytes") {
    Json tricky = good_ping("or-\"{}[]\\");
    tricky["message"] = "}\"{\\\"";
    const std::string body = Json::array({tricky, good_ping("b")}).dump();
    const auto parsed = parse_gps_pings(body);
    const auto& pings = std::get<std::vector<ReceivedPing>>(parsed);
    REQUIRE(pings.size() == 2);
    CHECK(pings[0].external_id == "or-\"{}[]\\");
    CHECK(pings[0].json == tricky.dump());
    CHECK(pings[1].json == good_ping("b").dump());
}

TEST_CASE("each required member that is missing, null or of the wrong type is named") {
    for (const char* name : required) {
        CAPTURE(name);
        const std::string field = std::string("[1].") + name;
        Json missing = good_ping();
        missing.erase(name);
        CHECK(errors_of(Json::array({good_ping(), missing})).count(field) == 1);
        const bool truth = std::string_view(name) == "isNew";
        const Json wrong[] = {nullptr,
                              7,
                              truth ? Json("true") : Json(true),
                              Json::array(),
                              Json::array({"x"}),
                              Json::object(),
                              Json{{"x", Json::array({1})}}};
        for (const Json& value : wrong) {
            CAPTURE(value.dump());
            Json spoilt = good_ping();
            spoilt[name] = value;
            const FieldErrors errors = errors_of(Json::array({good_ping(), spoilt}));
            CHECK(errors.count(field) == 1);
            CHECK(errors.size() == 1);
        }
    }
}

TEST_CASE("latitude, longitude and speed may be absent, null or any number, and nothing else") {
    for (const char* name : optional) {
        CAPTURE(name);
        Json ping = good_ping();
        ping.erase(name);
        CHECK(errors_of(Json::array({ping})).empty());
        for (const Json& value : {Json(nullptr), Json(0), Json(-1.5), Json(1e300)}) {
            ping[name] = value;
            CHECK(errors_of(Json::array({ping})).empty());
        }
        for (const Json& value : {Json("51.5"), Json(true), Json::array({1}), Json::object()}) {
            ping[name] = value;
            CHECK(errors_of(Json::array({ping})).count(std::string("[0].") + name) == 1);
        }
    }
}

TEST_CASE(
    "a number too large for any is refused, and texts with escapes are read as they are meant") {
    std::string body = "[" + good_ping("or-1-1").dump() + "]";
    body.replace(body.find("51.5"), 4, "1e999");
    CHECK_FALSE(errors_in(body).empty());
    body.replace(body.find("1e999"), 5, "1e99");
    CHECK(errors_in(body).empty());
    body.replace(body.find("van-7"), 5, R"(\u0076an\n\"7\"\\)");
    const auto parsed = parse_gps_pings(body);
    const auto* pings = std::get_if<std::vector<ReceivedPing>>(&parsed);
    REQUIRE(pings != nullptr);
    CHECK(pings->at(0).unit_id == "van\n\"7\"\\");
    CHECK(pings->at(0).json == body.substr(1, body.size() - 2));
}

TEST_CASE("members the contract does not have are refused by name") {
    for (const char* name : {"technicianId", "heading", "UnitId", "", "latitude "}) {
        Json ping = good_ping();
        ping[name] = 1;
        CHECK(errors_of(Json::array({ping})).count(std::string("[0].") + name) == 1);
        ping[name] = Json::array({Json{{"unitId", 1}}});
        CHECK(errors_of(Json::array({ping})).size() == 1);
    }
}

TEST_CASE("eventTime must be a date and time") {
    for (const char* time : {"", "now", "2026-11-21", "2026-13-01T00:00:00Z", "2026-11-21T06:29:00",
                             "1795242540", "2026-11-21 T06:29:00Z"}) {
        Json ping = good_ping();
        ping["eventTime"] = time;
        CAPTURE(time);
        CHECK(errors_of(Json::array({ping})).count("[0].eventTime") == 1);
    }
    for (const char* time : {"2026-11-21T06:29:00Z", "2026-11-21T07:29:00.1234567+01:00"}) {
        Json ping = good_ping();
        ping["eventTime"] = time;
        CHECK(errors_of(Json::array({ping})).empty());
    }
}

TEST_CASE("a body that is no array of pings is told as a whole") {
    for (const char* body : {"", "null", "{}", "7", "\"x\"", "{\"pings\":[]}", "[", "[{]", "[{}",
                             "[]]", "[1e999]", "\xff"}) {
        CAPTURE(body);
        CHECK_FALSE(errors_in(std::string_view(body)).empty());
    }
    CHECK(errors_in(std::string_view("[1]")).count("[0]") == 1);
    CHECK(errors_in(std::string_view("[[]]")).count("[0]") == 1);
    CHECK(errors_in(std::string_view("[null]")).count("[0]") == 1);
}

TEST_CASE("hostile bodies are refused without harm") {
    CHECK_FALSE(errors_in(std::string(1'000'000, '[')).empty());
    std::string deep = "[{\"x\":" + std::string(500'000, '[') + std::string(500'000, ']') + "}]";
    CHECK_FALSE(errors_in(deep).empty());
    Json many = Json::array();
    for (int i = 0; i < 500; ++i) many.push_back(Json::object());
    CHECK(errors_of(many).size() <= 111);
    std::string flood = "[{}";
    for (std::size_t i = 0; i < most_pings; ++i) flood += ",{}";
    CHECK_FALSE(errors_in(flood + "]").empty());
}

TEST_CASE("more pings than a request may hold are refused, exactly so many are not") {
    const std::string one = good_ping().dump();
    std::string full = "[" + one;
    for (std::size_t i = 1; i < most_pings; ++i) full += "," + one;
    CHECK(errors_in(full + "]").empty());
    CHECK(errors_in(full + "," + one + "]").count("$") == 1);
}

TEST_CASE("no change of one byte is fatal, and what is accepted was cut into whole objects") {
    const std::string body = Json::array({good_ping("a"), good_ping("b")}).dump();
    std::mt19937_64 dice(3);
    for (int i = 0; i < 4000; ++i) {
        std::string changed = body;
        changed[dice() % changed.size()] = static_cast<char>(dice());
        const auto parsed = parse_gps_pings(changed);
        const auto* pings = std::get_if<std::vector<ReceivedPing>>(&parsed);
        if (pings == nullptr) continue;
        for (const ReceivedPing& ping : *pings) {
            REQUIRE(Json::accept(ping.json));
            REQUIRE(ping.json.starts_with('{'));
        }
    }
    for (std::size_t length = 0; length < body.size(); ++length) {
        CHECK_FALSE(errors_in(std::string_view(body).substr(0, length)).empty());
    }
}

}  // namespace outrider::office
