#include "client/api/line.hpp"

#include "client/api/results.hpp"

#include <fmt/format.h>

#include <utility>

namespace outrider::api {
namespace {

// An office, or a gateway before it, may repeat what it was asked with, and of its words some go
// into the log, the status and the dead letters.
std::string masked(std::string text, std::string_view secret) {
    constexpr std::string_view mask = "(secret)";
    constexpr std::size_t shortest = 8;  // a shorter one would be found in innocent words
    if (secret.size() < shortest) return text;
    for (auto at = text.find(secret); at != text.npos; at = text.find(secret, at)) {
        text.replace(at, secret.size(), mask);
        at += mask.size();
    }
    return text;
}

void mask(http::Response& response, std::string_view secret) {
    response.body = masked(std::move(response.body), secret);
    for (const char* name : {"Content-Type", "Location"}) {
        const std::string field(response.headers.get(name));
        if (!field.empty()) response.headers.set(name, masked(field, secret));
    }
}

}  // namespace

bool wrong_way(int status) { return status == 404 || status == 405 || status == 407; }

Line::Line(http::Client& api, net::Origin origin, TokenSource& tokens,
           const Credentials& credentials, Clock& clock)
    : api_(api),
      origin_(std::move(origin)),
      tokens_(tokens),
      credentials_(credentials),
      clock_(clock) {}

Async<Result<http::Response>> Line::send(std::string method, std::string target, std::string body) {
    Body made = [&body] { return body; };
    Async<Result<http::Response>> sending = send(std::move(method), std::move(target), made);
    co_return co_await std::move(sending);
}

Async<Result<http::Response>> Line::send(std::string method, std::string target, Body body) {
    if (auto busy = respite_.left(clock_.uptime())) co_return std::move(*busy);
    Result<http::Response> response = Error(Fault::unauthorised, "");
    for (int attempt = 1; attempt <= 2; ++attempt) {
        const auto token = co_await tokens_.token();
        if (!token) co_return token.error();
        http::Request request;
        request.method = method;
        request.target = target;
        request.headers.set("Authorization", "Bearer " + *token);
        request.headers.set("ST-App-Key", credentials_.app_key);
        request.body = body();
        if (!request.body.empty()) request.headers.set("Content-Type", "application/json");
        request.headers.set("Accept", "application/json");
        response = co_await api_.send(std::move(request));
        if (!response) {
            Error error = response.error();
            // Too long an answer is not a batch too long: that would be a 413.
            if (error.fault == Fault::too_large) error.fault = Fault::malformed;
            if (error.fault == Fault::malformed) error.ambiguous = true;
            co_return error;
        }
        token_ = *token;
        mask(*response, *token);
        mask(*response, credentials_.app_key);
        if (response->status != 401) break;
        tokens_.refused();
    }
    if (auto error = fault(*response)) {
        respite_.heard(without_secrets(std::move(*error)), clock_.uptime());
    }
    co_return response;
}

Async<Result<std::string>> Line::ask(std::string method, std::string target, std::string body,
                                     int* status) {
    const bool reads = method == "GET";
    auto response = co_await send(std::move(method), std::move(target), std::move(body));
    std::optional<Error> error;
    if (!response) {
        error = response.error();
    } else {
        if (status) *status = response->status;
        error = why_not(*response);
    }
    if (!error) co_return std::move(response->body);
    // What was only read has changed nothing.
    if (reads) error->ambiguous = false;
    co_return std::move(*error);
}

std::optional<Error> Line::why_not(const http::Response& response) const {
    auto error = fault(response);
    if (!error) error = not_json(response);
    if (!error) return error;
    if (wrong_way(response.status)) {
        error->fault = Fault::unauthorised;
        error->detail += ": check servicetitan.api_url and servicetitan.tenant";
    }
    return without_secrets(std::move(*error));
}

std::string Line::without_secrets(std::string words) const {
    return masked(masked(std::move(words), token_), credentials_.app_key);
}

Error Line::without_secrets(Error error) const {
    error.detail = without_secrets(std::move(error.detail));
    return error;
}

Error Line::not_the_contract(std::string_view what) const {
    Error error(Fault::malformed,
                fmt::format("{} answered with {}: is there a captive portal or a proxy?",
                            origin_.url(), what));
    error.ambiguous = true;
    return error;
}

std::optional<Error> Line::not_json(const http::Response& response) const {
    if (is_json(response.headers)) return std::nullopt;
    const auto type = response.headers.get("Content-Type");
    return not_the_contract(fmt::format("{} {} instead of JSON", response.status,
                                        type.empty() ? "and no content type" : type));
}

std::optional<Error> Line::fault(const http::Response& response) const {
    return fault_of(response, origin_.url(), clock_.now());
}

}  // namespace outrider::api
