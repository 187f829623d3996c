#include "client/agent/courier.hpp"

#include "platform/log.hpp"
#include "platform/tasks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace outrider::agent {

using offline::Lane;

namespace {

constexpr Duration for_ever = std::chrono::hours(24);
constexpr Duration forgotten_after = std::chrono::minutes(10);  // a failure, as far as logging goes
constexpr Duration believed_for = std::chrono::hours(1);        // that a batch is too large
constexpr Duration shortest_pause = std::chrono::minutes(1);    // while the office refuses us
constexpr Duration steadiness = std::chrono::seconds(5);        // more changes in it are one
constexpr int errand_budget = 3;  // attempts at an errand before the pings no longer wait for it
constexpr Duration spread = std::chrono::seconds(1);  // in which a fleet uses a network come back
constexpr std::string_view acknowledged = "newest_acknowledged_ms";
constexpr std::string_view by_hand = "delivery_paused";
constexpr std::string_view refused_since = "refused_since_ms";
constexpr std::string_view ambiguous = "attempts_ambiguous";

bool configuration(Fault fault) { return fault == Fault::unauthorised || fault == Fault::refused; }

}  // namespace

std::string_view name(Courier::State state) {
    constexpr std::array<std::string_view, 6> names = {
        "starting", "up to date", "waiting for more", "sending", "waiting to retry", "paused"};
    return names.at(static_cast<std::size_t>(state));
}

Courier::Courier(offline::Store& store, api::Uplink& uplink, Clock& clock, SyncSettings sync,
                 RetrySettings retry, Dice dice, Traffic* traffic)
    : store_(store),
      uplink_(uplink),
      clock_(clock),
      alarm_(clock.alarm()),
      sync_(sync),
      retry_(retry),
      dice_(dice),
      traffic_(traffic),
      ceiling_(retry.base),
      batch_(static_cast<std::size_t>(sync.max_batch_size)),
      largest_(batch_),
      due_(clock.uptime()),
      errand_ceiling_(retry.base),
      done_(clock.alarm()) {
    uplink.report_handling([this](const offline::Envelope* one) {
        if (one == nullptr) return store_.handled();
        store_.handling(one->lane, one->sequence, clock_.uptime());
    });
    if (uplink.reads_back()) ask_to_ = store.ledger().balance("accepted:pings");
}

Async<> Courier::run() {
    for (;;) {
        const Duration rest = until_due();
        if (rest > Duration::zero()) {
            Result<> slept = co_await alarm_->sleep(rest);
            if (!slept) co_return;
            continue;
        }
        if (until_errand() == Duration::zero()) {
            Result<> done = co_await errands_->run_one();
            if (!done && done.error().fault == Fault::cancelled) co_return;
            heard_of_errand(done);
            continue;
        }
        Result<> carried = co_await carry();
        if (!carried && carried.error().fault == Fault::cancelled) co_return;
        heard_of_load(carried);
        if (hurry_ && (!carried || !due_)) {
            hurry_ = false;
            done_->ring();
        }
    }
}

void Courier::heard_of_load(const Result<>& carried) {
    if (!carried) {
        const Uptime now = clock_.uptime();
        retry_at_ = now + failed(carried.error());
        if (carried.error().wait) never_before_ = now + *carried.error().wait;
        // Not the errand's fault alone, then: it goes first again.
        if (carried.error().fault == Fault::unreachable) errand_failures_ = 0;
        return;
    }
    if (!answered_ && errand_failures_ > 0) {  // there was nothing to carry: that says nothing
        retry_at_.reset();
        return;
    }
    if (error_) {  // the office is back: what rested for its sake may go
        errand_at_.reset();
        if (errands_ != nullptr) errands_->office_is_back();
    }
    succeeded();
}

