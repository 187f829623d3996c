#include "gps/receivers.hpp"

#include "gps/between.hpp"

#include <algorithm>
#include <utility>

namespace outrider::gps {
namespace {

constexpr Duration longest_silence = std::chrono::seconds(5);
constexpr int longest_silence_pauses = 2;  // of a receiver that reports more seldom
constexpr Duration longest_patience = std::chrono::seconds(30);
constexpr Duration better_for = std::chrono::seconds(10);
constexpr int more_satellites = 2;                              // fewer come and go
constexpr double smaller_accuracy = 0.7;                        // of the other's
constexpr Duration largest_overlap = std::chrono::seconds(10);  // of two clocks that are right

// Positive when the first is more, negative when it is less, 0 when there is little between them.
int compared(std::optional<int> one, std::optional<int> other, int by) {
    if (!one || !other) return 0;
    if (*one - *other >= by) return 1;
    return *other - *one >= by ? -1 : 0;
}

}  // namespace

Receivers::Receivers(SieveSettings settings) : settings_(settings) {}

void Receivers::add(const Fix& raw, Instant wall, std::vector<Fix>& believed,
                    std::vector<Judged>& rejected) {
    const std::size_t index = find(raw, believed, rejected);
    if (index == none) {
        rejected.push_back({raw, judgement(raw.seen)});
        return;
    }
    Receiver& receiver = receivers_[index];
    receiver.heard = raw.seen;
    receiver.sieve.add(raw, wall, passed_, rejected);
    pass(index, raw.seen, believed, rejected);
}

void Receivers::finish(std::vector<Fix>& believed, std::vector<Judged>& rejected) {
    for (std::size_t i = 0; i < receivers_.size(); ++i) {
        receivers_[i].sieve.finish(passed_, rejected);
        pass(i, receivers_[i].heard, believed, rejected);
    }
}

// The receiver that this fix is of; none while there are too many. One that has fallen silent makes
// room.
std::size_t Receivers::find(const Fix& fix, std::vector<Fix>& believed,
                            std::vector<Judged>& rejected) {
    for (std::size_t i = 0; i < receivers_.size(); ++i) {
        if (receivers_[i].device == fix.device) return i;
    }
    if (receivers_.size() < most) {
        receivers_.emplace_back(fix.device, settings_);
        return receivers_.size() - 1;
    }
    const auto oldest = std::ranges::min_element(receivers_, {}, &Receiver::heard);
    if (fix.seen - oldest->heard <= longest_patience) return none;
    const auto index = static_cast<std::size_t>(oldest - receivers_.begin());
    oldest->sieve.finish(passed_, rejected);
    pass(index, fix.seen, believed, rejected);
    if (in_use_ == index) in_use_ = none;
    if (told_by_ == index) told_by_ = none;
    *oldest = Receiver(fix.device, settings_);
    return index;
}

// What its sieve believes, when it is the one to use.
void Receivers::pass(std::size_t index, Uptime now, std::vector<Fix>& believed,
                     std::vector<Judged>& rejected) {
    Receiver& receiver = receivers_[index];
    for (Fix& fix : passed_) {
        note(receiver, fix);
        if (index != in_use_ && takes_over(receiver, now)) use(index);
        // The other one has told of this time, unless its clock is far ahead.
        const bool again = told_by_ != index && told_ && *fix.time <= *told_ &&
                           (fix.seen <= told_seen_ || *told_ - *fix.time <= largest_overlap);
        if (index != in_use_ || again) {
            Judged judged{std::move(fix), judgement(now)};
            rejected.push_back(std::move(judged));
            continue;
        }
        told_ = fix.time;
        told_seen_ = fix.seen;
        told_by_ = index;
        believed.push_back(std::move(fix));
    }
    passed_.clear();
}

void Receivers::note(Receiver& receiver, const Fix& fix) {
    if (receiver.mode != Mode::unknown) receiver.pause = fix.seen - receiver.believed;
    receiver.mode = fix.mode;
    receiver.satellites = fix.satellites_used;
    receiver.accuracy_m = fix.accuracy_m;
    receiver.believed = fix.seen;
}

bool Receivers::takes_over(Receiver& one, Uptime now) const {
    if (in_use_ == none) return true;
    const Receiver& used = receivers_[in_use_];
    if (now - used.believed > patience()) return true;
    int better = compared(static_cast<int>(one.mode), static_cast<int>(used.mode), 1);
    if (better == 0) better = compared(one.satellites, used.satellites, more_satellites);
    if (better == 0 && one.accuracy_m && used.accuracy_m)
        better = *one.accuracy_m < smaller_accuracy * *used.accuracy_m ? 1 : -1;
    if (better <= 0) {
        one.better_since.reset();
        return false;
    }
    if (!one.better_since || one.pause > better_for) one.better_since = now;
    return now - *one.better_since >= better_for;
}

// How long the one in use may be silent.
Duration Receivers::patience() const {
    const Duration usual = longest_silence_pauses * receivers_[in_use_].pause;
    return std::clamp(usual, longest_silence, longest_patience);
}

void Receivers::use(std::size_t index) {
    in_use_ = index;
    for (Receiver& receiver : receivers_) receiver.better_since.reset();
}

Judgement Receivers::judgement(Uptime now) const {
    if (in_use_ == none) return {Verdict::other_receiver, Cause::none, 0, 0};
    return {Verdict::other_receiver, Cause::none, in_seconds(now - receivers_[in_use_].believed),
            in_seconds(patience())};
}

}  // namespace outrider::gps
