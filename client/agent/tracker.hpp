#pragma once
// From the receiver to the disk: every fix gets its verdict, and the ones to report become
// envelopes.

#include "client/agent/broadcast.hpp"
#include "client/api/local.hpp"
#include "client/api/ping.hpp"
#include "gps/judge.hpp"
#include "gps/source.hpp"
#include "offline/store.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <string>

namespace outrider::agent {

class Tracker {
public:
    // A ping that the disk would not take waits here for its next chance; so many at the most.
    static constexpr std::size_t most_unstored = 3600;

    // `destination` is the id of where pings go now, and `unit` as whose. `on_ping` is called after
    // each commit that put pings into the outbox.
    Tracker(gps::Source&, gps::JudgeSettings, offline::Store&, Clock&, std::int64_t destination,
            std::string unit, std::function<void()> on_ping);
    // What the technician is on, asked whenever a ping is made.
    using Context = std::function<std::optional<api::Ping::Context>()>;
    void mention(Context context) { context_ = std::move(context); }
    // Who sees the pings now, asked at each fix; the office when nobody tells.
    using Audience = std::function<gps::Audience()>;
    void watched_by(Audience audience) { audience_ = std::move(audience); }

    Async<> run();    // until cancelled
    void finish();    // the last verdicts, all of it on disk; later fixes are not taken
    void speak_up();  // where the vehicle is now, whether it is due or not; all of it on disk
    void flush();     // writes what has waited for a minute

    // What is thought of the receiver's fixes: the newest that is believed, and why the one after
    // it is not.
    const std::optional<gps::Fix>& last_believed() const { return judge_.newest(); }
    const std::optional<gps::Judgement>& last_rejection() const { return last_rejection_; }
    // The time by the last believed fix and the uptime since; nothing before the first. Unlike the
    // wall clock, nobody sets it.
    std::optional<Instant> time_by_gps(Uptime now) const;

    gps::MotionState motion() const { return judge_.motion(); }
    gps::SourceView source(Uptime now) const { return source_.view(now); }
    Broadcast& verdicts() { return verdicts_; }
    // Why the last write failed; nothing once one has worked again.
    const std::optional<Error>& storage_error() const { return storage_error_; }

private:
    void take(const gps::Fix&);
    void settle(std::vector<gps::Judged>);
    void record(const gps::Judged&, std::optional<std::int64_t> sequence);
    void note(const gps::Judged&);
    void store_unstored();
    Result<> store_reported();
    void heard_of_disk(const Result<>&);
    void give_up_oldest();

    gps::Source& source_;
    gps::Judge judge_;
    offline::Store& store_;
    Clock& clock_;
    std::int64_t destination_;
    std::string unit_account_;
    std::function<void()> on_ping_;
    Context context_;
    Audience audience_;
    Broadcast verdicts_;
    struct Reported {
        gps::Judged judged;
        std::optional<api::Ping::Context> context;  // then
    };
    std::deque<Reported> unstored_;  // not yet accepted by the disk
    std::optional<Error> storage_error_;
    std::optional<gps::Judgement> last_rejection_;
    Uptime last_commit_, next_try_{};
    bool finished_ = false;
    int repaired_weeks_ = 0;  // as told in the log
};

}  // namespace outrider::agent
