#include "client/agent/agent.hpp"

#include "gps/sieve.hpp"
#include "platform/log.hpp"
#include "platform/tasks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace outrider::agent {
namespace {

using Gone = api::Status::Gone;
constexpr std::array counted_as = {std::pair{offline::Cause::expired, &Gone::expired},
                                   std::pair{offline::Cause::thinned, &Gone::thinned},
                                   std::pair{offline::Cause::discarded, &Gone::discarded},
                                   std::pair{offline::Cause::lost, &Gone::lost},
                                   std::pair{offline::Cause::dropped, &Gone::dropped},
                                   std::pair{offline::Cause::skipped, &Gone::skipped},
                                   std::pair{offline::Cause::settled, &Gone::settled}};
static_assert(counted_as.size() + 1 == offline::causes.size(), "one cause is: delivered");

constexpr Duration power_poll = std::chrono::seconds(1);
constexpr Duration power_search = std::chrono::minutes(1);  // where nobody can tell
constexpr Duration house_round = std::chrono::seconds(10);
constexpr Duration office_silence = std::chrono::minutes(2);  // before a waiting ping is

// Before anything reads what waits: whatever the last runs died of would be the end of this one.
void bury_culprit(offline::Store& store, const Clock& clock) {
    const auto culprit = store.bury_culprit(clock.now(), clock.uptime());
    if (!culprit) {
        log(Level::error,
            "agent: what the program has died of cannot be set aside: " + culprit.error().detail);
    } else if (*culprit) {
        const std::string_view lane = name((*culprit)->lane);
        log(Level::error,
            fmt::format("agent: {0} {1} made the program crash three times and is set "
                        "aside: see `outrider queue dead show --lane {0} {1}`",
                        lane, (*culprit)->sequence));
    }
}

}  // namespace

Result<std::unique_ptr<Agent>> Agent::open(Clock& clock, offline::Store& store, gps::Source& source,
                                           api::Uplink& uplink, const Settings& settings, Dice dice,
                                           Traffic* traffic, api::Desk* desk, TrustedClock* time) {
    std::unique_ptr<TrustedClock> own;
    if (time == nullptr) own = std::make_unique<TrustedClock>(clock);
    if (time == nullptr) time = own.get();
    bury_culprit(store, clock);
    std::int64_t destination = 0;
    Result<> stored = store.commit(clock.now(), [&]() -> Result<> {
        auto id = store.outbox().destination(api::encode(settings.destination));
        if (!id) return id.error();
        destination = *id;
        return {};
    });
    if (!stored) return stored.error();
    std::unique_ptr<Agent> agent(new Agent(std::move(own), *time, store, source, uplink, settings,
                                           dice, traffic, destination));
    if (auto opened = agent->open_workday(desk, destination); !opened) return opened.error();
    if (auto opened = agent->open_privacy(); !opened) return opened.error();
    agent->open_coverage();
    agent->tracker_.watched_by([raw = agent.get()] { return raw->audience(); });
    agent->tracker_.followed_by([raw = agent.get()](const gps::Fix& fix, gps::MotionState motion) {
        raw->follow(fix, motion);
    });
    store.journal().time_is_known(time->by_gps(clock.uptime()).has_value());
    return agent;
}

Agent::Agent(std::unique_ptr<TrustedClock> own, TrustedClock& clock, offline::Store& store,
             gps::Source& source, api::Uplink& uplink, const Settings& settings, Dice dice,
             Traffic* traffic, std::int64_t destination)
    : own_clock_(std::move(own)),
      clock_(clock),
      store_(store),
      settings_(settings),
      alarm_(clock.alarm()),
      power_alarm_(clock.alarm()),
      started_(clock.uptime()),
      courier_(store, uplink, clock, settings.sync, settings.retry, dice, traffic),
      hidden_times_(settings.judge.sieve.past, settings.judge.sieve.future),
      tracker_(source, settings.judge, store, clock, destination, settings.destination.unit_id,
               [this] { heard_ping(); }),
      retention_(store, settings.retention),
      salvages_(store.salvages()),
      coverage_(started_, settings.journal.keep) {}

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
        // Nothing is old before GPS says so, and the device's clock, unless that was never set.
        if (const auto by_gps = clock_.by_gps(clock_.uptime())) {
            const Instant device = clock_.by_device();
            retention_.expire(device < gps::time_floor ? *by_gps : std::min(device, *by_gps));
        }
        retention_.make_room(clock_.now(), clock_.uptime());
        tell_workday_the_time();
        mind_privacy();
        keep_coverage(Paper::when_due);
        tracker_.flush();
        tell_of_salvage();
        Result<> slept = co_await alarm_->sleep(house_round);
        if (!slept) co_return;
    }
}

