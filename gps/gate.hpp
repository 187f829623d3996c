#pragma once
// Whether a vehicle can have come from one fix to the next.

#include "gps/verdict.hpp"

#include <algorithm>
#include <optional>

namespace outrider::gps {

// Whether their errors alone may have put them apart.
bool same_place(const Fix&, const Fix&);

class Gate {
public:
    explicit Gate(double max_speed_mps) : max_speed_mps_(max_speed_mps) {}
    // What speaks against the fix, beside the last one that went through.
    std::optional<Judgement> judge(const Fix&) const;
    // The same beside any other, of which no more is known.
    std::optional<Judgement> against_step(const Fix& earlier, const Fix& later) const;
    void pass(const Fix&);
    void forget();  // the next fix is the first one
    const std::optional<Fix>& last() const { return last_; }
    // The usual time from fix to fix: the shorter of the last two; nothing before there was one.
    Duration usual() const { return std::min(pause_, earlier_pause_); }

private:
    std::optional<Judgement> off_the_way(const Fix&) const;

    double max_speed_mps_;
    std::optional<Fix> last_;
    std::optional<double> pace_mps_;  // until then: a running mean; nothing after one fix
    struct Velocity {
        double east_mps = 0, north_mps = 0;
    };
    std::optional<Velocity> velocity_;  // between the last two, when they were close in time
    Duration pause_{}, earlier_pause_{};
};

}  // namespace outrider::gps
