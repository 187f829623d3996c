#pragma once
// ServiceTitan's JSON to and from rows; only for the sources of its operations.

#include "client/api/results.hpp"
#include "client/office/query.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace outrider::office {

using Json = nlohmann::ordered_json;

constexpr Id api_user = 1;  // for whom the app acts
constexpr Id nobody = -1;   // no row's id
constexpr std::array<std::string_view, 6> appointment_statuses = {
    "Scheduled", "Dispatched", "Working", "Hold", "Done", "Canceled"};

inline Json json_of(Instant instant) { return to_rfc3339(instant); }
template <class T>
Json json_of(const std::optional<T>& value) {
    if (!value) return nullptr;
    if constexpr (std::is_same_v<T, Instant>) {
        return json_of(*value);
    } else {
        return *value;
    }
}
inline Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

inline http::Response ok(const Json& json) {
    return json_answer(200, json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

// {"page", "pageSize", "hasMore", "totalCount", "data"}. `shape` makes a Result<Json> of a row.
template <class Row, class Shape>
http::Response page_answer(const Call& call, const Page& page, const Result<Listed<Row>>& listed,
                           const Shape& shape) {
    if (!listed) return broken(call, listed.error());
    Json data = Json::array();
    for (const Row& row : listed->rows) {
        Result<Json> json = shape(row);
        if (!json) return broken(call, json.error());
        data.push_back(std::move(*json));
    }
    return ok(Json{{"page", page.number},
                   {"pageSize", page.size},
                   {"hasMore", listed->more},
                   {"totalCount", json_of(listed->total)},
                   {"data", std::move(data)}});
}

// One row by the id in the path: 200, 400 or 404.
template <class Row, class Shape>
http::Response read_one(const Call& call, Query& query, const Shape& shape) {
    if (auto objection = query.objection()) return std::move(*objection);
    const Id id = id_of(call);
    if (id == 0) return no_id(call);
    const auto found = call.books.find<Row>(id);
    if (!found) return broken(call, found.error());
    if (!*found) return refused(call, 404, "Not Found");
    Result<Json> json = shape(**found);
    return json ? ok(*json) : broken(call, json.error());
}

// The members of a JSON object one was sent, each read once; what is malformed gets a complaint.
class Body {
public:
    explicit Body(const Call& call) : call_(call) {
        json_ = Json::parse(call.request.body, nullptr, false);
        if (!json_.is_object()) {
            errors_["$"] = {"The body must be a JSON object."};
            json_ = Json::object();
        }
    }
    enum class Need { required, optional };
    std::optional<Id> id(const std::string& name, Need need) {
        const Json* json = take(name, need);
        if (json == nullptr) return std::nullopt;
        if (is_id(*json)) return json->get<Id>();
        complain(name, "must be a whole number");
        return std::nullopt;
    }
    std::vector<Id> ids(const std::string& name) {
        const Json* json = take(name, Need::required);
        if (json == nullptr) return {};
        if (!json->is_array() || json->size() > most ||
            !std::all_of(json->begin(), json->end(), is_id)) {
            complain(name, fmt::format("must be an array of at most {} whole numbers", most));
            return {};
        }
        return json->get<std::vector<Id>>();
    }
    std::optional<Instant> time(const std::string& name, Need need) {
        const auto given = text(name, need);
        if (!given) return std::nullopt;
        const auto instant = parse_rfc3339(*given);
        if (instant && given->find(' ') == std::string::npos) return *instant;
        complain(name, "must be a date and time");
        return std::nullopt;
    }
    std::optional<std::string> text(const std::string& name, Need need) {
        const Json* json = take(name, need);
        if (json == nullptr) return std::nullopt;
        if (json->is_string()) return json->get<std::string>();
        complain(name, "must be text");
        return std::nullopt;
    }
    std::optional<bool> flag(const std::string& name, Need need) {
        const Json* json = take(name, need);
        if (json == nullptr) return std::nullopt;
        if (json->is_boolean()) return json->get<bool>();
        complain(name, "must be true or false");
        return std::nullopt;
    }
    std::optional<double> number(const std::string& name) {
        const Json* json = take(name, Need::optional);
        if (json == nullptr) return std::nullopt;
        if (json->is_number()) return json->get<double>();
        complain(name, "must be a number");
        return std::nullopt;
    }
    void complain(const std::string& name, std::string_view what) {
        errors_[name].push_back(fmt::format("The {} field {}.", name, what));
    }
    // After all the readings: what is wrong, members nobody has read included.
    std::optional<http::Response> objection() {
        if (!api::is_json(call_.request.headers)) {
            return refused(call_, 415, "Unsupported Media Type");
        }
        for (const auto& [name, value] : json_.items()) {
            if (errors_.size() < most) complain(name, "is unknown");
        }
        if (errors_.empty()) return std::nullopt;
        return invalid(call_, errors_);
    }

private:
    static constexpr std::size_t most = 100;
    static bool is_id(const Json& json) {
        return json.is_number_integer() && (!json.is_number_unsigned() || json.get<Id>() >= 0);
    }
    // Nothing when it is absent, or null and may be.
    const Json* take(const std::string& name, Need need) {
        const auto found = json_.find(name);
        if (found != json_.end()) {
            taken_.push_back(*found);
            json_.erase(found);
            if (!taken_.back().is_null()) return &taken_.back();
        }
        if (need == Need::required) complain(name, "is required");
        return nullptr;
    }

    const Call& call_;
    Json json_;
    std::list<Json> taken_;
    FieldErrors errors_;
};

}  // namespace outrider::office
