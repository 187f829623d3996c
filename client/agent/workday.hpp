#pragma once
// The technician's day: what the office last said, what it has not heard yet laid over it, and
// taking the one to the other. Nothing else is remembered, so nothing can disagree with itself.

#include "client/agent/broadcast.hpp"
#include "client/agent/errands.hpp"
#include "client/api/desk.hpp"
#include "client/api/local_day.hpp"
#include "client/api/ping.hpp"
#include "client/api/tap.hpp"
#include "client/dispatch/replay.hpp"
#include "offline/store.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace outrider::agent {

struct WorkdaySettings {
    dispatch::Id technician = 0;                          // 0: nobody's
    Duration poll = std::chrono::seconds(60);             // the office is asked so often
    Duration stale_dispatch = std::chrono::seconds(600);  // an older one tells no customer
    std::string boot;                                     // see boot_id
};

// When and where a tap happens.
struct Moment {
    Instant time{};
    bool by_gps = false;
    std::optional<double> latitude, longitude;
    bool automatic = false;  // nobody taps: the device, by where it stood
};

class Workday final : public Errands {
public:
    static constexpr std::size_t most_waiting = 500;  // taps

    // `destination` is the id of the office that taps are owed to now. Everything given outlives
    // it. Fault::storage when the store cannot be read.
    static Result<std::unique_ptr<Workday>> open(offline::Store&, api::Desk&, Clock&,
                                                 WorkdaySettings, std::int64_t destination,
                                                 std::function<Moment()> moment);

    // Without an appointment: the only one this is possible for. Nothing: it is on the disk. What
    // is against the rule is denied, and leaves no trace.
    Result<std::optional<api::Denied>> tap(dispatch::Verb, std::optional<dispatch::Id>);
    // The same for taps that belong together, at a moment that may be past: all of them are on the
    // disk at one stroke, or none is, as when the rule is against one of them.
    Result<std::optional<api::Denied>> tap(const std::vector<api::Step>&, const Moment&);

    // A tap's, were it made now.
    Moment moment() const { return moment_(); }

    Result<api::DayView> view();
    std::vector<api::WaitingTap> waiting() const;
    Result<std::vector<api::Card>> cards(std::size_t limit);
    std::int64_t revision() const { return revision_; }
    Broadcast& changes() { return changes_; }  // a line for each new revision
    // What is told beside the day is another one now.
    void announce();
    // When the technician will be there, for the office's customer page: asked once a minute, told
    // when it is another time.
    using Estimates = std::function<std::optional<api::Estimate>()>;
    void estimate_by(Estimates estimates) { estimates_ = std::move(estimates); }

    // What the technician is on: for the pings.
    const std::optional<api::Ping::Context>& under_way() const { return under_way_; }
    // Since when the office has not been heard, and why; nothing while it is.
    struct Silence {
        std::optional<Instant> since;  // nothing: it never was
        std::string why;
    };
    const std::optional<Silence>& silence() const { return silence_; }

    // As far as this device knows: work is under way, a shift the office told of is on, or it has
    // checked the technician in and that is not too long ago.
    bool on_duty(Instant now) const;
    // The same of a moment at which this program did not run; on duty until then, as far as known.
    bool was_on_duty(Instant at, std::optional<Instant> until) const;
    // How old the office's last word is; nothing when it was never heard, or by a clock that
    // cannot have been right.
    std::optional<Duration> age() const;

    // The true time at an uptime, once that is known: what waits and was written down by a clock
    // that was wrong gets its true time, once, on the disk as well. True when something did.
    using TimeAt = std::function<std::optional<Instant>(Uptime)>;
    bool know_time(const TimeAt&);

    // Cards have been put back or thrown away.
    Result<> reload();

    Duration until_due() const override;
    bool owed() const override { return next_to_tell() < pending_.size(); }
    Async<Result<>> run_one() override;
    void office_is_back() override { next_read_ = std::min(next_read_, clock_.uptime()); }

private:
    struct Pending {
        std::int64_t sequence = 0;
        api::Tap tap;
        std::optional<std::string> held;           // why; until the office's day changes
        std::optional<dispatch::Refusal> refused;  // by the office, when it was told
        std::optional<Uptime> held_until;          // by the office, against its own day's word
        bool answered = false;                     // the office took it, the disk has yet to hear
        bool elsewhere = false;                    // owed to another office than the present one
        bool of_this_run = false;                  // tapped since the program started
        bool sent = false;                         // the office may have it
        bool timed = false;    // its time is the true one, or nobody can tell better
        bool guessed = false;  // ... but only a bound: it was written before this boot
    };

