#include "client/office/tokens.hpp"

#include "client/office/operations.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace outrider::office {

namespace {

constexpr std::size_t most_tokens = 1000;

}  // namespace

Tokens::Tokens(Clock& clock, const OfficeSettings& settings, Dice dice)
    : clock_(clock), settings_(settings), dice_(dice) {}

http::Response Tokens::issue(const http::Request& request) {
    const auto type = request.headers.get("Content-Type");
    if (!type.starts_with("application/x-www-form-urlencoded"))
        return oauth_error("invalid_request");
    const std::string form = "?" + request.body;
    const std::string grant = http::query_value(form, "grant_type");
    if (grant.empty()) return oauth_error("invalid_request");
    if (grant != "client_credentials") return oauth_error("unsupported_grant_type");
    if (http::query_value(form, "client_id") != settings_.client_id ||
        http::query_value(form, "client_secret") != settings_.client_secret) {
        return oauth_error("invalid_client");
    }
    const auto life = std::chrono::floor<std::chrono::seconds>(settings_.token_life);
    http::Response response = json_answer(
        200, fmt::format(R"({{"access_token":"{}","expires_in":{},"token_type":"Bearer",)"
                         R"("scope":"tn.dis.gpspings:w"}})",
                         make(), life.count()));
    response.headers.set("Cache-Control", "no-store");
    return response;
}

std::string Tokens::make() {
    const Uptime now = clock_.uptime();
    std::erase_if(until_, [&](const auto& each) { return each.second <= now; });
    if (until_.size() >= most_tokens) {
        until_.erase(
            std::min_element(until_.begin(), until_.end(),
                             [](const auto& a, const auto& b) { return a.second < b.second; }));
    }
    std::string token = fmt::format("at1.demo.{:016x}{:016x}", dice_(), dice_());
    until_[token] = now + settings_.token_life;
    return token;
}

bool Tokens::good(std::string_view authorization) const {
    static constexpr std::string_view scheme = "Bearer ";
    if (!authorization.starts_with(scheme)) return false;
    const auto found = until_.find(authorization.substr(scheme.size()));
    return found != until_.end() && clock_.uptime() < found->second;
}

bool RateLimit::take(Uptime now) {
    if (rate_ <= 0) return true;
    const double passed_s = std::chrono::duration<double>(now - last_).count();
    left_ = std::min(rate_, left_ + passed_s * rate_);
    last_ = now;
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
}

http::Response token_create(const Call& call) {
    if (call.mode == Mode::reject_all) return oauth_error("invalid_client");
    return call.tokens.issue(call.request);
}

}  // namespace outrider::office
