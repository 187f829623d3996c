#pragma once
// The OAuth client-credentials token ServiceTitan asks for.

#include "client/api/respite.hpp"
#include "platform/clock.hpp"
#include "platform/http.hpp"

#include <optional>
#include <string>

namespace outrider::api {

struct Credentials {
    std::string client_id, client_secret, app_key;
};

// Obeys expires_in and renews a minute early (at half its life when that is shorter). The courier
// has one request in flight, so there is never more than one renewal.
class TokenSource {
public:
    TokenSource(http::Client& authority, Clock&, const Credentials&);
    // A token believed to be good. unauthorised when the office refuses the credentials; malformed
    // when the answer is not a token; busy, and nothing is asked, while the authority wants to hear
    // nothing (Retry-After). Never a secret in an error's text.
    Async<Result<std::string>> token();
    void refused() { token_.reset(); }  // the office did not take it: fetch another next time

private:
    http::Client& authority_;
    Clock& clock_;
    const Credentials& credentials_;
    std::optional<std::string> token_;
    Uptime renew_at_{};
    Respite respite_;
};

}  // namespace outrider::api
