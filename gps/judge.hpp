#pragma once
// From raw fixes to verdicts: believe it? (Sieve) standing or moving? (Motion) report it? (Cadence)
// Pure: no I/O, no clock of its own, so a recording always gives the same verdicts.

#include "gps/cadence.hpp"
#include "gps/motion.hpp"
#include "gps/sieve.hpp"

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
    MotionState motion() const;

private:
    Sieve sieve_;
    Motion motion_;
    Cadence cadence_;
};

}  // namespace outrider::gps
