#pragma once
// The way to one office's API: requests go with token and app key, and only what the office can
// have said is believed.

#include "client/api/respite.hpp"
#include "client/api/token.hpp"
#include "platform/http.hpp"
#include "platform/stream.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace outrider::api {

// One request at a time, as its client. No error's text holds a secret, also when an office repeats
// what it was asked with.
class Line {
public:
    Line(http::Client& api, net::Origin origin, TokenSource&, const Credentials&, Clock&);
    // Any complete HTTP answer, its secrets masked; a 401 renews the token and tries once more.
    // An answer that is no HTTP, or too long, is malformed and `ambiguous`. While the office wants
    // to hear nothing (Retry-After) nothing is sent: busy, with what is left of that time.
    Async<Result<http::Response>> send(std::string method, std::string target, std::string body);
    // The body is made when it goes out, after whatever the token needs.
    using Body = std::function<std::string()>;
    Async<Result<http::Response>> send(std::string method, std::string target, Body body);
    // The JSON of an answer with status 2xx; otherwise why_not(). `status` gets the answer's, when
    // there was one.
    Async<Result<std::string>> ask(std::string method, std::string target, std::string body,
                                   int* status = nullptr);

    // Once more after decoding: JSON has many ways to write a character.
    std::string without_secrets(std::string words) const;
    Error without_secrets(Error) const;
    // malformed and ambiguous: "https://… answered with a page: is there a captive portal …?"
    Error not_the_contract(std::string_view what) const;
    // Why an answer is not to be believed; nothing for JSON with status 2xx. A status about the way
    // (404, 405, 407) is unauthorised.
    std::optional<Error> why_not(const http::Response&) const;
    // not_the_contract() when the answer's content type is not JSON's.
    std::optional<Error> not_json(const http::Response&) const;
    // fault_of() for this office, now.
    std::optional<Error> fault(const http::Response&) const;
    Instant now() const { return clock_.now(); }

private:
    http::Client& api_;
    net::Origin origin_;
    TokenSource& tokens_;
    const Credentials& credentials_;
    Clock& clock_;
    std::string token_{};  // the last one sent
    Respite respite_;
};

// What an HTTP status means for the caller; nothing for 2xx. `peer` and the problem's own words
// (RFC 7807, a gateway's {"message"}, or a few words of the body) go into the detail.
std::optional<Error> fault_of(const http::Response&, std::string_view peer, Instant now);

// A status that says something about the way, not about what was sent.
bool wrong_way(int status);

}  // namespace outrider::api
