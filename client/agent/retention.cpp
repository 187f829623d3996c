#include "client/agent/retention.hpp"

#include "client/agent/thinning.hpp"
#include "client/api/ping.hpp"
#include "platform/log.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace outrider::agent {

using offline::Cause;
using offline::Lane;

namespace {

constexpr std::size_t window = 500;    // pings looked at together
constexpr int windows_per_round = 20;  // some ten milliseconds of work
constexpr double first_tolerance_m = 10, last_tolerance_m = 1250, coarser = 5;
constexpr double relief = 0.98;  // of the limit, so that not every ping is a reason to thin

}  // namespace

void Retention::expire(Instant now) {
    if (store_.outbox().size(Lane::pings) == 0) return;
    const Instant limit = now - limits_.keep;
    auto oldest = store_.outbox().oldest_written(Lane::pings);
    if (!oldest || !*oldest || **oldest >= limit) return;
    std::int64_t expired = 0;
    Result<> done = store_.commit(now, [&]() -> Result<> {
        auto count = store_.outbox().expire(limit, now);
        if (!count) return count.error();
        expired = *count;
        return {};
    });
    if (done && expired > 0) {
        log(Level::warning, fmt::format("agent: {} pings older than {} days expired undelivered",
                                        expired, limits_.keep.count()));
    }
}

bool Retention::too_long() const {
    const double share = relieving_ ? relief : 1;
    const auto over = [share](std::int64_t is, std::int64_t limit) {
        return static_cast<double>(is) > share * static_cast<double>(limit);
    };
    return over(store_.outbox().size(Lane::pings), limits_.rows) ||
           over(store_.outbox().bytes(Lane::pings), limits_.bytes);
}

void Retention::make_room(Instant now, Uptime uptime) {
    if (!relieving_ && !too_long()) return;
    std::int64_t thinned = 0, dropped = 0;
    for (int round = 0; round < windows_per_round && too_long(); ++round) {
        relieving_ = true;
        const bool hopeless = tolerance_m_ > last_tolerance_m;
        const Result<std::int64_t> gone = hopeless ? drop(now) : thin(now, uptime);
        if (!gone) return;  // the tracker tells of a disk that refuses
        (hopeless ? dropped : thinned) += *gone;
    }
    if (!too_long()) relieving_ = false;
    if (thinned > 0) {
        log(Level::warning, fmt::format("agent: the queue is full: {} pings left out, the track "
                                        "keeps its shape within {:.0f} m",
                                        thinned, std::min(tolerance_m_, last_tolerance_m)));
    }
    if (dropped > 0) {
        log(Level::error, fmt::format("agent: the queue is full: the {} oldest pings dropped: "
                                      "raise queue.max_rows or queue.max_bytes",
                                      dropped));
    }
}

// One window; the next begins with its last ping, so that the way has no seams.
Result<std::int64_t> Retention::thin(Instant now, Uptime uptime) {
    auto pings = store_.outbox().from(Lane::pings, from_, window);
    if (!pings) return pings.error();
    std::vector<Waypoint> way;
    for (const auto& envelope : *pings) {
        store_.handling(Lane::pings, envelope.sequence, uptime);
        const auto ping = api::decode_ping(envelope.body);
        if (ping && !ping->is_new) {
            way.push_back({envelope.sequence, ping->time, ping->latitude, ping->longitude});
        }
    }
    store_.handled();
    const auto gone = superfluous(way, tolerance_m_);
    if (pings->size() < window) {
        tolerance_m_ *= coarser;
        from_ = settled_;
        if (tolerance_m_ > last_tolerance_m && !pings->empty()) settled_ = pings->back().sequence;
    } else {
        from_ = pings->back().sequence;
    }
    if (gone.empty()) return 0;
    Result<> done = store_.commit(
        now, [&] { return store_.outbox().remove(Lane::pings, gone, Cause::thinned, now); });
    if (!done) return done.error();
    return static_cast<std::int64_t>(gone.size());
}

Result<std::int64_t> Retention::drop(Instant now) {
    auto pings = store_.outbox().from(Lane::pings, 0, window);
    if (!pings) return pings.error();
    std::vector<std::int64_t> oldest;
    for (const auto& envelope : *pings) oldest.push_back(envelope.sequence);
    Result<> done = store_.commit(
        now, [&] { return store_.outbox().remove(Lane::pings, oldest, Cause::dropped, now); });
    if (!done) return done.error();
    // What came since the last pass may be thinned first.
    tolerance_m_ = first_tolerance_m;
    from_ = settled_;
    return static_cast<std::int64_t>(oldest.size());
}

}  // namespace outrider::agent
