#pragma once
// A judged day's course in time, for the report's pictures, by the office's own books.

#include "client/fleet/figures.hpp"
#include "client/office/archive.hpp"
#include "platform/clock.hpp"
#include "platform/result.hpp"

namespace outrider::fleet {

// Series "pings", "duplicates" (when the ping came first), "age_s" and "age_samples", peaks
// "age_s", all counted from `begins`. Fault::storage when the books cannot be read.
Result<> add_course(office::Archive&, Instant begins, Figures&);

}  // namespace outrider::fleet
