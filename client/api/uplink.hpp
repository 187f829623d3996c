#pragma once
// Handing envelopes to the office, whichever office it is.

#include "offline/outbox.hpp"
#include "platform/async.hpp"

#include <span>
#include <string>
#include <vector>

namespace outrider::api {

// What the office said of one envelope.
struct Answer {
    std::int64_t sequence = 0;
    bool accepted = false;
    std::string words;  // why not
};

class Uplink {
public:
    virtual ~Uplink() = default;
    // One request for envelopes of one lane and one destination. Success holds an answer for each
    // envelope the office answered for; what it did not mention is still owed. An error means that
    // nothing is known to have been accepted (`ambiguous`: it may have been).
    virtual Async<Result<std::vector<Answer>>> deliver(std::span<const offline::Envelope>) = 0;
};

}  // namespace outrider::api
