#pragma once
// Numbers as the exported formats want them.

#include <optional>
#include <string>
#include <string_view>

namespace outrider::cli {

std::string degrees(double);  // seven decimals: a centimetre, and all a ping keeps
// `absent` for what is unknown or not finite.
std::string number_or(const std::optional<double>&, std::string_view absent = "");

}  // namespace outrider::cli
