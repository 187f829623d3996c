#pragma once

#include <string>
#include <string_view>

namespace outrider {

// 32 bytes.
std::string sha256(std::string_view text);

}  // namespace outrider
