#include "client/fleet/histogram.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace outrider::fleet {

namespace {

// The first 128 values have a bucket each; from there each doubling has 64.
constexpr unsigned precision_bits = 6;
constexpr std::int64_t per_doubling = std::int64_t{1} << precision_bits;

std::int64_t capped_sum(std::int64_t a, std::int64_t b) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    return a > most - b ? most : a + b;
}

unsigned shift_of(std::size_t bucket) {
    const auto row = static_cast<unsigned>(bucket >> precision_bits);
    return row < 2 ? 0 : row - 1;
}

}  // namespace

std::size_t Histogram::bucket_of(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    const int width = 64 - std::countl_zero(bits);
    const unsigned shift = width <= 7 ? 0U : static_cast<unsigned>(width - 7);
    return static_cast<std::size_t>(shift) * per_doubling + static_cast<std::size_t>(bits >> shift);
}

std::int64_t Histogram::bucket_least(std::size_t bucket) {
    const unsigned shift = shift_of(bucket);
    return (static_cast<std::int64_t>(bucket) - per_doubling * shift) << shift;
}

std::int64_t Histogram::bucket_most(std::size_t bucket) {
    return bucket_least(bucket) + ((std::int64_t{1} << shift_of(bucket)) - 1);
}

void Histogram::add(std::int64_t value, std::int64_t times) {
    if (times <= 0) return;
    value = std::max<std::int64_t>(value, 0);
    const std::size_t bucket = bucket_of(value);
    if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
    buckets_[bucket] += times;
    least_ = count_ == 0 ? value : std::min(least_, value);
    most_ = std::max(most_, value);
    count_ += times;
    const bool huge = value > std::numeric_limits<std::int64_t>::max() / times;
    sum_ = huge ? std::numeric_limits<std::int64_t>::max() : capped_sum(sum_, value * times);
}

void Histogram::add(const Histogram& other) {
    if (other.count_ == 0) return;
    if (other.buckets_.size() > buckets_.size()) buckets_.resize(other.buckets_.size());
    for (std::size_t i = 0; i < other.buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
    least_ = count_ == 0 ? other.least_ : std::min(least_, other.least_);
    most_ = std::max(most_, other.most_);
    count_ += other.count_;
    sum_ = capped_sum(sum_, other.sum_);
}

std::int64_t Histogram::at(std::int64_t of_a_million) const {
    constexpr std::int64_t million = 1'000'000;
    const std::int64_t share = std::clamp<std::int64_t>(of_a_million, 0, million);
    // Rounded up without overflow: count = whole * million + rest.
    const std::int64_t whole = count_ / million, rest = count_ % million;
    const std::int64_t wanted =
        std::max<std::int64_t>(1, whole * share + (rest * share + million - 1) / million);
    std::int64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        seen += buckets_[i];
        if (seen >= wanted) return std::clamp(bucket_most(i), least_, most_);
    }
    return most_;
}

bool Histogram::restore(Histogram& into, std::vector<std::int64_t> buckets, std::int64_t sum,
                        std::int64_t least, std::int64_t most) {
    Histogram read;
    while (!buckets.empty() && buckets.back() == 0) buckets.pop_back();
    if (buckets.size() > most_buckets) return false;
    for (const std::int64_t held : buckets) {
        if (held < 0 || held > std::numeric_limits<std::int64_t>::max() / 4 - read.count_)
            return false;
        read.count_ += held;
    }
    read.buckets_ = std::move(buckets);
    read.sum_ = sum;
    read.least_ = least;
    read.most_ = most;
    if (read.count_ == 0) {
        into = read;
        return sum == 0 && least == 0 && most == 0;
    }
    const auto first = std::find_if(read.buckets_.begin(), read.buckets_.end(),
                                    [](std::int64_t held) { return held > 0; });
    const auto lowest = static_cast<std::size_t>(first - read.buckets_.begin());
    if (least < 0 || most < least || sum < 0) return false;
    if (bucket_of(least) != lowest || bucket_of(most) + 1 != read.buckets_.size()) return false;
    into = std::move(read);
    return true;
}

}  // namespace outrider::fleet
