#pragma once
// What an office hears of a fleet after an outage: of agents, and of senders who try again at a
// fixed pace. On virtual time.

#include "client/fleet/figures.hpp"
#include "platform/clock.hpp"
#include "platform/result.hpp"

#include <cstdint>

namespace outrider::fleet {

struct HerdOptions {
    int agents = 1000;
    Duration report_every = std::chrono::minutes(1);
    Duration before = std::chrono::minutes(5), outage = std::chrono::minutes(10),
             after = std::chrono::minutes(10);
    // Of the naive: all of them notice at once that their connections are gone.
    Duration naive_retry = std::chrono::seconds(10);
    std::uint64_t seed = 1;
};

// Series "herd_ours" and "herd_naive": requests of each second. Counts "herd_agents", "herd_out_s"
// and "herd_back_s" (from when to when nobody answers), "herd_steady" (requests in the busiest ten
// seconds before), and after the outage "herd_peak_ours" and "herd_peak_naive", likewise.
Result<Figures> run_herd(const HerdOptions&);

}  // namespace outrider::fleet
