#pragma once
// Where fixes come from, and what is known about that place.

#include "gps/fix.hpp"
#include "platform/async.hpp"

#include <string>
#include <string_view>

namespace outrider::gps {

enum class SourceState { no_gpsd, no_device, no_fix, stale_fix, fix };
std::string_view name(SourceState);  // "no gpsd", "no device", "no fix", "stale fix", "fix"

// Computed from facts whenever it is asked for; never stored.
struct SourceView {
    SourceState state = SourceState::no_gpsd;
    std::string detail;            // a sentence for the user: what is missing, and the fix
    std::optional<Fix> last_fix;   // the newest usable one, whatever the state is now
    std::string daemon;            // "gpsd 3.22 at 127.0.0.1:2947", "" before the first contact
    std::string device;            // the receiver in use, "" when none
    std::uint64_t unreadable = 0;  // lines that were no report of gpsd's
    std::uint64_t connections = 0;
};

class Source {
public:
    virtual ~Source() = default;
    // The next report of any mode. Reconnects by itself for as long as it takes; the only error is
    // Fault::cancelled.
    virtual Async<Result<Fix>> next() = 0;
    virtual SourceView view(Uptime now) const = 0;
};

}  // namespace outrider::gps
