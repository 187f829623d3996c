#include "gps/judge.hpp"

namespace outrider::gps {

Judge::Judge(JudgeSettings settings)
    : sieve_(settings.sieve), motion_(settings.motion), cadence_(settings.cadence) {}

void Judge::add(const Fix& fix, Instant wall, std::vector<Judged>& out) {
    std::vector<Fix> believed;
    sieve_.add(fix, wall, believed, out);
    for (const Fix& one : believed) {
        const MotionState motion = motion_.update(one);
        cadence_.add(one, motion, out);
    }
}

void Judge::finish(std::vector<Judged>& out) { cadence_.finish(out); }

MotionState Judge::motion() const { return motion_.state(); }

}  // namespace outrider::gps
