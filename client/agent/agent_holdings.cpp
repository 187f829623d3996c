// What this device holds of its technician, and sends: told without reading all of it.

#include "client/agent/agent.hpp"

#include <fmt/format.h>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace outrider::agent {
namespace {

using Holding = api::PrivacyReport::Holding;

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

std::vector<std::string> what_is_sent(const Settings& settings) {
    std::vector<std::string> sends = {
        "Positions of the unit: when, where, speed, and what the technician was on."};
    if (settings.workday.technician != 0) {
        switch (settings.desk.back_end) {
            case api::BackEnd::office:
                sends.push_back("Taps: what was tapped, when, and where.");
                sends.push_back("While the technician is on the way: when they will be there.");
                break;
            case api::BackEnd::activities:
                sends.push_back(
                    "Taps: what was tapped and when, as timesheet activities; what is "
                    "done, as a note, too.");
                break;
            case api::BackEnd::record:
                sends.push_back(settings.desk.notes ? "Taps: what was tapped and when, as notes."
                                                    : "No taps: they stay on this device.");
                break;
        }
    }
    sends.push_back("Nothing of fixes that came while nothing was to be kept.");
    return sends;
}

std::string days(auto keep) { return fmt::format("for {} days", keep.count()); }

}  // namespace

Result<> Agent::describe_holdings(api::PrivacyReport& report) {
    auto track = store_.track_held();
    if (!track) return track.error();
    report.holds.push_back({"track", track->about, track->first, track->last,
                            "a fix each, about so many: when, where, speed, course, height, and "
                            "what became of it",
                            days(settings_.journal.keep) + ", or until it is forgotten by hand"});
    if (auto described = describe_owed(report); !described) return described;
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
    if (auto described = describe_pages(report); !described) return described;
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

// What waits for the office, and what it refused.
Result<> Agent::describe_owed(api::PrivacyReport& report) {
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
    return {};
}

// Pages of the notebook. They tell times and no places.
Result<> Agent::describe_pages(api::PrivacyReport& report) {
    auto covered = store_.notebook().read_all(Coverage::page_prefix);
    if (!covered) return covered.error();
    Holding coverage{"days of coverage",
                     static_cast<std::int64_t>(covered->size()),
                     {},
                     {},
                     "of each minute whether it was on duty, private, and tracked; no places",
                     days(settings_.journal.keep) + "; `outrider forget` leaves it"};
    if (!covered->empty()) {
        const auto midnight = [](const std::string& name) -> std::optional<Instant> {
            const auto at = parse_rfc3339(name.substr(Coverage::page_prefix.size()) + "T00:00:00Z");
            return at ? std::optional<Instant>(*at) : std::nullopt;
        };
        coverage.first = midnight(covered->begin()->first);
        coverage.last = midnight(covered->rbegin()->first);
    }
    report.holds.push_back(std::move(coverage));
    for (const auto& [name, says, until] :
         {std::tuple{"suggestions",
                     "a page: how far the technician is on which appointment and since when, and "
                     "what was suggested and answered; no places",
                     "until the office tells another day"},
          std::tuple{"stamps", "a page: at what time the taps that wait happened; no places",
                     "until the office has them"}}) {
        auto page = store_.notebook().read(name);
        if (!page) return page.error();
        Holding held{name, 0, {}, {}, says, until};
        if (*page && !(*page)->text.empty()) {
            held.count = 1;
            held.last = (*page)->heard;
        }
        report.holds.push_back(std::move(held));
    }
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
    report.sends = what_is_sent(settings_);
    report.not_kept = store_.ledger().balance("not_reported:private");
    report.forgotten = store_.ledger().balance("forgotten_track");
    if (auto described = describe_holdings(report); !described) return described.error();
    return report;
}

}  // namespace outrider::agent
