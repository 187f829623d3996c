#include "client/office/seed.hpp"
#include "tests/client/office/branch_day.hpp"
#include "tests/support/places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

namespace outrider::office {

namespace {

using test::Answer;
using test::BranchDay;
using test::Json;

Json file_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    return Json::parse(file);
}

Json document() { return file_of(test::project_file("tests/data/servicetitan/openapi.json")); }

// What "$ref" stands for.
Json followed(const Json& document, const Json& schema) {
    const auto reference = schema.find("$ref");
    if (reference == schema.end()) return schema;
    return document.at(Json::json_pointer(reference->get<std::string>().substr(1)));
}

struct Parameter {
    std::string name, type, format;
    std::vector<std::string> words;
    bool is_ids() const { return type == "string" && name != "status" && name.ends_with("ds"); }
};

// Every operation that lists something, by its path, with its query's parameters.
std::vector<std::pair<std::string, std::vector<Parameter>>> lists(const Json& document) {
    std::vector<std::pair<std::string, std::vector<Parameter>>> found;
    for (const auto& [path, operations] : document.at("paths").items()) {
        if (!operations.contains("get") || path.find("/technician-tracking") != path.npos) continue;
        std::vector<Parameter> parameters;
        for (const Json& one : operations["get"].at("parameters")) {
            const Json parameter = followed(document, one);
            if (parameter.at("in") != "query") continue;
            const Json schema = followed(document, parameter.at("schema"));
            parameters.push_back({parameter.at("name"), schema.at("type"),
                                  schema.value("format", ""),
                                  schema.value("enum", std::vector<std::string>())});
        }
        std::string filled = path;
        for (const auto& [name, value] : {std::pair{"{tenant}", "1000001"},
                                          std::pair{"{job}", "701"}, std::pair{"{id}", "701"}}) {
            const auto where = filled.find(name);
            if (where != std::string::npos) filled.replace(where, std::string(name).size(), value);
        }
        if (parameters.size() > 1) found.emplace_back(filled, parameters);
    }
    return found;
}

std::string fifty_one_ids() {
    std::string ids = "1";
    for (int id = 2; id <= 51; ++id) ids += "," + std::to_string(id);
    return ids;
}

std::vector<std::string> wrong_values(const Parameter& parameter) {
    if (parameter.name == "page") return {"0", "-1", "x", "", "1.5", "2147483648"};
    if (parameter.name == "pageSize") return {"0", "501", "x"};
    if (parameter.name == "sort") return {"", "Id", "%2B", "*Id", "%2BColour", "+Id", "-id"};
    if (parameter.name == "from")
        return {"x", "a1-", "a1-7", "a1-ffffffff-0", "a1-0--1", "yesterday"};
    if (parameter.is_ids()) return {"x", "1,,2", ",", "", "1.5", fifty_one_ids()};
    if (!parameter.words.empty()) return {"Nonsense", "", "any"};
    if (parameter.type == "integer") return {"x", "", "1.5", "9223372036854775808"};
    if (parameter.type == "boolean") return {"maybe", "True", "1", ""};
    if (parameter.format == "date-time") return {"yesterday", "2026-03-02", "2026-03-02T25:00:00Z"};
    return {};
}

std::string right_value(const Parameter& parameter) {
    if (parameter.name == "sort") return "-ModifiedOn";
    if (parameter.name == "from") return "2026-03-02T00:00:00Z";
    if (parameter.is_ids()) return "811,0,-5,701";
    if (!parameter.words.empty()) return parameter.words.back();
    if (parameter.type == "integer") return "1";
    if (parameter.type == "boolean") return "true";
    return parameter.format == "date-time" ? "2026-03-02T00:00:00.1234567%2B01:00" : "any%20text";
}

}  // namespace

TEST_CASE("every request typed by hand is taken, and answered as the document says") {
    int taken = 0;
    for (const auto& entry : std::filesystem::directory_iterator(
             test::project_file("tests/data/servicetitan/requests"))) {
        BranchDay office;
        const Json file = file_of(entry.path());
        CAPTURE(entry.path().filename().string());
        const std::string method = file.at("method"), target = file.at("target");
        const Json body = file.value("body", Json());
        const std::string text = body.is_string() ? body.get<std::string>()
                                 : body.is_null() ? std::string()
                                                  : body.dump();
        const Answer answer = office.raw(method, target, text);
        CAPTURE(answer.text);
        CHECK(answer.status == 200);
        CHECK(test::joined(test::OpenApi::servicetitan().validate_answer(
                  method, target, answer.status, answer.text, test::OpenApi::From::us)) == "");
        ++taken;
    }
    CHECK(taken >= 30);
}

TEST_CASE("every list knows each of its parameters, and names the one that is wrong") {
    const Json json = document();
    const auto all = lists(json);
    CHECK(all.size() == 10);
    BranchDay office;
    for (const auto& [path, parameters] : all) {
        for (const Parameter& parameter : parameters) {
            const std::string with = path + "?" + parameter.name + "=";
            CHECK(office.get(with + right_value(parameter)).status == 200);
            for (const std::string& value : wrong_values(parameter)) {
                const std::string target = with + value;
                CAPTURE(target);
                CHECK(office.named(office.get(target)) == parameter.name);
            }
            const std::string twice = with + right_value(parameter) + "&" + parameter.name + "=1";
            CHECK(office.named(office.get(twice)) == parameter.name);
        }
        CHECK(office.named(office.get(path + "?colour=red")) == "colour");
        CHECK(office.named(office.get(path + "?&")) == "");
        CHECK(office.get(path + "?&").status == 400);
    }
}

