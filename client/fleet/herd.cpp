#include "client/fleet/herd.hpp"

#include "client/agent/courier.hpp"
#include "client/fleet/chance.hpp"
#include "offline/store.hpp"
#include "platform/log.hpp"
#include "platform/simulated_clock.hpp"
#include "platform/tasks.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace outrider::fleet {
namespace {

constexpr std::size_t window = 10;  // seconds
constexpr Duration latency = std::chrono::milliseconds(80);
constexpr std::size_t ping_bytes = 330;

enum : std::uint64_t { of_phase = 201, of_retries };

std::int64_t seconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

struct Office {
    Uptime start{};
    bool out = false;
    Series requests;
};

class Way final : public api::Uplink {
public:
    Way(Clock& clock, Office& office) : clock_(clock), alarm_(clock.alarm()), office_(office) {}
    Async<Result<std::vector<api::Answer>>> deliver(
        std::span<const offline::Envelope> envelopes) override {
        office_.requests.add(seconds(clock_.uptime() - office_.start), 1);
        Result<> slept = co_await alarm_->sleep(latency);
        if (!slept) co_return slept.error();
        if (office_.out) co_return Error(Fault::unreachable, "the office is out");
        std::vector<api::Answer> answers;
        for (const offline::Envelope& envelope : envelopes) {
            api::Answer& answer = answers.emplace_back();
            answer.sequence = envelope.sequence;
            answer.accepted = true;
        }
        co_return answers;
    }
    std::size_t most_bytes(std::int64_t) override { return ping_bytes; }

private:
    Clock& clock_;
    std::unique_ptr<Alarm> alarm_;
    Office& office_;
};

// What delivers in an agent, and a ping now and then.
class Agent {
public:
    static Result<std::unique_ptr<Agent>> open(Clock& clock, Office& office, std::uint64_t seed) {
        offline::StoreOptions options;
        options.database.path = ":memory:";
        auto store = offline::Store::open(options);
        if (!store) return store.error();
        std::unique_ptr<Agent> agent(new Agent(clock, office, std::move(*store), seed));
        Result<> known = agent->store_->commit(clock.now(), [&]() -> Result<> {
            const auto id = agent->store_->outbox().destination("the office");
            if (!id) return id.error();
            agent->destination_ = *id;
            return {};
        });
        if (!known) return known.error();
        return agent;
    }
    Async<> deliver() { return courier_.run(); }
    Async<> report(Duration phase, Duration every) {
        Result<> slept = co_await alarm_->sleep(phase);
        while (slept) {
            const Result<> written = store_->commit(clock_.now(), [this]() -> Result<> {
                const auto added =
                    store_->outbox().add(offline::Lane::pings, clock_.now(), destination_, "here");
                return added ? Result<>() : added.error();
            });
            if (written) courier_.nudge();
            slept = co_await alarm_->sleep(every);
        }
    }
    std::int64_t waiting() const { return store_->outbox().size(offline::Lane::pings); }

private:
    Agent(Clock& clock, Office& office, std::unique_ptr<offline::Store> store, std::uint64_t seed)
        : clock_(clock),
          alarm_(clock.alarm()),
          store_(std::move(store)),
          way_(clock, office),
          courier_(*store_, way_, clock, agent::SyncSettings{}, agent::RetrySettings{},
                   Dice(mix(seed, of_retries))) {}

    Clock& clock_;
    std::unique_ptr<Alarm> alarm_;
    std::unique_ptr<offline::Store> store_;
    Way way_;
    agent::Courier courier_;
    std::int64_t destination_ = 0;
};

Duration phase_of(std::uint64_t seed, Duration every) {
    return Duration(mix(seed, of_phase) % static_cast<std::uint64_t>(every.count()));
}

Result<Series> ours(const HerdOptions& options) {
    SimulatedClock clock;
    Office office;
    office.start = clock.uptime();
    std::vector<std::unique_ptr<Agent>> agents;
    Tasks tasks(clock.executor());
    for (int i = 0; i < options.agents; ++i) {
        const std::uint64_t seed = mix(options.seed, static_cast<std::uint64_t>(i));
        auto agent = Agent::open(clock, office, seed);
        if (!agent) return agent.error();
        const Duration phase = phase_of(seed, options.report_every);
        tasks.start((*agent)->deliver());
        tasks.start((*agent)->report(phase, options.report_every));
        agents.push_back(std::move(*agent));
    }
    bool well = clock.pass(options.before) == SimulatedClock::Ended::well;
    office.out = true;
    well = well && clock.pass(options.outage) == SimulatedClock::Ended::well;
    office.out = false;
    well = well && clock.pass(options.after) == SimulatedClock::Ended::well;
    const bool drained =
        std::ranges::all_of(agents, [](const auto& agent) { return agent->waiting() <= 1; });
    well = clock.finish(tasks.stop()) == SimulatedClock::Ended::well && well;
    if (well && drained) return std::move(office.requests);
    return Error(Fault::storage, "the herd did not calm down: this is a defect");
}

Series naive(const HerdOptions& options) {
    Series requests;
    const Duration back = options.before + options.outage, end = back + options.after;
    for (int i = 0; i < options.agents; ++i) {
        const std::uint64_t seed = mix(options.seed, static_cast<std::uint64_t>(i));
        Duration at = phase_of(seed, options.report_every);
        for (; at < end; at += options.report_every) {
            if (at < options.before || at > back) requests.add(seconds(at), 1);
        }
        Duration retry = options.before;
        for (; retry < back; retry += options.naive_retry) requests.add(seconds(retry), 1);
        requests.add(seconds(retry), 1);  // the one that is heard
    }
    return requests;
}

// The most in any window of [from, to).
std::int64_t busiest(const Series& series, Duration from, Duration to) {
    const auto& values = series.values();
    const auto first = static_cast<std::size_t>(seconds(from));
    const auto last = std::min(values.size(), static_cast<std::size_t>(seconds(to)));
    std::int64_t most = 0;
    for (std::size_t at = first; at + window <= last; ++at) {
        std::int64_t sum = 0;
        for (std::size_t i = at; i < at + window; ++i) sum += values[i];
        most = std::max(most, sum);
    }
    return most;
}

}  // namespace

Result<Figures> run_herd(const HerdOptions& options) {
    const Duration back = options.before + options.outage, end = back + options.after;
    if (options.agents < 1 || options.report_every < std::chrono::seconds(1) ||
        options.naive_retry < std::chrono::seconds(1) ||
        seconds(end) >= static_cast<std::int64_t>(Series::most_points)) {
        return Error(Fault::malformed,
                     "a herd has at least one agent, whole seconds between its reports, and an "
                     "hour at the most");
    }
    auto requests = ours(options);
    if (!requests) return requests.error();
    Series others = naive(options);
    Figures figures;
    figures.counts["herd_agents"] = options.agents;
    figures.counts["herd_out_s"] = seconds(options.before);
    figures.counts["herd_back_s"] = seconds(back);
    // The first reports come before there is a rhythm.
    figures.counts["herd_steady"] = busiest(*requests, options.before / 2, options.before);
    figures.counts["herd_peak_ours"] = busiest(*requests, back, end);
    figures.counts["herd_peak_naive"] = busiest(others, back, end);
    figures.series["herd_ours"] = std::move(*requests);
    figures.series["herd_naive"] = std::move(others);
    return figures;
}

}  // namespace outrider::fleet
