#include "client/api/job_filter.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

namespace outrider::api {
namespace {

using Ahead = JobFilter::Ahead;
constexpr std::size_t most_visits = 500;

constexpr std::array<std::pair<std::string_view, JobFilter>, 9> words = {{
    {"AllScheduledDispatchedWorking", {Ahead::all, 0, 0}},
    {"AllScheduledDispatchedWorkingToday", {Ahead::all, 0, 1}},
    {"AllScheduledDispatchedWorkingTodayTomorrow", {Ahead::all, 0, 2}},
    {"AllScheduledDispatchedWorkingFiveDays", {Ahead::all, 0, 5}},
    {"NextScheduledDispatchedWorking", {Ahead::next, 1, 0}},
    {"NextScheduledDispatchedWorkingToday", {Ahead::next, 1, 1}},
    {"NextScheduledDispatchedWorkingTodayTomorrow", {Ahead::next, 1, 2}},
    {"Next2ScheduledDispatchedWorkingToday", {Ahead::next, 2, 1}},
    {"DispatchedWorking", {Ahead::none, 0, 1}},
}};

}  // namespace

JobFilter job_filter(std::string_view word) {
    for (const auto& [known, filter] : words) {
        if (known == word) return filter;
    }
    return {};
}

const Visit::Crew* crew_of(const Visit& visit, dispatch::Id technician) {
    for (const Visit::Crew& one : visit.crew) {
        if (one.technician == technician) return &one;
    }
    return nullptr;
}

bool begun_by(const Visit& visit, dispatch::Id technician) {
    const Visit::Crew* mine = crew_of(visit, technician);
    if (!mine) return false;
    const auto [status, paused] = mine->assignment;
    return status == dispatch::Status::dispatched || status == dispatch::Status::working ||
           (paused && status == dispatch::Status::scheduled);
}

std::vector<Visit> visible(std::vector<Visit> visits, const JobFilter& filter,
                           dispatch::Id technician, Instant from, Instant until,
                           const OfficeDay& last, std::span<const dispatch::Id> owed) {
    std::set<dispatch::Id> shown;
    for (const Visit& visit : last.visits) shown.insert(visit.appointment);
    std::ranges::sort(
        visits, {}, [](const Visit& visit) { return std::tuple(visit.start, visit.appointment); });
    std::size_t ahead = 0;
    const auto may_see = [&](const Visit& visit) {
        const Visit::Crew* mine = crew_of(visit, technician);
        const bool open = visit.standing == dispatch::Standing::open;
        const bool known = shown.contains(visit.appointment);
        if (!mine) return !open && known;
        if (begun_by(visit, technician)) return true;
        if (std::ranges::find(owed, visit.appointment) != owed.end()) return true;
        const bool in_window = visit.start >= from && (filter.days == 0 || visit.start < until);
        if (mine->assignment.status == dispatch::Status::done) {
            return in_window || mine->modified >= from;
        }
        if (!in_window) return false;
        if (!open) return known || filter.ahead == Ahead::all;
        if (filter.ahead == Ahead::all) return true;
        return filter.ahead == Ahead::next && ++ahead <= filter.next;
    };
    std::vector<Visit> seen;
    for (Visit& visit : visits) {
        if (seen.size() < most_visits && may_see(visit)) seen.push_back(std::move(visit));
    }
    return seen;
}

}  // namespace outrider::api
