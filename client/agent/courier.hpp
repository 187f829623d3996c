#pragma once
// From the outbox to the office. What to do next is decided in plain functions; run() obeys them.

#include "client/agent/settings.hpp"
#include "client/api/uplink.hpp"
#include "offline/store.hpp"
#include "platform/random.hpp"

#include <optional>
#include <string>
#include <vector>

namespace outrider::agent {

class Courier {
public:
    Courier(offline::Store&, api::Uplink&, Clock&, SyncSettings, RetrySettings, Dice);

    Async<> run();  // until cancelled
    // Something was added. May end a rest early; never shortens a backoff.
    void nudge();
    // Delivers what is waiting now, without backoff, and returns when that is done, has failed once
    // or `limit` has passed.
    Async<> last_attempt(Duration limit);

    enum class State { starting, up_to_date, waiting, sending, retrying, paused };
    struct View {
        State state = State::starting;
        std::optional<Duration> next_attempt_in;
        std::optional<Instant> newest_acknowledged;  // event time
        std::optional<Error> error;                  // of the last attempt, if it failed
        Instant error_at{};
    };
    View view() const;

private:
    struct Load {
        offline::Lane lane = offline::Lane::pings;
        std::vector<offline::Envelope> envelopes;
    };

    Duration until_due();
    Result<Load> next_load();
    Async<Result<>> carry();
    Result<> settle(const Load&, const std::vector<api::Answer>&);
    void succeeded();
    Duration failed(const Error&);
    Duration backoff();

    offline::Store& store_;
    api::Uplink& uplink_;
    Clock& clock_;
    std::unique_ptr<Alarm> alarm_;
    SyncSettings sync_;
    RetrySettings retry_;
    Dice dice_;

    State state_ = State::starting;
    Duration ceiling_;                // of the next backoff
    std::size_t batch_;               // shrinks when the office finds it too large
    std::optional<Uptime> due_;       // when what is waiting must go; nothing: nothing is waiting
    std::optional<Uptime> retry_at_;  // in backoff until then
    // Answers the disk has not taken yet: they are settled before anything else is sent, so that a
    // full disk never makes a duplicate.
    std::optional<std::pair<Load, std::vector<api::Answer>>> unsettled_;
    std::optional<Error> error_;
    Instant error_at_{};
    FallingRate complaints_;  // of a link that flaps, too
    bool complained_ = false;
    Uptime failed_at_{};
    bool hurry_ = false;
    std::unique_ptr<Alarm> done_;  // rung when a hurried attempt has ended
};

std::string_view name(Courier::State);

}  // namespace outrider::agent
