#pragma once
// Which believed fixes to report.

#include "gps/motion.hpp"
#include "gps/verdict.hpp"

#include <optional>
#include <vector>

namespace outrider::gps {

struct CadenceSettings {
    Duration interval = std::chrono::seconds(30);  // at most so long between pings on the move
    Duration fastest_interval = std::chrono::seconds(5);  // and never shorter
    double distance_filter_m = 50;
    double angle_deg = 30;  // since the last ping, above walking speed
    Duration heartbeat_interval = std::chrono::seconds(300);  // while parked
};

// Intervals are measured on the fixes' own times, which the sieve has made increasing. After a step
// back, when the receiver's clock had been ahead, everything is counted anew.
//
// A fix that is not due waits for the next one before it is told so: it may turn out to be the
// last, and then it is reported, so that a vehicle that is switched off stands where it stands.
class Cadence {
public:
    explicit Cadence(CadenceSettings);
    void add(const Fix& believed, MotionState, std::vector<Judged>& out);
    // Reports the waiting fix when it is some way from the last ping.
    void finish(std::vector<Judged>& out);

private:
    Judgement judge(const Fix&, MotionState) const;
    Judgement judge_on_the_move(const Fix&, Duration since) const;

    CadenceSettings settings_;
    std::optional<Fix> reported_;  // the newest
    std::optional<Judged> waiting_;
    MotionState motion_ = MotionState::unknown;
};

// The smaller angle between two courses, 0 to 180 degrees: 359 and 1 are 2 apart.
double course_difference(double a_deg, double b_deg);

}  // namespace outrider::gps
