#pragma once
// Randomness for many: eight bytes of state each, the same numbers on every machine.

#include <cstdint>

namespace outrider::fleet {

// Spreads two numbers over all 64 bits: seeds made from seeds.
std::uint64_t mix(std::uint64_t, std::uint64_t);

class Chance {  // SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators")
public:
    explicit Chance(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next();
    double uniform();                // at least 0, below 1
    double between(double, double);  // uniformly
    double normal();                 // mean 0, standard deviation 1
    double exponential(double mean);
    bool happens(double probability);

private:
    std::uint64_t state_;
};

}  // namespace outrider::fleet
