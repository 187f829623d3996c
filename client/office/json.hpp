#pragma once
// Answers in the shapes of ServiceTitan's services and of the gateway before them.

#include "platform/http.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::office {

using FieldErrors = std::map<std::string, std::vector<std::string>>;

// A body of ours as JSON.
http::Response json_answer(int status, std::string body);
// What a service says of a request it cannot take: RFC 7807 in the contract's form, all members
// present.
http::Response problem(int status, std::string_view title, const FieldErrors& errors,
                       std::string_view trace_id);
// What the gateway says before a service sees the request. Its form is inferred, not documented.
http::Response gateway_answer(int status, std::string_view message);
// RFC 6749: {"error": code}.
http::Response oauth_error(std::string_view code);

}  // namespace outrider::office
