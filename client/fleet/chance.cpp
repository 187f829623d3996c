#include "client/fleet/chance.hpp"

#include <cmath>
#include <numbers>

namespace outrider::fleet {
namespace {

constexpr std::uint64_t golden = 0x9E3779B97F4A7C15U;

std::uint64_t spread(std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
}

}  // namespace

std::uint64_t mix(std::uint64_t a, std::uint64_t b) { return spread(spread(a + golden) ^ b); }

std::uint64_t Chance::next() {
    state_ += golden;
    return spread(state_);
}

double Chance::uniform() { return static_cast<double>(next() >> 11U) * 0x1p-53; }

double Chance::between(double least, double most) { return least + (most - least) * uniform(); }

// Box and Muller's way. The logarithm's argument is above 0.
double Chance::normal() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
}

double Chance::exponential(double mean) { return -mean * std::log(1 - uniform()); }

bool Chance::happens(double probability) { return uniform() < probability; }

}  // namespace outrider::fleet
