#pragma once
// Handing envelopes to the office, whichever office it is.

#include "offline/outbox.hpp"
#include "platform/async.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace outrider::api {

// What the office said of one envelope.
struct Answer {
    std::int64_t sequence = 0;
    bool accepted = false;
    std::string words;    // why not
    bool unsent = false;  // it cannot be sent at all: our own words, not the office's
};

class Uplink {
public:
    virtual ~Uplink() = default;
    // One request for envelopes of one lane whose destinations go together with the first one's.
    // Success holds an answer for each envelope the office answered for; what it did not mention is
    // still owed. An error means that nothing is known to have been accepted (`ambiguous`: it may
    // have been).
    virtual Async<Result<std::vector<Answer>>> deliver(std::span<const offline::Envelope>) = 0;
    // Whether one request may carry envelopes for both.
    virtual bool together(std::int64_t destination, std::int64_t other) {
        return destination == other;
    }
    // No envelope for this destination takes more bytes of a request.
    virtual std::size_t most_bytes(std::int64_t destination) = 0;
    // Whether the office can be asked what it holds already: ServiceTitan cannot.
    virtual bool reads_back() const { return false; }
    // The sequences of those it holds, of one lane and of destinations that go together.
    virtual Async<Result<std::vector<std::int64_t>>> held(std::span<const offline::Envelope>);
    // Told of each envelope before it is read, and of none when that is done, without a wait in
    // between: so that somebody knows what the program dies of.
    using Handling = std::function<void(const offline::Envelope*)>;
    void report_handling(Handling handling) { handling_ = std::move(handling); }

protected:
    void handling(const offline::Envelope* envelope) const {
        if (handling_) handling_(envelope);
    }

private:
    Handling handling_;
};

}  // namespace outrider::api