// An errand that fails is most likely the network's failure, and everything waits. When it goes on
// failing the pings are tried without it, and it rests by itself.
void Courier::heard_of_errand(const Result<>& done) {
    const Uptime now = clock_.uptime();
    if (done) {
        const bool back = errand_failures_ > 0 || (error_ && error_->fault == Fault::unreachable);
        errand_failures_ = 0;
        errand_at_.reset();
        errand_ceiling_ = retry_.base;
        if (back) succeeded();
        return;
    }
    const bool owed = errands_->owed();
    if (done.error().wait) errand_never_before_ = now + *done.error().wait;
    if (owed && ++errand_failures_ < errand_budget && !hurry_) {
        errand_at_ = retry_at_ = now + failed(done.error());
        return;
    }
    std::uniform_int_distribution<Duration::rep> pick(0, errand_ceiling_.count());
    Duration wait(pick(dice_));
    errand_ceiling_ = std::min(errand_ceiling_ * 2, retry_.cap);
    if (done.error().wait) wait = std::max<Duration>(wait, *done.error().wait);
    errand_at_ = now + wait;
    if (complaints_.due(now)) {
        log(Level::warning, fmt::format("courier: {}: {} (meanwhile pings go on)",
                                        name(done.error().fault), done.error().detail));
    }
}

void Courier::errand_waits() {
    errand_at_.reset();
    alarm_->ring();
}

// How long no errand needs to be run.
Duration Courier::until_errand() const {
    if (errands_ == nullptr) return for_ever;
    if (hurry_ && (errand_failures_ > 0 || !errands_->owed())) return for_ever;
    const Uptime now = clock_.uptime();
    const Duration rest = errand_at_ ? std::max(Duration::zero(), *errand_at_ - now) : Duration();
    return std::max({rest, errand_never_before_ - now, errands_->until_due()});
}

// How long nothing needs to be done. Zero: there is a load to carry.
Duration Courier::until_due() {
    const Uptime now = clock_.uptime();
    if (paused_by_hand()) return for_ever;
    const auto due = hurry_ ? std::optional(now) : due_;
    const auto next = retry_at_ && !hurry_ ? retry_at_ : due;
    const Duration load =
        next ? std::max({Duration::zero(), *next - now, never_before_ - now}) : for_ever;
    return std::min(load, until_errand());
}

bool Courier::paused_by_hand() const { return store_.ledger().balance(by_hand) != 0; }

void Courier::nudge(Haste haste) {
    const Uptime now = clock_.uptime();
    const Duration wait = company();
    const bool enough =
        wait == sync_.interval && store_.outbox().size(Lane::pings) >= sync_.threshold;
    const bool at_once = haste == Haste::at_once || enough;
    const Uptime due = at_once ? now : now + wait;
    due_ = due_ ? std::min(*due_, due) : due;
    if (state_ == State::up_to_date) state_ = State::waiting;
    alarm_->ring();
}

void Courier::flush() {
    due_ = clock_.uptime();
    retry_at_.reset();
    ceiling_ = retry_.base;
    errand_waits();
}

void Courier::route_changed() {
    if (!retry_at_ || state_ == State::paused) return;
    if (error_ && (error_->wait || error_->fault == Fault::busy)) return;  // it was reached
    const Uptime now = clock_.uptime();
    if (hastened_at_ && now - *hastened_at_ < steadiness) return;
    hastened_at_ = now;
    std::uniform_int_distribution<Duration::rep> moment(0, spread.count());
    retry_at_ = std::min(*retry_at_, clock_.uptime() + Duration(moment(dice_)));
    if (errand_at_) errand_at_ = std::min(*errand_at_, *retry_at_);
    ceiling_ = std::min(retry_.base, spread);  // what is under way may yet fail for the old network
    alarm_->ring();
}

Result<> Courier::pause(bool paused) {
    const auto before = store_.ledger().balance(by_hand);
    if ((before != 0) == paused) return {};
    Result<> written = store_.commit(clock_.now(), [&]() -> Result<> {
        store_.ledger().count(by_hand, paused ? 1 : -before);
        return {};
    });
    if (!written) return written;
    log(Level::notice, paused ? "courier: paused by hand" : "courier: resumed by hand");
    if (!paused) flush();
    alarm_->ring();
    return {};
}

Async<> Courier::last_attempt(Duration limit) {
    if (paused_by_hand()) co_return;
    hurry_ = true;
    if (until_due() < limit) {
        alarm_->ring();
        Result<> waited = co_await done_->sleep(limit);
        (void)waited;  // cancelled or not: the caller stops next
    }
    hurry_ = false;
}

