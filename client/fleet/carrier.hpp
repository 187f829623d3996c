#pragma once
// One queue, one courier, one connection, and the many technicians whose pings they carry: for a
// load there is no agent each, but every part of one that judges, keeps and delivers.

#include "client/agent/courier.hpp"
#include "client/fleet/sketch.hpp"
#include "client/fleet/tally.hpp"
#include "client/fleet/van.hpp"
#include "gps/judge.hpp"
#include "offline/store.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace outrider::fleet {

struct CarrierSettings {
    std::vector<std::int64_t> technicians;  // their numbers
    std::uint64_t seed = 1;                 // of the fleet
    api::Destination destination;           // the unit's id is a prefix of each technician's
    double speed = 1;
    Duration duration{};               // real time
    std::optional<Duration> interval;  // of pings; as an agent reports when not said
    agent::SyncSettings sync;
    std::int64_t most_waiting = 100'000;  // then the technicians wait, too
    Duration first_tick{};                // so that not all carriers tick at once
};

// One in which every believed fix is a ping, when fixes come at this interval.
gps::JudgeSettings judge_at(Duration interval);

class Carrier {
public:
    // The store and the uplink are its own from now on; the tally is shared.
    static Result<std::unique_ptr<Carrier>> open(Clock&, std::unique_ptr<offline::Store>,
                                                 std::shared_ptr<api::Uplink>,
                                                 const CarrierSettings&, Tally&);

    // Once the tally has its start. Until everything planned is made, or cancelled.
    Async<> drive();
    Async<> deliver() { return courier_->run(); }  // until cancelled
    Async<> hurry(Duration limit) { return courier_->last_attempt(limit); }

    bool driven() const { return done() && due_.empty(); }
    std::int64_t unmade() const;  // fixes planned and not made
    std::int64_t waiting() const { return store_->outbox().size(offline::Lane::pings); }
    std::int64_t dead() const { return store_->outbox().dead(offline::Lane::pings); }
    std::int64_t carried_over() const { return carried_over_; }  // of an earlier run
    agent::Courier::View view() const { return courier_->view(); }
    // The ages of the newest positions the office has, told to the tally.
    void tell_ages(Instant now);
    // Of those still waiting: how many are late by now.
    Result<std::int64_t> late_waiting(Uptime now);
    Result<> audit();
    // Of the first technicians of the whole fleet, for the map.
    const std::map<std::size_t, Sketch>& sketches() const { return sketches_; }

private:
    struct Technician {
        Technician(const VanSettings& van_settings, std::uint64_t seed,
                   const gps::JudgeSettings& judge_settings)
            : van(van_settings, seed), judge(judge_settings) {}
        Van van;
        gps::Judge judge;
        Duration phase{};
        std::int64_t destination = 0;
        Instant acknowledged{};
        bool is_new = true;
    };
    struct Due {
        std::size_t technician = 0;
        Instant planned{};
        gps::Judged judged;
    };

    Carrier(Clock&, std::unique_ptr<offline::Store>, std::shared_ptr<api::Uplink>,
            const CarrierSettings&, Tally&);
    Result<> board(const CarrierSettings&);
    void settle_in(Technician&);
    bool done() const { return round_ >= rounds_; }
    std::optional<Duration> next_due() const;  // after the start, real time
    bool pass_due();
    void pass(std::size_t technician, Duration due);
    Result<> write_down();
    void acknowledged(const offline::Envelope&);

    Clock& clock_;
    std::unique_ptr<offline::Store> store_;
    std::shared_ptr<api::Uplink> uplink_;
    Tally& tally_;
    Meter meter_;
    std::unique_ptr<agent::Courier> courier_;
    std::unique_ptr<Alarm> alarm_;
    double speed_;
    Duration step_;        // from fix to fix, simulated
    Duration earlier_;     // simulated time began so much before the real start
    std::int64_t rounds_;  // of all technicians
    std::int64_t most_waiting_;
    Duration first_tick_;
    std::vector<Technician> technicians_;  // by their phase
    std::vector<std::pair<std::int64_t, std::size_t>> by_destination_;
    std::int64_t round_ = 0;
    std::size_t next_ = 0;  // technician of the round
    std::vector<Due> due_;  // judged, and not yet in the queue
    std::vector<gps::Judged> verdicts_;
    std::map<std::size_t, Sketch> sketches_;  // by their places in technicians_
    std::int64_t carried_over_ = 0;
    bool complained_ = false;
};

}  // namespace outrider::fleet
