// The day and the office: asking it, and telling it what it has not heard, one tap at a time.

#include "client/agent/workday.hpp"

#include "gps/sieve.hpp"
#include "platform/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <utility>

namespace outrider::agent {

using dispatch::Fate;
using dispatch::Id;
using dispatch::Judgement;
using dispatch::sets_out;
using offline::Lane;

namespace {

constexpr Duration longest_rest = std::chrono::minutes(10);  // between questions it does not answer
constexpr Duration written_every = std::chrono::minutes(5);  // the office's word is no older
constexpr Duration shortest_trust = std::chrono::minutes(2);
constexpr Duration longest_hold = std::chrono::hours(12);  // then nobody means it any more
constexpr Duration estimated_every = std::chrono::minutes(1);
constexpr Duration estimate_lasts = std::chrono::minutes(5);  // then the office is told it anew
constexpr Duration most_apart = std::chrono::minutes(1);      // two clocks that go alike

// Nothing a technician would see or the rule would care about.
bool says_the_same(api::OfficeDay a, const api::OfficeDay& b) {
    a.as_of = b.as_of;
    a.feed = b.feed;
    return a == b;
}

}  // namespace

// In order, and what is held holds what follows it on the same appointment.
std::size_t Workday::next_to_tell() const {
    std::vector<Id> blocked;
    for (std::size_t i = 0; i < pending_.size(); ++i) {
        const Id appointment = pending_[i].tap.appointment;
        if (std::ranges::find(blocked, appointment) != blocked.end()) continue;
        if (!pending_[i].held) return i;
        blocked.push_back(appointment);
    }
    return pending_.size();
}

// What the office said lately is its present state; after an outage it has to be asked first.
bool Workday::fresh() const {
    return last_read_ &&
           clock_.uptime() - *last_read_ < std::max(2 * settings_.poll, shortest_trust);
}

Duration Workday::until_due() const {
    if (owed()) return Duration::zero();
    const Uptime due = std::min(next_read_, estimate_due().value_or(next_read_));
    return std::max(Duration::zero(), due - clock_.uptime());
}

// Nothing: the office has no use for one now.
std::optional<Uptime> Workday::estimate_due() const {
    const bool on_the_way = under_way_ && under_way_->status == dispatch::Status::dispatched;
    if (!on_the_way || !estimates_ || !desk_.takes_estimates()) return std::nullopt;
    return next_estimate_;
}

// It is a courtesy: an office that cannot take it is owed nothing, and told nothing for a while.
Async<Result<>> Workday::tell_estimate() {
    next_estimate_ = clock_.uptime() + estimated_every;
    const auto estimate = estimates_();
    if (!estimate) co_return Result<>();
    const Duration moved = std::chrono::abs(estimate->likely - estimated_.likely);
    const bool known = estimate->appointment == estimated_.appointment && moved < estimated_every &&
                       estimate->at - estimated_.at < estimate_lasts;
    if (known) co_return Result<>();
    Result<> told = co_await desk_.tell_estimate(*estimate);
    if (told) {
        estimated_ = *estimate;
    } else if (told.error().fault == Fault::unreachable || told.error().fault == Fault::cancelled) {
        co_return told;
    } else {
        next_estimate_ = clock_.uptime() + longest_rest;
    }
    co_return Result<>();
}

Async<Result<>> Workday::run_one() {
    const auto estimate = estimate_due();
    if (!owed() && estimate && *estimate <= clock_.uptime() && next_read_ > clock_.uptime()) {
        Async<Result<>> telling = tell_estimate();
        co_return co_await std::move(telling);
    }
    if (!owed() || !fresh()) {
        was_set_meanwhile();
        Result<> asked = co_await read();
        if (!asked || !owed()) co_return asked;
    }
    Async<Result<>> telling = tell();
    co_return co_await std::move(telling);
}

Async<Result<>> Workday::read() {
    std::set<Id> each;
    for (const Pending& pending : pending_) each.insert(pending.tap.appointment);
    for (const api::Told& told : told_) each.insert(told.appointment);
    std::vector<Id> owed(each.begin(), each.end());
    const Uptime asked = clock_.uptime();
    Result<api::OfficeDay> day = co_await desk_.read(office_, std::move(owed));
    const Uptime now = clock_.uptime();
    if (!day) {
        const Error error = day.error();
        last_read_.reset();
        if (error.fault == Fault::cancelled) co_return error;
        failures_ = std::min(failures_ + 1, 8);
        next_read_ = now + std::min(longest_rest, settings_.poll * (1 << (failures_ - 1)));
        const bool news = !silence_ || silence_->why != error.detail;
        Silence silence;
        if (office_.as_of != Instant{}) silence.since = office_.as_of;
        silence.why = error.detail;
        silence_ = std::move(silence);
        if (news) changed();
        co_return error;
    }
    failures_ = 0;
    heard_at_ = asked;
    last_read_ = now;
    next_read_ = now + settings_.poll;
    co_return heard(std::move(*day));
}

// Of what the office was told, that which its word does not show yet. Where it never shows it, an
// assignment that has become another since is the office's own doing, and stands unless it only
// follows behind; and so is a technician whom it says to be under way somewhere else.
std::vector<api::Told> Workday::still_unseen(const api::OfficeDay& office) const {
    std::vector<api::Told> left;
    if (desk_.shows_moves()) return left;
    const dispatch::Day day = api::rule_day(office);
    for (api::Told told : told_) {
        const auto* said = assignment_of(day, told.technician, told.appointment);
        if (said == nullptr) continue;
        const bool behind = said->status > told.seen.status && said->status < told.now.status;
        if (*said != told.seen && !behind) continue;
        const Id elsewhere = dispatch::under_way(day, told.technician);
        const bool of_ours =
            std::ranges::find(told_, elsewhere, &api::Told::appointment) != told_.end();
        const bool out = told.now.status == dispatch::Status::dispatched ||
                         told.now.status == dispatch::Status::working;
        if (out && elsewhere != 0 && elsewhere != told.appointment && !of_ours) continue;
        told.seen = *said;
        left.push_back(told);
    }
    return left;
}

Result<> Workday::heard(api::OfficeDay day) {
    std::vector<api::Told> unseen = still_unseen(day);
    const bool spoke = silence_.has_value();
    const bool news = !says_the_same(day, office_) || unseen != told_;
    office_ = std::move(day);
    told_ = std::move(unseen);
    silence_.reset();
    const Uptime now = clock_.uptime();
    for (Pending& pending : pending_) {
        const bool over = pending.held_until && now >= *pending.held_until;
        if (!pending.elsewhere && (news || over)) pending.held.reset();  // judged again
    }
    if (news || spoke) changed();
    if (!news && now - last_written_ < written_every) return {};
    last_written_ = now;
    // The disk's trouble is not the office's: what was heard counts, and is asked for again.
    const Result<> written = store_.commit(clock_.now(), [&] { return keep(&office_, told_); });
    if (!written) log(Level::error, "workday: cannot keep the day: " + written.error().detail);
    return {};
}

Judgement Workday::judge(const Pending& pending) const {
    // Somebody else's tap, from before this device changed hands: only the office can judge it.
    Judgement judgement;
    if (pending.tap.technician == settings_.technician) {
        dispatch::Day day = present();
        // Where the check-in is only guessed, the guess of then is as good as the one of now.
        const bool guessed = office_.checked_in_by != "office" && pending.tap.believed.checked_in;
        const auto mine = day.technicians.find(settings_.technician);
        if (guessed && mine != day.technicians.end()) mine->second.checked_in = true;
        judgement = dispatch::judge(day, pending.tap.action());
    }
    const auto earlier = std::ranges::find_if(pending_, [&](const Pending& each) {
        return each.held && !each.elsewhere && sets_out(each.tap.verb);
    });
    const bool overtakes = earlier != pending_.end() && earlier->sequence < pending.sequence;
    if (judgement.fate == Fate::send && overtakes && sets_out(pending.tap.verb))
        return {Fate::hold, "One appointment at a time: " + *earlier->held, 0};
    // In the way is what itself waits: then this waits for it.
    const bool held_before = std::ranges::any_of(pending_, [&](const Pending& each) {
        return each.held && each.sequence < pending.sequence &&
               each.tap.appointment == judgement.other;
    });
    if (judgement.fate == Fate::notice && judgement.other != 0 && held_before) {
        judgement.fate = Fate::hold;
    }
    if (judgement.fate == Fate::hold && sets_out(pending.tap.verb) &&
        age_of(pending) > longest_hold) {
        judgement.fate = Fate::notice;
        judgement.reason += " It has waited for too long to be meant any more.";
    }
    if (judgement.fate != Fate::send || !pending.refused) return judgement;
    judgement = dispatch::refused(pending.tap.verb, *pending.refused);
    // By its day it is not so already: whoever wanted it has to know.
    if (judgement.fate == Fate::settle) judgement.fate = Fate::card;
    return judgement;
}

bool Workday::quiet(std::int64_t sequence) const {
    const auto found = std::ranges::find(pending_, sequence, &Pending::sequence);
    if (found == pending_.end()) return true;
    const auto index = static_cast<std::size_t>(found - pending_.begin());
    std::vector<dispatch::Intent> intents;
    for (const Pending& pending : pending_) {
        intents.push_back({pending.tap.action(), pending.tap.happened});
    }
    const api::Tap& tap = pending_[index].tap;
    const Moment moment = moment_();
    const Duration by_uptime = clock_.uptime() - tap.uptime;
    const Duration apart = std::chrono::abs(moment.time - tap.happened - by_uptime);
    // The device may have been off since, and its clock come back with another time: nobody knows
    // how old it is unless both clocks or the satellites say so.
    const Pending& told = pending_[index];
    const bool known = of_this_boot(told) || (tap.by_gps && moment.by_gps);
    if (!known && (told.guessed || apart > most_apart)) return true;
    const Instant now = tap.happened + age_of(pending_[index]);
    return !tells_customer(intents, index, now, settings_.stale_dispatch);
}

// By the clock nobody sets, where it has not begun anew since. Otherwise by whichever says it is
// older: a clock set back makes nothing young.
Duration Workday::age_of(const Pending& pending) const {
    const Duration by_uptime = clock_.uptime() - pending.tap.uptime;
    if (of_this_boot(pending)) return by_uptime;
    return std::max(moment_().time - pending.tap.happened, by_uptime);
}

Async<Result<>> Workday::tell() {
    const std::size_t index = next_to_tell();
    Pending& next = pending_[index];
    if (next.answered) co_return taken(next.sequence);  // the disk did not take the answer
    if (next.tap.happened < gps::time_floor) {
        next.held =
            "The device's clock was never set: it is told once it is, or GPS tells the time.";
        changed();
        co_return Result<>();
    }
    const Judgement judgement = judge(next);
    // The day says nothing against it, or its rule is not the one: no news would end this.
    next.held_until.reset();
    if (next.refused) next.held_until = clock_.uptime() + settings_.poll / 2;
    next.refused.reset();
    switch (judgement.fate) {
        case Fate::send: break;
        case Fate::settle: co_return settle(next.sequence);
        case Fate::notice:
        case Fate::card: co_return bury(next.sequence, judgement.reason);
        case Fate::hold:
            next.held = judgement.reason;
            changed();
            co_return Result<>();
    }
    Async<Result<>> sending = send(index);
    co_return co_await std::move(sending);
}

Async<Result<>> Workday::send(std::size_t index) {
    const std::int64_t sequence = pending_[index].sequence;
    pending_[index].sent = true;
    const api::Tap tap = pending_[index].tap;
    api::Move move;
    move.id = api::action_id(store_.identity(), sequence);
    move.verb = tap.verb;
    move.technician = tap.technician;
    move.appointment = tap.appointment;
    move.happened = tap.happened;
    move.automatic = tap.automatic;
    move.latitude = tap.latitude;
    move.longitude = tap.longitude;
    // What follows it may be tapped while the way to the office is still being opened.
    api::Desk::Quiet so = [this, sequence] { return quiet(sequence); };
    Result<std::optional<dispatch::Refusal>> answer =
        co_await desk_.tell(std::move(move), office_, std::move(so));
    if (!answer) {
        const Error error = answer.error();
        Pending* unheard = find(sequence);
        if (unheard != nullptr && !error.ambiguous) unheard->sent = false;
        last_read_.reset();  // whatever the office says next, it is asked anew
        if (error.fault != Fault::refused && error.fault != Fault::too_large) co_return error;
        co_return bury(sequence, "The office cannot take it: " + error.detail);
    }
    if (!*answer) {
        if (Pending* told = find(sequence)) told->answered = true;
        co_return taken(sequence);
    }
    // It knows better than what we went by: hear it, and judge again.
    last_read_.reset();
    if (Pending* refused = find(sequence)) {
        refused->refused = std::move(**answer);
        refused->sent = false;
    }
    co_return Result<>();
}

Workday::Pending* Workday::find(std::int64_t sequence) {
    const auto found = std::ranges::find(pending_, sequence, &Pending::sequence);
    return found == pending_.end() ? nullptr : &*found;
}

void Workday::drop(std::int64_t sequence) {
    remember_time(sequence);
    std::erase_if(pending_, [&](const Pending& each) { return each.sequence == sequence; });
    for (Pending& each : pending_)  // it may have waited for this one: it is judged again
        if (!each.elsewhere && sets_out(each.tap.verb)) each.held.reset();
    changed();
}

Result<> Workday::settle(std::int64_t sequence) {
    const Instant now = clock_.now();
    const std::array one = {sequence};
    Result<> done = store_.commit(now, [&] {
        return store_.outbox().remove(Lane::actions, one, offline::Cause::settled, now);
    });
    if (done) drop(sequence);
    return done;
}

// Out of the queue and into what the office is known to have, at one stroke.
Result<> Workday::taken(std::int64_t sequence) {
    const Pending* pending = find(sequence);
    if (pending == nullptr) return {};
    const std::vector<api::Told> told = with(pending->tap);
    api::OfficeDay office = office_after(pending->tap);
    const bool another = office != office_;
    const Instant now = clock_.now();
    const std::array one = {sequence};
    Result<> done = store_.commit(now, [&]() -> Result<> {
        if (auto gone = store_.outbox().deliver(Lane::actions, one, now); !gone) return gone;
        return keep(another ? &office : nullptr, told);
    });
    if (!done) return done;
    told_ = told;
    office_ = std::move(office);
    drop(sequence);
    return done;
}

// A job that has been completed is so for its other appointments, too.
api::OfficeDay Workday::office_after(const api::Tap& tap) const {
    api::OfficeDay office = office_;
    const api::Visit* there = visit(tap.appointment);
    if (tap.verb != dispatch::Verb::complete || there == nullptr || !desk_.shows_moves()) {
        return office;
    }
    for (api::Visit& each : office.visits) {
        if (each.job == there->job) each.job_standing = dispatch::Standing::completed;
    }
    return office;
}

// What the office is known to have been told, this tap included.
std::vector<api::Told> Workday::with(const api::Tap& tap) const {
    std::vector<api::Told> told = told_;
    const auto after = apply(present(), tap.action());
    const auto* day = std::get_if<dispatch::Day>(&after);
    const auto* now = day ? assignment_of(*day, tap.technician, tap.appointment) : nullptr;
    if (now == nullptr) return told;
    std::erase_if(told, [&](const api::Told& each) {
        return each.technician == tap.technician && each.appointment == tap.appointment;
    });
    const dispatch::Day office = api::rule_day(office_);
    const auto* seen = assignment_of(office, tap.technician, tap.appointment);
    told.push_back(
        {tap.technician, tap.appointment, *now, seen != nullptr ? *seen : dispatch::Assignment()});
    return told;
}

Result<> Workday::bury(std::int64_t sequence, std::string_view words) {
    const Instant now = clock_.now();
    Result<> done = store_.commit(
        now, [&] { return store_.outbox().bury(Lane::actions, sequence, words, now); });
    if (!done) return done;
    log(Level::warning, fmt::format("workday: action {} came to nothing: {} (see `outrider cards`)",
                                    sequence, words));
    drop(sequence);
    return done;
}

}  // namespace outrider::agent
