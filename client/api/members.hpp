#pragma once
// Reads a JSON object of somebody else's member by member; only for sources that read bodies.

#include "client/dispatch/day.hpp"
#include "platform/clock.hpp"
#include "platform/result.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace outrider::api {

template <class Words>
std::optional<std::size_t> index_of(const Words& among, std::string_view word) {
    const auto found = std::find(among.begin(), among.end(), word);
    if (found == among.end()) return std::nullopt;
    return static_cast<std::size_t>(found - among.begin());
}

// Takes the members of an object one by one, and remembers the first that is not as it should be.
class Members {
public:
    Members(std::string_view text, std::string_view what) : what_(what) {
        if (text.size() > most_bytes) {
            complain(fmt::format("is longer than {} bytes", most_bytes));
        } else {
            json_ = nlohmann::ordered_json::parse(text, nullptr, false);
            if (!json_.is_object()) complain("is no JSON object");
        }
    }
    void text(const char* name, std::string& value, std::size_t least, std::size_t most) {
        const nlohmann::ordered_json* json = take(name);
        if (json == nullptr) return;
        if (!json->is_string()) return complain(name, "is no text");
        value = json->get<std::string>();
        if (value.size() < least || value.size() > most) {
            complain(name, fmt::format("does not have {} to {} bytes", least, most));
        }
    }
    void flag(const char* name, bool& value) { flag(name, value, take(name)); }
    // Without it the value stays as it is.
    void optional_flag(const char* name, bool& value) { flag(name, value, take_if_there(name)); }
    void flag(const char* name, bool& value, const nlohmann::ordered_json* json) {
        if (json == nullptr) return;
        if (!json->is_boolean()) return complain(name, "is neither true nor false");
        value = json->get<bool>();
    }
    void time(const char* name, Instant& value) {
        const nlohmann::ordered_json* json = take(name);
        if (json == nullptr) return;
        const auto instant = json->is_string() ? parse_rfc3339(json->get_ref<const std::string&>())
                                               : Error(Fault::malformed, "");
        if (!instant) return complain(name, "is no date and time");
        value = *instant;
    }
    void id(const char* name, dispatch::Id& value) {
        const nlohmann::ordered_json* json = take(name);
        if (json != nullptr && !id_of(*json, value)) complain(name, "is no number of the office's");
    }
    // Null or nothing for 0.
    void optional_id(const char* name, dispatch::Id& value) {
        const nlohmann::ordered_json* json = take_if_there(name);
        if (json == nullptr || json->is_null()) return;
        if (!id_of(*json, value)) complain(name, "is neither a number of the office's nor null");
    }
    void ids(const char* name, std::vector<dispatch::Id>& value) {
        const nlohmann::ordered_json* json = take(name);
        if (json == nullptr) return;
        bool good = json->is_array() && json->size() <= most_ids;
        for (std::size_t i = 0; good && i < json->size(); ++i) {
            good = id_of((*json)[i], value.emplace_back());
        }
        if (!good) complain(name, "is no list of the office's numbers");
    }
    void degrees(const char* name, std::optional<double>& value, double limit) {
        const nlohmann::ordered_json* json = take_if_there(name);
        if (json == nullptr || json->is_null()) return;
        value = json->is_number() ? json->get<double>() : limit + 1;
        if (!(std::abs(*value) <= limit)) {
            complain(name, fmt::format("is neither null nor a number from -{0} to {0}", limit));
        }
    }
    // One of some words, as its index.
    template <class Words>
    std::size_t word(const char* name, const Words& among) {
        std::string given;
        text(name, given, 0, 10'000);
        const auto index = index_of(among, given);
        if (!index && good()) complain(name, "is none of the words there are");
        return index.value_or(0);
    }
    bool has(const char* name) const { return json_.is_object() && json_.contains(name); }
    bool good() const { return complaint_.empty(); }
    void no_others() {
        for (const auto& [name, value] : json_.items()) {
            if (!good()) return;
            if (std::ranges::find(taken_, name) != taken_.end()) continue;
            complain(name.size() <= longest_name ? name : name.substr(0, longest_name) + "...",
                     "is unknown");
        }
    }
    template <class Document>
    Result<Document> finish(Document document) {
        if (good()) return document;
        return Error(Fault::malformed, complaint_);
    }

private:
    static constexpr std::size_t most_bytes = 256 * 1024, most_ids = 10'000, longest_name = 100;

    static bool id_of(const nlohmann::ordered_json& json, dispatch::Id& value) {
        if (!json.is_number_unsigned()) return false;
        const auto given = json.get<std::uint64_t>();
        if (given > static_cast<std::uint64_t>(std::numeric_limits<dispatch::Id>::max()))
            return false;
        value = static_cast<dispatch::Id>(given);
        return true;
    }
    const nlohmann::ordered_json* take_if_there(const char* name) {
        if (!good()) return nullptr;
        taken_.emplace_back(name);
        const auto found = json_.find(name);
        return found == json_.end() ? nullptr : &*found;
    }
    const nlohmann::ordered_json* take(const char* name) {
        const nlohmann::ordered_json* json = take_if_there(name);
        if (json == nullptr && good()) complain(name, "is missing");
        return json;
    }
    void complain(std::string_view words) { complaint_ = fmt::format("the {} {}", what_, words); }
    void complain(std::string_view name, std::string_view words) {
        complaint_ = fmt::format("'{}' of the {} {}", name, what_, words);
    }

    std::string_view what_;
    nlohmann::ordered_json json_;
    std::vector<std::string> taken_;
    std::string complaint_;
};

}  // namespace outrider::api
