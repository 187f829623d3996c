#include "tests/positions/drives.hpp"

#include <algorithm>
#include <iterator>

namespace outrider::positions {

Fixes believed_of(const Recording& recording) {
    gps::Sieve sieve{gps::SieveSettings{}};
    Fixes believed;
    std::vector<gps::Judged> rejected;
    for (const gps::Fix& fix : recording.fixes) sieve.add(fix, wall_at(fix), believed, rejected);
    sieve.finish(believed, rejected);
    return believed;
}

std::vector<Fixes> drives_of(const Fixes& fixes) {
    constexpr Duration longest_silence = std::chrono::minutes(5);
    std::vector<Fixes> drives;
    for (const gps::Fix& fix : fixes) {
        const bool goes_on = !drives.empty() && *fix.time > *drives.back().back().time &&
                             *fix.time - *drives.back().back().time <= longest_silence;
        if (!goes_on) drives.emplace_back();
        drives.back().push_back(fix);
    }
    std::erase_if(drives, [](const Fixes& drive) { return drive.size() < 30; });
    return drives;
}

double hours_of(const std::vector<Fixes>& drives) {
    double hours = 0;
    for (const Fixes& drive : drives) hours += seconds_between(drive.front(), drive.back()) / 3600;
    return hours;
}

std::vector<gps::Judged> judge_wholly(const Recording& recording) {
    gps::Judge judge{gps::JudgeSettings{}};
    std::vector<gps::Judged> out;
    for (const gps::Fix& fix : recording.fixes) judge.add(fix, wall_at(fix), out);
    judge.finish(out);
    return out;
}

Drives drives_of(const std::vector<Recording>& recordings, Rate rate) {
    Drives all;
    for (const Recording& recording : recordings) {
        if (!recording.vehicle()) continue;
        if (rate == Rate::once_a_second && !recording.once_a_second()) continue;
        all.recordings.push_back(&recording);
        std::ranges::move(drives_of(believed_of(recording)), std::back_inserter(all.drives));
    }
    all.hours = hours_of(all.drives);
    return all;
}

}  // namespace outrider::positions
