#include "client/api/token.hpp"

#include "client/api/results.hpp"
#include "client/api/servicetitan.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace outrider::api {

namespace {

using std::chrono::seconds;
constexpr seconds early{60};
constexpr seconds unsaid_life{
    60};  // of a token that does not say: short, and a 401 renews it anyway
constexpr seconds longest_life{86400};
constexpr std::size_t longest_token = 8192;  // it has to fit into a request's header

struct Token {
    std::string text;
    seconds life{};
};

// RFC 6749 section 5.2. Only these words of the answer are repeated: a description may hold
// anything, our secret included.
struct Refusal {
    std::string_view code, meaning;
};
constexpr std::array<Refusal, 6> refusals = {{
    {"invalid_client",
     "the office does not know this client id and secret: check servicetitan.client_id and "
     "client_secret_file"},
    {"unauthorized_client", "this client may not ask for tokens: connect the app to the tenant"},
    {"access_denied", "this client is denied a token: connect the app to the tenant"},
    {"invalid_grant", "the office does not accept these credentials: renew them in ServiceTitan"},
    {"unsupported_grant_type", "is servicetitan.auth_url the token endpoint's?"},
    {"invalid_request", "is servicetitan.auth_url the token endpoint's?"},
}};

Error not_a_token(std::string_view why) {
    return Error(Fault::malformed,
                 fmt::format("the token endpoint answered {}: is there a captive portal, or is "
                             "servicetitan.auth_url wrong?",
                             why));
}

bool visible(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool same_word(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

Result<Token> read_token(const http::Response& response) {
    if (!is_json(response.headers)) {
        return not_a_token("with something else than JSON");
    }
    const auto json = nlohmann::json::parse(response.body, nullptr, false);
    if (!json.is_object()) return not_a_token("with JSON that is no object");
    const auto text = json.find("access_token");
    if (text == json.end() || !text->is_string()) return not_a_token("without an access_token");
    Token token;
    token.text = text->get<std::string>();
    if (token.text.empty() || token.text.size() > longest_token || !visible(token.text)) {
        return not_a_token("with an access_token that no header can carry");
    }
    const auto type = json.find("token_type");
    if (type != json.end() &&
        !(type->is_string() && same_word(type->get<std::string>(), "bearer"))) {
        return not_a_token("with a token that is no Bearer token");
    }
    token.life = unsaid_life;
    const auto life = json.find("expires_in");
    if (life != json.end() && life->is_number()) {
        const double said = life->get<double>();
        if (said >= 1) {
            const double capped = std::min(said, static_cast<double>(longest_life.count()));
            token.life = seconds(static_cast<std::int64_t>(capped));
        }
    }
    return token;
}

// Never `refused` or `too_large`: the courier would take these for a word about its pings.
Error why_no_token(const http::Response& response, Instant now) {
    const auto json = nlohmann::json::parse(response.body, nullptr, false);
    if (json.is_object() && json.contains("error") && json["error"].is_string()) {
        const auto code = json["error"].get<std::string>();
        for (const Refusal& refusal : refusals) {
            if (refusal.code == code && response.status < 500) {
                return Error(Fault::unauthorised, fmt::format("{} ({})", refusal.meaning, code));
            }
        }
    }
    http::Response bare;  // without what may repeat our secret: the body, a redirect's target
    bare.status = response.status;
    bare.headers.set("Retry-After", response.headers.get("Retry-After"));
    Error error = *fault_of(bare, "the token endpoint", now);
    error.ambiguous = false;
    if (error.fault == Fault::refused || error.fault == Fault::too_large) {
        error.fault = Fault::malformed;
        error.detail += ": check servicetitan.auth_url";
    }
    return error;
}

}  // namespace

TokenSource::TokenSource(http::Client& authority, Clock& clock, const Credentials& credentials)
    : authority_(authority), clock_(clock), credentials_(credentials) {}

Async<Result<std::string>> TokenSource::token() {
    if (token_ && clock_.uptime() < renew_at_) co_return *token_;
    token_.reset();
    if (auto busy = respite_.left(clock_.uptime())) co_return std::move(*busy);
    http::Request request;
    request.method = "POST";
    request.target = "/connect/token";
    request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    request.headers.set("Accept", "application/json");
    request.body =
        "grant_type=client_credentials&client_id=" + http::percent_encode(credentials_.client_id) +
        "&client_secret=" + http::percent_encode(credentials_.client_secret);
    const Uptime asked = clock_.uptime();  // its life may have begun no later than now
    const auto response = co_await authority_.send(std::move(request));
    if (!response) {
        Error error = response.error();
        error.ambiguous = false;  // a second token does no harm
        if (error.fault == Fault::too_large) error.fault = Fault::malformed;
        co_return error;
    }
    if (response->status < 200 || response->status > 299) {
        Error error = why_no_token(*response, clock_.now());
        respite_.heard(error, clock_.uptime());
        co_return error;
    }
    auto token = read_token(*response);
    if (!token) co_return token.error();
    token_ = std::move(token->text);
    renew_at_ = asked + std::max<Duration>(token->life - early, Duration(token->life) / 2);
    co_return *token_;
}

}  // namespace outrider::api
