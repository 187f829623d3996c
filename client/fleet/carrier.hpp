#pragma once
// One queue, one courier, one connection, and the many technicians whose pings they carry: for a
// load there is no agent each, but every part of one that judges, keeps and delivers.

#include "client/agent/courier.hpp"
#include "client/fleet/sketch.hpp"
#include "client/fleet/tally.hpp"
#include "client/fleet/van.hpp"
#include "client/fleet/working_days.hpp"
#include "gps/judge.hpp"
#include "offline/store.hpp"

#include <array>
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
    Duration duration{};  // real time
    // Of pings, day and night. When not said: as an agent reports, on working days.
    std::optional<Duration> interval;
    agent::SyncSettings sync;
    std::int64_t most_waiting = 100'000;            // then the technicians wait, too
    Duration tick = std::chrono::milliseconds(50);  // what comes due meanwhile waits for it
    Duration first_tick{};                          // so that not all carriers tick at once
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
    // Fixes planned and not made: by all that is known, when a receiver's power hangs on the way.
    std::int64_t unmade() const;
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
        std::optional<WorkingDays> days;  // nothing: always at work
        std::int64_t passed = 0;          // rounds, for the van
        Sketch* sketch = nullptr;
        bool is_new = true, on_duty = true;
    };
    struct Due {
        std::size_t technician = 0;
        Instant planned{};
        gps::Fix fix;
    };

    Carrier(Clock&, std::unique_ptr<offline::Store>, std::shared_ptr<api::Uplink>,
            const CarrierSettings&, Tally&);
    Result<> board(const CarrierSettings&);
    void settle_in(Technician&);
    bool done() const { return round_ >= rounds_; }
    std::optional<Duration> next_due() const;  // after the start, real time
    bool pass_due();
    void find_next();
    void pass(std::size_t technician, Duration due);
    void report(std::size_t technician, Instant time, Duration due);
    void end_shift(std::size_t technician, Duration due);
    void begin_shift(std::size_t technician);
    void take_verdicts(std::size_t technician, Duration due);
    Duration simulated(std::int64_t round, std::size_t technician) const;
    Duration until_next() const;
    void count_passed_over();
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
    gps::JudgeSettings judge_;
    Duration tick_, first_tick_;
    std::vector<Technician> technicians_;  // by their phase
    std::vector<std::int64_t> wakes_;      // theirs: nothing is to be done before that round
    std::vector<Instant> acknowledged_;    // theirs
    std::vector<std::pair<std::int64_t, std::size_t>> by_destination_;
    std::int64_t round_ = 0;
    std::size_t next_ = 0;                        // technician of the round
    std::vector<Due> due_;                        // to be pings, and not yet in the queue
    std::array<std::int64_t, 32> passed_over_{};  // the others, by their verdicts
    std::vector<gps::Judged> verdicts_;
    std::map<std::size_t, Sketch> sketches_;  // by their places in technicians_
    std::int64_t carried_over_ = 0;
    bool complained_ = false;
};

}  // namespace outrider::fleet
