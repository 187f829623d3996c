#include "tests/positions/jumps.hpp"

#include "gps/geodesy.hpp"
#include "gps/sieve.hpp"

#include <cmath>
#include <numbers>
#include <random>
#include <utility>
#include <vector>

namespace outrider::positions {
namespace {

gps::Fix moved(gps::Fix fix, double metres, double course) {
    constexpr double radians = std::numbers::pi / 180;
    const double degrees = metres / (gps::mean_radius_m * radians);
    fix.latitude += degrees * std::cos(course);
    fix.longitude += degrees * std::sin(course) / std::cos(fix.latitude * radians);
    return fix;
}

void count_jumps(const Recording& recording, std::mt19937_64& dice, Jumps& sum) {
    constexpr double sizes_m[] = {60, 100, 200, 500, 2000};
    constexpr int lengths[] = {1, 1, 1, 2, 3};
    gps::Sieve sieve{gps::SieveSettings{}};
    std::vector<gps::Fix> believed;
    std::vector<gps::Judged> rejected;
    std::vector<bool> jumped;
    int left = 0;
    double metres = 0, course = 0;
    for (gps::Fix fix : recording.fixes) {
        if (left == 0 && dice() % 100 == 0) {
            left = lengths[dice() % std::size(lengths)];
            metres = sizes_m[dice() % std::size(sizes_m)];
            course = std::uniform_real_distribution(0.0, 2 * std::numbers::pi)(dice);
        }
        // Verdicts come late: the altitude, which means nothing to the sieve, numbers the fix.
        fix.altitude_m = static_cast<double>(jumped.size());
        jumped.push_back(left > 0);
        if (left > 0) {
            fix = moved(std::move(fix), metres, course);
            --left;
        }
        sieve.add(fix, wall_at(fix), believed, rejected);
    }
    sieve.finish(believed, rejected);
    const auto jumps = [&](const gps::Fix& fix) {
        return jumped.at(static_cast<std::size_t>(fix.altitude_m.value_or(0)));
    };
    for (const gps::Fix& fix : believed) (jumps(fix) ? sum.made : sum.good) += 1;
    for (const auto& [fix, judgement] : rejected) {
        const gps::Verdict verdict = judgement.verdict;
        // What was no fix to begin with is neither.
        if (verdict == gps::Verdict::no_fix || verdict == gps::Verdict::duplicate) continue;
        (jumps(fix) ? sum.made : sum.good) += 1;
        (jumps(fix) ? sum.refused : sum.good_refused) += 1;
    }
}

}  // namespace

void count_jumps(const Recording& recording, Jumps& sum) {
    constexpr int times = 10;
    std::mt19937_64 dice(7);
    for (int i = 0; i < times; ++i) count_jumps(recording, dice, sum);
}

}  // namespace outrider::positions
