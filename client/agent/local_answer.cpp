#include "client/agent/local_answer.hpp"

#include "client/api/local.hpp"

#include <fmt/format.h>

#include <charconv>

namespace outrider::agent {

http::Response json_answer(int status, std::string body) {
    http::Response response;
    response.status = status;
    response.headers.set("Content-Type", "application/json");
    response.body = std::move(body);
    response.body += '\n';
    return response;
}

http::Response problem(int status, std::string_view detail) {
    return json_answer(status, api::problem_json(detail));
}

http::Response failure(const Error& error) {
    switch (error.fault) {
        case Fault::malformed: return problem(400, error.detail);
        case Fault::refused: return problem(409, error.detail);
        case Fault::too_large: return problem(413, error.detail);
        default: return problem(500, error.detail);
    }
}

Result<std::int64_t> number_asked(const http::Request& request, std::string_view name,
                                  std::int64_t otherwise) {
    const std::string text = http::query_value(request.target, name);
    if (text.empty()) return otherwise;
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc() && rest == end && number >= 0) return number;
    return Error(Fault::malformed, fmt::format("{}: give a number, 0 or more", name));
}

}  // namespace outrider::agent
