#include "tests/support/json_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>

namespace outrider::test {
namespace {

using Json = nlohmann::json;

struct At {
    const Schemas& schemas;
    const Json& schema;
    const Json& value;
    const std::string& where;
    std::vector<std::string>& complaints;

    void complain(std::string text) const { complaints.push_back(where + ": " + text); }
};

std::string shown(const Json& value) {
    std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    return text.size() <= 60 ? text : text.substr(0, 57) + "...";
}

bool is_of(const Json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "boolean") return value.is_boolean();
    return type == "null" && value.is_null();
}

void check_type(const At& at, const Json& types) {
    const Json several = types.is_array() ? types : Json::array({types});
    const bool one = std::any_of(several.begin(), several.end(), [&](const Json& type) {
        return is_of(at.value, type.get<std::string>());
    });
    if (!one) at.complain(fmt::format("{} is not of type {}", shown(at.value), types.dump()));
}

template <class Integer>
bool fits(const Json& value) {
    if (value.is_number_unsigned()) {
        return value.get<std::uint64_t>() <=
               static_cast<std::uint64_t>(std::numeric_limits<Integer>::max());
    }
    return value.get<std::int64_t>() >= std::numeric_limits<Integer>::min();
}

void check_format(const At& at, const Json& format) {
    const Json& value = at.value;
    bool good = true;
    if (format == "date-time") {
        good = !value.is_string() || is_date_time(value.get_ref<const std::string&>());
    } else if (format == "int64") {
        good = !value.is_number_integer() || fits<std::int64_t>(value);
    } else if (format == "int32") {
        good = !value.is_number_integer() || fits<std::int32_t>(value);
    } else if (format != "double") {
        at.complain("the format " + format.dump() + " is unknown to this validator");
    }
    if (!good) at.complain(fmt::format("{} is no {}", shown(value), format.get<std::string>()));
}

void check_enum(const At& at, const Json& values) {
    if (std::find(values.begin(), values.end(), at.value) != values.end()) return;
    at.complain(fmt::format("{} is none of {}", shown(at.value), values.dump()));
}

void check_const(const At& at, const Json& wanted) {
    if (at.value != wanted) at.complain(shown(at.value) + " is not " + wanted.dump());
}

void check_minimum(const At& at, const Json& least) {
    if (at.value.is_number() && at.value < least) {
        at.complain(shown(at.value) + " is less than " + least.dump());
    }
}

void check_required(const At& at, const Json& names) {
    if (!at.value.is_object()) return;
    for (const auto& name : names) {
        const auto& member = name.get_ref<const std::string&>();
        if (!at.value.contains(member)) at.complain("'" + member + "' is missing");
    }
}

void check_properties(const At& at, const Json& properties) {
    if (!at.value.is_object()) return;
    for (const auto& [name, schema] : properties.items()) {
        const auto member = at.value.find(name);
        if (member == at.value.end()) continue;
        at.schemas.check(schema, *member, at.where + "." + name, at.complaints);
    }
}

void check_others(const At& at, const Json& rest) {
    if (!at.value.is_object()) return;
    const Json known = at.schema.value("properties", Json::object());
    for (const auto& [name, value] : at.value.items()) {
        if (known.contains(name)) continue;
        if (rest.is_object()) {
            at.schemas.check(rest, value, at.where + "." + name, at.complaints);
        } else if (rest == false || (at.schemas.strict && !known.empty())) {
            at.complain("'" + name + "' is unknown");
        }
    }
}

void check_items(const At& at, const Json& items) {
    if (!at.value.is_array()) return;
    for (std::size_t i = 0; i < at.value.size(); ++i) {
        at.schemas.check(items, at.value[i], fmt::format("{}[{}]", at.where, i), at.complaints);
    }
}

void check_any_of(const At& at, const Json& branches) {
    std::vector<std::string> all;
    for (const Json& branch : branches) {
        std::vector<std::string> complaints;
        at.schemas.check(branch, at.value, at.where, complaints);
        if (complaints.empty()) return;
        all.insert(all.end(), complaints.begin(), complaints.end());
    }
    at.complaints.insert(at.complaints.end(), all.begin(), all.end());
}

struct Keyword {
    std::string_view name;
    void (*check)(const At&, const Json&);
};
constexpr std::array<Keyword, 11> keywords = {{
    {"type", check_type},
    {"format", check_format},
    {"enum", check_enum},
    {"const", check_const},
    {"minimum", check_minimum},
    {"required", check_required},
    {"properties", check_properties},
    {"additionalProperties", check_others},
    {"items", check_items},
    {"anyOf", check_any_of},
    {"default", [](const At&, const Json&) {}},
}};

// "2026-03-02T15:04:05.1234567-08:00", piece by piece.
struct Text {
    std::string_view rest;
    std::optional<int> digits(std::size_t count) {
        if (rest.size() < count) return std::nullopt;
        int number = 0;
        for (const char c : rest.substr(0, count)) {
            if (c < '0' || c > '9') return std::nullopt;
            number = number * 10 + (c - '0');
        }
        rest.remove_prefix(count);
        return number;
    }
    bool within(std::size_t count, int least, int most) {
        const auto number = digits(count);
        return number && *number >= least && *number <= most;
    }
    bool any_of(std::string_view characters) {
        if (rest.empty() || characters.find(rest.front()) == std::string_view::npos) return false;
        rest.remove_prefix(1);
        return true;
    }
};

}  // namespace

bool is_date_time(std::string_view text) {
    Text at{text};
    const bool clock = at.digits(4) && at.any_of("-") && at.within(2, 1, 12) && at.any_of("-") &&
                       at.within(2, 1, 31) && at.any_of("Tt") && at.within(2, 0, 23) &&
                       at.any_of(":") && at.within(2, 0, 59) && at.any_of(":") &&
                       at.within(2, 0, 60);
    if (!clock) return false;
    if (at.any_of(".")) {
        if (!at.digits(1)) return false;
        while (at.digits(1)) {
        }
    }
    if (at.any_of("Zz")) return at.rest.empty();
    return at.any_of("+-") && at.within(2, 0, 23) && at.any_of(":") && at.within(2, 0, 59) &&
           at.rest.empty();
}

const Json& Schemas::follow(const Json& schema) const {
    const Json* at = &schema;
    for (int hops = 0; hops < 16 && at->contains("$ref"); ++hops) {
        const std::string pointer = (*at)["$ref"].get<std::string>().substr(1);
        at = &document.at(Json::json_pointer(pointer));
    }
    return *at;
}

void Schemas::check(const Json& unfollowed, const Json& value, const std::string& where,
                    std::vector<std::string>& complaints) const {
    const Json& schema = follow(unfollowed);
    const At at{*this, schema, value, where, complaints};
    for (const auto& [name, argument] : schema.items()) {
        const auto keyword =
            std::find_if(keywords.begin(), keywords.end(),
                         [&, &name = name](const Keyword& each) { return each.name == name; });
        if (keyword == keywords.end()) {
            at.complain("the keyword '" + name + "' is unknown to this validator");
        } else {
            keyword->check(at, argument);
        }
    }
    if (strict && !schema.contains("additionalProperties")) check_others(at, Json(true));
}

}  // namespace outrider::test
