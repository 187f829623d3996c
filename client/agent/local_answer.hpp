#pragma once
// What the local API's answers have in common.

#include "platform/http.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace outrider::agent {

http::Response json_answer(int status, std::string body);
// {"error":"…"}. Our details never hold a secret.
http::Response problem(int status, std::string_view detail);
http::Response failure(const Error&);
// A query's number, 0 or more; `otherwise` when it is not given. Fault::malformed naming it.
Result<std::int64_t> number_asked(const http::Request&, std::string_view name,
                                  std::int64_t otherwise);

}  // namespace outrider::agent
