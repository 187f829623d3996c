#include "tests/support/openapi.hpp"

#include "platform/http.hpp"
#include "tests/support/json_schema.hpp"
#include "tests/support/places.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace outrider;
using namespace outrider::test;
using Json = nlohmann::json;

namespace {

std::string joined(const Complaints& complaints) {
    std::string text;
    for (const std::string& each : complaints) text += each + "\n";
    return text;
}

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<std::filesystem::path> files_of(const std::string& folder) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry :
         std::filesystem::directory_iterator(project_file("tests/data/servicetitan/" + folder))) {
        paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

// "assignmentsAssign.409.json": the operation, and what else its name says.
struct Named {
    std::string operation, variant;
    int status = 200;
    explicit Named(const std::filesystem::path& path) {
        const std::string stem = path.stem().string();
        operation = stem.substr(0, stem.find('.'));
        if (operation != stem) variant = stem.substr(operation.size() + 1);
        if (variant.find_first_not_of("0123456789") == std::string::npos && !variant.empty()) {
            status = std::stoi(variant);
        }
    }
};

constexpr std::string_view shop = R"({
  "security": [{"bearer": []}],
  "paths": {
    "/shelf/{id}": {
      "get": {"operationId": "read", "parameters": [
          {"name": "id", "in": "path", "required": true,
           "schema": {"type": "integer", "format": "int64"}},
          {"name": "since", "in": "query", "schema": {"type": "string", "format": "date-time"}},
          {"name": "kind", "in": "query", "required": true,
           "schema": {"$ref": "#/components/schemas/Kind"}},
          {"name": "all", "in": "query", "schema": {"type": "boolean"}},
          {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1}}],
        "responses": {"200": {"content": {"application/json": {"schema":
            {"type": "object", "properties": {"id": {"type": "integer"}}}}}}, "default": {}}}},
    "/shelf/top": {
      "post": {"operationId": "put", "security": [],
        "requestBody": {"content": {"application/json": {"schema": {"type": "array"}}}},
        "responses": {"200": {}}},
      "get": {"operationId": "top", "responses": {"200": {}}}}},
  "components": {"schemas": {"Kind": {"type": "string", "enum": ["Book", "Map"]}}}})";

}  // namespace