TEST_CASE("what is read by its id is there, or is not, or is no id") {
    BranchDay office;
    for (const auto& [path, id] : {std::pair{test::jpm_area + "/appointments/", 811},
                                   {test::jpm_area + "/jobs/", 701},
                                   {test::crm_area + "/locations/", 401},
                                   {test::crm_area + "/customers/", 301},
                                   {test::settings_area + "/technicians/", 21},
                                   {test::timesheets_area + "/activities/", 91},
                                   {test::timesheets_area + "/activity-types/", 61}}) {
        const Answer found = office.get(path + std::to_string(id));
        CHECK(found.status == 200);
        CHECK(found.body["id"] == id);
        for (const char* unknown : {"4711", "0", "-7", "9223372036854775807"}) {
            CHECK(office.get(path + unknown).status == 404);
        }
        for (const char* wrong : {"x", "8 1", "9223372036854775808", "1.5", "0x1"}) {
            const std::string target = path + wrong;
            CAPTURE(target);
            CHECK(office.named(office.get(target)) == "id");
        }
        CHECK(office.named(office.get(path + std::to_string(id) + "?colour=red")) == "colour");
    }
}

TEST_CASE("a location tells its coordinates, or that there are none") {
    BranchDay office;
    CHECK(office.get(test::crm_area + "/locations/401").body["address"]["latitude"] == 37.386051);
    CHECK(office.get(test::crm_area + "/locations/402").body["address"]["latitude"].is_null());
}

TEST_CASE("every operation turns away who has no token, no key or another tenant") {
    BranchDay office;
    const Json json = document();
    for (const auto& [pattern, operations] : json.at("paths").items()) {
        if (pattern == "/connect/token") continue;
        for (const auto& [method, operation] : operations.items()) {
            std::string target = pattern;
            for (auto open = target.find('{'); open != target.npos; open = target.find('{')) {
                const auto close = target.find('}');
                const std::string name = target.substr(open, close - open + 1);
                target.replace(open, name.size(),
                               name == "{tenant}"         ? "1000001"
                               : name == "{gps_provider}" ? "outrider"
                                                          : "7");
            }
            std::string upper = method;
            std::transform(upper.begin(), upper.end(), upper.begin(), ::toupper);
            http::Request request{upper, target, {}, {}};
            CAPTURE(target);
            CHECK(office.reception->answer(request).status == 401);
            request.headers.set("Authorization", "Bearer " + office.token);
            CHECK(office.reception->answer(request).status == 403);
            request.headers.set("ST-App-Key", "ak1.demo");
            CHECK(office.reception->answer(request).status != 403);
            request.target.replace(request.target.find("1000001"), 7, "1000002");
            CHECK(office.reception->answer(request).status == 403);
        }
    }
}

TEST_CASE("any operation of the document can be made to refuse, by its name and alone") {
    BranchDay office;
    for (const std::string& name : test::OpenApi::servicetitan().operations()) {
        CAPTURE(name);
        CHECK(parse_faults(fmt::format(R"({{"mode":"conflict","on":"{}"}})", name)));
    }
    office.faults.set(*parse_faults(R"({"mode":"conflict","on":"jobsGet"})"));
    CHECK(office.raw("GET", test::jpm_area + "/jobs/701").status == 409);
    CHECK(office.raw("GET", test::jpm_area + "/jobs").status == 200);
    office.faults.set(*parse_faults(R"({"mode":"forbidden","on":"jobsList"})"));
    CHECK(office.ask("GET", test::jpm_area + "/jobs").status == 403);
}

TEST_CASE("the sample day is told as the document has it, row by row and list by list") {
    test::Branch office;
    REQUIRE(plant(office.books, "sample"));
    const std::string dispatch = test::dispatch_area, jpm = test::jpm_area;
    std::map<std::string, std::size_t> rows;
    for (const std::string& list :
         {jpm + "/appointments", jpm + "/jobs", test::settings_area + "/technicians",
          test::timesheets_area + "/activity-types"}) {
        for (const Id id : office.ids(list)) {
            CHECK(office.get(list + "/" + std::to_string(id)).status == 200);
            ++rows[list];
        }
    }
    CHECK(rows[jpm + "/appointments"] == 8);
    CHECK(rows[jpm + "/jobs"] == 6);
    CHECK(rows[test::settings_area + "/technicians"] == 4);
    const Json jobs = office.get(jpm + "/jobs").body.at("data");
    for (const Json& job : jobs) {
        CHECK(office.get(test::crm_area + "/locations/" + job["locationId"].dump()).status == 200);
        CHECK(office.get(test::crm_area + "/customers/" + job["customerId"].dump()).status == 200);
    }
    CHECK(office.ids(dispatch + "/appointment-assignments").size() >= 8);
    CHECK_FALSE(office.ids(dispatch + "/technician-shifts").empty());
    CHECK(office.get(dispatch + "/export/appointment-assignments").status == 200);
    CHECK(office.get(test::payroll_area + "/jobs/timesheets").status == 200);
    CHECK(office.get(test::timesheets_area + "/activities").status == 200);
}

}  // namespace outrider::office
