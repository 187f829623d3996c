#include "tests/positions/sound.hpp"

#include "tests/positions/drives.hpp"
#include "tests/positions/track_evaluator.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iostream>

namespace outrider::positions {

void check_sound(const Recording& recording, Sound& sum) {
    constexpr double day_s = 86'400, null_deg = 1e-4;
    const std::vector<gps::Judged> judged = judge_wholly(recording);
    Sound one;
    one.lost = judged.size() > recording.fixes.size() ? judged.size() - recording.fixes.size()
                                                      : recording.fixes.size() - judged.size();
    for (const auto& [fix, judgement] : judged) {
        if (!gps::believed(judgement.verdict)) continue;
        ++one.believed;
        if (!fix.time) {
            ++one.timeless;
            continue;
        }
        using Seconds = std::chrono::duration<double>;
        if (std::abs(Seconds(*fix.time - wall_at(fix)).count()) > day_s) ++one.a_day_off;
        if (!(std::hypot(fix.latitude, fix.longitude) > null_deg)) ++one.at_null;
    }
    if (one.timeless == 0) {
        const auto errors = test::errors_of(judged, gps::CadenceSettings().bound_m);
        one.beyond = static_cast<std::size_t>(errors.beyond);
    }
    if (one.wrong() > 0) {
        std::cerr << fmt::format(
            "{}: of {} believed, without time {}, at 0,0 {}, a day off {}, beyond {}; lost {}\n",
            recording.name, one.believed, one.timeless, one.at_null, one.a_day_off, one.beyond,
            one.lost);
    }
    ++sum.recordings;
    sum.reports += recording.fixes.size();
    sum.unreadable += recording.unreadable;
    sum.believed += one.believed;
    sum.timeless += one.timeless;
    sum.at_null += one.at_null;
    sum.a_day_off += one.a_day_off;
    sum.beyond += one.beyond;
    sum.lost += one.lost;
}

}  // namespace outrider::positions
