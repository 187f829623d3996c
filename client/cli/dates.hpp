#pragma once
// Times as people type them.

#include "platform/clock.hpp"

#include <string>

namespace outrider::cli {

// The stretch of time a word means, [first, last): "2026-08" is that month, "2026-08-20T14" that
// hour, "today" and "yesterday" those days, "14:32" and "14:32:07" the last such minute or second
// that has begun, all UTC; an RFC 3339 date-time, "now" and an age such
// as "90s", "30min", "6h", "2d" or "1w" (so long before now) are moments, first == last.
struct Stretch {
    Instant first{}, last{};
};
Result<Stretch> parse_stretch(const std::string& text, Instant now);
// From the first moment of the one to the last of the other: --from and --to.
Result<Stretch> parse_span(const std::string& from, const std::string& to, Instant now);

}  // namespace outrider::cli
