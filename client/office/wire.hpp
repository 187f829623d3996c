#pragma once
// ServiceTitan's JSON to and from rows; only for the sources of its operations.

#include "client/office/query.hpp"

#include <nlohmann/json.hpp>

#include <array>
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

// The members of a JSON object one was sent, each read once; what is malformed gets a complaint and
// reads as absent. Null is absence.
class Body {
public:
    explicit Body(const Call&);
    enum class Need { required, optional };
    std::optional<Id> id(const std::string& name, Need);
    std::vector<Id> ids(const std::string& name);  // required; at most 100
    std::optional<Instant> time(const std::string& name, Need);
    std::optional<std::string> text(const std::string& name, Need);
    std::optional<bool> flag(const std::string& name, Need);
    std::optional<double> number(const std::string& name);  // optional
    // "The ... field `what`."
    void complain(const std::string& name, std::string_view what);
    // After all the readings: nothing, or the answer to what is wrong. Members nobody has read are
    // wrong, too.
    std::optional<http::Response> objection();

private:
    std::optional<Json> take(const std::string& name, Need);

    const Call& call_;
    Json json_;
    FieldErrors errors_;
};

}  // namespace outrider::office
