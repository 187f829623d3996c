#pragma once
// One technician's device: tracks, carries, and says how it is doing.

#include "client/agent/courier.hpp"
#include "client/agent/coverage.hpp"
#include "client/agent/privacy.hpp"
#include "client/agent/retention.hpp"
#include "client/agent/settings.hpp"
#include "client/agent/suggestions.hpp"
#include "client/agent/track.hpp"
#include "client/agent/tracker.hpp"
#include "client/agent/trusted_clock.hpp"
#include "client/agent/workday.hpp"
#include "client/api/local_why.hpp"
#include "gps/receiver_clock.hpp"
#include "gps/travel.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace outrider::agent {

class Agent {
public:
    // Everything given outlives the agent. Without a desk, or a technician in the settings, there
    // is no day. Fault::storage when the store takes nothing. The TrustedClock is one of Clock's,
    // and fed from now on; without one the agent has its own.
    static Result<std::unique_ptr<Agent>> open(Clock&, offline::Store&, gps::Source&, api::Uplink&,
                                               const Settings&, Dice, Traffic* = nullptr,
                                               api::Desk* = nullptr, TrustedClock* = nullptr);

    // Tracks and carries until cancelled. Nothing accepted depends on how it ends.
    Async<> run();
    // Before cancelling run(): the last fix reported, one attempt to deliver what waits, at most
    // `limit` long; afterwards everything is on disk.
    Async<> wind_down(Duration limit);

    void route_changed() { courier_.route_changed(); }

    api::Status status();
    Result<offline::Audit> audit() { return store_.audit(); }
    Result<offline::Custody> verify() { return store_.verify(); }

    // The queue in somebody's hands. Those that wait from a sequence on, ascending; the dead
    // letters from a sequence down.
    using Records = Result<std::vector<api::QueueRecord>>;
    Records waiting(offline::Lane, std::int64_t from, std::size_t limit);
    Records dead_letters(offline::Lane, std::int64_t to, std::size_t limit);
    void flush() { courier_.flush(); }
    Result<> pause() { return courier_.pause(true); }
    Result<> resume() { return courier_.pause(false); }
    // Dead letters back into the queue, or gone for good: all that are there, in one commit.
    Result<api::DeadAnswer> retry(const api::DeadRequest&);
    Result<api::DeadAnswer> drop(const api::DeadRequest&);

    // The technician's day; null when this device has none. After a tap, or when cards were put
    // back, the office is told at once.
    Workday* workday() { return workday_.get(); }
    Result<std::optional<api::Denied>> tap(dispatch::Verb, std::optional<dispatch::Id>);
    // With what the positions suggest, and when they will be there; there is a day.
    Result<api::DayView> day();
    Result<std::vector<api::Card>> cards(std::size_t limit);
    Result<std::optional<api::Denied>> accept(dispatch::Verb, dispatch::Id appointment);
    Result<> dismiss(dispatch::Verb, dispatch::Id appointment);

    // What may be kept of where the technician is, now; and private mode, by whose uid.
    Keeping keeping() { return privacy_->now(); }
    api::PrivacyView privacy();
    Result<> begin_private(std::optional<Duration> length, std::int64_t by);
    Result<> end_private();
    // Deletes what was recorded in a span, or counts it.
    Result<api::ForgetAnswer> forget(const api::ForgetRequest&);
    enum class Places { left_out, told };
    Result<api::PrivacyReport> privacy_report(Places);

    // What is on record from `from` on, which is no earlier than the journal keeps.
    Result<Track> track(Instant from) { return Track::open(store_, from); }
    Duration keeps_track() const { return settings_.journal.keep; }
    Broadcast& verdicts() { return tracker_.verdicts(); }
    // What became of the fixes of [from, to), or of the moment when both are the same; of a ping.
    Result<api::Why> why(Instant from, Instant to);
    Result<api::Why> why(std::string_view external_id_or_sequence);
    std::vector<api::Coverage> coverage() const { return coverage_.of_days(); }

private:
    // Before silence, or a missing fix, is worth a word.
    static constexpr Duration start_up = std::chrono::seconds(60);

    Agent(std::unique_ptr<TrustedClock> own, TrustedClock&, offline::Store&, gps::Source&,
          api::Uplink&, const Settings&, Dice, Traffic*, std::int64_t destination);
    Async<> keep_house();
    void tell_of_salvage();
    void heard_ping();
    Async<> mind_power();
    void describe_queue(api::Status&);
    void describe_office(api::Status&);
    Result<> open_workday(api::Desk*, std::int64_t destination);
    Result<> open_privacy();
    void mind_privacy();
    bool on_duty_then(const gps::Fix&) const;
    void hear_only_time(const gps::Fix&);
    // agent_holdings.cpp
    Result<> describe_holdings(api::PrivacyReport&);
    Result<> describe_owed(api::PrivacyReport&);
    Result<> describe_pages(api::PrivacyReport&);
    Moment moment() const;
    void heard_time(const gps::Fix&);
    void tell_workday_the_time();
    void follow(const gps::Fix&, gps::MotionState);
    std::optional<api::DayView::Appointment::Eta> eta(const api::DayView::Appointment&) const;
    std::optional<api::Estimate> estimate() const;
    gps::Audience audience() const;
    Result<> reload_workday();
    void judge_day(api::Status&) const;
    void judge_health(api::Status&) const;
    Result<api::DeadAnswer> decide(const api::DeadRequest&,
                                   const std::function<Result<>(std::int64_t)>& each);
    Result<api::QueueRecord> record(const offline::Envelope&);
    // agent_coverage.cpp
    void open_coverage();
    void see(Minute);
    enum class Paper { when_due, now };
    void keep_coverage(Paper);

    std::unique_ptr<TrustedClock> own_clock_;
    TrustedClock& clock_;
    offline::Store& store_;
    const Settings& settings_;
    std::unique_ptr<Alarm> alarm_, power_alarm_;
    Uptime started_;
    Courier courier_;
    gps::MotionState motion_ = gps::MotionState::unknown;  // at the last ping
    std::unique_ptr<Workday> workday_;
    std::optional<Privacy> privacy_;
    Keeping shown_ = Keeping::yes;              // by the day's screen
    gps::ReceiverClock hidden_times_;           // of fixes that are not kept
    std::unique_ptr<Suggestions> suggestions_;  // where there is a day
    gps::Travel travel_;
    Tracker tracker_;
    Retention retention_;
    int salvages_;  // told of
    Coverage coverage_;
};

}  // namespace outrider::agent
