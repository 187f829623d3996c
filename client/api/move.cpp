#include "client/api/move.hpp"

#include "client/api/members.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace outrider::api {

namespace {

using Json = nlohmann::ordered_json;
using dispatch::Id;

constexpr std::size_t longest_id = 100;
constexpr std::size_t longest_text = 10'000;

constexpr std::array<std::string_view, 12> verb_words = {
    "check_in", "check_out", "assign", "unassign", "dispatch", "cancel",
    "arrive",   "pause",     "resume", "done",     "close",    "complete"};
constexpr std::array<std::string_view, 3> lifters = {"by_the_technician", "by_the_office",
                                                     "by_nobody"};

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json id_or_null(Id id) { return id == 0 ? Json(nullptr) : Json(id); }
Json number_or_null(const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
}

}  // namespace

std::string_view word(dispatch::Verb verb) { return verb_words.at(static_cast<std::size_t>(verb)); }

std::optional<dispatch::Verb> verb_of(std::string_view word) {
    const auto index = index_of(verb_words, word);
    if (!index) return std::nullopt;
    return static_cast<dispatch::Verb>(*index);
}

std::string to_json(const Move& move) {
    Json json;
    json["id"] = move.id;
    json["verb"] = word(move.verb);
    json["technician"] = id_or_null(move.technician);
    json["appointment"] = id_or_null(move.appointment);
    json["happened"] = to_rfc3339(move.happened);
    json["quiet"] = move.quiet;
    if (move.automatic) json["automatic"] = true;
    json["latitude"] = number_or_null(move.latitude);
    json["longitude"] = number_or_null(move.longitude);
    return text_of(json);
}

Result<Move> parse_move(std::string_view text) {
    Members members(text, "move");
    Move move;
    members.text("id", move.id, 1, longest_id);
    move.verb = static_cast<dispatch::Verb>(members.word("verb", verb_words));
    members.optional_id("technician", move.technician);
    members.optional_id("appointment", move.appointment);
    members.time("happened", move.happened);
    members.optional_flag("quiet", move.quiet);
    members.optional_flag("automatic", move.automatic);
    members.degrees("latitude", move.latitude, 90);
    members.degrees("longitude", move.longitude, 180);
    members.no_others();
    return members.finish(std::move(move));
}

std::string to_json(const Moved& moved) {
    Json json;
    json["id"] = moved.id;
    json["repeated"] = moved.repeated;
    json["as_of"] = to_rfc3339(moved.as_of);
    json["technicians"] = moved.technicians;
    return text_of(json);
}

Result<Moved> parse_moved(std::string_view text) {
    Members members(text, "answer to a move");
    Moved moved;
    members.text("id", moved.id, 1, longest_id);
    members.flag("repeated", moved.repeated);
    members.time("as_of", moved.as_of);
    members.ids("technicians", moved.technicians);
    return members.finish(std::move(moved));
}

namespace {

// The rules by the words of dispatch::name.
constexpr std::size_t rule_count = static_cast<std::size_t>(dispatch::Rule::others_on_the_way) + 1;
std::array<std::string_view, rule_count> rule_words() {
    std::array<std::string_view, rule_count> found;
    for (std::size_t i = 0; i < rule_count; ++i) {
        found.at(i) = name(static_cast<dispatch::Rule>(i));
    }
    return found;
}

}  // namespace

std::string to_json(const dispatch::Refusal& refusal) {
    Json json;
    json["rule"] = name(refusal.rule);
    json["lifted"] = lifters.at(static_cast<std::size_t>(refusal.lifted));
    json["reason"] = refusal.reason;
    json["as_of"] = to_rfc3339(refusal.as_of);
    json["other"] = id_or_null(refusal.other);
    return text_of(json);
}

Result<dispatch::Refusal> parse_refusal(std::string_view text) {
    Members members(text, "refusal");
    dispatch::Refusal refusal;
    refusal.rule = static_cast<dispatch::Rule>(members.word("rule", rule_words()));
    refusal.lifted = static_cast<dispatch::Lifted>(members.word("lifted", lifters));
    members.text("reason", refusal.reason, 0, longest_text);
    members.time("as_of", refusal.as_of);
    members.optional_id("other", refusal.other);
    return members.finish(std::move(refusal));
}

std::string to_json(const Estimate& estimate) {
    Json json;
    json["technician"] = estimate.technician;
    json["appointment"] = estimate.appointment;
    json["at"] = to_rfc3339(estimate.at);
    json["low"] = to_rfc3339(estimate.low);
    json["likely"] = to_rfc3339(estimate.likely);
    json["high"] = to_rfc3339(estimate.high);
    return text_of(json);
}

Result<Estimate> parse_estimate(std::string_view text) {
    Members members(text, "estimate");
    Estimate estimate;
    members.id("technician", estimate.technician);
    members.id("appointment", estimate.appointment);
    members.time("at", estimate.at);
    members.time("low", estimate.low);
    members.time("likely", estimate.likely);
    members.time("high", estimate.high);
    members.no_others();
    return members.finish(estimate);
}

std::string to_json(const Standing& standing) {
    Json json;
    json["technician"] = standing.technician;
    json["name"] = standing.name;
    json["checked_in"] = standing.rights.checked_in;
    json["may_dispatch"] = standing.rights.may_dispatch;
    json["may_arrive"] = standing.rights.may_arrive;
    json["may_pause"] = standing.rights.may_pause;
    json["as_of"] = to_rfc3339(standing.as_of);
    return text_of(json);
}

Result<Standing> parse_standing(std::string_view text) {
    Members members(text, "technician's standing");
    Standing standing;
    members.id("technician", standing.technician);
    members.text("name", standing.name, 0, longest_text);
    members.flag("checked_in", standing.rights.checked_in);
    members.flag("may_dispatch", standing.rights.may_dispatch);
    members.flag("may_arrive", standing.rights.may_arrive);
    members.flag("may_pause", standing.rights.may_pause);
    members.time("as_of", standing.as_of);
    return members.finish(std::move(standing));
}

}  // namespace outrider::api
