#include "client/office/reception.hpp"

#include "tests/client/office/counter.hpp"

namespace outrider::office {

namespace {

using std::chrono::seconds;
using test::Counter;
using test::good_ping;
using test::Json;

}  // namespace

TEST_CASE("the right client gets a token with its life and scope") {
    Counter counter;
    const http::Response response = counter.get_token();
    CHECK(response.status == 200);
    const Json token = Json::parse(response.body);
    const auto text = token["access_token"].get<std::string>();
    CHECK(text.starts_with("at1.demo."));  // by which it is known wherever it should not be
    CHECK(text.size() == 9 + 32);
    CHECK(token["expires_in"] == 900);
    CHECK(token["token_type"] == "Bearer");
    CHECK(token["scope"] == "tn.dis.gpspings:w");
}

TEST_CASE("a token request that is not in order gets RFC 6749's words") {
    struct Row {
        const char *type, *body, *error;
    };
    constexpr const char* form = "application/x-www-form-urlencoded";
    const Row rows[] = {
        {form, "grant_type=client_credentials&client_id=cid.demo&client_secret=no",
         "invalid_client"},
        {form, "grant_type=client_credentials&client_id=no&client_secret=cs1.demo",
         "invalid_client"},
        {form, "grant_type=client_credentials", "invalid_client"},
        {form, "grant_type=password&client_id=cid.demo", "unsupported_grant_type"},
        {form, "client_id=cid.demo&client_secret=cs1.demo", "invalid_request"},
        {form, "", "invalid_request"},
        {form, "%%%&=&&&=%z", "invalid_request"},
        {"application/json", "{\"grant_type\":\"client_credentials\"}", "invalid_request"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.body);
        Counter counter;
        http::Request request;
        request.method = "POST";
        request.target = "/connect/token";
        request.headers.set("Content-Type", row.type);
        request.body = row.body;
        const http::Response response = counter.reception.answer(request);
        CHECK(response.status == 400);
        CHECK(Json::parse(response.body) == Json{{"error", row.error}});
    }
}

TEST_CASE("a request is let in only with token, app key, tenant and provider, told in this order") {
    const std::string root = "/dispatch/v2/tenant/";
    struct Row {
        const char *token, *key;
        std::string target;
        int status;
    };
    const std::string good = root + "1000001/gps-provider/outrider/gps-pings";
    const Row rows[] = {
        {"good", "ak1.demo", good, 200},
        {"bad", "ak1.demo", good, 401},
        {"bad", "nonsense", root + "7/gps-provider/x/gps-pings", 401},
        {"none", "ak1.demo", good, 401},
        {"good", "nonsense", good, 403},
        {"good", "", good, 403},
        {"good", "ak1.demo", root + "7/gps-provider/outrider/gps-pings", 403},
        {"good", "ak1.demo", root + "1000001/gps-provider/other/gps-pings", 403},
        {"good", "ak1.demo", root + "1000001/gps-provider/outrider/gps-pings/", 404},
        {"good", "ak1.demo", "/dispatch/v2/1000001/gps-provider/outrider/gps-pings", 404},
        {"good", "ak1.demo", "/office/v1/summary", 404},
        {"good", "ak1.demo", "/", 404},
        {"good", "ak1.demo", "", 404},
        {"good", "ak1.demo", "*", 404},
        {"good", "ak1.demo", "/" + std::string(5000, '/'), 404},
    };
    for (const Row& row : rows) {
        Counter counter;
        http::Request request = counter.request("[]");
        const std::string_view token(row.token);
        if (token == "bad") request.headers.set("Authorization", "Bearer nonsense");
        if (token == "none") request.headers.set("Authorization", "");
        request.headers.set("ST-App-Key", row.key);
        request.target = row.target;
        CAPTURE(row.target.substr(0, 80));
        const http::Response response = counter.reception.answer(request);
        CHECK(response.status == row.status);
        const Json body = Json::parse(response.body);
        if (row.status == 401 || row.status == 403) CHECK(body["statusCode"] == row.status);
        if (row.status == 404) CHECK(body["status"] == 404);
    }
}

TEST_CASE("a token ends with its life, and the wall clock has no say in it") {
    OfficeSettings settings;
    settings.token_life = seconds(10);
    Counter counter(settings);
    const http::Request request = counter.request("[]");
    counter.clock.jump(std::chrono::hours(-5));
    counter.clock.run_for(seconds(9));
    CHECK(counter.reception.answer(request).status == 200);
    counter.clock.run_for(seconds(1));
    CHECK(counter.reception.answer(request).status == 401);
}

TEST_CASE("tokens of a forgetful client are bounded, the newest still good") {
    Counter counter;
    const http::Request first = counter.request("[]");
    for (int i = 0; i < 1100; ++i) {
        counter.get_token();
        counter.clock.run_for(std::chrono::milliseconds(1));
    }
    CHECK(counter.reception.answer(first).status == 401);
    CHECK(counter.post(Json::array()).status == 200);
}

TEST_CASE("more requests a second than allowed get 429 and are let in after the time told") {
    OfficeSettings settings;
    settings.requests_per_second = 3;
    Counter counter(settings);
    const http::Request request = counter.request("[]");
    for (int i = 0; i < 3; ++i) CHECK(counter.reception.answer(request).status == 200);
    const http::Response busy = counter.reception.answer(request);
    CHECK(busy.status == 429);
    CHECK(busy.headers.get("Retry-After") == "1");
    CHECK(Json::parse(busy.body)["statusCode"] == 429);
    counter.clock.run_for(seconds(1));
    for (int i = 0; i < 3; ++i) CHECK(counter.reception.answer(request).status == 200);
    CHECK(counter.reception.answer(request).status == 429);

    settings.requests_per_second = 0;
    Counter open(settings);
    const http::Request unlimited = open.request("[]");
    for (int i = 0; i < 500; ++i) REQUIRE(open.reception.answer(unlimited).status == 200);
}

TEST_CASE("a request that misses a member is refused whole, with the contract's problem body") {
    Counter counter;
    Json spoilt = good_ping("or-1-2");
    spoilt.erase("postalCode");
    const http::Response response = counter.post(Json::array({good_ping(), spoilt}));
    CHECK(response.status == 400);
    CHECK(response.headers.get("Content-Type").starts_with("application/json"));
    const Json problem = Json::parse(response.body);
    std::vector<std::string> names;
    for (const auto& [name, value] : problem.items()) names.push_back(name);
    CHECK(names ==
          std::vector<std::string>{"type", "title", "status", "traceId", "errors", "data"});
    CHECK(problem["status"] == 400);
    CHECK(problem["errors"].size() == 1);
    CHECK(problem["errors"]["[1].postalCode"][0] == "The postalCode field is required.");
    CHECK(problem["data"] == Json::object());
    CHECK(counter.summary().pings == 0);
    CHECK(counter.summary().requests == 0);
}

TEST_CASE("only JSON is taken for pings, and only by POST") {
    Counter counter;
    http::Request request = counter.request("[]");
    request.headers.set("Content-Type", "text/plain");
    CHECK(counter.reception.answer(request).status == 415);
    for (const char* method : {"GET", "PUT", "DELETE", "HEAD", "x"}) {
        http::Request other = counter.request("[]");
        other.method = method;
        const http::Response response = counter.reception.answer(other);
        CHECK(response.status == 405);
        CHECK(response.headers.get("Allow") == "POST");
    }
}

TEST_CASE("each ping gets its result by externalId") {
    Counter counter;
    Json odd = good_ping("or-\"2\"");
    odd["latitude"] = 91;
    const Json results = Json::parse(counter.post(Json::array({good_ping(), odd})).body);
    REQUIRE(results.size() == 2);
    CHECK(results[0] == Json{{"externalId", "or-1-1"}, {"status", "Success"}, {"message", ""}});
    CHECK(results[1]["externalId"] == "or-\"2\"");
    CHECK(results[1]["status"] == "Fail");
    CHECK(counter.post(Json::array()).body == "[]");
}

TEST_CASE("our rules for Fail: unknown unit, no such place, the future and the distant past") {
    OfficeSettings settings;
    settings.units = {"van-7", "van-8"};
    Counter counter(settings);
    struct Row {
        const char* name;
        Json value;
        const char* verdict;
    };
    const Row rows[] = {
        {"unitId", "van-8", "Success"},
        {"unitId", "van-9", "Fail: Unit van-9 is unknown."},
        {"latitude", 90, "Success"},
        {"latitude", -90.0001, "Fail: Latitude"},
        {"longitude", -180, "Success"},
        {"longitude", 180.5, "Fail: Longitude"},
        {"latitude", nullptr, "Success"},
        {"latitude", 1e300, "Fail: Latitude"},
        {"eventTime", "2026-11-21T06:35:00Z", "Success"},
        {"eventTime", "2026-11-21T06:35:01Z", "Fail: eventTime"},
        {"eventTime", "2137-01-01T00:00:00Z", "Fail: eventTime"},
        {"eventTime", "2026-10-22T06:30:01Z", "Success"},
        {"eventTime", "2026-10-22T06:29:59Z", "Fail: eventTime"},
        {"eventTime", "1980-01-06T00:00:00Z", "Fail: eventTime"},
    };
    int id = 0;
    for (const Row& row : rows) {
        CAPTURE(row.name);
        CAPTURE(row.value.dump());
        Json ping = good_ping("or-1-" + std::to_string(++id));
        ping[row.name] = row.value;
        CHECK(counter.verdict(ping).starts_with(row.verdict));
    }
}

TEST_CASE("a repeated externalId succeeds without a second row and is counted") {
    Counter counter;
    CHECK(counter.verdict(good_ping()) == "Success");
    CHECK(counter.verdict(good_ping()) == "Success");
    Json altered = good_ping();
    altered["speed"] = 31.0;
    CHECK(counter.verdict(altered) == "Success");
    CHECK(counter.summary().pings == 1);
    CHECK(counter.summary().duplicates == 2);
    CHECK(counter.summary().altered == 1);
}

TEST_CASE("the founding documents' GET gives a unit's track, to those who may come in") {
    Counter counter;
    for (int minute = 10; minute < 20; ++minute) {
        Json ping = good_ping("or-1-" + std::to_string(minute));
        ping["eventTime"] = "2026-11-21T06:" + std::to_string(minute) + ":00Z";
        REQUIRE(counter.verdict(ping) == "Success");
    }
    http::Request request = counter.request("");
    request.method = "GET";
    const std::string path = "/dispatch/v2/tenant/1000001/gps-pings";
    request.target =
        path + "?technicianId=van-7&fromUtc=2026-11-21T06:12:00Z&toUtc=2026-11-21T06:14:00Z";
    const http::Response response = counter.reception.answer(request);
    CHECK(response.status == 200);
    const Json data = Json::parse(response.body)["data"];
    REQUIRE(data.size() == 3);
    CHECK(data[0]["utcDateTime"] == "2026-11-21T06:12:00.000Z");
    CHECK(data[0]["latitude"] == 51.5);
    CHECK(data[0]["speed"] == 30.0);

    request.target = path;
    const Json problem = Json::parse(counter.reception.answer(request).body);
    CHECK(problem["errors"].size() == 3);
    request.headers.set("Authorization", "");
    CHECK(counter.reception.answer(request).status == 401);
}

TEST_CASE("faults that need no connection answer as they are told") {
    struct Row {
        const char* mode;
        int status;
        const char* type;
    };
    const Row rows[] = {{"error500", 500, "application/json"},
                        {"busy429", 429, "application/json"},
                        {"html", 200, "text/html"},
                        {"wrong_shape", 200, "application/json"},
                        {"unauthorised", 401, "application/json"},
                        {"forbidden", 403, "application/json"},
                        {"conflict", 409, "application/json"}};
    for (const Row& row : rows) {
        CAPTURE(row.mode);
        Counter counter;
        http::Request request = counter.request(Json::array({good_ping()}).dump());
        counter.faults.set(*parse_faults(std::string(R"({"for":1,"retry_after_s":7,"mode":")") +
                                         row.mode + "\"}"));
        const http::Response response = counter.reception.answer(request);
        CHECK(response.status == row.status);
        CHECK(response.headers.get("Content-Type").starts_with(row.type));
        if (row.status == 429) CHECK(response.headers.get("Retry-After") == "7");
        CHECK(counter.summary().pings == 0);
        CHECK(counter.reception.answer(request).status == 200);
        CHECK(counter.summary().pings == 1);
    }
}

TEST_CASE("reject_all fails each ping and each token, and refuses everything else") {
    Counter counter;
    http::Request request = counter.request(Json::array({good_ping()}).dump());
    counter.faults.set(*parse_faults(R"({"mode":"reject_all","on":"all"})"));
    const Json results = Json::parse(counter.reception.answer(request).body);
    CHECK(results[0]["status"] == "Fail");
    CHECK(counter.summary().failed == 1);
    CHECK(counter.get_token().status == 400);
    request.method = "GET";
    request.target = "/dispatch/v2/tenant/1000001/gps-pings";
    CHECK(counter.reception.answer(request).status == 409);
}

TEST_CASE("drop_answer, truncate and mute act on the request before they spoil the answer") {
    for (const char* mode :
         {R"({"mode":"drop_answer"})", R"({"mode":"truncate"})", R"({"mode":"mute"})"}) {
        Counter counter;
        http::Request request = counter.request(Json::array({good_ping()}).dump());
        counter.faults.set(*parse_faults(mode));
        CHECK(counter.reception.answer(request).takeover != nullptr);
        CHECK(counter.summary().pings == 1);
    }
    for (const char* mode :
         {R"({"mode":"reset"})", R"({"mode":"stall"})", R"({"mode":"endless"})"}) {
        Counter counter;
        http::Request request = counter.request(Json::array({good_ping()}).dump());
        counter.faults.set(*parse_faults(mode));
        CHECK(counter.reception.answer(request).takeover != nullptr);
        CHECK(counter.summary().pings == 0);
    }
}

}  // namespace outrider::office
