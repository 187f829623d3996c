#include "gps/source.hpp"

#include <array>

namespace outrider::gps {

std::string_view name(SourceState state) {
    constexpr std::array<std::string_view, 5> names{"no gpsd", "no device", "no fix", "stale fix",
                                                    "fix"};
    const auto index = static_cast<std::size_t>(state);
    return index < names.size() ? names[index] : "unknown";
}

}  // namespace outrider::gps
