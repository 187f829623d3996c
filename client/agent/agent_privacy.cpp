// The agent's part in what is kept of where the technician is, and what is forgotten.

#include "client/agent/agent.hpp"
#include "platform/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <tuple>
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

std::string on_duty_by(const WorkdaySettings& workday, api::CheckIn check_in) {
    if (workday.technician == 0) return "This device has no technician: it tracks always.";
    switch (check_in) {
        case api::CheckIn::office:
            return "On duty: while the office has the technician checked in, at most 12 hours "
                   "after it last said so; and while work is under way.";
        case api::CheckIn::shift:
            return "On duty: during the shifts the office told of, and while work is under way.";
        case api::CheckIn::none: break;
    }
    return "The office tells no check-in, and it is taken for granted: on duty always.";
}

}  // namespace

Result<> Agent::open_privacy() {
    auto privacy = Privacy::open(store_, clock_, settings_.privacy);
    if (!privacy) return privacy.error();
    privacy_ = std::move(*privacy);
    if (workday_) {
        privacy_->duty_by([this] { return workday_->on_duty(clock_.now()); });
    }
    shown_ = keeping();
    tracker_.guarded_by([this](const gps::Fix& fix) {
        const bool kept = privacy_->judge(fix) == Keeping::yes;
        if (!kept) hear_only_time(fix);
        return kept;
    });
    return {};
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

Result<> Agent::describe_holdings(api::PrivacyReport& report) {
    using Holding = api::PrivacyReport::Holding;
    const auto days = [](auto keep) { return fmt::format("for {} days", keep.count()); };
    auto found = store_.on_record(all_time, time_of);
    if (!found) return found.error();
    report.holds.push_back({"track", found->track, found->first, found->last,
                            "a fix each: when, where, speed, course, height, and what became of it",
                            days(settings_.journal.keep) + ", or until it is forgotten by hand"});
    offline::Outbox& outbox = store_.outbox();
    for (const auto& [lane, waiting, refused, says] :
         {std::tuple{offline::Lane::pings, "positions owed", "positions refused",
                     "when, where, speed, and what the technician was on"},
          std::tuple{offline::Lane::actions, "taps owed", "cards",
                     "what was tapped, when, where, and for which customer"}}) {
        Holding owed{waiting, outbox.size(lane), {}, {}, says, "until the office has them"};
        auto oldest = outbox.oldest_written(lane);
        if (!oldest) return oldest.error();
        auto newest = outbox.newest(lane);
        if (!newest) return newest.error();
        owed.first = *oldest;
        if (*newest) owed.last = (*newest)->written;
        if (lane == offline::Lane::pings) {
            owed.until += ", at most " + days(settings_.retention.keep);
        }
        report.holds.push_back(std::move(owed));
        report.holds.push_back({refused,
                                outbox.dead(lane),
                                {},
                                {},
                                says,
                                "until somebody decides: `outrider queue dead`"});
    }
    if (workday_) {
        auto day = workday_->view();
        if (!day) return day.error();
        const auto count = static_cast<std::int64_t>(day->appointments.size());
        report.technician_name = day->technician.name;
        report.holds.push_back({"appointments", count, day->as_of, day->as_of,
                                "the day as the office told it: customers' names, addresses and "
                                "places, and what is to be done there",
                                "until the office tells another day"});
    }
    auto receipts = store_.receipts();
    if (!receipts) return receipts.error();
    report.holds.push_back({"receipts",
                            *receipts,
                            {},
                            {},
                            "when positions and taps left this device, and how; no places",
                            days(settings_.journal.keep)});
    const auto copies = static_cast<std::int64_t>(store_.damaged_copies().size());
    report.holds.push_back({"damaged copies",
                            copies,
                            {},
                            {},
                            "files of the database from before it was mended, whatever they hold",
                            "until three newer ones, or anything is forgotten by hand"});
    return {};
}

Result<api::PrivacyReport> Agent::privacy_report(Places places) {
    api::PrivacyReport report;
    report.now = privacy();
    report.at = clock_.now();
    report.unit = settings_.destination.unit_id;
    report.technician = settings_.workday.technician;
    report.window = privacy_->window() == Window::always ? "always" : "on duty";
    report.on_duty = on_duty_by(settings_.workday, settings_.desk.check_in);
    for (const PrivateZone& zone : privacy_->zones().zones()) {
        api::PrivacyReport::Zone told;
        told.name = zone.name;
        told.radius_m = zone.radius_m;
        if (places == Places::told) told.latitude = zone.latitude;
        if (places == Places::told) told.longitude = zone.longitude;
        report.zones.push_back(std::move(told));
    }
    report.office = settings_.destination.origin.url();
    report.sends.push_back(
        "Positions of the unit: when, where, speed, and what the technician was on.");
    if (settings_.workday.technician != 0) {
        report.sends.push_back("Taps: what was tapped and when.");
    }
    report.sends.push_back("Nothing of fixes that came while nothing was to be kept.");
    report.not_kept = store_.ledger().balance("not_reported:private");
    report.forgotten = store_.ledger().balance("forgotten_track");
    if (auto described = describe_holdings(report); !described) return described.error();
    return report;
}

}  // namespace outrider::agent
