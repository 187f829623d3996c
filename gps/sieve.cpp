#include "gps/sieve.hpp"

#include "gps/between.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace outrider::gps {
namespace {

constexpr double null_island_deg = 1e-4;
constexpr double highest_speed_mps = 100;
constexpr double weak_accuracy_m = 40;
constexpr int convincing = 4;               // doubted fixes in a row that agree,
constexpr int convincing_backwards = 5;     // or so many when their times lie back
constexpr double shortest_backwards_s = 2;  // from the first of those to the last,
constexpr double largest_drift_s = 1;       // and that by our own clock, too
// A first fix waits for the next ones so long and, with a receiver that is slower, for the next.
constexpr Duration longest_settling = std::chrono::seconds(10);
constexpr Duration longest_apart = std::chrono::minutes(1);  // of two that can agree
// A loss: nothing believed for so long, or for a good fix so long, or for so many of the usual
// steps of this receiver.
constexpr Duration shortest_loss = std::chrono::seconds(10);
constexpr Duration shortest_loss_good = std::chrono::seconds(30);
constexpr int shortest_loss_steps = 3;
// A receiver whose time runs so far ahead of ours has slipped, wherever it is.
constexpr Duration largest_hurry = std::chrono::minutes(1);
constexpr double good_accuracy_m = 50;
constexpr int good_satellites = 5;

Judgement verdict(Verdict verdict, double measured = 0, double limit = 0) {
    return {verdict, Cause::none, measured, limit};
}

void keep_within(std::optional<double>& field, double least, double most) {
    if (field && !(*field >= least && *field <= most)) field.reset();
}

// A wrong speed does not make a wrong place: the field goes, the fix stays.
Fix without_nonsense(Fix fix) {
    constexpr double anything = 1e9;  // but a finite number
    keep_within(fix.speed_mps, 0, highest_speed_mps);
    keep_within(fix.track_deg, 0, 360);
    keep_within(fix.accuracy_m, 0, anything);
    keep_within(fix.altitude_m, -anything, anything);
    keep_within(fix.climb_mps, -highest_speed_mps, highest_speed_mps);
    if (fix.weak()) fix.accuracy_m = std::max(fix.accuracy_m.value_or(0), weak_accuracy_m);
    return fix;
}

// It may be the one before it that was wrong.
bool doubtful(Verdict verdict) {
    return verdict == Verdict::impossible_speed || verdict == Verdict::jump ||
           verdict == Verdict::against_doppler || verdict == Verdict::backwards;
}

bool good(const Fix& fix) {
    return fix.satellites_used.value_or(0) >= good_satellites &&
           fix.accuracy_m.value_or(2 * good_accuracy_m) <= good_accuracy_m;
}

void reject(Fix fix, Judgement judgement, std::vector<Judged>& rejected) {
    Judged judged{std::move(fix), judgement};
    rejected.push_back(std::move(judged));
}

}  // namespace

Sieve::Sieve(SieveSettings settings)
    : settings_(settings),
      clock_(settings.past, settings.future),
      gate_(settings.max_implied_speed_mps) {}

void Sieve::add(const Fix& raw, Instant wall, Fixes& believed, Verdicts& rejected) {
    Fix fix = without_nonsense(raw);
    std::optional<Judgement> against = alone(fix, wall);
    release(against ? nullptr : &fix, fix.seen, believed, rejected);
    const auto& last = gate_.last();
    const bool next = !against && !(last && *fix.time <= *last->time);
    if (next && !inaccurate(fix)) drop_strangers(fix, rejected);
    const bool settles = next && !held_.empty();
    if (!against && !settles) against = beside_others(fix);
    if (against) return reject(std::move(fix), *against, rejected);
    if (settles || cold(fix)) return settle(std::move(fix), believed, rejected);
    while (!held_.empty()) drop_oldest_held(rejected);
    if (reports_twice_ && fix.mode == Mode::two_d)
        waiting_ = std::move(fix);
    else
        believe(std::move(fix), believed);
}

void Sieve::finish(Fixes& believed, Verdicts& rejected) {
    if (waiting_) believe(std::move(*waiting_), believed);
    waiting_.reset();
    while (!held_.empty()) drop_oldest_held(rejected);
}

std::optional<Judgement> Sieve::alone(Fix& fix, Instant wall) {
    if (!fix.usable()) return verdict(Verdict::no_fix);
    if (!std::isfinite(fix.latitude) || !std::isfinite(fix.longitude))
        return verdict(Verdict::not_finite);
    if (std::abs(fix.latitude) > 90) return verdict(Verdict::out_of_range, fix.latitude, 90);
    if (std::abs(fix.longitude) > 180) return verdict(Verdict::out_of_range, fix.longitude, 180);
    if (std::abs(fix.latitude) < null_island_deg &&
        std::hypot(fix.latitude, fix.longitude) < null_island_deg)
        return verdict(Verdict::null_island);
    if (fix.status == simulated_status && settings_.simulation == Simulation::refused)
        return verdict(Verdict::simulated);
    if (!fix.time) return verdict(Verdict::no_time);
    return clock_.judge(fix, wall);
}

