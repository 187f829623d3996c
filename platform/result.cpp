#include "platform/result.hpp"

#include <array>
#include <cstddef>
#include <stdexcept>

namespace outrider {
namespace {

constexpr std::array<std::string_view, 8> names = {
    "cancelled", "unreachable", "busy",      "unauthorised",
    "refused",   "malformed",   "too_large", "storage",
};

}  // namespace

std::string_view name(Fault fault) { return names.at(static_cast<std::size_t>(fault)); }

void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::logic_error("a failure was not looked at: " + error.detail);
}

}  // namespace outrider