    // Two times this close are of clocks that agree.
    static constexpr Duration near_enough = std::chrono::seconds(5);

    Workday(offline::Store&, api::Desk&, Clock&, WorkdaySettings, std::int64_t destination,
            std::function<Moment()> moment);
    Result<> load_notebook();
    Result<> load_stamps();  // workday_time.cpp, too
    // Into the notebook, within a commit; without a day its page stays as it is.
    Result<> keep(const api::OfficeDay*, const std::vector<api::Told>&);
    dispatch::Day present() const;    // the office's last word, and what it took since
    dispatch::Day projected() const;  // ... and what it has not heard yet
    const api::Visit* visit(dispatch::Id) const;
    api::Denied denied(const dispatch::Refusal&) const;
    // A dispatch that is held and followed by nothing, which can be taken back; nothing without
    // one.
    const Pending* held_dispatch(dispatch::Id appointment) const;
    Result<> room_for(std::size_t more) const;
    Result<> write_down(const std::vector<api::Tap>&);
    api::Denied nowhere(dispatch::Verb, const dispatch::Day&, std::vector<dispatch::Id>) const;
    Result<std::optional<api::Denied>> tap(dispatch::Verb, std::optional<dispatch::Id>,
                                           const Moment&);
    // `before`: the tap it follows; null for none.
    api::Tap tap_of(const api::Step&, const dispatch::Day&, const Moment&,
                    const api::Tap* before) const;
    std::string as_of() const;
    void changed();

    // workday_time.cpp
    void give_time(api::Tap&, const Moment&, const api::Tap* before) const;
    void remember_time(std::int64_t sequence);
    void use(const api::Stamp&, Pending&) const;
    std::optional<api::Stamp> true_time(const Pending&, const TimeAt&) const;
    enum class TimeBy { gps, set_clock };
    bool restamp(const TimeAt&, TimeBy);
    bool was_set_meanwhile();
    Result<std::vector<api::Stamp>> stamps_and(std::vector<api::Stamp> fresh);

    // workday_view.cpp
    api::DayView::Appointment describe(const api::Visit&, const dispatch::Day& projected) const;
    std::optional<api::DayView::Step> next_step(const dispatch::Day& projected) const;
    api::WaitingTap describe(const Pending&) const;
    api::Card card_of(const offline::DeadLetter&, const api::Tap&) const;

    // workday_carry.cpp
    std::size_t next_to_tell() const;  // pending_.size(): none
    bool fresh() const;
    Async<Result<>> read();
    Async<Result<>> tell();
    std::optional<Uptime> estimate_due() const;
    Async<Result<>> tell_estimate();
    Async<Result<>> send(std::size_t index);
    Result<> heard(api::OfficeDay);
    std::vector<api::Told> still_unseen(const api::OfficeDay&) const;
    std::vector<api::Told> with(const api::Tap&) const;
    dispatch::Judgement judge(const Pending&) const;
    bool quiet(std::int64_t sequence) const;
    Duration age_of(const Pending&) const;
    bool of_this_boot(const Pending&) const;
    api::OfficeDay office_after(const api::Tap&) const;
    Result<> settle(std::int64_t sequence);
    Result<> taken(std::int64_t sequence);
    Result<> bury(std::int64_t sequence, std::string_view words);
    void drop(std::int64_t sequence);
    Pending* find(std::int64_t sequence);

    offline::Store& store_;
    api::Desk& desk_;
    Clock& clock_;
    WorkdaySettings settings_;
    std::int64_t destination_;
    std::function<Moment()> moment_;

    api::OfficeDay office_;
    std::vector<api::Told> told_;
    std::vector<Pending> pending_;    // in order
    std::vector<api::Stamp> stamps_;  // of what waits, or is a card
    std::optional<Pending> timed_;    // the last that ended and had the receiver's time
    std::optional<Uptime> heard_at_;  // the office; nothing: not in this run
    std::int64_t revision_ = 1;
    Broadcast changes_;
    std::optional<api::Ping::Context> under_way_;

    Uptime next_read_;
    std::optional<Uptime> last_read_;  // nothing: not since the last failure
    Uptime last_written_{};
    int failures_ = 0;  // to read, in a row
    Estimates estimates_;
    Uptime next_estimate_{};
    api::Estimate estimated_;  // the last one told
    std::optional<Silence> silence_;
};

}  // namespace outrider::agent
