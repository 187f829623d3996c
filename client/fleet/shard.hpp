#pragma once
// Which share of a fleet is whose.

#include "platform/result.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace outrider::fleet {

// From `first` up to, but not, `last`.
struct Range {
    std::int64_t first = 0, last = 0;
    std::int64_t size() const { return last - first; }
    auto operator<=>(const Range&) const = default;
};

struct Shard {
    static constexpr std::int64_t most = 100'000;
    std::int64_t number = 0, of = 1;  // from 0
    auto operator<=>(const Shard&) const = default;
};
std::string to_string(Shard);  // "3/32"

// One of `of` neighbouring ranges that together are the whole; they differ by 1 at most.
Range share(Range whole, Shard);

// "3/32"; "/32" leaves the number to the environment.
struct ShardFlag {
    std::optional<std::int64_t> number;
    std::int64_t of = 1;
};
Result<ShardFlag> parse_shard(std::string_view text);

// The flag's number, or that of Slurm's array task or of Kubernetes' indexed pod. Without a flag
// Slurm alone knows how many there are. `get` is "" for a variable that is not set.
Result<Shard> find_shard(const std::optional<ShardFlag>&,
                         const std::function<std::string(std::string_view)>& get);

}  // namespace outrider::fleet
