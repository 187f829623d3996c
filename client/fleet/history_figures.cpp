// What there is to tell of a history, beyond whether it was well.

#include "client/fleet/history.hpp"

#include "client/fleet/day_course.hpp"

#include <algorithm>
#include <chrono>

namespace outrider::fleet {
namespace {

constexpr std::size_t most_positions = 5000;  // of a technician's day

// The seed tells the days' crews apart, and a crew's members have numbers of one digit.
std::int64_t number_on_map(std::uint64_t seed, dispatch::Id technician) {
    return static_cast<std::int64_t>(seed >> 8) * 10 + technician - first_technician;
}

}  // namespace

void History::add_to(Figures& figures) const {
    auto& counts = figures.counts;
    ++counts["histories"];
    counts["technicians"] += std::ssize(seats_);
    counts["simulated_s"] +=
        std::ssize(seats_) * ((clock_.now() - began_) / std::chrono::seconds(1));
    counts["stops"] += stops_;
    counts["crashes"] += crashes_;
    counts["powercuts"] += powercuts_;
    counts["outages"] += outages_;
    counts["full_disks"] += full_disks_;
    counts["clock_jumps"] += clock_jumps_;
    counts["office_moves"] += moves_;
    // What cannot be read now could not be read by the witnesses.
    static_cast<void>(add_course(premises_->archive, day_ + plan_.begins, figures));
    for (const auto& seat : seats_) {
        add_pings(*seat, figures);
        const TapCounts& taps = seat->taps();
        counts["taps"] += taps.taps;
        counts["taps_carried_out"] += taps.carried_out;
        counts["taps_settled"] += taps.settled;
        counts["cards"] += taps.cards;
        counts["texts"] += taps.texts;
    }
    if (!complaint_.empty()) figures.keep(Violation{seed_, complains_, complaint_});
}

void History::add_pings(const Seat& seat, Figures& figures) const {
    auto& counts = figures.counts;
    const PingCounts& pings = seat.pings();
    const std::int64_t waiting = seat.waiting();
    counts["captured"] += pings.fixes;
    counts["reported"] += pings.pings;
    counts["accepted"] += pings.at_office;
    counts["waiting"] += waiting;
    // Of a history that was broken off nobody knows.
    const std::int64_t there = pings.at_office + pings.dead + waiting;
    counts["lost"] += complaint_.empty() ? std::max<std::int64_t>(0, pings.pings - there) : 0;
    counts["duplicates"] += pings.duplicates;
    counts["ambiguous"] += pings.ambiguous;
    counts["dead_letters"] += pings.dead;
    counts["requests"] += seat.wire().requests();
    counts["retries"] += std::ssize(seat.wire().failures());
    figures.histograms["latency_us"].add(seat.wire().latency_us());
    for (const Instant at : seat.wire().failures()) {
        figures.series["retries"].add((at - day_ - plan_.begins) / std::chrono::seconds(1), 1);
    }
    const auto known = premises_->archive.track(unit_of(seat.id()), Instant::min(), Instant::max(),
                                                most_positions);
    if (!known) return;
    Sketch sketch = seat.sketch();
    for (const office::Position& position : *known) {
        sketch.reported(position.latitude, position.longitude);
    }
    Trail trail = sketch.trail();
    trail.technician = number_on_map(seed_, seat.id());
    figures.keep(std::move(trail));
}

}  // namespace outrider::fleet
