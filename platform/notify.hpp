#pragma once
// What systemd wants to hear from a service of Type=notify.

#include "platform/clock.hpp"

#include <optional>
#include <string_view>

namespace outrider {

// Sends e.g. "READY=1\nSTATUS=…" to $NOTIFY_SOCKET (also abstract ones); silent when there is none.
void notify(std::string_view state);
// How often systemd expects WATCHDOG=1: half of $WATCHDOG_USEC, if it is meant for this process.
std::optional<Duration> watchdog_interval();

}  // namespace outrider
