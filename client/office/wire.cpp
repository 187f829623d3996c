#include "client/office/wire.hpp"

#include "client/api/results.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace outrider::office {

namespace {

constexpr std::size_t most = 100;

bool is_id(const Json& json) {
    return json.is_number_integer() && (!json.is_number_unsigned() || json.get<Id>() >= 0);
}

}  // namespace

Body::Body(const Call& call) : call_(call), json_(Json::parse(call.request.body, nullptr, false)) {
    if (json_.is_object()) return;
    errors_["$"] = {"The body must be a JSON object."};
    json_ = Json::object();
}

std::optional<Id> Body::id(const std::string& name, Need need) {
    const auto json = take(name, need);
    if (!json) return std::nullopt;
    if (is_id(*json)) return json->get<Id>();
    complain(name, "must be a whole number");
    return std::nullopt;
}

std::vector<Id> Body::ids(const std::string& name) {
    const auto json = take(name, Need::required);
    if (!json) return {};
    if (json->is_array() && json->size() <= most &&
        std::all_of(json->begin(), json->end(), is_id)) {
        return json->get<std::vector<Id>>();
    }
    complain(name, fmt::format("must be an array of at most {} whole numbers", most));
    return {};
}

std::optional<Instant> Body::time(const std::string& name, Need need) {
    const auto given = text(name, need);
    if (!given) return std::nullopt;
    const auto instant = parse_rfc3339(*given);
    if (instant && given->find(' ') == std::string::npos) return *instant;
    complain(name, "must be a date and time");
    return std::nullopt;
}

std::optional<std::string> Body::text(const std::string& name, Need need) {
    const auto json = take(name, need);
    if (!json) return std::nullopt;
    if (json->is_string()) return json->get<std::string>();
    complain(name, "must be text");
    return std::nullopt;
}

std::optional<bool> Body::flag(const std::string& name, Need need) {
    const auto json = take(name, need);
    if (!json) return std::nullopt;
    if (json->is_boolean()) return json->get<bool>();
    complain(name, "must be true or false");
    return std::nullopt;
}

std::optional<double> Body::number(const std::string& name) {
    const auto json = take(name, Need::optional);
    if (!json) return std::nullopt;
    if (json->is_number()) return json->get<double>();
    complain(name, "must be a number");
    return std::nullopt;
}

void Body::complain(const std::string& name, std::string_view what) {
    errors_[name].push_back(fmt::format("The {} field {}.", name, what));
}

std::optional<http::Response> Body::objection() {
    if (!api::is_json(call_.request.headers)) return refused(call_, 415, "Unsupported Media Type");
    for (const auto& [name, value] : json_.items()) {
        if (errors_.size() < most) complain(name, "is unknown");
    }
    if (errors_.empty()) return std::nullopt;
    return invalid(call_, errors_);
}

// Nothing when it is absent or null.
std::optional<Json> Body::take(const std::string& name, Need need) {
    const auto found = json_.find(name);
    if (found != json_.end()) {
        Json json = std::move(*found);
        json_.erase(found);
        if (!json.is_null()) return json;
    }
    if (need == Need::required) complain(name, "is required");
    return std::nullopt;
}

}  // namespace outrider::office
