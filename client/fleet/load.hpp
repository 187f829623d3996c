#pragma once
// A load on a real endpoint: technicians who do not exist report to it in real time, over a few
// connections, with the agent's own code.

#include "client/api/uplink.hpp"
#include "client/fleet/figures.hpp"
#include "client/fleet/shard.hpp"
#include "offline/store.hpp"
#include "platform/async.hpp"
#include "platform/clock.hpp"
#include "platform/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace outrider::fleet {

// What can be asked of one.
struct LoadLimits {
    static constexpr std::int64_t technicians = 2'000'000;
    static constexpr double least_speed = 1, speed = 10'000;
    static constexpr Duration least_duration = std::chrono::seconds(1),
                              duration = std::chrono::days(30);
    static constexpr Duration least_interval = std::chrono::milliseconds(100),
                              interval = std::chrono::hours(1);
    static constexpr int connections = 128, batch = 5000;
};

struct LoadOptions {
    std::int64_t technicians = 100;               // of the whole fleet
    std::optional<Range> share;                   // of them, by their numbers; nothing: all
    double speed = 1;                             // so many times real time
    Duration duration = std::chrono::minutes(1);  // real time
    // A ping of each technician every so often, day and night; without it as an agent would report,
    // on working days (see WorkingDays).
    std::optional<Duration> interval;
    std::uint64_t seed = 1;

    std::string endpoint = "http://127.0.0.1:8088";
    std::string auth;  // of the token; the endpoint's when empty
    std::string tenant = "1000001", provider = "outrider";
    std::string unit_prefix = "fleet-";  // a unit is this and the technician's number
    std::string ca_file;                 // PEM; the system's certificates when empty
    // Without files the stand-in's own.
    std::string client_id = "cid.demo", client_secret_file, app_key_file;
    bool own_this_endpoint = false;  // said so, where it is not on this machine

    int connections = 16;  // each with its own queue
    int batch = 1000;      // pings of a request, at most
    std::string state;     // folder for the queues; in memory when empty
    bool find_limit = false;
    // With an endpoint that has never taken anything.
    Duration patience = std::chrono::seconds(15);
    // What has come due is written down so often. On virtual time a second is soon enough.
    Duration tick = std::chrono::milliseconds(50);
};

using Progress = std::function<void(std::string_view line)>;

// Fault::malformed or refused for what cannot be or must not be.
Result<> check(const LoadOptions&);

// Runs until its time is over or the process is asked to end (SIGINT, SIGTERM): then with what
// there is so far. An error when the endpoint takes nothing at all.
Result<Figures> run_load(const LoadOptions&, const Progress&);

// The way to the office for one queue.
using Way = std::function<std::shared_ptr<api::Uplink>(offline::Store&)>;
// As run_load, on somebody's loop, until `stop` rings at the latest.
Async<Result<Figures>> load(Executor, Clock&, const LoadOptions&, const Way&, const Progress&,
                            Alarm& stop);

// Fleets twice as large, round by round, while less than one ping in a thousand is late; then
// between the last good one and the first bad one. `carry` runs one fleet.
using Carry = std::function<Async<Result<Figures>>(const LoadOptions&)>;
Async<Result<Figures>> find_limit(LoadOptions, const Carry&, const Progress&);

// What a load counts beyond the names in figures.hpp: counts "reported", "waiting" (in files: the
// next load with them delivers it), "undelivered" (waited in memory, which is gone), "late_handed"
// (2 s behind plan before they were in the queue: our own fault), "unmade" (planned, and the time
// was over), "doubtful" (pings of requests whose outcome was not known), "largest_fleet";
// histograms "handed_us" (into the queue, behind plan); series "handed", "late", "doubtful".

}  // namespace outrider::fleet