void Courier::succeeded() {
    if (std::exchange(complained_, false))
        log(Level::notice, "courier: the office is reached again");
    error_.reset();
    retry_at_.reset();
    ceiling_ = retry_.base;
    note_refusal(false);
    const auto full = static_cast<std::size_t>(sync_.max_batch_size);
    if (clock_.uptime() - too_large_at_ > believed_for) largest_ = full;
    batch_ = std::min(largest_, batch_ + std::max<std::size_t>(1, full / 10));
    const auto pings = store_.outbox().size(Lane::pings);
    if (pings == 0) {
        due_.reset();
        state_ = State::up_to_date;
        return;
    }
    const Duration wait = company();
    const bool enough = wait == sync_.interval && pings >= sync_.threshold;
    const bool at_once = hurry_ || enough || !bisection_.idle();
    due_ = clock_.uptime() + (at_once ? Duration::zero() : wait);
    state_ = State::waiting;
}

// Notes the failure and says how long to wait before the next attempt.
Duration Courier::failed(const Error& error) {
    const Uptime now = clock_.uptime();
    const bool long_ago = now - failed_at_ > forgotten_after;
    if (long_ago || (error_ && error_->fault != error.fault)) complaints_.reset();
    failed_at_ = now;
    error_ = error;
    error_at_ = clock_.now();
    state_ = configuration(error.fault) ? State::paused : State::retrying;
    if (!due_) due_ = now;
    Duration wait = backoff();
    if (error.fault == Fault::too_large && batch_ > 1) {
        batch_ /= 2;
        largest_ = batch_;
        too_large_at_ = now;
        wait = Duration::zero();
    } else if (error.ambiguous && error.fault == Fault::unreachable) {
        batch_ = std::max<std::size_t>(1, batch_ / 2);  // less may fit through this network
    }
    note_refusal(configuration(error.fault));
    // A single ping that is too large is no ping's fault.
    const bool hopeless = error.fault == Fault::too_large && wait > Duration::zero();
    if (configuration(error.fault) || hopeless)
        wait = std::max({wait, retry_.cap / 2, shortest_pause});
    if (error.wait) wait = std::max<Duration>(wait, *error.wait);
    if (complaints_.due(now)) {
        complained_ = true;
        log(Level::warning, fmt::format("courier: {}: {} (next attempt in {} s)", name(error.fault),
                                        error.detail, wait.count() / 1000));
    }
    return wait;
}

// Written with the next commit: it is told after a restart, too.
void Courier::note_refusal(bool refused) {
    const auto since = store_.ledger().balance(refused_since);
    if (refused == (since != 0)) return;
    const auto now = clock_.now().time_since_epoch().count();
    store_.ledger().count(refused_since, refused ? now : -since);
}

// How long a ping waits for company: longer when the month's data is nearly spent.
Duration Courier::company() {
    if (!traffic_) return sync_.interval;
    const Instant now = clock_.now();
    const std::string account = data_account(now);
    store_.ledger().count(account, traffic_->take_bytes());  // written with the next commit
    return traffic_->interval(sync_.interval, now, store_.ledger().balance(account));
}

// Full jitter: a fleet coming back from the same outage must not knock in step.
Duration Courier::backoff() {
    const Duration ceiling = ceiling_;
    ceiling_ = std::min(ceiling_ * 2, retry_.cap);
    std::uniform_int_distribution<Duration::rep> pick(0, ceiling.count());
    return Duration(pick(dice_));
}

Courier::View Courier::view() const {
    View view;
    view.state = state();
    const Uptime now = clock_.uptime();
    auto next = retry_at_ ? retry_at_ : due_;
    if (!next && errands_ != nullptr && errands_->owed()) next = errand_at_;
    if (next && state_ != State::sending) {
        view.next_attempt_in = std::max(Duration::zero(), *next - now);
    }
    if (const auto newest = store_.ledger().balance(acknowledged)) {
        view.newest_acknowledged = Instant(Duration(newest));
    }
    view.error = error_;
    view.error_at = error_at_;
    view.by_hand = paused_by_hand();
    if (const auto since = store_.ledger().balance(refused_since)) {
        view.refused_since = Instant(Duration(since));
    }
    view.ambiguous = store_.ledger().balance(ambiguous);
    return view;
}

}  // namespace outrider::agent
