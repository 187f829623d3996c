#include "client/fleet/working_days.hpp"

#include "client/fleet/chance.hpp"

#include <algorithm>
#include <chrono>

namespace outrider::fleet {
namespace {

using namespace std::chrono_literals;
using std::chrono::minutes;

constexpr Duration day = 24h;
constexpr int working_days = 5, week = 7;
constexpr int shortest_shift_min = 480, longest_shift_min = 570;

bool works_on(Duration::rep which_day) { return which_day % week < working_days; }

}  // namespace

WorkingDays::WorkingDays(std::uint64_t seed)
    : shift_(minutes(shortest_shift_min + static_cast<std::int64_t>(Chance(seed).pick(
                                              longest_shift_min - shortest_shift_min + 1)))) {}

bool WorkingDays::at_work(Duration since) const {
    return works_on(since / day) && since % day < shift_;
}

Duration WorkingDays::end_of_shift(Duration since) const { return since / day * day + shift_; }

Duration WorkingDays::next_shift(Duration since) {
    Duration::rep next = since / day + 1;
    while (!works_on(next)) ++next;
    return next * day;
}

Duration WorkingDays::work_between(Duration from, Duration until) const {
    Duration work{};
    for (Duration::rep one = from / day; one * day < until; ++one) {
        if (!works_on(one)) continue;
        const Duration begins = std::max(from, one * day);
        const Duration ends = std::min(until, one * day + shift_);
        work += std::max(Duration(), ends - begins);
    }
    return work;
}

}  // namespace outrider::fleet
