#include "client/fleet/branch.hpp"

#include "client/api/servicetitan.hpp"
#include "client/fleet/premises.hpp"
#include "client/fleet/wire.hpp"
#include "platform/log.hpp"
#include "platform/simulated_clock.hpp"
#include "platform/tasks.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace outrider::fleet {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t branch_size = 100;
// Before the end, so that what waits then can be delivered: a lost answer is waited for so long.
constexpr Duration calm = Wire::patience + 5s;

enum : std::uint64_t { of_plan = 401, of_wire, of_weather };

Async<> change_weather(Clock& clock, Wire& wire, Duration until, std::uint64_t seed) {
    Chance chance(seed);
    const auto alarm = clock.alarm();
    const Uptime ends = clock.uptime() + until;
    const auto some = [&chance](double least_s, double most_s) {
        return Duration(static_cast<std::int64_t>(1000 * chance.between(least_s, most_s)));
    };
    Result<> slept = co_await alarm->sleep(some(1, 60));
    while (slept && clock.uptime() < ends) {
        wire.weather = static_cast<Weather>(1 + chance.next() % weathers);
        const Duration lasts =
            std::min(some(2, 40), std::max<Duration>(1ms, ends - clock.uptime()));
        slept = co_await alarm->sleep(lasts);
        wire.weather = Weather::clear;
        if (!slept) co_return;
        slept = co_await alarm->sleep(some(5, 120));
    }
}

// The way to the stand-in, as an uplink of a queue.
struct Line {
    Line(Wire& wire, Clock& clock, const offline::Store& store, const net::Origin& origin,
         std::function<Result<std::string>(std::int64_t)> text_of)
        : tokens(wire, clock, credentials),
          uplink(wire, origin, tokens, credentials, clock, store.identity(), std::move(text_of)) {
        uplink.mixes_units(true);
    }
    const office::OfficeSettings stand_in;
    const api::Credentials credentials{"cid.demo", stand_in.client_secret, stand_in.app_key};
    api::TokenSource tokens;
    api::ServiceTitan uplink;
};

// By its own books. Of those still waiting it may have some.
void count_at(const office::Summary& books, Figures& figures) {
    figures.counts["duplicates"] = books.duplicates;
    const std::int64_t owed = figures.count("reported") - figures.count("dead_letters");
    const std::int64_t least = owed - figures.count("undelivered");
    const std::int64_t missing = std::max<std::int64_t>(0, least - books.pings);
    const std::int64_t made_up = std::max<std::int64_t>(0, books.pings - owed);
    figures.counts["lost"] = std::max({figures.count("lost"), missing, made_up});
}

Async<> carry(SimulatedClock& clock, const LoadOptions& options, const Way& way,
              Result<Figures>& figures) {
    const Progress nobody;
    const auto stop = clock.alarm();
    Result<Figures> carried = co_await load(clock.executor(), clock, options, way, nobody, *stop);
    figures = std::move(carried);
}

}  // namespace

std::int64_t branches_of(std::int64_t technicians) {
    return (technicians + branch_size - 1) / branch_size;
}

Result<Figures> run_branch(const LoadOptions& asked, Faults faults, std::int64_t number) {
    set_log_level(Level::none);
    SimulatedClock clock;
    DayPlan plan;
    plan.seed = mix(mix(asked.seed, of_plan), static_cast<std::uint64_t>(number));
    const auto premises = Premises::open(clock, plan, clock.now());
    if (!premises) return premises.error();
    Wire wire((*premises)->reception, clock, mix(plan.seed, of_wire));
    LoadOptions options = asked;
    options.endpoint = "http://127.0.0.1:8088";
    options.connections = 1;
    options.tick = 1s;
    options.patience = Duration::max();  // it is there, however long a dead zone lasts
    options.share =
        Range{number * branch_size, std::min((number + 1) * branch_size, options.technicians)};
    if (auto possible = check(options); !possible) return possible.error();
    const auto origin = net::parse_origin(options.endpoint);
    if (!origin) return origin.error();
    const Way way = [&](offline::Store& store) -> std::shared_ptr<api::Uplink> {
        const auto line = std::make_shared<Line>(
            wire, clock, store, *origin,
            [&store](std::int64_t id) { return store.outbox().destination_text(id); });
        return {line, &line->uplink};
    };
    Tasks tasks(clock.executor());
    const std::uint64_t weather = mix(plan.seed, of_weather);
    if (faults == Faults::all && options.duration > calm)
        tasks.start(change_weather(clock, wire, options.duration - calm, weather));
    Result<Figures> figures = Error(Fault::storage, "a branch went round in circles: a defect");
    bool well = clock.finish(carry(clock, options, way, figures)) == SimulatedClock::Ended::well;
    well = clock.finish(tasks.stop()) == SimulatedClock::Ended::well && well;
    if (!figures) return figures;
    const auto books = (*premises)->archive.summary();
    if (!books) return books.error();
    count_at(*books, *figures);
    figures->timings.erase("technicians_bytes");  // and of their office
    if (!well) return Error(Fault::storage, "a branch did not come to its end: this is a defect");
    return figures;
}

}  // namespace outrider::fleet
