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
constexpr std::string_view acknowledged = "newest_acknowledged_ms";

bool configuration(Fault fault) { return fault == Fault::unauthorised || fault == Fault::refused; }

}  // namespace

std::string_view name(Courier::State state) {
    constexpr std::array<std::string_view, 6> names = {
        "starting", "up to date", "waiting for more", "sending", "waiting to retry", "paused"};
    return names.at(static_cast<std::size_t>(state));
}

Courier::Courier(offline::Store& store, api::Uplink& uplink, Clock& clock, SyncSettings sync,
                 RetrySettings retry, Dice dice)
    : store_(store),
      uplink_(uplink),
      clock_(clock),
      alarm_(clock.alarm()),
      sync_(sync),
      retry_(retry),
      dice_(dice),
      ceiling_(retry.base),
      batch_(static_cast<std::size_t>(sync.max_batch_size)),
      due_(clock.uptime()),
      done_(clock.alarm()) {}

Async<> Courier::run() {
    for (;;) {
        const Duration rest = until_due();
        if (rest > Duration::zero()) {
            Result<> slept = co_await alarm_->sleep(rest);
            if (!slept) co_return;
            continue;
        }
        Result<> carried = co_await carry();
        if (!carried && carried.error().fault == Fault::cancelled) co_return;
        if (carried) {
            succeeded();
        } else {
            retry_at_ = clock_.uptime() + failed(carried.error());
        }
        if (hurry_ && (!carried || !due_)) {
            hurry_ = false;
            done_->ring();
        }
    }
}

// How long nothing needs to be done. Zero: there is a load to carry.
Duration Courier::until_due() {
    const Uptime now = clock_.uptime();
    if (hurry_) return Duration::zero();
    if (retry_at_) return std::max(Duration::zero(), *retry_at_ - now);
    if (!due_) return for_ever;
    return std::max(Duration::zero(), *due_ - now);
}

void Courier::nudge() {
    const Uptime now = clock_.uptime();
    const auto pings = store_.outbox().size(Lane::pings).value();
    const bool at_once =
        pings >= sync_.threshold || store_.outbox().size(Lane::actions).value() > 0;
    const Uptime due = at_once ? now : now + sync_.interval;
    due_ = due_ ? std::min(*due_, due) : due;
    if (state_ == State::up_to_date) state_ = State::waiting;
    alarm_->ring();
}

Async<> Courier::last_attempt(Duration limit) {
    hurry_ = true;
    alarm_->ring();
    Result<> waited = co_await done_->sleep(limit);
    hurry_ = false;
    (void)waited;  // cancelled or not: the caller stops next
}

Result<Courier::Load> Courier::next_load() {
    for (const Lane lane : offline::lanes) {
        const std::size_t limit = lane == Lane::actions ? 1 : batch_;
        auto envelopes = store_.outbox().oldest(lane, limit);
        if (!envelopes) return envelopes.error();
        if (!envelopes->empty()) return Load{lane, std::move(*envelopes)};
    }
    return Load{};
}

// Takes one load to the office and writes down what it said.
Async<Result<>> Courier::carry() {
    if (unsettled_) {
        const auto again = std::move(*unsettled_);
        unsettled_.reset();
        Result<> settled = settle(again.first, again.second);
        if (!settled) co_return settled.error();
    }
    Result<Load> load = next_load();
    if (!load) co_return load.error();
    if (load->envelopes.empty()) {
        due_.reset();
        co_return Result<>();
    }
    state_ = State::sending;
    Result<std::vector<api::Answer>> answers = co_await uplink_.deliver(load->envelopes);
    if (!answers) co_return answers.error();
    co_return settle(*load, *answers);
}

Result<> Courier::settle(const Load& load, const std::vector<api::Answer>& answers) {
    const Instant now = clock_.now();
    const auto before = store_.ledger().balance(acknowledged);
    auto newest = before;
    std::vector<std::int64_t> accepted;
    for (const auto& answer : answers) {
        if (!answer.accepted) continue;
        accepted.push_back(answer.sequence);
        const auto envelope =
            std::ranges::find(load.envelopes, answer.sequence, &offline::Envelope::sequence);
        if (load.lane != Lane::pings || envelope == load.envelopes.end()) continue;
        if (auto ping = api::decode_ping(envelope->body)) {
            newest = std::max(newest, ping->time.time_since_epoch().count());
        }
    }
    Result<> settled = store_.commit(now, [&]() -> Result<> {
        if (auto gone = store_.outbox().deliver(load.lane, accepted, now); !gone) return gone;
        for (const auto& answer : answers) {
            if (answer.accepted) continue;
            auto buried = store_.outbox().bury(load.lane, answer.sequence, answer.words, now);
            if (!buried) return buried;
        }
        if (newest > before) store_.ledger().count(acknowledged, newest - before);
        return {};
    });
    if (!settled) {
        unsettled_.emplace(load, answers);
        return settled;
    }
    for (const auto& answer : answers) {
        if (answer.accepted) continue;
        log(Level::warning, fmt::format("courier: the office refused {} {}: {}", name(load.lane),
                                        answer.sequence, answer.words));
    }
    // What it did not mention is owed still, but not at once: it may never learn to.
    if (answers.size() < load.envelopes.size()) {
        Error error(Fault::malformed, fmt::format("the office answered for {} of {} pings",
                                                  answers.size(), load.envelopes.size()));
        error.ambiguous = true;
        return error;
    }
    return {};
}

void Courier::succeeded() {
    if (std::exchange(complained_, false))
        log(Level::notice, "courier: the office is reached again");
    error_.reset();
    retry_at_.reset();
    ceiling_ = retry_.base;
    const auto full = static_cast<std::size_t>(sync_.max_batch_size);
    batch_ = std::min(full, batch_ + std::max<std::size_t>(1, full / 10));
    const auto pings = store_.outbox().size(Lane::pings).value();
    const auto all = pings + store_.outbox().size(Lane::actions).value();
    if (all == 0) {
        due_.reset();
        state_ = State::up_to_date;
        return;
    }
    const bool at_once = hurry_ || pings >= sync_.threshold || all > pings;
    due_ = clock_.uptime() + (at_once ? Duration::zero() : sync_.interval);
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
        wait = Duration::zero();
    }
    if (configuration(error.fault)) wait = std::max(wait, retry_.cap / 2);
    if (error.wait) wait = std::max<Duration>(wait, *error.wait);
    if (complaints_.due(now)) {
        complained_ = true;
        log(Level::warning, fmt::format("courier: {}: {} (next attempt in {} s)", name(error.fault),
                                        error.detail, wait.count() / 1000));
    }
    return wait;
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
    view.state = state_;
    const Uptime now = clock_.uptime();
    const auto next = retry_at_ ? retry_at_ : due_;
    if (next && state_ != State::sending) {
        view.next_attempt_in = std::max(Duration::zero(), *next - now);
    }
    if (const auto newest = store_.ledger().balance(acknowledged)) {
        view.newest_acknowledged = Instant(Duration(newest));
    }
    view.error = error_;
    view.error_at = error_at_;
    return view;
}

}  // namespace outrider::agent
