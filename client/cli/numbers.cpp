#include "client/cli/numbers.hpp"

#include <fmt/format.h>

#include <cmath>

namespace outrider::cli {

std::string degrees(double value) { return fmt::format("{:.7f}", value); }

std::string number_or(const std::optional<double>& value, std::string_view absent) {
    return value && std::isfinite(*value) ? fmt::format("{}", *value) : std::string(absent);
}

}  // namespace outrider::cli
