#include "client/fleet/history.hpp"

#include "client/office/moves.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace outrider::fleet {
namespace {

using namespace std::chrono_literals;
using dispatch::Id;
using dispatch::Verb;

constexpr Instant first_day{std::chrono::sys_days(std::chrono::year(2026) / 1 / 5)};
constexpr std::uint64_t days_to_choose_from = 3000;
constexpr Duration before_shift = 20min, after_shift = 2h;
constexpr Duration look_every = 45min;
constexpr double trouble_every_s = 1800;  // for each technician, on the average
constexpr std::uint64_t of_history = 501;

Instant day_of(std::uint64_t seed) {
    const std::uint64_t day = mix(seed, of_history) % days_to_choose_from;
    return first_day + std::chrono::days(static_cast<std::int64_t>(day));
}

}  // namespace

Result<std::unique_ptr<History>> History::open(std::uint64_t seed, Faults faults, Trace trace) {
    std::unique_ptr<History> history(new History(seed, faults, trace));
    auto premises = Premises::open(history->clock_, history->plan_, history->day_);
    if (!premises) return premises.error();
    history->premises_ = std::move(*premises);
    History& self = *history;
    const auto told = [&self](const std::string& words) { self.say("{}", words); };
    const auto acted = [&self] {
        for (const auto& seat : self.seats_) seat->office_has_acted();
    };
    const Seat::Scene scene{self.plan_, self.day_, self.clock_, *self.premises_, told, acted};
    for (std::size_t i = 0; i < self.plan_.technicians.size(); ++i) {
        self.seats_.push_back(std::make_unique<Seat>(scene, i));
    }
    return history;
}

History::History(std::uint64_t seed, Faults faults, Trace trace)
    : seed_(seed),
      faults_(faults),
      trace_(trace),
      chance_(mix(seed, of_history + 1)),
      plan_(plan_day(seed, faults)),
      day_(day_of(seed)),
      clock_(day_ + plan_.begins - before_shift - 1h),
      people_(clock_.executor()),
      most_events_(std::numeric_limits<std::int64_t>::max()) {}

History::~History() {
    if (people_.running() > 0) static_cast<void>(clock_.finish(people_.stop()));
    for (const auto& seat : seats_) seat->kill();
}

void History::play() {
    plan();
    for (const auto& seat : seats_) people_.start(seat->work());
    while (!deeds_.empty() && complaint_.empty()) {
        const auto next = deeds_.extract(deeds_.begin());
        pass_to(next.key());
        happens(next.mapped());
    }
    if (complaint_.empty()) heal();
    if (complaint_.empty()) drain();
    if (!complaint_.empty()) say("COMPLAINT of {}: {}", complains_, complaint_);
}

void History::happens(const Deed& deed) {
    if (++events_ > most_events_) return;
    deed();
    look();
}

void History::pass_to(Instant then) {
    if (then <= clock_.now()) return;
    const auto ended = clock_.pass(then - clock_.now());
    if (ended == SimulatedClock::Ended::in_circles && complaint_.empty()) {
        complaint_ = "the program goes round in circles without waiting";
    }
    for (const auto& seat : seats_) {
        if (!seat->has_power()) seat->cut_power();  // in the midst of writing
    }
}

void History::look() {
    for (const auto& seat : seats_) {
        seat->look_at_it();
        if (!complaint_.empty() || seat->complaint().empty()) continue;
        complaint_ = seat->complaint();
        complains_ = seat->id();
    }
}

void History::plan() {
    plan_check_ins();
    for (const auto& seat : seats_) {
        Seat& one = *seat;
        at(plan_.begins - before_shift + some(0, 600), [&one] { one.start(); });
        if (faults_ == Faults::all) plan_trouble(one);
    }
    for (Duration time = plan_.begins; time < plan_.ends + after_shift; time += look_every) {
        at(time, [] {});
    }
}

void History::plan_check_ins() {
    for (std::size_t i = 0; i < seats_.size(); ++i) {
        const auto planned = plan_.technicians[i].checked_in;
        if (!planned) continue;
        const Id id = seats_[i]->id();
        at(*planned, [this, id] { move(Verb::check_in, id, 0); });
    }
}

void History::plan_trouble(Seat& seat) {
    Duration time = plan_.begins - before_shift;
    for (;;) {
        time += Duration(static_cast<std::int64_t>(1000 * chance_.exponential(trouble_every_s)));
        if (time > plan_.ends + after_shift) return;
        at(time, [this, &seat] { trouble(seat); });
    }
}

// All is well again.
void History::heal() {
    if (events_ > most_events_) return;
    say("all is well again");
    static_cast<void>(clock_.finish(people_.stop()));
    premises_->faults.set({});
    for (const auto& seat : seats_) {
        seat->change_weather(Weather::clear);
        seat->mend();
        seat->set_clock({});
        seat->start();
        move(Verb::check_in, seat->id(), 0);
    }
}

// And time passes until all is told.
void History::drain() {
    if (events_ > most_events_) return;
    for (int i = 0; i < 5 && complaint_.empty(); ++i) {
        pass_to(clock_.now() + 14min);
        look();
    }
    for (const auto& seat : seats_) {
        if (!complaint_.empty()) return;
        if (!seat->runs()) complaint_ = "a device that has its disk and its power does not run";
        seat->look_back(faults_ == Faults::none);
        if (complaint_.empty()) complaint_ = seat->complaint();
        complains_ = seat->id();
    }
}

void History::add_to(Figures& figures) const {
    auto& counts = figures.counts;
    ++counts["histories"];
    counts["technicians"] += std::ssize(seats_);
    counts["crashes"] += crashes_;
    counts["powercuts"] += powercuts_;
    counts["outages"] += outages_;
    counts["full_disks"] += full_disks_;
    counts["clock_jumps"] += clock_jumps_;
    counts["office_moves"] += moves_;
    for (const auto& seat : seats_) {
        const PingCounts& pings = seat->pings();
        counts["captured"] += pings.fixes;
        counts["reported"] += pings.pings;
        counts["accepted"] += pings.at_office;
        counts["duplicates"] += pings.duplicates;
        counts["dead_letters"] += pings.dead;
        counts["requests"] += seat->requests();
        const TapCounts& taps = seat->taps();
        counts["taps"] += taps.taps;
        counts["taps_carried_out"] += taps.carried_out;
        counts["taps_settled"] += taps.settled;
        counts["cards"] += taps.cards;
        counts["texts"] += taps.texts;
    }
    if (!complaint_.empty()) figures.keep(Violation{seed_, complains_, complaint_});
}

Duration History::some(double least_s, double most_s) {
    return Duration(static_cast<std::int64_t>(1000 * chance_.between(least_s, most_s)));
}

void History::say_line(const std::string& words) {
    lines_.push_back(to_rfc3339(clock_.now()).substr(11, 12) + " " + words);
}

std::string History::trace() const {
    std::string all;
    for (const std::string& line : lines_) all += line + "\n";
    return all;
}

}  // namespace outrider::fleet
