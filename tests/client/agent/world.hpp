#pragma once
// One agent in a scripted world: virtual time, a source that says what the test wants, an office
// that can be deaf, mute, stern or partial, and a store in memory.

#include "client/agent/agent.hpp"
#include "tests/support/result.hpp"
#include "tests/support/virtual_clock.hpp"

#include <cmath>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace outrider::test {

class ScriptedSource final : public gps::Source {
public:
    explicit ScriptedSource(Clock& clock) : clock_(clock), alarm_(clock.alarm()) {}

    Async<Result<gps::Fix>> next() override {
        while (fixes_.empty()) {
            Result<> slept = co_await alarm_->sleep(std::chrono::hours(1));
            if (!slept) co_return slept.error();
        }
        gps::Fix fix = std::move(fixes_.front());
        fixes_.pop_front();
        co_return fix;
    }
    gps::SourceView view(Uptime) const override {
        gps::SourceView view;
        view.state = state;
        view.detail = "scripted";
        view.last_fix = last_;
        return view;
    }

    // A good fix now, `metres` north of the start, at `speed`.
    // Along streets that turn every 120 m, north and east in turn: on a straight one little is due.
    void drive_to(double metres, double speed_mps = 15) {
        constexpr double block = 120;
        const double blocks = std::floor(metres / block), on = metres - blocks * block;
        const bool northward = std::fmod(blocks, 2) == 0;
        const double before = block * std::floor(blocks / 2);
        const double north = before + (northward ? on : block),
                     east = before + (northward ? 0 : on);
        gps::Fix fix;
        fix.mode = gps::Mode::three_d;
        fix.time = clock_.now();
        fix.seen = clock_.uptime();
        fix.latitude = 37.4 + north / 111'195.0;
        fix.longitude = -122.1 + east / 88'334.0;
        fix.speed_mps = speed_mps;
        fix.track_deg = northward ? 0 : 90;
        fix.accuracy_m = 5;
        fix.satellites_used = 9;
        fix.device = "/dev/ttyACM0";
        say(std::move(fix));
    }
    void say(gps::Fix fix) {
        last_ = fix;
        fixes_.push_back(std::move(fix));
        alarm_->ring();
    }

    gps::SourceState state = gps::SourceState::fix;

private:
    Clock& clock_;
    std::unique_ptr<Alarm> alarm_;
    std::deque<gps::Fix> fixes_;
    std::optional<gps::Fix> last_;
};

class ScriptedOffice final : public api::Uplink {
public:
    explicit ScriptedOffice(Clock& clock) : alarm_(clock.alarm()) {}

    Async<Result<std::vector<api::Answer>>> deliver(
        std::span<const offline::Envelope> envelopes) override {
        ++requests;
        largest = std::max(largest, envelopes.size());
        if (on_request) on_request(envelopes);
        for (const auto& envelope : envelopes) {
            handling(&envelope);
            if (on_handling) on_handling(envelope);
        }
        handling(nullptr);
        Result<> slept = co_await alarm_->sleep(latency);
        if (!slept) {
            Error error = slept.error();
            co_return error;
        }
        std::optional<Error> fault = mood ? mood() : std::nullopt;
        if (fault && !fault->ambiguous) co_return *fault;
        std::vector<api::Answer> answers;
        for (const auto& envelope : envelopes) {
            api::Answer answer;
            answer.sequence = envelope.sequence;
            answer.accepted = !refuses || !refuses(envelope);
            if (forgets && forgets(envelope)) continue;
            if (answer.accepted) {
                ++received[{envelope.lane, envelope.sequence}];
                order.push_back(envelope.sequence);
                bodies[{envelope.lane, envelope.sequence}].push_back(envelope.body);
            } else {
                answer.words = "not this one";
                answer.unsent = damaged && damaged(envelope);
            }
            answers.push_back(std::move(answer));
        }
        if (fault) co_return *fault;  // heard, but the answer is lost
        co_return answers;
    }

    bool together(std::int64_t destination, std::int64_t other) override {
        return goes_together ? goes_together(destination, other) : destination == other;
    }
    std::size_t most_bytes(std::int64_t destination) override {
        const auto special = bytes_for.find(destination);
        return special == bytes_for.end() ? bytes_each : special->second;
    }
    bool reads_back() const override { return read_back; }
    Async<Result<std::vector<std::int64_t>>> held(
        std::span<const offline::Envelope> envelopes) override {
        ++questions;
        std::vector<std::int64_t> held;
        for (const auto& envelope : envelopes) {
            if (received.contains({envelope.lane, envelope.sequence})) {
                held.push_back(envelope.sequence);
            }
        }
        co_return held;
    }

    bool read_back = false;
    std::function<bool(std::int64_t, std::int64_t)> goes_together;
    std::size_t bytes_each = 320;
    std::map<std::int64_t, std::size_t> bytes_for;
    int questions = 0;
    Duration latency = std::chrono::milliseconds(80);
    std::function<std::optional<Error>()> mood;
    std::function<bool(const offline::Envelope&)> refuses, forgets, damaged;
    std::function<void(std::span<const offline::Envelope>)> on_request;
    std::function<void(const offline::Envelope&)> on_handling;
    int requests = 0;
    std::size_t largest = 0;
    using Key = std::pair<offline::Lane, std::int64_t>;
    std::map<Key, int> received;
    std::map<Key, std::vector<std::string>> bodies;
    std::vector<std::int64_t> order;

private:
    std::unique_ptr<Alarm> alarm_;
};

inline Error lost_answer() {
    Error error(Fault::unreachable, "the answer was lost");
    error.ambiguous = true;
    return error;
}

inline agent::Settings sample_settings() {
    agent::Settings settings;
    settings.destination.origin = net::Origin{false, "127.0.0.1", 8088};
    settings.destination.tenant = "1000001";
    settings.destination.gps_provider = "outrider";
    settings.destination.unit_id = "van-7";
    settings.destination.unit_name = "Van 7";
    return settings;
}

inline std::unique_ptr<offline::Store> memory_store() {
    offline::StoreOptions options;
    options.database.path = ":memory:";
    auto store = offline::Store::open(options);
    REQUIRE(store);
    return std::move(*store);
}

struct World {
    explicit World(std::unique_ptr<offline::Store> store_ = memory_store(),
                   agent::Settings settings_ = sample_settings(), std::uint64_t seed = 1)
        : settings(std::move(settings_)),
          store(std::move(store_)),
          office(clock),
          source(clock),
          tasks(clock.executor()) {
        auto opened = agent::Agent::open(clock, *store, source, office, settings, Dice(seed));
        REQUIRE(opened);
        agent = std::move(*opened);
    }
    ~World() { clock.run(tasks.stop()); }

    void start() { tasks.start(agent->run()); }
    // Drives north at 15 m/s for so long, one fix a second.
    void drive(std::chrono::seconds time) {
        for (auto second = std::chrono::seconds(0); second < time; ++second) {
            source.drive_to(metres += 15);
            clock.run_for(std::chrono::seconds(1));
        }
    }
    offline::Audit audit() {
        auto audit = agent->audit();
        REQUIRE(audit);
        return *audit;
    }

    VirtualClock clock;
    agent::Settings settings;
    std::unique_ptr<offline::Store> store;
    ScriptedOffice office;
    ScriptedSource source;
    Tasks tasks;
    std::unique_ptr<agent::Agent> agent;
    double metres = 0;
};

}  // namespace outrider::test
