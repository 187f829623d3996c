#include "client/agent/track.hpp"

#include <algorithm>

namespace outrider::agent {
namespace {

constexpr std::size_t most_receipts = 100'000;  // a month of one every half minute

}  // namespace

Result<Track> Track::open(offline::Store& store, Instant from) {
    auto receipts = store.outbox().receipts(offline::Lane::pings, from, most_receipts);
    if (!receipts) return receipts.error();
    return Track(store, std::move(*receipts));
}

std::optional<Instant> Track::delivered(std::int64_t sequence) const {
    const auto after = std::ranges::upper_bound(receipts_, sequence, {}, &offline::Receipt::first);
    if (after == receipts_.begin() || std::prev(after)->last < sequence) return std::nullopt;
    return std::prev(after)->at;
}

Result<std::vector<api::TrackPoint>> Track::between(Instant from, Instant to) const {
    auto points = points_between(*store_, from, to);
    if (!points) return points;
    for (auto& point : *points) {
        if (point.sequence) point.delivered = delivered(*point.sequence);
    }
    return points;
}

Result<std::vector<api::TrackPoint>> points_between(offline::Store& store, Instant from,
                                                    Instant to) {
    std::vector<api::TrackPoint> points;
    Result<> read = store.journal().read(from, to, [&](std::string_view record) -> Result<> {
        auto point = api::decode_track_point(record);
        if (!point || point->time < from || point->time >= to) return {};
        points.push_back(std::move(*point));
        return {};
    });
    if (!read) return read.error();
    return points;
}

namespace {

struct PingsOfBlock {
    std::int64_t number = 0;  // of the block
    std::vector<api::TrackPoint> pings;
};

// Of the first block from `number` to `last` that has any.
Result<std::optional<PingsOfBlock>> next_pings(offline::Store& store, std::int64_t number,
                                               std::int64_t last) {
    while (number <= last) {
        auto block = store.journal().block(number);
        if (!block) return block.error();
        if (!*block || (*block)->number > last) break;
        PingsOfBlock found;
        found.number = (*block)->number;
        for (const std::string& record : (*block)->records) {
            auto point = api::decode_track_point(record);
            if (point && point->sequence) found.pings.push_back(std::move(*point));
        }
        if (!found.pings.empty()) return std::optional(std::move(found));
        number = found.number + 1;
    }
    return std::optional<PingsOfBlock>();
}

}  // namespace

// Sequences ascend with the blocks.
Result<std::optional<api::TrackPoint>> point_of_ping(offline::Store& store, std::int64_t sequence) {
    using Found = std::optional<api::TrackPoint>;
    const auto numbers = store.journal().block_numbers();
    if (!numbers) return numbers.error();
    std::int64_t first = numbers->first, last = numbers->last;
    while (first <= last) {
        const std::int64_t middle = first + (last - first) / 2;
        auto block = next_pings(store, middle, last);
        if (!block) return block.error();
        if (!*block || sequence < *(*block)->pings.front().sequence) {
            last = middle - 1;
            continue;
        }
        for (api::TrackPoint& ping : (*block)->pings) {
            if (ping.sequence == sequence) return Found(std::move(ping));
        }
        if (sequence < *(*block)->pings.back().sequence) break;
        first = (*block)->number + 1;
    }
    return Found();
}

}  // namespace outrider::agent
