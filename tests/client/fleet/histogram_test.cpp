#include "client/fleet/histogram.hpp"

#include "client/fleet/chance.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace outrider::fleet;

TEST_CASE("each value has a bucket, one after the other, at most 1/64 wide") {
    CHECK(Histogram::bucket_least(0) == 0);
    for (std::size_t i = 0; i + 1 < Histogram::most_buckets; ++i) {
        const std::int64_t least = Histogram::bucket_least(i), most = Histogram::bucket_most(i);
        REQUIRE(Histogram::bucket_least(i + 1) == most + 1);
        REQUIRE((most - least) <= least / 64);
        Histogram lowest, highest;
        lowest.add(least);
        highest.add(most);
        REQUIRE(lowest.buckets().size() == i + 1);
        REQUIRE(highest.buckets().size() == i + 1);
    }
    CHECK(Histogram::bucket_most(Histogram::most_buckets - 1) ==
          std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("a histogram's percentiles are those of the sorted values, within 1/64") {
    Chance chance(11);
    Histogram histogram;
    std::vector<std::int64_t> values;
    for (int i = 0; i < 20'000; ++i) {
        values.push_back(static_cast<std::int64_t>(std::exp(chance.between(0, 18))));
        histogram.add(values.back());
    }
    std::sort(values.begin(), values.end());
    for (const std::int64_t share : {1, 500'000, 900'000, 990'000, 999'900, 1'000'000}) {
        const auto place = static_cast<std::size_t>((share * 20'000 + 999'999) / 1'000'000);
        const std::int64_t exact = values[place - 1], told = histogram.at(share);
        CAPTURE(share);
        CHECK(told >= exact);
        CHECK(told <= exact + exact / 64);
    }
    CHECK(histogram.at(0) == histogram.least());
    CHECK(histogram.least() == values.front());
    CHECK(histogram.most() == values.back());
    CHECK(histogram.at(1'000'000) == values.back());
    CHECK(Histogram().at(500'000) == 0);
}

TEST_CASE("a histogram takes what is absurd") {
    constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
    Histogram histogram;
    histogram.add(-5);
    histogram.add(huge, 3);
    histogram.add(7, 0);
    histogram.add(7, -1);
    CHECK(histogram.count() == 4);
    CHECK(histogram.least() == 0);
    CHECK(histogram.most() == huge);
    CHECK(histogram.sum() == huge);
    CHECK(histogram.at(990'000) == huge);
}

TEST_CASE("a histogram comes back as it was written, and not when it does not add up") {
    Histogram histogram;
    for (const std::int64_t value : {3, 200, 200, 70'000}) histogram.add(value);
    const auto& buckets = histogram.buckets();
    Histogram back;
    REQUIRE(Histogram::restore(back, buckets, histogram.sum(), 3, 70'000));
    CHECK(back == histogram);
    Histogram spoilt;
    CHECK_FALSE(Histogram::restore(spoilt, buckets, histogram.sum(), 4, 70'000));
    CHECK_FALSE(Histogram::restore(spoilt, buckets, histogram.sum(), 3, 90'000));
    CHECK_FALSE(Histogram::restore(spoilt, buckets, -1, 3, 70'000));
    auto negative = buckets;
    negative[3] = -1;
    CHECK_FALSE(Histogram::restore(spoilt, negative, histogram.sum(), 3, 70'000));
    CHECK_FALSE(Histogram::restore(spoilt, {}, 1, 0, 0));
    CHECK(Histogram::restore(spoilt, {0, 0}, 0, 0, 0));
    CHECK(spoilt == Histogram());
}