// What waited and can wait no longer, now that another report has come, for what it is worth.
void Sieve::release(const Fix* next, Uptime now, Fixes& believed, Verdicts& rejected) {
    if (waiting_) {
        Fix waited = std::move(*waiting_);
        waiting_.reset();
        if (next && next->time == waited.time && next->mode > waited.mode)
            reject(std::move(waited), verdict(Verdict::duplicate), rejected);
        else
            believe(std::move(waited), believed);
    }
    if (next || held_.empty() || now - held_.back().seen <= longest_settling) return;
    while (!held_.empty()) drop_oldest_held(rejected);
}

std::optional<Judgement> Sieve::beside_others(const Fix& fix) {
    if (repeats(fix)) return verdict(Verdict::duplicate);
    if (const auto against = inaccurate(fix)) return against;
    const auto against = gate_.judge(fix);
    if (!against || !doubtful(against->verdict)) return against;
    if (doubted_ && fix.time == doubted_->time) return verdict(Verdict::duplicate);
    if (!convinces(fix, against->verdict)) return against;
    gate_.forget();  // what it was has been wrong
    return std::nullopt;
}

std::optional<Judgement> Sieve::inaccurate(const Fix& fix) const {
    const double limit =
        fix.weak() ? std::max(settings_.accuracy_m, weak_accuracy_m) : settings_.accuracy_m;
    if (fix.accuracy_m.value_or(0) <= limit) return std::nullopt;
    return verdict(Verdict::inaccurate, *fix.accuracy_m, limit);
}

bool Sieve::repeats(const Fix& fix) {
    const auto& last = gate_.last();
    if (!last || fix.time != last->time) return false;
    reports_twice_ |= fix.mode > last->mode;
    return true;
}

bool Sieve::convinces(const Fix& fix, Verdict against) {
    const bool backwards = against == Verdict::backwards;
    const double passed = seconds_between(doubted_since_, *fix.time);
    const double waited = in_seconds(fix.seen - doubted_seen_);
    // A receiver that has the time again keeps it; what was stuck somewhere comes all at once.
    const bool in_step = !backwards || std::abs(passed - waited) <= largest_drift_s;
    const bool agrees = doubted_ && in_step && !gate_.against_step(*doubted_, fix);
    agreeing_ = agrees ? agreeing_ + 1 : 1;
    if (!agrees) {
        doubted_since_ = *fix.time;
        doubted_seen_ = fix.seen;
    }
    doubted_ = fix;
    if (!backwards) return agreeing_ >= convincing;
    return agreeing_ >= convincing_backwards && passed >= shortest_backwards_s;
}

// Whether nothing around it tells that the receiver has found itself.
bool Sieve::cold(const Fix& fix) const {
    if (settings_.settling_fixes <= 1) return false;
    const auto& last = gate_.last();
    if (!last) return agreeing_ < convincing;  // but those have just agreed
    const Duration loss = std::max(good(fix) ? shortest_loss_good : shortest_loss,
                                   shortest_loss_steps * gate_.usual());
    const Duration passed = *fix.time - *last->time;
    const bool hurries = passed - (fix.seen - last->seen) > largest_hurry;
    return passed > loss && (hurries || !same_place(*last, fix));
}

void Sieve::settle(Fix fix, Fixes& believed, Verdicts& rejected) {
    if (const auto against = inaccurate(fix)) return reject(std::move(fix), *against, rejected);
    if (!held_.empty() && fix.time == held_.back().time) {
        if (fix.mode > held_.back().mode) std::swap(fix, held_.back());
        return reject(std::move(fix), verdict(Verdict::duplicate), rejected);
    }
    held_.push_back(std::move(fix));
    const auto count = static_cast<int>(held_.size());
    const bool slowly = count > 1 && *held_.back().time - *held_.front().time >= longest_settling;
    if (count < settings_.settling_fixes && !slowly) return;
    for (Fix& one : held_) believe(std::move(one), believed);
    held_.clear();
}

// When none is left, the fix is one like any other.
void Sieve::drop_strangers(const Fix& fix, Verdicts& rejected) {
    while (!held_.empty() && fix.time != held_.back().time && !follows_held(fix))
        drop_oldest_held(rejected);
}

bool Sieve::follows_held(const Fix& fix) const {
    Gate gate(settings_.max_implied_speed_mps);
    for (const Fix& one : held_) gate.pass(one);
    return *fix.time - *held_.back().time <= longest_apart && !gate.judge(fix);
}

void Sieve::drop_oldest_held(Verdicts& rejected) {
    const auto count = static_cast<double>(held_.size());
    reject(std::move(held_.front()), verdict(Verdict::unsettled, count, settings_.settling_fixes),
           rejected);
    held_.erase(held_.begin());
}

void Sieve::believe(Fix fix, Fixes& believed) {
    gate_.pass(fix);
    doubted_.reset();
    agreeing_ = 0;
    believed.push_back(std::move(fix));
}

}  // namespace outrider::gps
