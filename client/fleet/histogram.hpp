#pragma once
// How many of each size: microseconds, metres, tries. Buckets grow with what they hold (at most
// 1/64 of it wide), so that histograms of many shards add up to the same one.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace outrider::fleet {

class Histogram {
public:
    static constexpr std::size_t most_buckets = 3712;

    void add(std::int64_t value, std::int64_t times = 1);  // what is negative counts as 0
    void add(const Histogram&);

    std::int64_t count() const { return count_; }
    std::int64_t sum() const { return sum_; }  // stays at the largest number there is
    std::int64_t least() const { return least_; }
    std::int64_t most() const { return most_; }
    // So many of a million are at most so large, within 1/64; 0 of nothing.
    std::int64_t at(std::int64_t of_a_million) const;

    // What each holds, the first empty ones and the last left out by whoever writes them.
    const std::vector<std::int64_t>& buckets() const { return buckets_; }
    static std::int64_t bucket_least(std::size_t bucket);
    static std::int64_t bucket_most(std::size_t bucket);

    // From what another wrote; nothing when it does not add up.
    static bool restore(Histogram&, std::vector<std::int64_t> buckets, std::int64_t sum,
                        std::int64_t least, std::int64_t most);
    bool operator==(const Histogram&) const = default;

private:
    static std::size_t bucket_of(std::int64_t value);

    std::vector<std::int64_t> buckets_;  // ends with one that is not empty
    std::int64_t count_ = 0, sum_ = 0, least_ = 0, most_ = 0;
};

}  // namespace outrider::fleet
