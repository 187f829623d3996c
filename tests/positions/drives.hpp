#pragma once
// Recordings cut into drives.

#include "gps/judge.hpp"
#include "tests/positions/recording.hpp"

namespace outrider::positions {

using Fixes = std::vector<gps::Fix>;

// What the sieve believes.
Fixes believed_of(const Recording&);

// Each run of increasing times without a long silence is a drive.
std::vector<Fixes> drives_of(const Fixes&);

double hours_of(const std::vector<Fixes>& drives);

// As the agent has it: sieve, motion and cadence with their defaults.
std::vector<gps::Judged> judge_wholly(const Recording&);

// Of vehicles: what the figures are asked of.
struct Drives {
    std::vector<const Recording*> recordings;
    std::vector<Fixes> drives;
    double hours = 0;
};
enum class Rate { once_a_second, any };
Drives drives_of(const std::vector<Recording>&, Rate);

}  // namespace outrider::positions
