#pragma once
// Who may come in: access tokens with an end, and so many requests a second.

#include "client/office/office.hpp"
#include "platform/http.hpp"

#include <map>
#include <string>
#include <string_view>

namespace outrider::office {

class Tokens {
public:
    Tokens(Clock&, const OfficeSettings&, Dice);
    // Answers a POST to /connect/token.
    http::Response issue(const http::Request&);
    // Is "Bearer …" one of ours that has not run out?
    bool good(std::string_view authorization) const;

private:
    std::string make();
    Clock& clock_;
    const OfficeSettings& settings_;
    Dice dice_;
    std::map<std::string, Uptime, std::less<>> until_;  // at most 1,000
};

// A bucket that holds a second's worth of requests.
class RateLimit {
public:
    explicit RateLimit(int requests_per_second) : rate_(requests_per_second), left_(rate_) {}
    bool take(Uptime now);

private:
    double rate_, left_;
    Uptime last_{};
};

}  // namespace outrider::office
