#pragma once
// The office's switches to misbehave, and whose turn it is.

#include "platform/random.hpp"
#include "platform/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace outrider::office {

enum class Mode {
    none,
    refuse,  // nobody listens: connections are refused
    stall,   // the request is read and never answered
    reset,   // the connection is reset instead of an answer
    error500,
    busy429,       // with Retry-After
    html,          // a captive portal's page, 200
    wrong_shape,   // 200 and JSON, but not the contract's
    truncate,      // acted upon; the answer breaks off in the middle
    endless,       // an answer that never ends
    reject_all,    // Fail for each ping; invalid_client for a token; conflict for all else
    drop_answer,   // acted upon, then the connection is reset: the sender cannot know
    unauthorised,  // 401, whatever the token
    forbidden,     // 403, as a missing scope looks
    conflict,      // 409: this operation refuses
    mute,          // acted upon, then silence: the sender waits and cannot know
    busy503,       // with Retry-After
    reject_some,   // Fail for one ping in five; all else is well
};

struct FaultSettings {
    Mode mode = Mode::none;
    // An operation's name, or "all"; "pings" and "token" are what they were called first.
    std::string on = "pings";
    std::int64_t after = 0;          // so many requests are spared first
    std::int64_t requests = 0;       // so many are hit ("for"), then it is over; 0: until changed
    std::int64_t retry_after_s = 1;  // for busy429 and busy503
    std::int64_t percent = 100;      // of the requests, drawn by lot
};

// {"mode": "stall", "on": "pings", "after": 0, "for": 0, "retry_after_s": 1, "percent": 100}; only
// "mode" is required, and "on" may be any operation's name, as routes.hpp has them. Unknown members
// and values are malformed, naming them.
Result<FaultSettings> parse_faults(std::string_view json);

class Faults {
public:
    explicit Faults(Dice dice) : dice_(dice) {}
    void set(const FaultSettings& settings);
    const FaultSettings& settings() const { return settings_; }
    std::int64_t hits() const { return hits_; }  // requests since the settings were set
    // Counts a request and says how to misbehave with it.
    Mode next(std::string_view operation);
    std::string to_json() const;  // the settings and "hits", the requests hit since they were set

private:
    FaultSettings settings_;
    std::int64_t seen_ = 0, hits_ = 0;
    Dice dice_;
};

}  // namespace outrider::office
