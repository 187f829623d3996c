#include "client/fleet/history.hpp"

#include "client/office/moves.hpp"

#include <algorithm>
#include <chrono>

namespace outrider::fleet {
namespace {

using namespace std::chrono_literals;
using dispatch::Id;
using dispatch::Verb;

constexpr Instant first_day{std::chrono::sys_days(std::chrono::year(2026) / 1 / 5)};
constexpr std::uint64_t days_to_choose_from = 3000;
// Most days are brisk: as much can go wrong on them, and more of them can be played.
constexpr std::uint64_t usual_of = 60;  // days one is usual
constexpr std::uint64_t of_history = 501;

Instant day_of(std::uint64_t seed) {
    const std::uint64_t day = mix(seed, of_history) % days_to_choose_from;
    return first_day + std::chrono::days(static_cast<std::int64_t>(day));
}

DayPlan plan_of(std::uint64_t seed, Faults faults) {
    const bool usual = mix(seed, of_history + 2) % usual_of == 0;
    return plan_day(seed, faults, usual ? Pace::usual : Pace::brisk);
}

struct Times {
    Duration before_shift, after_shift, look_every;
    double trouble_every_s;  // for each technician, on the average
};
const Times& times(Pace pace) {
    static constexpr Times usual{20min, 45min, 45min, 1200}, brisk{6min, 8min, 15min, 350};
    return pace == Pace::brisk ? brisk : usual;
}

}  // namespace

Result<std::unique_ptr<History>> History::open(std::uint64_t seed, Faults faults, Trace trace) {
    std::unique_ptr<History> history(new History(seed, faults, trace));
    auto premises = Premises::open(history->clock_, history->plan_, history->day_);
    if (!premises) return premises.error();
    history->premises_ = std::move(*premises);
    offline::seed_sqlite(static_cast<std::uint32_t>(mix(seed, of_history + 3)) | 1);
    History& self = *history;
    const auto told = [&self](const std::string& words) { self.say("{}", words); };
    const auto acted = [&self] {
        for (const auto& seat : self.seats_) seat->office_has_acted();
    };
    const auto later = [&self](Duration pause, std::function<void()> deed) {
        self.deeds_.emplace(self.clock_.now() + pause, std::move(deed));
    };
    const Seat::Scene scene{self.plan_, self.day_, self.clock_, *self.premises_,
                            told,       acted,     later};
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
      plan_(plan_of(seed, faults)),
      day_(day_of(seed)),
      clock_(day_ + plan_.begins - times(plan_.pace).before_shift - 1h),
      began_(clock_.now()),
      people_(clock_.executor()) {}

History::~History() {
    if (people_.running() > 0) static_cast<void>(clock_.finish(people_.stop()));
    for (const auto& seat : seats_) seat->kill();
    offline::seed_sqlite(0);
}

void History::play(std::int64_t most_events) {
    plan();
    for (const auto& seat : seats_) people_.start(seat->work());
    while (!deeds_.empty() && complaint_.empty() && events_ < most_events) {
        const auto next = deeds_.extract(deeds_.begin());
        pass_to(next.key());
        happens(next.mapped());
    }
    if (complaint_.empty()) heal();
    if (complaint_.empty()) drain();
    if (!complaint_.empty()) say("COMPLAINT of {}: {}", complains_, complaint_);
}

void History::happens(const Deed& deed) {
    ++events_;
    deed();
    look();
}

void History::pass_to(Instant then) {
    while (clock_.now() < then && complaint_.empty()) {
        const bool watch =
            std::ranges::any_of(seats_, [](const auto& seat) { return seat->may_end(); });
        const Duration left = then - clock_.now();
        const auto ended = clock_.pass(watch ? std::min<Duration>(left, 250ms) : left);
        if (ended == SimulatedClock::Ended::in_circles) {
            complaint_ = "the program goes round in circles without waiting";
        }
        for (const auto& seat : seats_) seat->end_if_it_has();
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
    const Times& when = times(plan_.pace);
    for (const auto& seat : seats_) {
        Seat& one = *seat;
        at(plan_.begins - when.before_shift + some(0, 400), [&one] { one.start(); });
        if (faults_ == Faults::all) plan_trouble(one);
    }
    for (Duration time = plan_.begins; time < plan_.ends + when.after_shift;
         time += when.look_every) {
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
    const Times& when = times(plan_.pace);
    Duration time = plan_.begins - when.before_shift;
    for (;;) {
        const double pause_s = chance_.exponential(when.trouble_every_s);
        time += Duration(static_cast<std::int64_t>(1000 * pause_s));
        if (time > plan_.ends + when.after_shift) return;
        at(time, [this, &seat] { trouble(seat); });
    }
}

// All is well again.
void History::heal() {
    say("all is well again");
    if (clock_.finish(people_.stop()) != SimulatedClock::Ended::well) {
        complaint_ = "the people do not go home";
    }
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
    const auto waits = [this] {
        return std::ranges::any_of(seats_,
                                   [](const auto& seat) { return seat->something_waits(); });
    };
    // And once more, so that each has asked the office since.
    bool waited = true;
    for (int i = 0; i < 6 && waited && complaint_.empty(); ++i) {
        waited = waits();
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
