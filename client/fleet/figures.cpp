#include "client/fleet/figures.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace outrider::fleet {

namespace {

template <Fold fold>
void combine(std::int64_t& into, std::int64_t value) {
    into = fold == Fold::sum ? into + value : std::max(into, value);
}

constexpr std::int64_t longest_s = std::int64_t{1} << 40;

void thin(std::vector<Spot>& spots) {
    while (spots.size() > Figures::most_spots) {
        const Spot last = spots.back();
        std::size_t kept = 0;
        for (std::size_t i = 0; i < spots.size(); i += 2) spots[kept++] = spots[i];
        spots.resize(kept);
        if (spots.back() != last) spots.back() = last;
    }
}

// The first `most` of both, in order: whatever else there was would not have been among them.
template <class Item>
void merge_first(std::vector<Item>& into, const std::vector<Item>& other, std::size_t most) {
    std::vector<Item> all;
    all.reserve(into.size() + other.size());
    std::merge(into.begin(), into.end(), other.begin(), other.end(), std::back_inserter(all));
    if (all.size() > most) all.resize(most);
    into = std::move(all);
}

template <class Item>
void insert_first(std::vector<Item>& into, Item item, std::size_t most) {
    const auto place = std::upper_bound(into.begin(), into.end(), item);
    if (place == into.end() && into.size() >= most) return;
    into.insert(place, std::move(item));
    if (into.size() > most) into.pop_back();
}

}  // namespace

template <Fold fold>
void Course<fold>::coarsen() {
    std::vector<std::int64_t> halves((values_.size() + 1) / 2);
    for (std::size_t i = 0; i < values_.size(); ++i) combine<fold>(halves[i / 2], values_[i]);
    values_ = std::move(halves);
    step_s_ *= 2;
}

template <Fold fold>
void Course<fold>::add(std::int64_t second, std::int64_t value) {
    second = std::clamp<std::int64_t>(second, 0, longest_s);
    while (second / step_s_ >= static_cast<std::int64_t>(most_points)) coarsen();
    const auto point = static_cast<std::size_t>(second / step_s_);
    if (point >= values_.size()) values_.resize(point + 1);
    combine<fold>(values_[point], value);
}

template <Fold fold>
void Course<fold>::add(const Course& other) {
    while (step_s_ < other.step_s_) coarsen();
    for (std::size_t i = 0; i < other.values_.size(); ++i)
        add(static_cast<std::int64_t>(i) * other.step_s_, other.values_[i]);
}

template <Fold fold>
bool Course<fold>::restore(Course& into, std::int64_t step_s, std::vector<std::int64_t> values) {
    const bool power_of_two = step_s > 0 && step_s <= longest_s && (step_s & (step_s - 1)) == 0;
    if (!power_of_two || values.size() > most_points) return false;
    into.step_s_ = step_s;
    into.values_ = std::move(values);
    return true;
}

template class Course<Fold::sum>;
template class Course<Fold::most>;

std::int64_t Figures::count(std::string_view name) const {
    const auto found = counts.find(name);
    return found == counts.end() ? 0 : found->second;
}

void Figures::keep(Violation violation) {
    ++counts["violations"];
    insert_first(violations, std::move(violation), most_violations);
}

void Figures::keep(Trail trail) {
    thin(trail.driven);
    thin(trail.reported);
    insert_first(trails, std::move(trail), most_trails);
}

void add(Figures& into, const Figures& other) {
    for (const auto& [name, value] : other.counts) into.counts[name] += value;
    for (const auto& [name, histogram] : other.histograms) into.histograms[name].add(histogram);
    for (const auto& [name, series] : other.series) into.series[name].add(series);
    for (const auto& [name, peaks] : other.peaks) into.peaks[name].add(peaks);
    merge_first(into.violations, other.violations, Figures::most_violations);
    merge_first(into.trails, other.trails, Figures::most_trails);
    for (const auto& [name, value] : other.timings) {
        const auto [place, is_new] = into.timings.emplace(name, value);
        if (is_new) continue;
        place->second =
            name.starts_with("total_") ? place->second + value : std::max(place->second, value);
    }
}

}  // namespace outrider::fleet
