#include "client/api/day_reader.hpp"

#include "client/api/move.hpp"
#include "platform/http.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace outrider::api {
namespace {

using namespace std::chrono_literals;
constexpr auto whole_read_every = 1h;
constexpr auto slack = 10min;  // what the office changed may show late, and our clock be wrong
constexpr int most_feed_pages = 20;

constexpr std::size_t most_shifts = 50;

using Shifts = std::vector<OfficeDay::Shift>;

Shifts shifts_of(const std::vector<ShiftRow>& rows, dispatch::Id technician) {
    Shifts shifts;
    for (const ShiftRow& row : rows) {
        const bool counts = row.normal && row.active && row.technician == technician;
        if (counts && shifts.size() < most_shifts) shifts.push_back({row.start, row.end});
    }
    return shifts;
}

bool shift_now(const Shifts& shifts, Instant now) {
    return std::ranges::any_of(
        shifts, [now](const auto& shift) { return shift.start <= now && now < shift.end; });
}

// "2026-11-21": the feed takes a day, too.
std::string date_of(Instant at) { return to_rfc3339(at).substr(0, 10); }

}  // namespace

DayReader::DayReader(Line& line, Clock& clock, DeskSettings settings)
    : line_(line), clock_(clock), settings_(std::move(settings)) {
    if (!settings_.day_start) {
        settings_.day_start = [](Instant at) -> Instant {
            return std::chrono::floor<std::chrono::days>(at);
        };
    }
}

std::string DayReader::target(std::string_view area, std::string_view rest) const {
    return fmt::format("/{}/v2/tenant/{}/{}", area, http::percent_encode(settings_.tenant), rest);
}

// Two hours more than whole days, for the day on which the clocks are put back.
DayReader::Window DayReader::window(Instant now, int days) const {
    const Instant from = settings_.day_start(now);
    return {from, settings_.day_start(from + days * 24h + 2h)};
}

bool DayReader::mine(const AssignmentRow& row, const OfficeDay& last) const {
    if (row.technician == settings_.technician) return true;
    for (const Visit& visit : last.visits) {
        if (visit.appointment == row.appointment) return true;
    }
    return false;
}

Async<Result<OfficeDay>> DayReader::read(OfficeDay last, std::vector<dispatch::Id> owed) {
    owed_ = std::move(owed);
    const Instant now = clock_.now();
    if (last.technician != settings_.technician) last = OfficeDay();
    const bool over = clock_.uptime() - read_at_ >= whole_read_every;
    if (over || last.as_of == Instant{} || settings_.day_start(now) != read_from_) stale_ = true;
    OfficeDay day = last;
    day.technician = settings_.technician;
    day.as_of = now;
    // Before the day: what changes in between shows again in the next read.
    const auto fed = co_await read_feed(day.feed, last, now);
    if (!fed) co_return fed.error();
    if (!stale_) {
        const auto looked = co_await look_for_changes(last);
        if (!looked) co_return looked.error();
    }
    const bool whole = stale_;
    if (whole) {
        const auto done = co_await read_day(day, last, now);
        if (!done) co_return done.error();
    }
    const auto known = co_await read_check_in(day, now);
    if (known) co_return day;
    stale_ = stale_ || whole;  // nobody has got what was read
    co_return known.error();
}

// A token the office does not take any more means to begin again.
Async<Result<>> DayReader::read_feed(std::string& token, const OfficeDay& last, Instant now) {
    const std::string start = date_of(now - 1h);
    const bool fresh = token.empty();
    std::string from = fresh ? start : token;
    auto followed = co_await follow_feed(token, last, std::move(from));
    if (followed || fresh || followed.error().fault != Fault::refused) co_return followed;
    stale_ = true;
    std::string again = start;
    followed = co_await follow_feed(token, last, std::move(again));
    co_return followed;
}

Async<Result<>> DayReader::follow_feed(std::string& token, const OfficeDay& last,
                                       std::string start) {
    std::string from = std::move(start);
    for (int pages = 0; pages < most_feed_pages; ++pages) {
        const std::string query =
            "export/appointment-assignments?active=Any&includeRecentChanges=true&from=" +
            http::percent_encode(from);
        std::string asked = target("dispatch", query);
        std::string nothing;
        const auto json = co_await line_.ask("GET", std::move(asked), std::move(nothing));
        if (!json) co_return json.error();
        auto page = parse_assignment_feed(*json);
        if (!page) co_return page.error();
        for (AssignmentRow& row : page->rows) {
            if (!mine(row, last)) continue;
            const auto seen = seen_assignments_.find(row.id);
            const bool known = seen != seen_assignments_.end() &&
                               (seen->second == row || row.modified < seen->second.modified);
            if (known) continue;
            stale_ = true;
            if (seen_assignments_.size() >= most_rows) seen_assignments_.clear();
            seen_assignments_[row.id] = std::move(row);
        }
        const bool stuck = page->next.empty() || page->next == from;
        if (page->more && stuck) {
            co_return Error(Fault::malformed, "the feed of assignments does not go on");
        }
        if (!page->next.empty()) token = page->next;
        if (!page->more) break;
        from = page->next;  // after so many pages the rest is for the next time
    }
    co_return Result<>();
}

