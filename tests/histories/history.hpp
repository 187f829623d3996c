#pragma once
// One working day by one seed: what is tapped, what the office does, and everything that goes
// wrong.

#include "client/fleet/tap_witness.hpp"
#include "tests/histories/world.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace outrider::test {

class History {
public:
    explicit History(std::uint64_t seed);
    ~History();
    void play();  // until the first complaint
    const std::string& complaint() const { return witness_.complaint(); }
    const fleet::TapCounts& counts() const { return witness_.counts; }
    std::string trace() const;  // everything that happened, line by line
    std::int64_t requests() const { return wire_.requests(); }

private:
    enum class Event { tap, nonsense, office, weather, fault, crash, wait, clock };
    Event next_event();
    void happens(Event);
    void heal();
    void put_clock_right();

    void tap();
    void nonsense();
    void tap(dispatch::Verb, dispatch::Id);
    void crash();
    void start();
    void listen();
    void wait();
    void pass(Duration);
    void change_weather();
    void change_fault();

    // history_office.cpp
    void office_moves();
    void the_plan_changes();
    void the_rights_change();
    void move(dispatch::Verb, dispatch::Who, dispatch::Id technician, dispatch::Id appointment);
    void note_act(std::string what, const Result<std::optional<dispatch::Refusal>>&);

    std::int64_t pick(std::int64_t first, std::int64_t last);
    bool chance(double);
    template <class List>
    auto one_of(const List& list) {
        return list[static_cast<std::size_t>(pick(0, std::ssize(list) - 1))];
    }
    template <class... Words>
    void say(fmt::format_string<Words...> words, Words&&... with) {
        say_line(fmt::format(words, std::forward<Words>(with)...));
    }
    void say_line(const std::string&);

    std::uint64_t seed_;
    Dice dice_;
    bool undisturbed_;  // the office only checks in, and refuses nothing
    VirtualClock clock_;
    DeviceClock device_clock_;
    agent::WorkdaySettings settings_;
    Premises premises_;
    Wire wire_;
    fleet::TapWitness witness_;
    std::map<Wire::Number, std::string> under_way_;  // moves
    std::unique_ptr<offline::Store> store_;
    std::optional<Device> device_;
    std::int64_t moves_ = 0;
    int answers_to_moves_ = 0;
    std::vector<std::string> trace_;
};

}  // namespace outrider::test
