#include "client/agent/agent.hpp"

#include "platform/log.hpp"
#include "platform/tasks.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace outrider::agent {
namespace {

constexpr Duration power_poll = std::chrono::seconds(1);
constexpr Duration power_search = std::chrono::minutes(1);  // where nobody can tell
constexpr Duration house_round = std::chrono::seconds(10);
constexpr Duration start_up = std::chrono::seconds(60);  // before a missing fix is worth a word
constexpr Duration office_silence = std::chrono::minutes(2);  // before a waiting ping is

}  // namespace

Result<std::unique_ptr<Agent>> Agent::open(Clock& clock, offline::Store& store, gps::Source& source,
                                           api::Uplink& uplink, const Settings& settings, Dice dice,
                                           Traffic* traffic) {
    std::int64_t destination = 0;
    Result<> stored = store.commit(clock.now(), [&]() -> Result<> {
        auto id = store.outbox().destination(api::encode(settings.destination));
        if (!id) return id.error();
        destination = *id;
        return {};
    });
    if (!stored) return stored.error();
    return std::unique_ptr<Agent>(
        new Agent(clock, store, source, uplink, settings, dice, traffic, destination));
}

Agent::Agent(Clock& clock, offline::Store& store, gps::Source& source, api::Uplink& uplink,
             const Settings& settings, Dice dice, Traffic* traffic, std::int64_t destination)
    : clock_(clock),
      store_(store),
      settings_(settings),
      alarm_(clock.alarm()),
      power_alarm_(clock.alarm()),
      started_(clock.uptime()),
      courier_(store, uplink, clock, settings.sync, settings.retry, dice, traffic),
      tracker_(source, settings.judge, store, clock, destination, settings.destination.unit_id,
               [this] { heard_ping(); }),
      retention_(store, settings.retention) {}

Async<> Agent::run() {
    std::vector<Async<>> loops;
    loops.push_back(tracker_.run());
    loops.push_back(courier_.run());
    loops.push_back(keep_house());
    loops.push_back(mind_power());
    Async<> all = together(std::move(loops));
    co_await std::move(all);
}

Async<> Agent::keep_house() {
    for (;;) {
        // A wall clock that somebody set, or that was never set, must not make old what is not.
        const Instant now = clock_.now();
        if (const auto by_gps = tracker_.time_by_gps(clock_.uptime())) {
            retention_.expire(std::min(now, *by_gps));
        }
        retention_.make_room(now);
        tracker_.flush();
        Result<> slept = co_await alarm_->sleep(house_round);
        if (!slept) co_return;
    }
}

// The last gasp: when the vehicle cuts the power, what is left goes out while it can.
Async<> Agent::mind_power() {
    bool was_fed = false;
    for (;;) {
        const std::optional<bool> is_fed = fed(settings_.power);
        if (was_fed && is_fed == false) {
            log(Level::warning, "agent: the vehicle's power is gone: saying where we are");
            tracker_.speak_up();
            courier_.flush();
        }
        if (!was_fed && is_fed == true) log(Level::info, "agent: the vehicle feeds this device");
        was_fed = is_fed.value_or(was_fed);
        const Duration pause = is_fed ? power_poll : power_search;
        Result<> slept = co_await power_alarm_->sleep(pause);
        if (!slept) co_return;
    }
}

// Setting off and parking are what the office wants to see at once.
void Agent::heard_ping() {
    const auto motion = tracker_.motion();
    const bool changed = std::exchange(motion_, motion) != motion;
    courier_.nudge(changed ? Courier::Haste::at_once : Courier::Haste::none);
}

Async<> Agent::wind_down(Duration limit) {
    tracker_.finish();
    co_await courier_.last_attempt(limit);
}

api::Status Agent::status() {
    const Instant now = clock_.now();
    const Uptime uptime = clock_.uptime();
    api::Status status;
    status.version = OUTRIDER_VERSION;
    status.now = now;
    status.running = uptime - started_;

    const gps::SourceView source = tracker_.source(uptime);
    status.gps.state = name(source.state);
    status.gps.detail = source.detail;
    status.gps.daemon = source.daemon;
    status.gps.device = source.device;
    if (tracker_.last_believed()) {
        const gps::Fix& fix = *tracker_.last_believed();
        status.gps.fix_age = uptime - fix.seen;
        status.gps.latitude = fix.latitude;
        status.gps.longitude = fix.longitude;
        status.gps.speed_mps = fix.speed_mps;
        status.gps.track_deg = fix.track_deg;
        status.gps.accuracy_m = fix.accuracy_m;
        status.gps.satellites = fix.satellites_used;
    }
    status.motion = name(tracker_.motion());

    const offline::Ledger& ledger = store_.ledger();
    offline::Outbox& outbox = store_.outbox();
    status.queue.actions = outbox.size(offline::Lane::actions);
    status.queue.pings = outbox.size(offline::Lane::pings);
    status.queue.dead = outbox.dead(offline::Lane::pings) + outbox.dead(offline::Lane::actions);
    if (auto oldest = outbox.oldest_written(offline::Lane::pings); oldest && *oldest) {
        status.queue.oldest_age = std::max(Duration::zero(), now - **oldest);
    }
    status.captured = ledger.balance("captured");
    status.reported = ledger.balance("accepted:pings");
    status.delivered = ledger.balance("delivered:pings");

    const Courier::View courier = courier_.view();
    status.office.url = settings_.destination.origin.url();
    status.office.state = name(courier.state);
    status.office.newest_acknowledged = courier.newest_acknowledged;
    if (courier.newest_acknowledged) {
        status.office.acknowledged_age =
            std::max(Duration::zero(), now - *courier.newest_acknowledged);
    }
    status.office.next_attempt_in = courier.next_attempt_in;
    if (courier.error) {
        status.last_error = api::Status::LastError{
            courier.error_at, std::string(name(courier.error->fault)), courier.error->detail};
    }
    if (tracker_.storage_error()) {
        status.last_error =
            api::Status::LastError{now, "storage", tracker_.storage_error()->detail};
    }
    judge_health(status);
    return status;
}

// Down: positions are not being kept. Degraded: somebody should look at it.
void Agent::judge_health(api::Status& status) const {
    using Health = api::Status::Health;
    const auto worse = [&](Health health, std::string reason) {
        status.health = std::max(status.health, health);
        status.reasons.push_back(std::move(reason));
    };
    if (tracker_.storage_error()) {
        worse(Health::down,
              "the disk does not take new pings: " + tracker_.storage_error()->detail);
    }
    if (status.gps.state != name(gps::SourceState::fix) && status.running > start_up) {
        worse(Health::degraded, status.gps.detail);
    }
    const bool unbelieved = status.gps.state == name(gps::SourceState::fix) &&
                            tracker_.last_rejection() && status.running > start_up &&
                            (!status.gps.fix_age || *status.gps.fix_age > start_up);
    if (unbelieved) {
        worse(Health::degraded, "the receiver's fixes are not believed: the last one was " +
                                    gps::explain(*tracker_.last_rejection()));
    }
    if (status.last_error && status.office.state == name(Courier::State::paused)) {
        worse(Health::degraded, "delivery is paused: " + status.last_error->detail);
    } else if (status.last_error && status.queue.oldest_age &&
               *status.queue.oldest_age > office_silence) {
        worse(Health::degraded, "the office has not been reached: " + status.last_error->detail);
    }
    if (status.queue.dead > 0) {
        worse(Health::degraded,
              fmt::format("the office refused {} of the pings sent to it", status.queue.dead));
    }
}

}  // namespace outrider::agent
