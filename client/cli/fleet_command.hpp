#pragma once
// What `outrider fleet` was asked for.

#include "client/fleet/plan.hpp"
#include "client/fleet/shard.hpp"
#include "platform/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace outrider::cli {

struct FleetCommand {
    enum class Verb { load, judge, replay, merge };
    Verb verb = Verb::load;
    std::int64_t technicians = 100, days = 1;
    std::optional<std::int64_t> histories;  // nothing: see histories_of
    fleet::Faults faults = fleet::Faults::all;
    std::optional<std::uint64_t> seed;  // nothing: a fresh one
    bool herd = false;                  // and the herd after an outage
    std::uint64_t replayed = 0;         // a history's seed
    std::optional<fleet::ShardFlag> shard;
    std::optional<std::int64_t> jobs;  // nothing: the judge's as many as cores, a load's one
    std::string out, json, html;       // files to write; "" for none

    std::string endpoint, auth, tenant = "1000001", provider = "outrider";
    std::string ca_file, client_id = "cid.demo", client_secret_file, app_key_file;
    bool own_this_endpoint = false;
    double speed = 1;
    std::optional<Duration> interval;  // nothing: as an agent reports
    Duration length = std::chrono::minutes(1);
    std::int64_t connections = 16, batch = 1000;
    std::string state;
    bool find_limit = false;

    std::vector<std::string> parts;  // to merge
};

}  // namespace outrider::cli
