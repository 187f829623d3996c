#pragma once
// One line per event to standard error, with the priority prefix journald understands.

#include "platform/clock.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace outrider {

enum class Level { none = 0, error = 3, warning = 4, notice = 5, info = 6, debug = 7 };
Result<Level> parse_level(std::string_view);  // "error", "warning", "notice", "info", "debug"

void set_log_level(Level);
// "courier: office unreachable url=https://… wait_s=12". Control characters are escaped. Never
// throws, and writes at most one line of 2,000 bytes.
void log(Level, std::string_view line);

// Lets a repeated failure through at once, then after 1, 2, 4 ... 60 minutes.
class FallingRate {
public:
    bool due(Uptime now);
    void reset() { *this = FallingRate(); }
    // How many were held back between the last two that were due.
    std::uint64_t suppressed() const { return suppressed_; }

private:
    std::optional<Uptime> last_;
    Duration gap_{};
    std::uint64_t held_back_ = 0;
    std::uint64_t suppressed_ = 0;
};

}  // namespace outrider
