#pragma once
// Which of a technician's appointments the office lets them see: ServiceTitan's jobFilter.

#include "client/api/office_day.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace outrider::api {

struct JobFilter {
    enum class Ahead : std::uint8_t { all, next, none };
    Ahead ahead = Ahead::all;  // of what is scheduled and not begun
    std::size_t next = 0;      // how many, when ahead is `next`
    int days = 1;              // from today's midnight; 0: without end
};
// All of today for a word that is not known.
JobFilter job_filter(std::string_view word);

// The visits `technician` may see, in order of their start, at most 500. Always among them: what is
// under way or paused, and what they have done today, which the filters' words do not name but the
// technician has seen. On hold and canceled ones stay with "All…"; with the other words when `last`
// showed them. What they are not assigned to is never among them, except canceled or held
// ones that `last` showed. Taps wait for the `owed` ones: always shown, too. `from` is today's
// midnight, `until` the window's end.
std::vector<Visit> visible(std::vector<Visit> visits, const JobFilter&, dispatch::Id technician,
                           Instant from, Instant until, const OfficeDay& last,
                           std::span<const dispatch::Id> owed);

// Of `technician` on it; nullptr when there is none.
const Visit::Crew* crew_of(const Visit&, dispatch::Id technician);
// Dispatched, working or paused.
bool begun_by(const Visit&, dispatch::Id technician);

}  // namespace outrider::api
