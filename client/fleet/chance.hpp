#pragma once
// Randomness for many: eight bytes of state each, the same numbers on every machine.

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace outrider::fleet {

namespace detail {
inline constexpr std::uint64_t golden = 0x9E3779B97F4A7C15U;
constexpr std::uint64_t spread(std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
}
}  // namespace detail

// Spreads two numbers over all 64 bits: seeds made from seeds.
constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    return detail::spread(detail::spread(a + detail::golden) ^ b);
}

class Chance {  // SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators")
public:
    explicit Chance(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += detail::golden;
        return detail::spread(state_);
    }
    double uniform() {  // at least 0, below 1
        return static_cast<double>(next() >> 11U) * 0x1p-53;
    }
    double between(double least, double most) { return least + (most - least) * uniform(); }
    // Mean 0, standard deviation 1, never beyond 3.5: the sum of four even ones, which is a bell
    // for every use here, and costs a tenth of a logarithm and a cosine.
    double normal() {
        const std::uint64_t bits = next();
        const std::uint64_t sum = (bits & 0xFFFFU) + ((bits >> 16U) & 0xFFFFU) +
                                  ((bits >> 32U) & 0xFFFFU) + (bits >> 48U);
        constexpr double mean = 2 * 65535.0, deviation = 37837.227;  // 65536 / sqrt(3)
        return (static_cast<double>(sum) - mean) / deviation;
    }
    double exponential(double mean) { return -mean * std::log(1 - uniform()); }
    bool happens(double probability) { return uniform() < probability; }
    // One of 0 to count - 1.
    std::size_t pick(std::size_t count) { return static_cast<std::size_t>(next() % count); }

private:
    std::uint64_t state_;
};

}  // namespace outrider::fleet
