#pragma once
// The journal read back: where the vehicle was, what became of each fix, and when the office knew.

#include "client/api/local.hpp"
#include "offline/store.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace outrider::agent {

// The points of [from, to) in the order they were judged, without their delivery.
Result<std::vector<api::TrackPoint>> points_between(offline::Store&, Instant from, Instant to);
// The one that became this ping; nothing when the journal does not go back so far.
Result<std::optional<api::TrackPoint>> point_of_ping(offline::Store&, std::int64_t sequence);

class Track {
public:
    // For reading from `from` on. Fault::storage when the receipts cannot be read.
    static Result<Track> open(offline::Store&, Instant from);
    // The points of [from, to) in the order they were judged, each with its delivery.
    Result<std::vector<api::TrackPoint>> between(Instant from, Instant to) const;

private:
    Track(offline::Store& store, std::vector<offline::Receipt> receipts)
        : store_(&store), receipts_(std::move(receipts)) {}
    std::optional<Instant> delivered(std::int64_t sequence) const;

    offline::Store* store_;
    std::vector<offline::Receipt> receipts_;  // by their first sequence
};

}  // namespace outrider::agent
