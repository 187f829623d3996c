#include "client/fleet/load.hpp"

#include "client/fleet/carrier.hpp"
#include "client/fleet/endpoint.hpp"
#include "client/fleet/tally.hpp"
#include "platform/files.hpp"
#include "platform/loop.hpp"
#include "platform/tasks.hpp"
#include "platform/usage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <utility>
#include <vector>

namespace outrider::fleet {
namespace {

using namespace std::chrono_literals;

constexpr Duration drain_limit = 15s;  // at the end, for what still waits
constexpr Duration drain_poll = 20ms;
constexpr std::int64_t most_waiting = 2'000'000;  // of all queues together
constexpr std::size_t longest_ping = 1024;        // bytes of a request
constexpr std::size_t files_of_a_queue = 3, files_of_a_connection = 2, other_files = 32;
// The agent's own wait is for its one unit; a queue of hundreds hardly waits for company. With the
// usual sixteen of them an office hears some thirty requests a second.
constexpr Duration company = 500ms;

Result<> within_limits(bool within, std::string_view what, std::string_view limits) {
    if (within) return {};
    return Error(Fault::malformed, fmt::format("{} must be {}", what, limits));
}

template <class Value>
Result<> within_limits(std::string_view what, Value value, Value least, Value most) {
    return within_limits(value >= least && value <= most, what,
                         fmt::format("from {} to {}", least, most));
}

Range share_of(const LoadOptions& options) {
    return options.share.value_or(Range{0, options.technicians});
}

agent::SyncSettings sync_of(const LoadOptions& options) {
    agent::SyncSettings sync;
    sync.max_batch_size = options.batch;
    sync.max_batch_bytes = static_cast<std::size_t>(options.batch) * longest_ping;
    sync.interval = company;
    sync.threshold = options.batch;
    return sync;
}

// All queues, and what they come to.
class Pool {
public:
    static Result<std::unique_ptr<Pool>> open(Clock& clock, const LoadOptions& options,
                                              const Way& way) {
        std::unique_ptr<Pool> pool(new Pool(clock, options.patience));
        if (auto opened = pool->fill(options, way); !opened) return opened.error();
        return pool;
    }
    void start(Tasks& tasks);
    bool driven() const;
    std::int64_t waiting() const;
    std::int64_t technicians() const { return technicians_; }
    void tell(const Progress&);
    std::optional<Error> refusal() const;
    void hurry(Tasks& tasks) {
        for (const auto& carrier : carriers_) tasks.start(carrier->hurry(drain_limit));
    }
    Result<Figures> figures();

private:
    Pool(Clock& clock, Duration patience) : clock_(clock), patience_(patience) {}
    Result<> fill(const LoadOptions&, const Way&);

