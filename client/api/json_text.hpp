#pragma once
// Text as a JSON string, for what is rendered too often for a JSON library's objects.

#include <string>
#include <string_view>

namespace outrider::api {

// Appends `text` in quotation marks, escaped. What is not UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace outrider::api
