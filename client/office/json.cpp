#include "client/office/json.hpp"

#include <nlohmann/json.hpp>

namespace outrider::office {

namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

http::Response json_answer(int status, std::string body) {
    http::Response response;
    response.status = status;
    response.headers.set("Content-Type", "application/json; charset=utf-8");
    response.body = std::move(body);
    return response;
}

http::Response problem(int status, std::string_view title, const FieldErrors& errors,
                       std::string_view trace_id) {
    Json json;
    json["type"] = "https://tools.ietf.org/html/rfc7231#section-6.5.1";
    json["title"] = title;
    json["status"] = status;
    json["traceId"] = trace_id;
    json["errors"] = Json::object();
    for (const auto& [name, texts] : errors) json["errors"][name] = texts;
    json["data"] = Json::object();
    return json_answer(status, text_of(json));
}

http::Response gateway_answer(int status, std::string_view message) {
    Json json;
    json["statusCode"] = status;
    json["message"] = message;
    return json_answer(status, text_of(json));
}

http::Response oauth_error(std::string_view code) {
    Json json;
    json["error"] = code;
    return json_answer(400, text_of(json));
}

}  // namespace outrider::office