Async<Result<>> DayReader::look_for_changes(const OfficeDay& last) {
    const Instant since = clock_.now() - (clock_.uptime() - read_at_) - slack;
    std::string asked =
        target("jpm", fmt::format("appointments?technicianId={}&modifiedOnOrAfter={}&active=Any",
                                  settings_.technician, http::percent_encode(to_rfc3339(since))));
    const auto rows = co_await read_pages<AppointmentRow>(std::move(asked), parse_appointments);
    if (!rows) co_return rows.error();
    for (const AppointmentRow& row : *rows) {
        const auto seen = seen_appointments_.find(row.id);
        if (seen != seen_appointments_.end() && seen->second == row.modified) continue;
        stale_ = true;
        if (seen_appointments_.size() >= most_rows) seen_appointments_.clear();
        seen_appointments_[row.id] = row.modified;
    }
    // A job put on hold, released or completed may leave its appointments as they were.
    for (const std::string& ids : job_lists(last)) {
        std::string jobs = target("jpm", fmt::format("jobs?ids={}&modifiedOnOrAfter={}", ids,
                                                     http::percent_encode(to_rfc3339(since))));
        const auto changed = co_await read_pages<JobRow>(std::move(jobs), parse_jobs);
        if (!changed) co_return changed.error();
        for (const JobRow& row : *changed) {
            for (const Visit& visit : last.visits) {
                if (visit.job == row.id && visit.job_modified != row.modified) stale_ = true;
            }
        }
    }
    co_return Result<>();
}

Async<Result<>> DayReader::read_check_in(OfficeDay& day, Instant now) {
    day.shifts.clear();
    if (settings_.check_in == CheckIn::none) {
        day.rights = settings_.rights;
        day.rights.checked_in = true;
        day.checked_in_by.clear();
    } else if (settings_.check_in == CheckIn::shift) {
        day.rights = settings_.rights;
        day.shifts = shifts_of(shifts_, settings_.technician);
        day.rights.checked_in = !idle_ || shift_now(day.shifts, now);
        day.checked_in_by = "shift";
    } else {
        std::string asked = fmt::format("/office/v1/technicians/{}", settings_.technician);
        std::string nothing;
        const auto json = co_await line_.ask("GET", std::move(asked), std::move(nothing));
        if (!json) co_return json.error();
        const auto standing = parse_standing(*json);
        if (!standing) co_return line_.without_secrets(standing.error());
        day.rights = standing->rights;
        day.checked_in_by = "office";
    }
    co_return Result<>();
}

// A night shift began yesterday.
Async<Result<>> DayReader::read_shifts(Instant from) {
    std::string asked =
        target("dispatch",
               fmt::format("technician-shifts?technicianId={}&shiftType=Normal&startsOnOrAfter={}"
                           "&endsOnOrBefore={}",
                           settings_.technician, http::percent_encode(to_rfc3339(from - 24h)),
                           http::percent_encode(to_rfc3339(from + 50h))));
    auto rows = co_await read_pages<ShiftRow>(std::move(asked), parse_shifts);
    if (!rows) co_return rows.error();
    shifts_ = std::move(*rows);
    co_return Result<>();
}

Async<Result<>> DayReader::read_day(OfficeDay& day, const OfficeDay& last, Instant now) {
    const Uptime began = clock_.uptime();
    std::string asked = target("settings", fmt::format("technicians/{}", settings_.technician));
    std::string nothing;
    const auto json = co_await line_.ask("GET", std::move(asked), std::move(nothing));
    if (!json) {
        Error error = json.error();
        error.detail += fmt::format(" (technician {})", settings_.technician);
        co_return error;
    }
    const auto record = parse_technician(*json);
    if (!record) co_return record.error();
    day.technician_name = record->name;
    day.job_filter = record->job_filter;
    idle_ = record->idle;
    busy_with_ = record->appointment;
    const JobFilter filter = job_filter(day.job_filter);
    const Window today = window(now, filter.days);

    std::map<dispatch::Id, AppointmentRow> found;
    const auto listed = co_await read_appointments(found, last, today, filter.days);
    if (!listed) co_return listed.error();
    for (const auto& [id, row] : found) seen_appointments_[id] = row.modified;
    auto visits = co_await read_crews(std::move(found), last);
    if (!visits) co_return visits.error();
    day.visits = visible(std::move(*visits), filter, settings_.technician, today.from, today.until,
                         last, owed_);
    const auto jobs = co_await read_jobs(day.visits, last);
    if (!jobs) co_return jobs.error();
    const auto complete = co_await read_places(day.visits, last);
    if (!complete) co_return complete.error();
    if (settings_.check_in == CheckIn::shift) {
        const auto shifts = co_await read_shifts(today.from);
        if (!shifts) co_return shifts.error();
    }
    stale_ = !*complete;
    read_at_ = began;
    read_from_ = midnight_ = today.from;
    co_return Result<>();
}

}  // namespace outrider::api