// What was found damaged at the opening is told by whoever opened.
void Agent::tell_of_salvage() {
    if (store_.salvages() == salvages_) return;
    salvages_ = store_.salvages();
    if (const auto& salvage = store_.salvaged()) {
        log(Level::warning, "agent: found while running: " + salvage->summary());
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
    keep_coverage(Paper::now);
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

    status.privacy = privacy();  // before anything that says where we are
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

    describe_queue(status);
    describe_office(status);
    if (tracker_.storage_error()) {
        status.last_error =
            api::Status::LastError{now, "storage", tracker_.storage_error()->detail};
    }
    status.coverage = coverage_.of_shift();
    judge_health(status);
    return status;
}

void Agent::describe_queue(api::Status& status) {
    const offline::Ledger& ledger = store_.ledger();
    offline::Outbox& outbox = store_.outbox();
    status.queue.actions = outbox.size(offline::Lane::actions);
    status.queue.pings = outbox.size(offline::Lane::pings);
    for (const offline::Lane lane : offline::lanes) {
        status.queue.dead += outbox.dead(lane);
        status.queue.bytes += outbox.bytes(lane);
        const auto counted = [&](std::string_view what) {
            return ledger.balance(fmt::format("{}:{}", what, name(lane)));
        };
        status.queue.accepted += counted("accepted");
        status.queue.delivered += counted(name(offline::Cause::delivered));
        for (const auto& [cause, gone] : counted_as) status.gone.*gone += counted(name(cause));
    }
    if (auto oldest = outbox.oldest_written(offline::Lane::pings); oldest && *oldest) {
        status.queue.oldest_age = std::max(Duration::zero(), status.now - **oldest);
    }
    status.captured = ledger.balance("captured");
    status.reported = ledger.balance("accepted:pings");
    status.delivered = ledger.balance("delivered:pings");
}

void Agent::describe_office(api::Status& status) {
    const Courier::View courier = courier_.view();
    api::Status::Office& office = status.office;
    office.url = settings_.destination.origin.url();
    office.state = name(courier.state);
    office.newest_acknowledged = courier.newest_acknowledged;
    if (courier.newest_acknowledged) {
        office.acknowledged_age =
            std::max(Duration::zero(), status.now - *courier.newest_acknowledged);
    }
    // Paused by hand, no attempt is next, whenever one would be due.
    if (!courier.by_hand) office.next_attempt_in = courier.next_attempt_in;
    office.paused_by_hand = courier.by_hand;
    office.refused_since = courier.refused_since;
    office.ambiguous = courier.ambiguous;
    if (courier.error) {
        status.last_error = api::Status::LastError{
            courier.error_at, std::string(name(courier.error->fault)), courier.error->detail};
    }
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
    if (status.office.paused_by_hand) {
        worse(Health::degraded, "delivery is paused by hand: `outrider queue resume` ends it");
    } else if (status.last_error && status.office.state == name(Courier::State::paused)) {
        worse(Health::degraded, "delivery is paused: " + status.last_error->detail);
    } else if (status.last_error && status.queue.oldest_age &&
               *status.queue.oldest_age > office_silence) {
        worse(Health::degraded, "the office has not been reached: " + status.last_error->detail);
    }
    const auto cards = store_.outbox().dead(offline::Lane::actions);
    if (status.queue.dead > cards) {
        worse(Health::degraded,
              fmt::format("the office refused {} of what was sent to it for good: see `outrider "
                          "queue dead ls`",
                          status.queue.dead - cards));
    }
    if (cards > 0) {
        worse(Health::degraded,
              fmt::format("{} of your taps came to nothing: see `outrider cards`", cards));
    }
    judge_day(status);
    const std::string clock = clock_.complaint();
    if (!clock.empty()) worse(Health::ok, clock);  // nothing goes by it
    // Nothing brings these back, so that they are told but do not keep the health down for ever.
    if (status.gone.lost > 0) {
        worse(Health::ok, fmt::format("the disk destroyed {} of what was owed to the office: see "
                                      "`outrider audit`",
                                      status.gone.lost));
    }
    if (status.gone.dropped > 0) {
        worse(Health::ok, fmt::format("{} were dropped because the queue was full: see `outrider "
                                      "audit`",
                                      status.gone.dropped));
    }
    if (status.gone.thinned > 0) {
        worse(Health::ok, fmt::format("{} were left out because the queue was full: see `outrider "
                                      "audit`",
                                      status.gone.thinned));
    }
}

}  // namespace outrider::agent
