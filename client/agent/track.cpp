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
    std::vector<api::TrackPoint> points;
    Result<> read = store_->journal().read(from, to, [&](std::string_view record) -> Result<> {
        auto point = api::decode_track_point(record);
        if (!point || point->time < from || point->time >= to) return {};
        if (point->sequence) point->delivered = delivered(*point->sequence);
        points.push_back(std::move(*point));
        return {};
    });
    if (!read) return read.error();
    return points;
}

}  // namespace outrider::agent
