#pragma once
// From raw fixes to verdicts: believe it? (Receivers, Sieve) standing or moving? (Motion) report
// it? (Cadence) Pure: no I/O, no clock of its own, so a recording always gives the same verdicts.

#include "gps/cadence.hpp"
#include "gps/motion.hpp"
#include "gps/receivers.hpp"

#include <optional>
#include <vector>

namespace outrider::gps {

struct JudgeSettings {
    SieveSettings sieve;
    MotionSettings motion;
    CadenceSettings cadence;
};

class Judge {
public:
    explicit Judge(JudgeSettings);
    // Takes a fix and the wall clock's time. Appends to `out` every verdict that is now certain:
    // often this fix's, sometimes an earlier one's as well. Believed fixes come in the order of
    // arrival; a rejected one may pass a believed one that still waits.
    void add(const Fix&, Instant wall, std::vector<Judged>& out);
    // Gives the fixes still waiting their verdicts: the vehicle stops reporting now.
    void finish(std::vector<Judged>& out);
    void watched_by(Audience audience) { cadence_.watched_by(audience); }
    MotionState motion() const { return motion_.state(); }
    // The newest believed fix, whose verdict may not be certain yet; nothing before the first.
    const std::optional<Fix>& newest() const { return newest_; }

private:
    void take_believed(std::vector<Judged>& out);
    void hold_course(Fix&);

    Receivers receivers_;
    Motion motion_;
    Cadence cadence_;
    std::optional<Fix> newest_;
    std::optional<double> course_deg_;  // when it last rolled
    std::vector<Fix> believed_;         // of one call
};

}  // namespace outrider::gps
