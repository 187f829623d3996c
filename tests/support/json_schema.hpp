#pragma once
// The part of JSON Schema that the OpenAPI documents of this project use.

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace outrider::test {

struct Schemas {
    const nlohmann::json& document;  // where "$ref" points into
    bool strict = false;             // members without a property are wrong, whatever is allowed

    // Appends what is wrong with `value`, which lies at `where`. A keyword it does not know is
    // wrong, too: nothing goes unchecked in silence.
    void check(const nlohmann::json& schema, const nlohmann::json& value, const std::string& where,
               std::vector<std::string>& complaints) const;
    const nlohmann::json& follow(const nlohmann::json& schema) const;  // its "$ref"s
};

// RFC 3339's date-time, with any number of fraction digits.
bool is_date_time(std::string_view text);

}  // namespace outrider::test
