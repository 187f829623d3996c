#pragma once
// A reception with nobody in between: requests go in, answers come out, time is virtual.

#include "client/office/migrations.hpp"
#include "client/office/reception.hpp"
#include "tests/support/result.hpp"
#include "tests/support/virtual_clock.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>

namespace outrider::test {

using Json = nlohmann::ordered_json;

// A ping the contract has nothing against; 06:29:00 on the virtual clock's day.
inline Json good_ping(const std::string& external_id = "or-1-1") {
    return Json{
        {"unitId", "van-7"}, {"unitName", "Van 7"}, {"eventTime", "2026-11-21T06:29:00.000Z"},
        {"latitude", 51.5},  {"longitude", -0.1},   {"speed", 30.0},
        {"street", ""},      {"city", ""},          {"region", ""},
        {"postalCode", ""},  {"message", ""},       {"externalId", external_id},
        {"isNew", false},    {"statusMessage", ""}};
}

struct Counter {
    explicit Counter(office::OfficeSettings given = {})
        : settings(std::move(given)), database(*office::open_database(":memory:")) {}

    http::Response get_token(const std::string& secret = "cs1.demo") {
        http::Request request;
        request.method = "POST";
        request.target = "/connect/token";
        request.headers.set("Content-Type", "application/x-www-form-urlencoded");
        request.body = "grant_type=client_credentials&client_id=cid.demo&client_secret=" + secret;
        return reception.answer(request);
    }
    // A request with everything in order, to be spoilt by the test.
    http::Request request(const std::string& body) {
        const auto token = Json::parse(get_token().body, nullptr, false);
        http::Request request;
        request.method = "POST";
        request.target = "/dispatch/v2/tenant/1000001/gps-provider/outrider/gps-pings";
        request.headers.set("Authorization",
                            "Bearer " + (token.is_object() ? token.value("access_token", "") : ""));
        request.headers.set("ST-App-Key", "ak1.demo");
        request.headers.set("Content-Type", "application/json");
        request.body = body;
        return request;
    }
    http::Response post(const Json& body) { return reception.answer(request(body.dump())); }
    // The status of the only ping's result and its message: "Success", or "Fail: why".
    std::string verdict(const Json& ping) {
        const http::Response response = post(Json::array({ping}));
        const Json results = Json::parse(response.body, nullptr, false);
        if (response.status != 200 || results.size() != 1) return std::to_string(response.status);
        const std::string message = results[0]["message"];
        return results[0]["status"].get<std::string>() + (message.empty() ? "" : ": " + message);
    }
    office::Summary summary() { return *archive.summary(); }

    VirtualClock clock;
    office::OfficeSettings settings;
    std::unique_ptr<offline::Database> database;
    office::Archive archive{*database};
    office::Books books{*database, clock, {}};
    office::Faults faults{Dice(1)};
    office::Reception reception{clock, settings, archive, books, faults, Dice(2)};
};

}  // namespace outrider::test