    Clock& clock_;
    Duration patience_;
    Tally tally_;
    std::vector<std::unique_ptr<Carrier>> carriers_;
    std::int64_t technicians_ = 0, told_ = 0;
    bool keeps_ = false;  // its queues, in files
    Uptime told_at_{};
    Usage before_ = usage_of_this_process();
};

Result<> Pool::fill(const LoadOptions& options, const Way& way) {
    const Range share = share_of(options);
    technicians_ = share.size();
    keeps_ = !options.state.empty();
    const auto count = static_cast<int>(std::min<std::int64_t>(options.connections, technicians_));
    auto origin = net::parse_origin(options.endpoint);
    if (!origin) return origin.error();
    for (int i = 0; i < count; ++i) {
        CarrierSettings settings;
        for (std::int64_t n = share.first + i; n < share.last; n += count) {
            settings.technicians.push_back(n);
        }
        settings.seed = options.seed;
        settings.destination.origin = *origin;
        settings.destination.tenant = options.tenant;
        settings.destination.gps_provider = options.provider;
        settings.destination.unit_id = options.unit_prefix;
        settings.speed = options.speed;
        settings.duration = options.duration;
        settings.interval = options.interval;
        settings.sync = sync_of(options);
        settings.most_waiting = most_waiting / count;
        settings.tick = options.tick;
        settings.first_tick = options.tick * i / count;
        offline::StoreOptions store_options;
        store_options.database.path =
            options.state.empty() ? ":memory:" : fmt::format("{}/queue-{}.db", options.state, i);
        auto store = offline::Store::open(store_options);
        if (!store) return store.error();
        auto uplink = way(**store);
        auto carrier =
            Carrier::open(clock_, std::move(*store), std::move(uplink), settings, tally_);
        if (!carrier) return carrier.error();
        carriers_.push_back(std::move(*carrier));
    }
    return {};
}

void Pool::start(Tasks& tasks) {
    tally_.start = told_at_ = clock_.uptime();
    tally_.start_wall = clock_.now();
    for (const auto& carrier : carriers_) {
        tasks.start(carrier->deliver());
        tasks.start(carrier->drive());
    }
}

bool Pool::driven() const { return std::ranges::all_of(carriers_, &Carrier::driven); }

std::int64_t Pool::waiting() const {
    std::int64_t sum = 0;
    for (const auto& carrier : carriers_) sum += carrier->waiting();
    return sum;
}

void Pool::tell(const Progress& progress) {
    for (const auto& carrier : carriers_) carrier->tell_ages(clock_.now());
    const Uptime now = clock_.uptime();
    const double seconds = std::chrono::duration<double>(now - told_at_).count();
    const double rate = static_cast<double>(tally_.accepted - told_) / std::max(seconds, 0.001);
    told_ = tally_.accepted;
    told_at_ = now;
    if (!progress) return;
    progress(
        fmt::format("{} s: {:.0f} pings/s, {} accepted, {} waiting, {} late, p99 {:.2f} s "
                    "behind plan",
                    tally_.second(now), rate, tally_.accepted, waiting(), tally_.late,
                    static_cast<double>(tally_.late_us.at(990'000)) / 1e6));
}

// Of an endpoint that has never taken anything.
std::optional<Error> Pool::refusal() const {
    if (tally_.accepted > 0) return std::nullopt;
    const bool patient = clock_.uptime() - tally_.start < patience_;
    for (const auto& carrier : carriers_) {
        auto error = carrier->view().error;
        if (!error) continue;
        const bool for_good = error->fault == Fault::unauthorised || error->fault == Fault::refused;
        if (patient && !for_good) continue;
        error->detail = fmt::format(
            "the endpoint takes no ping of {} technicians: {}: see --endpoint, "
            "--tenant, --provider and the credentials",
            technicians_, error->detail);
        return error;
    }
    return std::nullopt;
}

Result<Figures> Pool::figures() {
    std::int64_t dead = 0, carried_over = 0;
    std::vector<Trail> trails;
    for (const auto& carrier : carriers_) {
        if (auto balanced = carrier->audit(); !balanced) return balanced.error();
        const auto late = carrier->late_waiting(clock_.uptime());
        if (!late) return late.error();
        tally_.late += *late;
        tally_.unmade += carrier->unmade();
        for (const auto& [index, sketch] : carrier->sketches()) trails.push_back(sketch.trail());
        dead += carrier->dead();
        carried_over += carrier->carried_over();
    }
    Figures figures = tally_.figures();
    for (Trail& trail : trails) figures.keep(std::move(trail));
    figures.counts["technicians"] = technicians_;
    figures.counts[keeps_ ? "waiting" : "undelivered"] = waiting();
    figures.counts["dead_letters"] = dead;
    figures.counts["carried_over"] = carried_over;
    figures.counts["lost"] = tally_.reported + carried_over - tally_.accepted - waiting() - dead;
    const Usage now = usage_of_this_process();
    const auto memory = now.most_memory_bytes - before_.memory_bytes;
    figures.timings["wall_s"] =
        std::chrono::duration<double>(clock_.uptime() - tally_.start).count();
    figures.timings["total_cpu_s"] = now.cpu_s - before_.cpu_s;
    figures.timings["technicians_bytes"] =
        static_cast<double>(memory) / static_cast<double>(std::max<std::int64_t>(technicians_, 1));
    return figures;
}

enum class End { over, interrupted, refused };

// True when it was rung, or cancelled.
Async<bool> rung_within(Alarm& alarm, Clock& clock, Duration limit) {
    const Uptime asleep = clock.uptime();
    Result<> slept = co_await alarm.sleep(limit);
    co_return !slept || clock.uptime() - asleep < limit;
}

// Nobody sees more of the ages than there are points of a series.
Duration telling_pace(Duration duration, const Progress& progress) {
    constexpr Duration usual = 1s;
    if (progress) return usual;
    return std::max(usual, duration / static_cast<Duration::rep>(2 * Series::most_points));
}

// Ends when all is made and delivered, or has had its time for it.
Async<> mind(Pool& pool, Clock& clock, Duration duration, const Progress& progress, Alarm& stop,
             Tasks& tasks, End& end) {
    end = End::interrupted;
    const Uptime start = clock.uptime();
    const Duration pace = telling_pace(duration, progress);
    for (Uptime next = start + pace; !pool.driven(); next += pace) {
        if (clock.uptime() - start >= duration + drain_limit) break;
        const Duration rest = std::max<Duration>(1ms, next - clock.uptime());
        const bool rung = co_await rung_within(stop, clock, rest);
        if (rung) co_return;
        pool.tell(progress);
        if (pool.refusal()) break;
    }
    pool.hurry(tasks);
    const Uptime driven = clock.uptime();
    while (pool.waiting() > 0 && !pool.refusal() && clock.uptime() - driven < drain_limit) {
        const bool rung = co_await rung_within(stop, clock, drain_poll);
        if (rung) co_return;
    }
    pool.tell(progress);
    end = pool.refusal() ? End::refused : End::over;
}

}  // namespace

Result<> check(const LoadOptions& options) {
    using Limits = LoadLimits;
    const Range share = share_of(options);
    const Result<> all[] = {
        within_limits<std::int64_t>("--technicians", options.technicians, 1, Limits::technicians),
        within_limits(share.first >= 0 && share.size() >= 0 && share.last <= options.technicians,
                      "a share's technicians", "among those of the fleet"),
        within_limits("--speed", options.speed, Limits::least_speed, Limits::speed),
        within_limits(
            options.duration >= Limits::least_duration && options.duration <= Limits::duration,
            "--for", "from a second to 30 days"),
        within_limits(static_cast<double>(options.duration.count()) * options.speed <=
                          static_cast<double>(Duration(24h * 29).count()),
                      "--for at this --speed",
                      "at most 29 days: an office takes no older "
                      "position"),
        within_limits(!options.interval || (*options.interval >= Limits::least_interval &&
                                            *options.interval <= Limits::interval),
                      "--interval", "from a tenth of a second to an hour"),
        within_limits(
            !options.interval || static_cast<double>(options.interval->count()) <=
                                     static_cast<double>(options.duration.count()) * options.speed,
            "--interval", "no longer than all of --for"),
        within_limits("--connections", options.connections, 1, Limits::connections),
        within_limits("--batch", options.batch, 1, Limits::batch),
    };
    for (const Result<>& one : all) {
        if (!one) return one;
    }
    const auto endpoint = read_endpoint(options);
    if (!endpoint) return endpoint.error();
    const auto connections = static_cast<std::size_t>(options.connections);
    const std::size_t each = files_of_a_connection + (options.state.empty() ? 0 : files_of_a_queue);
    return allow_open_files(connections * each + other_files);
}

Async<Result<Figures>> load(Executor executor, Clock& clock, const LoadOptions& options,
                            const Way& way, const Progress& progress, Alarm& stop) {
    auto pool = Pool::open(clock, options, way);
    if (!pool) co_return pool.error();
    Tasks tasks(executor);
    (*pool)->start(tasks);
    End end = End::over;
    Async<> minding = mind(**pool, clock, options.duration, progress, stop, tasks, end);
    co_await tasks.run(std::move(minding));
    if (end == End::refused) co_return *(*pool)->refusal();
    auto figures = (*pool)->figures();
    if (figures && end == End::interrupted) figures->counts["interrupted"] = 1;
    co_return figures;
}

namespace {

// Until the first signal; the second one finds the usual ways again.
Async<> until_signal(Executor executor, Alarm& stop) {
    Signals signals(executor, std::vector<int>{SIGINT, SIGTERM});
    Result<int> number = co_await signals.next();
    if (number) stop.ring();
}

Async<int> program(Executor executor, const LoadOptions& options, const Progress& progress,
                   Result<Figures>& figures) {
    const auto clock = make_system_clock(executor);
    const auto endpoint = read_endpoint(options);
    if (!endpoint) {
        figures = endpoint.error();
        co_return 0;
    }
    Result<> welcome = co_await knock(executor, *clock, *endpoint);
    if (!welcome) {
        figures = welcome.error();
        co_return 0;
    }
    const Way way = way_to(executor, *clock, *endpoint);
    const auto stop = clock->alarm();
    Tasks signals(executor);
    signals.start(until_signal(executor, *stop));
    const Carry carry = [&](const LoadOptions& round) {
        return load(executor, *clock, round, way, progress, *stop);
    };
    Async<Result<Figures>> carrying =
        options.find_limit ? find_limit(options, carry, progress) : carry(options);
    Result<Figures> carried = co_await std::move(carrying);
    figures = std::move(carried);
    co_await signals.stop();
    co_return 0;
}

}  // namespace

Result<Figures> run_load(const LoadOptions& options, const Progress& progress) {
    if (auto possible = check(options); !possible) return possible.error();
    if (share_of(options).size() == 0) return Figures();  // nobody's: one of more shards than that
    if (!options.state.empty()) {
        if (auto made = make_directories(options.state); !made) return made.error();
    }
    Result<Figures> figures = Error(Fault::cancelled, "the load was interrupted");
    Loop loop;
    if (loop.run(program(loop.executor(), options, progress, figures)) == 0) return figures;
    return Error(Fault::storage, "the load ended by a defect: see the log above");
}

}  // namespace outrider::fleet
