#include "client/cli/replay_play.hpp"

#include "gps/geodesy.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace outrider::cli {

namespace {

using gps::Fix;
using gps::Judged;

double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

double apart_m(const Fix& a, const Fix& b) {
    return gps::distance_m(a.latitude, a.longitude, b.latitude, b.longitude);
}

// Of a fix from the way between two pings, where the vehicle was said to be at the fix's time.
double error_m(const Fix& from, const Fix& fix, const Fix& to) {
    const double whole = seconds(*to.time - *from.time);
    if (!(whole > 0)) return apart_m(from, fix);  // a new track begins
    const double share = seconds(*fix.time - *from.time) / whole;
    const double east = std::remainder(to.longitude - from.longitude, 360.0);
    return gps::distance_m(from.latitude + share * (to.latitude - from.latitude),
                           from.longitude + share * east, fix.latitude, fix.longitude);
}

class Tally {
public:
    Tally(const std::vector<Judged>& judged, double bound_m) : judged_(judged), bound_m_(bound_m) {}

    void take(std::size_t index) {
        const auto& [fix, judgement] = judged_[index];
        ++figures_.fixes;
        ++figures_.verdicts[judgement.verdict];
        if (!gps::believed(judgement.verdict)) return;
        ++figures_.believed;
        go_on(fix, judgement.verdict);
        if (judgement.verdict != gps::Verdict::reported) {
            between_.push_back(index);
            return;
        }
        ++figures_.pings;
        if (ping_ != nullptr) longer(figures_.without_ping, *ping_, fix);
        measure(&fix);
        ping_ = &fix;
    }

    ReplayFigures result() {
        measure(nullptr);
        return std::move(figures_);
    }

private:
    static void longer(Stay& longest, const Fix& from, const Fix& to) {
        const Duration length = *to.time - *from.time;
        if (length > longest.length) longest = {length, *from.time};
    }

    void go_on(const Fix& fix, gps::Verdict verdict) {
        const Fix* before = std::exchange(last_, &fix);
        if (before == nullptr) return;
        longer(figures_.without_fix, *before, fix);
        const Duration step = *fix.time - *before->time;
        if (step < Duration::zero() || step > longest_silence) return;
        figures_.hours += seconds(step) / 3600;
        if (verdict != gps::Verdict::parked) figures_.metres += apart_m(*before, fix);
    }

    // Those since the last ping; before the first and after the last there is only one to go by.
    void measure(const Fix* to) {
        for (const std::size_t index : between_) {
            const Fix& fix = judged_[index].fix;
            const Fix* from = ping_ != nullptr ? ping_ : to;
            if (from == nullptr) continue;
            const bool standing = to == nullptr || from == to;
            const double error = standing ? apart_m(*from, fix) : error_m(*from, fix, *to);
            // Seven decimals of a degree are what a ping keeps.
            if (error > bound_m_ + 0.01) ++figures_.beyond;
            if (error <= figures_.largest_error_m && figures_.worst) continue;
            figures_.largest_error_m = error;
            figures_.worst = index;
        }
        between_.clear();
    }

    const std::vector<Judged>& judged_;
    double bound_m_;
    ReplayFigures figures_;
    const Fix* last_ = nullptr;  // believed
    const Fix* ping_ = nullptr;
    std::vector<std::size_t> between_;
};

}  // namespace

Replayed replay(const gps::Played& played, const gps::JudgeSettings& settings,
                const std::string& device) {
    Replayed replayed;
    gps::Judge judge(settings);
    for (std::size_t i = 0; i < played.fixes.size(); ++i) {
        const Fix& fix = played.fixes[i];
        if (!device.empty() && !fix.device.empty() && fix.device.path() != device) continue;
        judge.add(fix, played.walls[i], replayed.judged);
    }
    judge.finish(replayed.judged);
    // No two have been seen at once.
    std::ranges::stable_sort(replayed.judged, {}, [](const Judged& one) { return one.fix.seen; });
    return replayed;
}

ReplayFigures figures_of(const Replayed& replayed, double bound_m) {
    Tally tally(replayed.judged, bound_m);
    for (std::size_t i = 0; i < replayed.judged.size(); ++i) tally.take(i);
    return tally.result();
}

std::vector<Difference> differences(const Replayed& one, const Replayed& other) {
    std::vector<Difference> found;
    auto a = one.judged.begin();
    auto b = other.judged.begin();
    while (a != one.judged.end() || b != other.judged.end()) {
        const bool no_b = b == other.judged.end();
        const bool no_a = a == one.judged.end();
        if (no_b || (!no_a && a->fix.seen < b->fix.seen)) {
            found.push_back({&*a++, nullptr});
        } else if (no_a || b->fix.seen < a->fix.seen) {
            found.push_back({nullptr, &*b++});
        } else {
            if (a->judgement.verdict != b->judgement.verdict) found.push_back({&*a, &*b});
            ++a;
            ++b;
        }
    }
    return found;
}

}  // namespace outrider::cli
