#include "gps/judge.hpp"

namespace outrider::gps {
namespace {

constexpr double course_counts_mps = 1;  // below it a course is noise

}  // namespace

Judge::Judge(JudgeSettings settings)
    : receivers_(settings.sieve), motion_(settings.motion), cadence_(settings.cadence) {}

void Judge::add(const Fix& fix, Instant wall, std::vector<Judged>& out) {
    receivers_.add(fix, wall, believed_, out);
    take_believed(out);
}

void Judge::take_believed(std::vector<Judged>& out) {
    for (Fix& one : believed_) {
        hold_course(one);
        const MotionState motion = motion_.update(one);
        cadence_.add(one, motion, out);
        newest_ = std::move(one);
    }
    believed_.clear();
}

// A vehicle that stands or crawls points where it last rolled to.
void Judge::hold_course(Fix& fix) {
    const bool rolls = fix.speed_mps && *fix.speed_mps >= course_counts_mps;
    if (rolls && fix.track_deg) course_deg_ = fix.track_deg;
    if (!rolls) fix.track_deg = course_deg_;
}

void Judge::finish(std::vector<Judged>& out) {
    receivers_.finish(believed_, out);
    take_believed(out);
    cadence_.finish(out);
}

}  // namespace outrider::gps
