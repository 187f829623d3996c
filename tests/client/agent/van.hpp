#pragma once
// A whole device, its technician's day included, whose wall clock may be wrong: the receiver and
// the office go by another one, which is right.

#include "tests/client/agent/shift.hpp"
#include "tests/support/skewed_clock.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace outrider::test {

struct Van {
    explicit Van(Duration ahead = {}, std::unique_ptr<offline::Store> opened = memory_store())
        : device(truth, ahead),
          settings(sample_settings()),
          store(std::move(opened)),
          office(truth),
          desk(truth),
          source(truth),
          tasks(truth.executor()) {
        settings.workday.technician = me;
        settings.workday.boot = "the first boot";
        desk.give(812);
        desk.give(813);
    }
    ~Van() { stop(); }

    void start() {
        auto opened =
            agent::Agent::open(device, *store, source, office, settings, Dice(1), nullptr, &desk);
        REQUIRE(opened);
        agent = std::move(*opened);
        tasks.start(agent->run());
        pass(std::chrono::seconds(1));
    }
    void stop() {
        truth.run(tasks.stop());
        agent.reset();
    }
    // As kill -9 would, and the same boot.
    void start_again() {
        stop();
        start();
    }
    void pass(Duration time) { truth.run_for(time); }
    // At 15 m/s, one fix a second.
    void drive(std::chrono::seconds time) {
        for (auto second = std::chrono::seconds(0); second < time; ++second) {
            source.drive_to(metres += 15);
            pass(std::chrono::seconds(1));
        }
    }
    // Accepted; when it happened.
    Instant tap(dispatch::Verb verb, dispatch::Id appointment) {
        const auto answer = agent->tap(verb, appointment);
        REQUIRE(answer);
        if (*answer) FAIL((*answer)->error);
        return truth.now();
    }
    void cut() {
        desk.mood = [] { return Error(Fault::unreachable, "no signal"); };
        office.mood = desk.mood;
    }
    void mend() { desk.mood = office.mood = nullptr; }
    std::vector<api::WaitingTap> waiting() { return agent->workday()->waiting(); }
    // Pings that the office has, by their bodies.
    std::vector<std::string> pings() const {
        std::vector<std::string> all;
        for (const auto& [key, bodies] : office.bodies) all.push_back(bodies.front());
        return all;
    }
    std::int64_t points_on_record() {
        std::int64_t points = 0;
        REQUIRE(store->journal().read(Instant::min(), Instant::max(), [&](std::string_view) {
            ++points;
            return Result<>();
        }));
        return points;
    }
    bool warns(const std::string& words) {
        const api::Status status = agent->status();
        return std::ranges::any_of(status.reasons, [&](const std::string& reason) {
            return reason.find(words) != std::string::npos;
        });
    }

    VirtualClock truth;
    SkewedClock device;
    agent::Settings settings;
    std::unique_ptr<offline::Store> store;
    ScriptedOffice office;
    ScriptedDesk desk;
    ScriptedSource source;
    Tasks tasks;
    std::unique_ptr<agent::Agent> agent;
    double metres = 0;
};

inline constexpr Duration decade = std::chrono::hours(24 * 3652);

}  // namespace outrider::test
