#include "tests/support/openapi.hpp"

#include "platform/http.hpp"
#include "tests/support/json_schema.hpp"
#include "tests/support/places.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <utility>

namespace outrider::test {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 5> methods = {"get", "post", "put", "patch", "delete"};

std::vector<std::string> split(std::string_view text, char by) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == by) {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        int byte = 0;
        const char* const begin = text.data() + i + 1;
        if (text[i] == '+') {
            out += ' ';
        } else if (text[i] == '%' && i + 2 < text.size() &&
                   std::from_chars(begin, begin + 2, byte, 16).ptr == begin + 2) {
            out += static_cast<char>(byte);
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;
Pairs form(std::string_view text) {
    Pairs pairs;
    if (text.empty()) return pairs;
    for (const std::string& part : split(text, '&')) {
        const auto equals = std::min(part.find('='), part.size());
        const auto value = part.substr(std::min(equals + 1, part.size()));
        pairs.emplace_back(decoded(part.substr(0, equals)), decoded(value));
    }
    return pairs;
}

// Text as what its schema says it stands for; as text when it does not stand for that.
Json read_as(const Json& schema, const std::string& text) {
    const Json type = schema.value("type", Json("string"));
    if (type == "boolean" && (text == "true" || text == "false")) return text == "true";
    const bool digits =
        !text.empty() && text.find_first_not_of("0123456789", text[0] == '-') == std::string::npos;
    if (type != "integer" || !digits) return text;
    const Json number = Json::parse(text, nullptr, false);
    return number.is_number_integer() ? number : Json(text);
}

struct Operation {
    std::string method, name;
    std::vector<std::string> path;
    const Json* json = nullptr;
};

bool is_template(const std::string& segment) { return segment.starts_with('{'); }

bool fits(const Operation& operation, std::string_view method,
          const std::vector<std::string>& path) {
    return operation.method == method &&
           std::equal(operation.path.begin(), operation.path.end(), path.begin(), path.end(),
                      [](const std::string& pattern, const std::string& segment) {
                          return is_template(pattern) || pattern == segment;
                      });
}

}  // namespace

struct OpenApi::State {
    Json document;
    std::vector<Operation> operations;

    const Operation* find(std::string_view method, std::string_view target) const {
        std::string lower(method);
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        const auto path = split(target.substr(0, target.find('?')), '/');
        const Operation* best = nullptr;
        const auto variables = [](const Operation& one) {
            return std::count_if(one.path.begin(), one.path.end(), is_template);
        };
        for (const Operation& each : operations) {
            if (!fits(each, lower, path)) continue;
            if (best == nullptr || variables(each) < variables(*best)) best = &each;
        }
        return best;
    }
    const Operation* named(std::string_view name) const {
        const auto found = std::find_if(operations.begin(), operations.end(),
                                        [&](const Operation& one) { return one.name == name; });
        return found == operations.end() ? nullptr : &*found;
    }
    std::vector<Json> parameters(const Operation& operation, const std::string& in) const {
        std::vector<Json> found;
        for (const Json& one : operation.json->value("parameters", Json::array())) {
            const Json& parameter = Schemas{document}.follow(one);
            if (parameter.at("in") == in) found.push_back(parameter);
        }
        return found;
    }
    void check_one(const Json& parameter, const std::string& text, Complaints& complaints) const {
        const Schemas schemas{document};
        const Json& schema = parameter.at("schema");
        const std::string where = parameter.at("in").get<std::string>() + " parameter '" +
                                  parameter.at("name").get<std::string>() + "'";
        schemas.check(schema, read_as(schemas.follow(schema), text), where, complaints);
    }
    void check_path(const Operation& operation, std::string_view target,
                    Complaints& complaints) const {
        const auto path = split(target.substr(0, target.find('?')), '/');
        for (const Json& parameter : parameters(operation, "path")) {
            const std::string pattern = "{" + parameter.at("name").get<std::string>() + "}";
            const auto at = std::find(operation.path.begin(), operation.path.end(), pattern);
            check_one(parameter,
                      decoded(path.at(
                          static_cast<std::size_t>(std::distance(operation.path.begin(), at)))),
                      complaints);
        }
    }
    void check_query(const Operation& operation, std::string_view target,
                     Complaints& complaints) const {
        const auto question = std::min(target.find('?'), target.size());
        const Pairs given = form(target.substr(std::min(question + 1, target.size())));
        const auto known = parameters(operation, "query");
        std::map<std::string, int> seen;
        for (const auto& [name, text] : given) {
            if (++seen[name] == 2) complaints.push_back("query parameter '" + name + "' twice");
            const auto parameter =
                std::find_if(known.begin(), known.end(),
                             [&, &name = name](const Json& one) { return one["name"] == name; });
            if (parameter == known.end()) {
                complaints.push_back("query parameter '" + name + "' is unknown");
            } else {
                check_one(*parameter, text, complaints);
            }
        }
        for (const Json& parameter : known) {
            const auto name = parameter.at("name").get<std::string>();
            if (parameter.value("required", false) && !seen.contains(name)) {
                complaints.push_back("query parameter '" + name + "' is missing");
            }
        }
    }
    // The body against the only content type there is.
    void check_content(const Json& content, std::string_view text, bool strict,
                       Complaints& complaints) const {
        Json body;
        if (content.begin().key() == "application/x-www-form-urlencoded") {
            body = Json::object();
            for (const auto& [name, value] : form(text)) body[name] = value;
        } else {
            body = Json::parse(text, nullptr, false);
        }
        if (body.is_discarded()) {
            complaints.push_back("the body is no JSON");
            return;
        }
        Schemas{document, strict}.check(content.begin()->at("schema"), body, "$", complaints);
    }
    Complaints answer(const Operation* operation, int status, std::string_view body,
                      From from) const {
        if (operation == nullptr) return {"there is no such operation"};
        const Json& responses = operation->json->at("responses");
        const std::string number = std::to_string(status);
        if (from == From::us && !responses.contains(number)) {
            return {"the status " + number + " is not documented"};
        }
        const Json& response =
            Schemas{document}.follow(responses.at(responses.contains(number) ? number : "default"));
        Complaints complaints;
        const auto content = response.find("content");
        if (content != response.end()) {
            check_content(*content, body, from == From::us, complaints);
        }
        return complaints;
    }
};

OpenApi::OpenApi(std::string_view document) : state_(std::make_unique<State>()) {
    state_->document = Json::parse(document);
    for (const auto& [path, operations] : state_->document.at("paths").items()) {
        for (const std::string_view method : methods) {
            const auto found = operations.find(method);
            if (found == operations.end()) continue;
            state_->operations.push_back(
                {std::string(method), found->at("operationId"), split(path, '/'), &*found});
        }
    }
}

OpenApi::~OpenApi() = default;

const OpenApi& OpenApi::servicetitan() {
    static const OpenApi document([] {
        std::ifstream file(project_file("tests/data/servicetitan/openapi.json"));
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }());
    return document;
}

std::string OpenApi::operation(std::string_view method, std::string_view target) const {
    const Operation* found = state_->find(method, target);
    return found == nullptr ? "" : found->name;
}

std::vector<std::string> OpenApi::operations() const {
    std::vector<std::string> names;
    for (const Operation& operation : state_->operations) names.push_back(operation.name);
    return names;
}

Complaints OpenApi::validate_request(std::string_view method, std::string_view target,
                                     std::string_view body) const {
    const Operation* operation = state_->find(method, target);
    if (operation == nullptr) return {"there is no such operation"};
    Complaints complaints;
    state_->check_path(*operation, target, complaints);
    state_->check_query(*operation, target, complaints);
    const auto wanted = operation->json->find("requestBody");
    if (wanted != operation->json->end()) {
        state_->check_content(wanted->at("content"), body, true, complaints);
    } else if (!body.empty()) {
        complaints.push_back("there is a body");
    }
    return complaints;
}

Complaints OpenApi::validate_request(const http::Request& request) const {
    auto complaints = validate_request(request.method, request.target, request.body);
    const Operation* operation = state_->find(request.method, request.target);
    if (operation == nullptr) return complaints;
    const Json security =
        operation->json->value("security", state_->document.value("security", Json()));
    if (!security.empty()) {
        if (!request.headers.get("Authorization").starts_with("Bearer ")) {
            complaints.push_back("there is no bearer token");
        }
        if (request.headers.get("ST-App-Key").empty()) complaints.push_back("there is no app key");
    }
    const auto body = operation->json->find("requestBody");
    if (body == operation->json->end()) return complaints;
    const std::string type = body->at("content").begin().key();
    if (!request.headers.get("Content-Type").starts_with(type)) {
        complaints.push_back("the content type is not " + type);
    }
    return complaints;
}

Complaints OpenApi::validate_answer(std::string_view method, std::string_view target, int status,
                                    std::string_view body, From from) const {
    return state_->answer(state_->find(method, target), status, body, from);
}

Complaints OpenApi::validate_answer(std::string_view operation, int status, std::string_view body,
                                    From from) const {
    return state_->answer(state_->named(operation), status, body, from);
}

}  // namespace outrider::test
