#pragma once
// A judged fix as a line for people.

#include "client/api/local.hpp"
#include "client/cli/console.hpp"

#include <string>
#include <string_view>

namespace outrider::cli {

// "14:32:07Z  37.4268000 -122.0935000   13.2 m/s  reported (distance 51 m)"
std::string render(const api::TrackPoint&, Style);
// The same in other words than the verdict's own.
std::string render(const api::TrackPoint&, std::string_view words, Style);

}  // namespace outrider::cli
