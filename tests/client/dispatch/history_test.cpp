// Random days: what the rule and the replay promise, whatever is tapped and whatever the office
// does.

#include "client/dispatch/replay.hpp"
#include "tests/support/sanitized.hpp"

#include <doctest/doctest.h>

#include <random>
#include <set>
#include <vector>

namespace outrider::dispatch {
namespace {

constexpr int histories = test::sanitized ? 500 : 2000;
constexpr int moves_each = 60;
constexpr Id technicians[] = {7, 8};
constexpr Id appointments[] = {811, 812, 813, 814};

Day morning() {
    Day day;
    day.technicians = {{7, {false, true, true, true}}, {8, {true, true, false, true}}};
    day.jobs = {{500, {}}, {501, {}}};
    for (const Id id : appointments) day.appointments[id].job = id < 813 ? 500 : 501;
    for (const Id id : appointments) day.appointments[id].assigned[7] = {};
    day.appointments[812].assigned[8] = {};
    return day;
}

struct Random {
    std::mt19937_64 dice;
    template <class Range>
    auto one_of(const Range& range) {
        std::uniform_int_distribution<std::size_t> pick(0, std::size(range) - 1);
        return range[pick(dice)];
    }
    Verb verb(Verb first) {
        std::uniform_int_distribution<int> pick(static_cast<int>(first),
                                                static_cast<int>(Verb::complete));
        return static_cast<Verb>(pick(dice));
    }
    bool chance(double of) { return std::bernoulli_distribution(of)(dice); }
};

int under_way_at_once(const Day& day, Id technician) {
    int count = 0;
    for (const auto& [id, appointment] : day.appointments) {
        const auto own = appointment.assigned.find(technician);
        if (own == appointment.assigned.end()) continue;
        const Status status = own->second.status;
        count += status == Status::dispatched || status == Status::working;
    }
    return count;
}

// One office and one device that hears of it now and then.
struct History {
    explicit History(std::uint64_t seed) : random{std::mt19937_64(seed)} {}

    void run() {
        for (int i = 0; i < moves_each; ++i) {
            if (random.chance(0.4)) {
                office_moves();
            } else {
                technician_taps();
            }
            if (random.chance(0.2)) meet();
        }
        meet();
        CHECK(queue.empty());
        CHECK(tapped == applied + settled + held + notices + cards);
    }

    void change(const Action& action) {
        auto after = apply(office, action);
        if (std::holds_alternative<Refusal>(after)) return;
        const bool sent_out = action.verb == Verb::dispatch || action.verb == Verb::resume;
        if (sent_out) CHECK(office.technicians.at(action.technician).checked_in);
        office = std::move(std::get<Day>(after));
        for (const Id technician : technicians) CHECK(under_way_at_once(office, technician) <= 1);
    }

    void office_moves() {
        change({random.verb(Verb::check_in), Who::office, random.one_of(technicians),
                random.one_of(appointments)});
    }

    // On the device: judged by what the office said last and what has been tapped since.
    void technician_taps() {
        const Projection shown = project(heard, queue);
        CHECK(shown.refused.empty());
        const std::vector<Action> offered = possible(shown.day, 7);
        if (offered.empty()) return;
        const Action tap = random.one_of(offered);
        queue.push_back(tap);
        ++tapped;
    }

    // The queue is judged again in its order, and then the device hears the office's day.
    void meet() {
        std::set<Id> on_hold;
        for (const Action& tap : queue) {
            const bool behind = on_hold.contains(tap.appointment);
            const Fate fate = behind ? Fate::hold : judge(office, tap).fate;
            if (fate == Fate::hold) on_hold.insert(tap.appointment);
            if (fate == Fate::send) {
                CHECK(std::holds_alternative<Day>(apply(office, tap)));
                change(tap);
            }
            ++(fate == Fate::send     ? applied
               : fate == Fate::settle ? settled
               : fate == Fate::hold   ? held
               : fate == Fate::notice ? notices
                                      : cards);
        }
        queue.clear();
        heard = office;
    }

    Random random;
    Day office = morning(), heard = office;
    std::vector<Action> queue;
    int tapped = 0, applied = 0, settled = 0, held = 0, notices = 0, cards = 0;
};

TEST_CASE("random days keep the rule, and every tap has an end") {
    History sum(0);
    for (std::uint64_t seed = 1; seed <= histories; ++seed) {
        CAPTURE(seed);
        History history(seed);
        history.run();
        for (const auto member : {&History::tapped, &History::applied, &History::settled,
                                  &History::held, &History::notices, &History::cards}) {
            sum.*member += history.*member;
        }
    }
    MESSAGE(histories << " days: " << sum.tapped << " taps, " << sum.applied << " applied, "
                      << sum.settled << " settled, " << sum.held << " held, " << sum.notices
                      << " notices, " << sum.cards << " cards");
    CHECK(sum.applied > sum.tapped / 3);
    for (const int ends : {sum.settled, sum.held, sum.notices, sum.cards}) CHECK(ends > 0);
}

TEST_CASE("who hears everything at once is never contradicted") {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        History history(seed);
        for (int i = 0; i < moves_each; ++i) {
            history.office_moves();
            history.meet();
            history.technician_taps();
            history.meet();
        }
        CHECK(history.applied == history.tapped);
    }
}

}  // namespace
}  // namespace outrider::dispatch
