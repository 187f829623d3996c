#pragma once
// An office behind its reception with a day in its books, and ServiceTitan's document beside it.

#include "client/office/reception.hpp"
#include "tests/client/office/firm.hpp"
#include "tests/support/openapi.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace outrider::test {

using Json = nlohmann::json;

inline std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& each : lines) text += each + "\n";
    return text;
}

struct Answer {
    int status = 0;
    Json body;
    std::string text;
};

// The ids are those of the literal messages in tests/data/servicetitan.
struct Branch : Firm {
    explicit Branch(office::BooksOptions options = {}) : Firm(std::move(options)) {
        archive = std::make_unique<office::Archive>(*database);
        settings.requests_per_second = 0;
        settings.token_life = std::chrono::days(30);
        reception =
            std::make_unique<office::Reception>(clock, settings, *archive, books, faults, Dice(2));
        http::Request request{"POST", "/connect/token", {}, {}};
        request.headers.set("Content-Type", "application/x-www-form-urlencoded");
        request.body = "grant_type=client_credentials&client_id=cid.demo&client_secret=cs1.demo";
        token = Json::parse(reception->answer(request).body).at("access_token");
    }

    // As it came; nothing is held against the document.
    Answer raw(std::string_view method, std::string_view target, const std::string& body = {}) {
        http::Request request{std::string(method), std::string(target), {}, body};
        request.headers.set("Authorization", "Bearer " + token);
        request.headers.set("ST-App-Key", "ak1.demo");
        const bool form = target == "/connect/token";
        request.headers.set("Content-Type",
                            form ? "application/x-www-form-urlencoded" : "application/json");
        const http::Response response = reception->answer(request);
        return {response.status, Json::parse(response.body, nullptr, false), response.body};
    }
    // The answer, which has to be one the document knows, to the last member.
    Answer ask(std::string_view method, std::string_view target, const Json& body = {}) {
        const Answer answer = raw(method, target, body.is_null() ? "" : body.dump());
        CAPTURE(target);
        CAPTURE(answer.text);
        CHECK(joined(OpenApi::servicetitan().validate_answer(
                  method, target, answer.status, answer.text, OpenApi::From::us)) == "");
        return answer;
    }
    Answer get(std::string_view path) { return ask("GET", path); }
    std::vector<Id> ids(std::string_view path) {
        const Answer answer = get(path);
        REQUIRE(answer.status == 200);
        std::vector<Id> found;
        for (const Json& row : answer.body.at("data")) found.push_back(row.at("id"));
        return found;
    }
    // The parameter or member a 400 names; "" for any other answer.
    std::string named(const Answer& answer) {
        if (answer.status != 400 || answer.body.at("errors").empty()) return "";
        return answer.body.at("errors").begin().key();
    }

    std::unique_ptr<office::Archive> archive;
    office::OfficeSettings settings;
    office::Faults faults{Dice(1)};
    std::unique_ptr<office::Reception> reception;
    std::string token;
};

// Where ServiceTitan's areas begin.
inline const std::string dispatch_area = "/dispatch/v2/tenant/1000001";
inline const std::string jpm_area = "/jpm/v2/tenant/1000001";
inline const std::string crm_area = "/crm/v2/tenant/1000001";
inline const std::string payroll_area = "/payroll/v2/tenant/1000001";
inline const std::string settings_area = "/settings/v2/tenant/1000001";
inline const std::string timesheets_area = "/timesheets/v2/tenant/1000001";

}  // namespace outrider::test
