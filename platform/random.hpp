#pragma once
// Randomness comes in as a seeded engine, so that a run can be repeated.

#include <cstdint>
#include <random>

namespace outrider {

using Dice = std::mt19937_64;
std::uint64_t entropy();  // from the operating system, for a seed or an identity

}  // namespace outrider
