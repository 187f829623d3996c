#pragma once
// One crew's day by one seed: what they do, what the office does, and everything that goes wrong.

#include "client/fleet/figures.hpp"
#include "client/fleet/seat.hpp"

#include <fmt/format.h>

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace outrider::fleet {

enum class Trace : std::uint8_t { none, kept };

class History {
public:
    // Fault::storage when the office's books cannot be made.
    static Result<std::unique_ptr<History>> open(std::uint64_t seed, Faults, Trace = Trace::none);
    ~History();

    // Until the first complaint, or all is well again. After so many events all gets well.
    void play(std::int64_t most_events = std::numeric_limits<std::int64_t>::max());
    std::int64_t events() const { return events_; }

    const std::string& complaint() const { return complaint_; }
    dispatch::Id complains() const { return complains_; }  // whose it is
    void add_to(Figures&) const;
    std::string trace() const;  // everything that happened, line by line

private:
    History(std::uint64_t seed, Faults, Trace);
    using Deed = std::function<void()>;
    void plan();
    void at(Duration of_day, Deed deed) { deeds_.emplace(day_ + of_day, std::move(deed)); }
    void plan_check_ins();
    void plan_trouble(Seat&);
    void happens(const Deed&);
    void pass_to(Instant);
    void look();
    void add_pings(const Seat&, Figures&) const;
    void heal();
    void drain();

    // history_trouble.cpp
    void trouble(Seat&);
    void bad_weather(Seat&);
    void crash(Seat&);
    void full_disk(Seat&);
    void wrong_clock(Seat&);
    void office_fault();
    void office_moves(Seat&);
    void plan_changes();
    void move(dispatch::Verb, dispatch::Id technician, dispatch::Id appointment);
    void note_act(std::string what, const Result<std::optional<dispatch::Refusal>>&);
    void restart(Seat&, Duration after);

    Duration some(double least_s, double most_s);
    template <class List>
    auto one_of(const List& list) {
        return list[chance_.next() % list.size()];
    }
    template <class... Words>
    void say(fmt::format_string<Words...> words, Words&&... with) {
        if (trace_ == Trace::kept) say_line(fmt::format(words, std::forward<Words>(with)...));
    }
    void say_line(const std::string&);

    std::uint64_t seed_;
    Faults faults_;
    Trace trace_;
    Chance chance_;
    DayPlan plan_;
    Instant day_;
    SimulatedClock clock_;
    Instant began_;
    std::unique_ptr<Premises> premises_;
    std::vector<std::unique_ptr<Seat>> seats_;
    Tasks people_;
    std::multimap<Instant, Deed> deeds_;
    std::int64_t events_ = 0;
    std::int64_t moves_ = 0;
    std::int64_t stops_ = 0, crashes_ = 0, powercuts_ = 0, outages_ = 0, full_disks_ = 0,
                 clock_jumps_ = 0;
    std::string complaint_;
    dispatch::Id complains_ = 0;
    std::vector<std::string> lines_;
};

}  // namespace outrider::fleet