TEST_CASE("each keyword of a schema refuses what it forbids, and says where") {
    struct Case {
        std::string_view schema, good, bad, complaint;
    };
    const std::vector<Case> cases = {
        {R"({"type": "string"})", R"("a")", "1", "$: 1 is not of type \"string\""},
        {R"({"type": ["integer", "null"]})", "null", "1.5", "1.5 is not of type"},
        {R"({"type": "object"})", "{}", "[]", "is not of type"},
        {R"({"type": "array"})", "[]", "{}", "is not of type"},
        {R"({"type": "boolean"})", "true", "0", "is not of type"},
        {R"({"type": "number"})", "1", "true", "is not of type"},
        {R"({"format": "int64"})", "9223372036854775807", "9223372036854775808", "no int64"},
        {R"({"format": "int32"})", "-2147483648", "-2147483649", "no int32"},
        {R"({"format": "date-time"})", R"("2026-03-02T15:04:05.1234567Z")",
         R"("2026-03-02 15:04:05")", "no date-time"},
        {R"({"format": "date-time"})", "7", R"("2026-13-02T15:04:05Z")", "no date-time"},
        {R"({"format": "double"})", "7", R"("x")", ""},
        {R"({"enum": ["a", "b"]})", R"("b")", R"("c")", "is none of"},
        {R"({"const": "a"})", R"("a")", R"("b")", "is not \"a\""},
        {R"({"minimum": 1})", "1", "0", "0 is less than 1"},
        {R"({"required": ["a"]})", R"({"a": null})", R"({"b": 1})", "'a' is missing"},
        {R"({"properties": {"a": {"type": "string"}}})", R"({"b": 1})", R"({"a": 1})", "$.a: 1"},
        {R"({"properties": {"a": {}}, "additionalProperties": false})", R"({"a": 1})",
         R"({"b": 1})", "'b' is unknown"},
        {R"({"additionalProperties": {"type": "string"}})", R"({"a": "b"})", R"({"a": 1})",
         "$.a: 1"},
        {R"({"items": {"type": "string"}})", R"(["a"])", R"(["a", 1])", "$[1]: 1"},
        {R"({"anyOf": [{"type": "string"}, {"type": "null"}]})", "null", "1", "is not of type"},
        {R"({"$ref": "#/kind"})", "true", "1", "is not of type"},
    };
    const Json document = {{"kind", {{"type", "boolean"}}}};
    const Schemas schemas{document};
    for (const Case& each : cases) {
        CAPTURE(each.schema);
        Complaints none, some;
        schemas.check(Json::parse(each.schema), Json::parse(each.good), "$", none);
        CHECK(joined(none) == "");
        schemas.check(Json::parse(each.schema), Json::parse(each.bad), "$", some);
        CAPTURE(joined(some));
        CHECK(some.empty() == each.complaint.empty());
        CHECK(joined(some).find(each.complaint) != std::string::npos);
    }
}

TEST_CASE("a keyword or a format the validator does not know is a complaint") {
    const Json document;
    Complaints complaints;
    Schemas{document}.check(Json::parse(R"({"pattern": "a", "format": "uri"})"), "a", "$",
                            complaints);
    CHECK(complaints.size() == 2);
}

TEST_CASE("members without a property are wrong where that is asked for, whatever is allowed") {
    const Json document;
    const Json open = Json::parse(R"({"properties": {"a": {}}, "additionalProperties": true})");
    const Json silent = Json::parse(R"({"properties": {"a": {}}})");
    const Json map = Json::parse(R"({"type": "object", "additionalProperties": true})");
    for (const Json& schema : {open, silent, map}) {
        CAPTURE(schema.dump());
        Complaints borne, wrong;
        Schemas{document}.check(schema, Json::parse(R"({"b": 1})"), "$", borne);
        CHECK(borne.empty());
        Schemas{document, true}.check(schema, Json::parse(R"({"b": 1})"), "$", wrong);
        CHECK(wrong.size() == (schema == map ? 0 : 1));
    }
}

TEST_CASE("a time is RFC 3339's, with any number of fraction digits") {
    for (const std::string_view good :
         {"2026-03-02T15:04:05Z", "2026-03-02T15:04:60.0000001+14:00", "2026-03-02t15:04:05.1z"}) {
        CHECK_MESSAGE(is_date_time(good), good);
    }
    for (const std::string_view bad :
         {"", "2026-03-02", "2026-03-02T15:04:05", "2026-03-02T15:04Z", "2026-03-02T24:04:05Z",
          "2026-03-02T15:04:05.Z", "2026-03-02T15:04:05Zx", "2026-03-02T15:04:05+1400"}) {
        CHECK_MESSAGE(!is_date_time(bad), bad);
    }
}

TEST_CASE("a request is held against its path, its query, its body and its headers") {
    const OpenApi api(shop);
    CHECK(api.operation("GET", "/shelf/7?kind=Book") == "read");
    CHECK(api.operation("GET", "/shelf/top") == "top");
    CHECK(api.operation("PUT", "/shelf/top") == "");
    const auto said = [&](std::string_view target) {
        return joined(api.validate_request("GET", target, ""));
    };
    CHECK(said("/shelf/7?kind=Book&since=2026-03-02T15%3A04%3A05Z&all=true&page=1") == "");
    CHECK(said("/shelf/x?kind=Book").find("path parameter 'id'") == 0);
    CHECK(said("/shelf/7") == "query parameter 'kind' is missing\n");
    CHECK(said("/shelf/7?kind=book").find("is none of") != std::string::npos);
    CHECK(said("/shelf/7?kind=Map&kind=Map") == "query parameter 'kind' twice\n");
    CHECK(said("/shelf/7?kind=Map&colour=") == "query parameter 'colour' is unknown\n");
    CHECK(said("/shelf/7?kind=Map&all=True").find("'all'") != std::string::npos);
    CHECK(said("/shelf/7?kind=Map&page=0").find("less than 1") != std::string::npos);
    CHECK(said("/shelf/7?kind=Map&page=").find("is not of type") != std::string::npos);
    CHECK(said("/shelf/7?kind=Map&since=today").find("no date-time") != std::string::npos);
    CHECK(said("/elsewhere") == "there is no such operation\n");
    CHECK(joined(api.validate_request("GET", "/shelf/top", "{}")) == "there is a body\n");
    CHECK(joined(api.validate_request("POST", "/shelf/top", "[]")) == "");
    CHECK(joined(api.validate_request("POST", "/shelf/top", "[")) == "the body is no JSON\n");
    CHECK(joined(api.validate_request("POST", "/shelf/top", "{}")) != "");

    http::Request request;
    request.target = "/shelf/7?kind=Map";
    CHECK(joined(api.validate_request(request)) ==
          "there is no bearer token\nthere is no app key\n");
    request.headers = {{"Authorization", "Bearer a"}, {"ST-App-Key", "b"}};
    CHECK(joined(api.validate_request(request)) == "");
    request = {"POST", "/shelf/top", {}, "[]"};
    CHECK(joined(api.validate_request(request)) == "the content type is not application/json\n");
}

TEST_CASE("an answer may hold what is unknown when it is theirs, and not when it is ours") {
    const OpenApi api(shop);
    using From = OpenApi::From;
    const auto said = [&](int status, std::string_view body, From from) {
        return joined(api.validate_answer("GET", "/shelf/7?kind=Map", status, body, from));
    };
    CHECK(said(200, R"({"id": 7})", From::us) == "");
    CHECK(said(200, R"({"id": 7, "new": 1})", From::them) == "");
    CHECK(said(200, R"({"id": 7, "new": 1})", From::us) == "$: 'new' is unknown\n");
    CHECK(said(200, R"({"id": "7"})", From::them) != "");
    CHECK(said(200, "<html>", From::them) == "the body is no JSON\n");
    CHECK(said(500, "", From::them) == "");
    CHECK(said(500, "", From::us) == "the status 500 is not documented\n");
    CHECK(joined(api.validate_answer("read", 200, "[]", From::us)) != "");
    CHECK(joined(api.validate_answer("write", 200, "[]", From::us)) ==
          "there is no such operation\n");
}

TEST_CASE("every request typed by hand is one of the document's, and every operation has one") {
    const OpenApi& api = OpenApi::servicetitan();
    std::set<std::string> seen;
    for (const auto& path : files_of("requests")) {
        CAPTURE(path.filename().string());
        const Json file = Json::parse(text_of(path));
        const std::string method = file.at("method"), target = file.at("target");
        const Json body = file.value("body", Json());
        const std::string text = body.is_string() ? body.get<std::string>()
                                 : body.is_null() ? std::string()
                                                  : body.dump();
        CHECK(api.operation(method, target) == Named(path).operation);
        CHECK(joined(api.validate_request(method, target, text)) == "");
        seen.insert(Named(path).operation);
    }
    for (const std::string& operation : api.operations()) CHECK(seen.contains(operation));
    CHECK(seen.size() == 25);
}

TEST_CASE("every answer typed by hand is one of the document's, and every operation has one") {
    const OpenApi& api = OpenApi::servicetitan();
    std::set<std::string> seen;
    for (const auto& path : files_of("answers")) {
        CAPTURE(path.filename().string());
        const Named named(path);
        CHECK(joined(api.validate_answer(named.operation, named.status, text_of(path),
                                         OpenApi::From::them)) == "");
        if (named.status == 200) seen.insert(named.operation);
    }
    for (const std::string& operation : api.operations()) CHECK(seen.contains(operation));
}
