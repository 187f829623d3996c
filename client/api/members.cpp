#include "client/api/members.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace outrider::api {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_bytes = 256 * 1024, most_ids = 10'000, longest_name = 100;
constexpr std::size_t longest_word = 10'000;

bool id_of(const Json& json, dispatch::Id& value) {
    if (!json.is_number_unsigned()) return false;
    const auto given = json.get<std::uint64_t>();
    if (given > static_cast<std::uint64_t>(std::numeric_limits<dispatch::Id>::max())) return false;
    value = static_cast<dispatch::Id>(given);
    return true;
}

}  // namespace

std::optional<std::size_t> index_of(std::span<const std::string_view> words,
                                    std::string_view word) {
    const auto found = std::ranges::find(words, word);
    if (found == words.end()) return std::nullopt;
    return static_cast<std::size_t>(found - words.begin());
}

struct Members::Object {
    Json json;
    std::vector<std::string> taken;

    // Null when it is not there.
    const Json* take(const char* name) {
        taken.emplace_back(name);
        const auto found = json.find(name);
        return found == json.end() ? nullptr : &*found;
    }
};

Members::Members(std::string_view text, std::string_view what)
    : what_(what), object_(std::make_unique<Object>()) {
    if (text.size() > most_bytes) {
        complain(fmt::format("is longer than {} bytes", most_bytes));
    } else {
        object_->json = Json::parse(text, nullptr, false);
        if (!object_->json.is_object()) complain("is no JSON object");
    }
}

Members::~Members() = default;

void Members::text(const char* name, std::string& value, std::size_t least, std::size_t most) {
    if (!good()) return;
    const Json* json = object_->take(name);
    if (json == nullptr) return complain(name, "is missing");
    if (!json->is_string()) return complain(name, "is no text");
    value = json->get<std::string>();
    if (value.size() < least || value.size() > most) {
        complain(name, fmt::format("does not have {} to {} bytes", least, most));
    }
}

void Members::flag(const char* name, bool& value) {
    if (good() && !has(name)) return complain(name, "is missing");
    optional_flag(name, value);
}

void Members::optional_flag(const char* name, bool& value) {
    if (!good()) return;
    const Json* json = object_->take(name);
    if (json == nullptr) return;
    if (!json->is_boolean()) return complain(name, "is neither true nor false");
    value = json->get<bool>();
}

void Members::time(const char* name, Instant& value) {
    if (!good()) return;
    const Json* json = object_->take(name);
    if (json == nullptr) return complain(name, "is missing");
    const std::string text = json->is_string() ? json->get<std::string>() : "";
    const auto instant = parse_rfc3339(text);
    if (!instant) return complain(name, "is no date and time");
    value = *instant;
}

void Members::id(const char* name, dispatch::Id& value) {
    if (!good()) return;
    const Json* json = object_->take(name);
    if (json == nullptr) return complain(name, "is missing");
    if (!id_of(*json, value)) complain(name, "is no number of the office's");
}

void Members::optional_id(const char* name, dispatch::Id& value) {
    if (!good()) return;
    const Json* json = object_->take(name);
    if (json == nullptr || json->is_null()) return;
    if (!id_of(*json, value)) complain(name, "is neither a number of the office's nor null");
}

void Members::ids(const char* name, std::vector<dispatch::Id>& value) {
    if (!good()) return;
    const Json* json = object_->take(name);
    if (json == nullptr) return complain(name, "is missing");
    bool sound = json->is_array() && json->size() <= most_ids;
    for (std::size_t i = 0; sound && i < json->size(); ++i) {
        sound = id_of((*json)[i], value.emplace_back());
    }
    if (!sound) complain(name, "is no list of the office's numbers");
}

void Members::degrees(const char* name, std::optional<double>& value, double limit) {
    if (!good()) return;
    const Json* json = object_->take(name);
    if (json == nullptr || json->is_null()) return;
    value = json->is_number() ? json->get<double>() : limit + 1;
    if (!(std::abs(*value) <= limit)) {
        complain(name, fmt::format("is neither null nor a number from -{0} to {0}", limit));
    }
}

std::size_t Members::word(const char* name, std::span<const std::string_view> among) {
    std::string given;
    text(name, given, 0, longest_word);
    const auto index = index_of(among, given);
    if (!index && good()) complain(name, "is none of the words there are");
    return index.value_or(0);
}

bool Members::has(const char* name) const {
    return object_->json.is_object() && object_->json.contains(name);
}

void Members::no_others() {
    if (!good()) return;
    for (const auto& [name, value] : object_->json.items()) {
        if (std::ranges::find(object_->taken, name) != object_->taken.end()) continue;
        return complain(name.size() <= longest_name ? name : name.substr(0, longest_name) + "...",
                        "is unknown");
    }
}

void Members::complain(std::string_view words) {
    complaint_ = fmt::format("the {} {}", what_, words);
}

void Members::complain(std::string_view name, std::string_view words) {
    complaint_ = fmt::format("'{}' of the {} {}", name, what_, words);
}

}  // namespace outrider::api
