#include "client/fleet/figures.hpp"

#include "client/fleet/chance.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

using namespace outrider::fleet;

namespace {

std::int64_t sized(Chance& chance) {
    return static_cast<std::int64_t>(std::exp(chance.between(0, 30)));
}

Figures some_figures(std::uint64_t seed) {
    Chance chance(seed);
    Figures figures;
    const int technicians = static_cast<int>(chance.between(1, 40));
    for (int i = 0; i < technicians; ++i) {
        const auto number = static_cast<std::int64_t>(seed) * 1000 + i;
        ++figures.counts["technicians"];
        figures.counts["of_" + std::to_string(i % 5)] += i;
        figures.histograms["latency_us"].add(sized(chance), 1 + i % 3);
        figures.series["pings"].add(sized(chance) / 1'000'000, i);
        figures.peaks["age_s"].add(sized(chance) / 1'000'000, i);
        if (chance.happens(0.5)) figures.keep(Violation{chance.next(), number, "lost"});
        figures.keep(Trail{number, {{i, 2}, {3, 4}}, {{i, 2}}});
    }
    return figures;
}

Figures sum(const std::vector<Figures>& all, std::size_t first, std::size_t last) {
    if (last - first == 1) return all[first];
    const std::size_t middle = first + (last - first) / 2;
    Figures whole = sum(all, first, middle);
    add(whole, sum(all, middle, last));
    return whole;
}

}  // namespace

TEST_CASE("figures add up to the same whole in whatever order and groups") {
    std::vector<Figures> shares;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) shares.push_back(some_figures(seed));
    Figures one_by_one;
    for (const Figures& share : shares) add(one_by_one, share);
    CHECK(one_by_one.series["pings"].step_s() > 1);
    CHECK(one_by_one.count("violations") >
          static_cast<std::int64_t>(one_by_one.violations.size()) / 2);
    CHECK(one_by_one.violations.size() <= Figures::most_violations);
    CHECK(one_by_one.trails.size() == Figures::most_trails);
    CHECK(sum(shares, 0, shares.size()) == one_by_one);
    std::reverse(shares.begin(), shares.end());
    CHECK(sum(shares, 0, shares.size()) == one_by_one);
    std::rotate(shares.begin(), shares.begin() + 17, shares.end());
    CHECK(sum(shares, 0, shares.size()) == one_by_one);
}

TEST_CASE("violations beyond the limit are counted, and the first are kept") {
    Figures figures;
    for (std::uint64_t seed = 5000; seed > 0; --seed)
        figures.keep(Violation{seed, 1, "an order was broken"});
    CHECK(figures.count("violations") == 5000);
    REQUIRE(figures.violations.size() == Figures::most_violations);
    CHECK(figures.violations.front().seed == 1);
    CHECK(figures.violations.back().seed == Figures::most_violations);
}

TEST_CASE("a trail of too many spots keeps its ends") {
    Trail trail;
    for (int i = 0; i < 10'000; ++i) trail.driven.push_back({i, i});
    Figures figures;
    figures.keep(trail);
    const auto& kept = figures.trails.front().driven;
    CHECK(kept.size() <= Figures::most_spots);
    CHECK(kept.size() > Figures::most_spots / 2);
    CHECK(kept.front() == Spot{0, 0});
    CHECK(kept.back() == Spot{9999, 9999});
}

TEST_CASE("a course of a week fits, and nothing of it is lost") {
    Series series;
    Peaks peaks;
    for (std::int64_t second = 0; second < 7 * 86'400; second += 10) {
        series.add(second, 3);
        peaks.add(second, second % 1000);
    }
    CHECK(series.step_s() == 256);
    CHECK(series.values().size() <= Series::most_points);
    std::int64_t total = 0;
    for (const std::int64_t value : series.values()) total += value;
    CHECK(total == 7 * 8640 * 3);
    CHECK(std::ranges::max(peaks.values()) == 990);
}

TEST_CASE("timings of several are the largest, and totals their sum") {
    Figures one, other;
    one.timings = {{"wall_s", 3.5}, {"total_cpu_s", 2}};
    other.timings = {{"wall_s", 2.5}, {"total_cpu_s", 4}, {"rate", 7}};
    add(one, other);
    CHECK(one.timings.at("wall_s") == 3.5);
    CHECK(one.timings.at("total_cpu_s") == 6);
    CHECK(one.timings.at("rate") == 7);
}
