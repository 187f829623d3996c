#pragma once
// What a judged day adds to the report's pictures, by the office's own books.

#include "client/fleet/figures.hpp"
#include "client/office/archive.hpp"
#include "platform/clock.hpp"
#include "platform/result.hpp"

namespace outrider::fleet {

enum class Map : bool { without, with };  // trails: of many days some are enough

// Series "pings", "duplicates" (when the ping came first), "age_s" and "age_samples", peaks
// "age_s", all counted from `begins`. Fault::storage when the books cannot be read.
Result<> add_pictures(office::Archive&, Instant begins, Map, Figures&);

}  // namespace outrider::fleet
