#pragma once
// From the outbox to the office. What to do next is decided in plain functions; run() obeys them.

#include "client/agent/bisection.hpp"
#include "client/agent/errands.hpp"
#include "client/agent/settings.hpp"
#include "client/api/uplink.hpp"
#include "offline/store.hpp"
#include "platform/random.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace outrider::agent {

class Courier {
public:
    // Without `traffic` nothing is measured, and no budget kept.
    Courier(offline::Store&, api::Uplink&, Clock&, SyncSettings, RetrySettings, Dice,
            Traffic* traffic = nullptr);

    // What goes first from now on, and outlives run(). One that keeps failing holds up nothing:
    // after a few attempts it rests by itself, and pings go on.
    void run_first(Errands& errands) { errands_ = &errands; }
    void errand_waits();  // there is a new one: tried at once

    Async<> run();  // until cancelled
    // Something was added. May end a rest early; never shortens a backoff.
    enum class Haste { none, at_once };
    void nudge(Haste = Haste::none);
    // What waits goes now: a rest and a backoff end, but for the time the office has asked for.
    void flush();
    // The network has changed: a backoff ends, after a moment at random, unless the office has said
    // how long to wait, or this was said a few seconds ago, too.
    void route_changed();
    // By hand, and until taken back, through restarts too. Recording goes on.
    Result<> pause(bool);
    // Delivers what is waiting now, without backoff, and returns when that is done, has failed once
    // or `limit` has passed; at once when the office wants to hear nothing for so long.
    Async<> last_attempt(Duration limit);

    enum class State { starting, up_to_date, waiting, sending, retrying, paused };
    struct View {
        State state = State::starting;
        std::optional<Duration> next_attempt_in;
        std::optional<Instant> newest_acknowledged;  // event time
        std::optional<Error> error;                  // of the last attempt, if it failed
        Instant error_at{};
        bool by_hand = false;                  // paused so
        std::optional<Instant> refused_since;  // credentials or configuration, restarts included
        std::int64_t ambiguous = 0;            // attempts ever whose outcome was not known
    };
    View view() const;
    State state() const { return paused_by_hand() ? State::paused : state_; }

private:
    struct Load {
        offline::Lane lane = offline::Lane::pings;
        std::vector<offline::Envelope> envelopes;
    };

    Duration until_due();
    Duration until_errand() const;
    bool paused_by_hand() const;
    void heard_of_errand(const Result<>&);
    void heard_of_load(const Result<>&);
    Result<Load> next_load();
    Result<Load> probe();
    Result<Load> backlog();
    std::size_t fitting(std::span<const offline::Envelope>, std::size_t most, std::size_t bytes);
    Async<Result<>> carry();
    Async<Result<>> read_back();
    Result<> settle(const Load&, const std::vector<api::Answer>&);
    Result<> failed_all(const Load&, const std::vector<api::Answer>&);
    void tell_of_refused(const Load&, const std::vector<api::Answer>&);
    Result<> write_down(const Load&, const std::vector<api::Answer>&);
    Result<> bury_condemned();
    Result<> refused(const Load&, const Error&);
    void succeeded();
    Duration failed(const Error&);
    void note_refusal(bool refused);
    Duration backoff();
    Duration company();

    offline::Store& store_;
    api::Uplink& uplink_;
    Clock& clock_;
    std::unique_ptr<Alarm> alarm_;
    SyncSettings sync_;
    RetrySettings retry_;
    Dice dice_;
    Traffic* traffic_;
    Errands* errands_ = nullptr;

    State state_ = State::starting;
    Duration ceiling_;     // of the next backoff
    std::size_t batch_;    // shrinks when the office finds it too large
    std::size_t largest_;  // it may grow to, by what the office said lately
    Uptime too_large_at_{};
    std::optional<Uptime> due_;        // when what is waiting must go; nothing: nothing is waiting
    std::optional<Uptime> retry_at_;   // in backoff until then
    std::optional<Uptime> errand_at_;  // the errand, until then
    Duration errand_ceiling_;          // of its next backoff
    Uptime errand_never_before_{};     // the office asked for so much time
    Uptime never_before_{};            // the same, of pings
    int errand_failures_ = 0;          // of owed ones, in a row
    bool answered_ = false;            // the last load was, by the office
    // Answers the disk has not taken yet: they are settled before anything else is sent, so that a
    // full disk never makes a duplicate.
    std::optional<std::pair<Load, std::vector<api::Answer>>> unsettled_;
    Bisection bisection_;
    int refusals_ = 0;  // of whole requests, in a row
    // Sent, but nothing is known of their fate: asked about before they are sent again, where the
    // office can tell. What an earlier run left is asked about from its oldest to its newest.
    std::optional<Load> doubtful_;
    std::int64_t ask_from_ = 0, ask_to_ = 0;
    std::optional<Error> error_;
    Instant error_at_{};
    FallingRate complaints_;  // of a link that flaps, too
    FallingRate refusals_told_;
    std::optional<Uptime> hastened_at_;  // by a change of the network
    bool complained_ = false;
    Uptime failed_at_{};
    bool hurry_ = false;
    std::unique_ptr<Alarm> done_;  // rung when a hurried attempt has ended
};

std::string_view name(Courier::State);

}  // namespace outrider::agent
