#pragma once
// Reads the members of an object somebody else wrote, and says which is missing or of a wrong kind;
// only for the sources behind client/api's headers.

#include "client/api/plain_text.hpp"
#include "platform/clock.hpp"
#include "platform/result.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace outrider::api {

// The first complaint stays; what is read after it, or is missing where it may be, is empty.
class ForeignObject {
public:
    ForeignObject(const nlohmann::json& json, std::string path, std::string& complaint)
        : json_(json), path_(std::move(path)), complaint_(complaint) {
        if (!json_.is_object()) complain("");
    }
    std::int64_t id(const char* name) {
        const auto value = id_or_null(name);
        if (!value) complain(name);
        return value.value_or(0);
    }
    std::optional<std::int64_t> id_or_null(const char* name) {
        const auto* value = find(name);
        if (!value) return std::nullopt;
        const bool too_much =
            value->is_number_unsigned() &&
            value->get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()};
        if (value->is_number_integer() && !too_much) return value->get<std::int64_t>();
        complain(name);
        return std::nullopt;
    }
    // One line or many, cut after `most` bytes; null and missing are "".
    std::string text(const char* name, std::size_t most) {
        const auto* value = find(name);
        if (!value) return {};
        if (value->is_string()) return cleaned(value->get_ref<const std::string&>(), most);
        complain(name);
        return {};
    }
    std::string word(const char* name) {
        if (!find(name)) complain(name);
        return text(name, 100);
    }
    // As it stands: for what is handed back or read further.
    std::string verbatim(const char* name, std::size_t most) {
        const auto* value = find(name);
        if (value && value->is_string() && value->get_ref<const std::string&>().size() <= most) {
            return value->get<std::string>();
        }
        complain(name);
        return {};
    }
    Instant time(const char* name) {
        const auto value = time_or_null(name);
        if (!value) complain(name);
        return value.value_or(Instant{});
    }
    // Without an offset it is UTC.
    std::optional<Instant> time_or_null(const char* name) {
        const auto* value = find(name);
        if (!value) return std::nullopt;
        if (value->is_string() && value->get_ref<const std::string&>().size() <= 64) {
            const auto& text = value->get_ref<const std::string&>();
            if (const auto instant = parse_rfc3339(text)) return *instant;
            if (const auto instant = parse_rfc3339(text + "Z")) return *instant;
        }
        complain(name);
        return std::nullopt;
    }
    bool flag(const char* name) {
        const auto* value = find(name);
        if (value && value->is_boolean()) return value->get<bool>();
        complain(name);
        return false;
    }
    std::optional<double> number_or_null(const char* name) {
        const auto* value = find(name);
        if (!value) return std::nullopt;
        if (value->is_number() && std::isfinite(value->get<double>())) return value->get<double>();
        complain(name);
        return std::nullopt;
    }
    // An array of at most `most`; otherwise a complaint, and an empty one.
    const nlohmann::json& list(const char* name, std::size_t most) {
        static const nlohmann::json none = nlohmann::json::array();
        const auto* value = find(name);
        if (value && value->is_array() && value->size() <= most) return *value;
        complain(name);
        return none;
    }
    // Its members; of nothing when it is missing.
    ForeignObject object(const char* name) {
        static const nlohmann::json none = nlohmann::json::object();
        const auto* value = find(name);
        return {value ? *value : none, path_ + name + ".", complaint_};
    }
    // nullptr when missing or null.
    const nlohmann::json* find(const char* name) const {
        if (!json_.is_object()) return nullptr;
        const auto found = json_.find(name);
        return found == json_.end() || found->is_null() ? nullptr : &*found;
    }
    void complain(const char* name) {
        if (!complaint_.empty()) return;
        const std::string where = path_ + name;
        complaint_ = where.empty() ? "no JSON object"
                                   : "'" + where + "' missing, too long or of a wrong kind";
    }
    const std::string& path() const { return path_; }

private:
    const nlohmann::json& json_;
    std::string path_;
    std::string& complaint_;
};

}  // namespace outrider::api
