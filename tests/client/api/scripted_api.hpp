#pragma once
// An http::Client that answers by ServiceTitan's operation, and holds every request against the
// OpenAPI document.

#include "client/api/line.hpp"
#include "platform/http.hpp"
#include "tests/client/api/scripted_client.hpp"
#include "tests/support/openapi.hpp"
#include "tests/support/places.hpp"
#include "tests/support/virtual_clock.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace outrider::test {

// An answer of tests/data/servicetitan/answers, typed by hand: "jobsList.json".
inline std::string literal(const std::string& name) {
    std::ifstream file(project_file("tests/data/servicetitan/answers/" + name));
    std::ostringstream text;
    text << file.rdbuf();
    REQUIRE_MESSAGE(!text.str().empty(), name);
    return text.str();
}

class ScriptedApi final : public http::Client {
public:
    using Answer = std::function<http::Response(const http::Request&)>;
    std::map<std::string, Answer> answers;  // by operation; "office" for /office/v1/
    std::vector<http::Request> requests;
    std::vector<std::string> operations;  // of the requests
    int fail_at = -1;                     // this request, counted from 0, gets no answer

    void on(const std::string& operation, Answer give) { answers[operation] = std::move(give); }
    void on(const std::string& operation, const std::string& json, int status = 200) {
        on(operation, [json, status](const http::Request&) { return answer(status, json); });
    }
    // By the query's page, from 1.
    void on_pages(const std::string& operation, const std::vector<std::string>& pages) {
        on(operation, [pages](const http::Request& request) {
            const auto page = std::stoul(http::query_value(request.target, "page"));
            REQUIRE(page >= 1);
            REQUIRE(page <= pages.size());
            return answer(200, pages[page - 1]);
        });
    }
    int count(const std::string& operation) const {
        return static_cast<int>(std::count(operations.begin(), operations.end(), operation));
    }
    void forget() {
        requests.clear();
        operations.clear();
    }

    Async<Result<http::Response>> send(http::Request request) override {
        const bool own = request.target.starts_with("/office/v1/");
        const std::string operation =
            own ? "office" : OpenApi::servicetitan().operation(request.method, request.target);
        if (!own) {
            std::string wrong;
            for (const auto& complaint : OpenApi::servicetitan().validate_request(request)) {
                wrong += complaint + "\n";
            }
            CHECK_MESSAGE(wrong.empty(), request.method, " ", request.target, "\n", wrong);
        }
        const int number = static_cast<int>(requests.size());
        operations.push_back(operation);
        requests.push_back(request);
        if (number == fail_at) {
            Error error(Fault::unreachable, "no network");
            error.ambiguous = true;
            co_return error;
        }
        const auto found = answers.find(operation);
        REQUIRE_MESSAGE(found != answers.end(), request.method, " ", request.target);
        http::Response response = found->second(request);
        co_return response;
    }
    Async<Result<http::Response>> send(http::Request, http::Sink) override {
        co_return Error(Fault::unreachable, "no streaming here");
    }
};

// What a desk needs to speak to one.
struct Exchange {
    VirtualClock clock;
    ScriptedClient authority;
    ScriptedApi api;
    api::Credentials credentials{"cid", "cs1.secret", "ak1.key"};
    api::TokenSource tokens{authority, clock, credentials};
    api::Line line{api, *net::parse_origin("https://api.example"), tokens, credentials, clock};

    Exchange() {
        for (int i = 0; i < 200; ++i) {
            authority.answers.push_back(answer(
                200,
                R"({"access_token":"token-of-the-day","expires_in":900,"token_type":"Bearer"})"));
        }
    }
};

}  // namespace outrider::test
