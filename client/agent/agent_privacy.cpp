// The agent's part in what is kept of where the technician is, and what is forgotten.

#include "client/agent/agent.hpp"
#include "platform/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace outrider::agent {
namespace {

constexpr offline::Span all_time = {Instant::min(), Instant::max()};

std::optional<Instant> time_of(std::string_view record) {
    const auto point = api::decode_track_point(record);
    return point ? std::optional(point->time) : std::nullopt;
}

offline::Span span_of(const api::ForgetRequest& request) {
    offline::Span span = all_time;
    if (request.from) span.from = *request.from;
    if (request.to) span.to = *request.to;
    return span;
}

}  // namespace

Result<> Agent::open_privacy() {
    auto privacy = Privacy::open(store_, clock_, settings_.privacy, settings_.workday.boot);
    if (!privacy) return privacy.error();
    privacy_ = std::move(*privacy);
    if (clock_.by_gps(clock_.uptime())) privacy_->time_is_known();
    if (workday_) {
        privacy_->duty_by([this] { return workday_->on_duty(clock_.now()); });
    }
    shown_ = keeping();
    tracker_.guarded_by([this](const gps::Fix& fix) {
        const bool kept = privacy_->judge(fix) == Keeping::yes && on_duty_then(fix);
        if (!kept) hear_only_time(fix);
        return kept;
    });
    return {};
}

// While nobody has confirmed the clock, the shift has to be on by the receiver's time, too: a clock
// that is hours off must not take the evening for the afternoon.
bool Agent::on_duty_then(const gps::Fix& fix) const {
    const bool asked = workday_ && privacy_->window() == Window::on_duty && fix.time;
    return !asked || clock_.by_gps(clock_.uptime()) || workday_->on_duty(*fix.time);
}

// The time is no secret, and without it nobody would know when the shift begins.
void Agent::hear_only_time(const gps::Fix& fix) {
    if (!fix.usable() || !fix.time || fix.status == gps::simulated_status) return;
    gps::Fix timely;
    timely.time = fix.time;
    timely.seen = fix.seen;
    if (!hidden_times_.judge(timely, clock_.by_device())) heard_time(timely);
}

// When nothing is kept any more the track ends, whether fixes come or not; and it is shown.
void Agent::mind_privacy() {
    const Keeping now = keeping();
    if (std::exchange(shown_, now) == now) return;
    if (now != Keeping::yes) tracker_.part();
    if (workday_) workday_->announce();
}

api::PrivacyView Agent::privacy() {
    mind_privacy();
    api::PrivacyView view;
    view.state = name(keeping());
    view.since = privacy_->since();
    if (shown_ == Keeping::private_zone) view.zone = privacy_->zones().zone();
    if (const auto& mode = privacy_->mode()) {
        view.since = mode->since;
        view.until = mode->until;
    }
    return view;
}

Result<> Agent::begin_private(std::optional<Duration> length, std::int64_t by) {
    Result<> kept = privacy_->begin(length, by);
    mind_privacy();
    if (workday_) workday_->announce();
    if (kept) return kept;
    return Error(kept.error().fault,
                 "private mode is on, but only until the agent ends: " + kept.error().detail);
}

Result<> Agent::end_private() {
    Result<> ended = privacy_->end();
    mind_privacy();
    return ended;
}

Result<api::ForgetAnswer> Agent::forget(const api::ForgetRequest& request) {
    const offline::Span span = span_of(request);
    if (request.for_good) tracker_.part();  // what is still being judged is on record, too
    api::ForgetAnswer answer;
    answer.kept_queued = !request.queued;
    answer.damaged_files = static_cast<std::int64_t>(store_.damaged_copies().size());
    auto found = store_.on_record(span, time_of);
    if (!found) return found.error();
    answer.track = found->track;
    answer.queued = found->pings;
    answer.dead = found->dead_pings;
    if (!request.for_good) return answer;

    const Instant now = clock_.now();
    if (request.queued) {
        auto gone = store_.forget_pings(span, now);
        if (!gone) return gone.error();
        answer.queued = gone->pings;
        answer.dead = gone->dead_pings;
    }
    auto gone = store_.forget_track(span, time_of, now);
    if (!gone) return gone.error();
    answer.track = gone->track;
    answer.done = true;
    if (auto removed = store_.remove_damaged_copies(); !removed) {
        answer.left.push_back("A damaged copy of the database is still there: " +
                              removed.error().detail);
    }
    const auto anew = store_.scrub();
    if (!anew) {
        answer.left.push_back("Copies may be left in the file: " + anew.error().detail);
    } else if (!*anew) {
        answer.left.push_back(
            "The database is too large to be written anew: pieces of what was deleted may stay "
            "within its pages until those are used again.");
    }
    log(Level::notice, fmt::format("agent: {} fixes on record and {} positions not yet delivered "
                                   "were deleted by hand",
                                   answer.track, request.queued ? answer.queued : 0));
    return answer;
}

}  // namespace outrider::agent
