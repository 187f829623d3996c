#pragma once
// An agent whose vehicle drives up and down one street, a fix a second, with a technician's day of
// places on that street.

#include "tests/client/agent/shift.hpp"

namespace outrider::test {

struct StreetVan {
    explicit StreetVan(agent::Settings given = of_a_technician()) : settings(std::move(given)) {
        put(812, 0);
        put(813, 5000);
    }
    ~StreetVan() { stop(); }

    static agent::Settings of_a_technician() {
        agent::Settings settings = sample_settings();
        settings.workday.technician = me;
        return settings;
    }
    static agent::Settings that_arrives_by_itself() {
        agent::Settings settings = of_a_technician();
        settings.suggestions.auto_arrive = true;
        return settings;
    }

    void put(dispatch::Id appointment, double north_m) {
        desk.give(appointment);
        desk.day.visits.back().latitude = latitude_at(north_m);
        desk.day.visits.back().longitude = -122.1;
    }
    static double latitude_at(double north_m) { return 37.4 + north_m / 111'195.0; }

    void start() {
        auto opened =
            agent::Agent::open(clock, *store, source, office, settings, Dice(1), nullptr, &desk);
        REQUIRE(opened);
        agent = std::move(*opened);
        tasks = std::make_unique<Tasks>(clock.executor());
        tasks->start(agent->run());
        clock.run_for(std::chrono::seconds(1));
    }
    void stop() {
        if (tasks) clock.run(tasks->stop());
        tasks.reset();
        agent.reset();
    }

    void fix(double north_m, double speed_mps) {
        gps::Fix fix;
        fix.mode = gps::Mode::three_d;
        fix.time = clock.now();
        fix.seen = clock.uptime();
        fix.latitude = latitude_at(north_m);
        fix.longitude = -122.1;
        fix.speed_mps = speed_mps;
        fix.accuracy_m = 4;
        fix.satellites_used = 9;
        fix.device = "/dev/ttyACM0";
        source.say(std::move(fix));
        clock.run_for(std::chrono::seconds(1));
    }
    void drive(double to_m, double speed_mps = 12) {
        while (std::abs(to_m - north) > speed_mps) {
            north += to_m > north ? speed_mps : -speed_mps;
            fix(north, speed_mps);
        }
        north = to_m;
    }
    void stand(int seconds) {
        for (int i = 0; i < seconds; ++i) fix(north, 0.1);
    }

    void tap(dispatch::Verb verb, dispatch::Id appointment) {
        const auto answer = agent->tap(verb, appointment);
        REQUIRE(answer);
        if (*answer) FAIL((*answer)->error);
        clock.run_for(std::chrono::seconds(1));
    }
    // At the appointment at 0 m, by its technician's own taps.
    void begin_work(dispatch::Id appointment) {
        start();
        tap(dispatch::Verb::dispatch, appointment);
        drive(0);
        tap(dispatch::Verb::arrive, appointment);
    }
    api::DayView day() {
        auto day = agent->day();
        REQUIRE(day);
        return *day;
    }
    // The one that is suggested; "" without.
    std::string asked() {
        std::string text;
        for (const auto& card : day().suggestions) {
            text += std::string(api::word(card.verb));
            for (const auto& choice : card.choices) {
                text += " " + std::to_string(choice.appointment);
            }
        }
        return text;
    }
    api::Card card() {
        const auto suggestions = day().suggestions;
        REQUIRE(suggestions.size() == 1);
        return suggestions.front();
    }
    void accept(dispatch::Verb verb, dispatch::Id appointment) {
        const auto answer = agent->accept(verb, appointment);
        REQUIRE(answer);
        if (*answer) FAIL((*answer)->error);
        clock.run_for(std::chrono::seconds(1));
    }
    void dismiss(dispatch::Verb verb, dispatch::Id appointment) {
        REQUIRE(agent->dismiss(verb, appointment));
    }
    // "dispatch 812, arrive 812": what the office has taken.
    std::string told() const {
        std::string text;
        for (const api::Move& move : desk.moves) {
            if (!text.empty()) text += ", ";
            text += std::string(api::word(move.verb)) + " " + std::to_string(move.appointment);
        }
        return text;
    }
    std::int64_t taps() { return store->ledger().balance("accepted:actions"); }

    VirtualClock clock;
    agent::Settings settings;
    std::unique_ptr<offline::Store> store = memory_store();
    ScriptedOffice office{clock};
    ScriptedSource source{clock};
    ScriptedDesk desk{clock};
    std::unique_ptr<agent::Agent> agent;
    std::unique_ptr<Tasks> tasks;
    double north = -2000;
};

}  // namespace outrider::test
