#pragma once
// The time an office that is busy has asked for. Until it is over nothing leaves for it: whoever
// asks meanwhile hears its last word again.

#include "platform/clock.hpp"
#include "platform/result.hpp"

#include <chrono>
#include <optional>

namespace outrider::api {

class Respite {
public:
    void heard(const Error& error, Uptime now) {
        if (!error.wait) return;
        word_ = error;
        word_.ambiguous = false;  // nothing is sent for whom it is repeated
        until_ = now + *error.wait;
    }
    // Its word, with what is left of the time; nothing when it is over.
    std::optional<Error> left(Uptime now) const {
        if (now >= until_) return std::nullopt;
        Error word = word_;
        word.wait = std::chrono::ceil<std::chrono::seconds>(until_ - now);
        return word;
    }

private:
    Error word_;
    Uptime until_{};
};

}  // namespace outrider::api
