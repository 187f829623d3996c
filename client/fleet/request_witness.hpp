#pragma once
// What must be so of one device's requests, whatever they say: that they are not too many, and that
// none leaves before the office wants to hear of its kind again.

#include "platform/clock.hpp"
#include "platform/http.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <string>

namespace outrider::fleet {

class RequestWitness {
public:
    explicit RequestWitness(const Clock& truth) : clock_(truth) {}  // which outlives it

    enum class Kind : std::uint8_t { pings, token, desk };
    static Kind kind_of(const http::Request&);

    // As they happen.
    void leaves(Kind);
    void answered(Kind, const http::Response&);  // the device has read it
    void started() { not_before_ = {}; }         // the device: what it had heard is forgotten

    const std::string& complaint() const { return complaint_; }  // the first; "": none

private:
    void complain(std::string words);

    const Clock& clock_;
    std::string complaint_;
    std::deque<Uptime> newest_;
    std::array<Uptime, 3> not_before_{};
};

}  // namespace outrider::fleet
