#pragma once
// Notices when the ways into the network change: an address, a default route or a link that came
// or went. What failed before may work now, and what worked may hang.

#include "platform/clock.hpp"
#include "platform/descriptor.hpp"
#include "platform/result.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>

namespace outrider::net {

class RouteWatch {
public:
    virtual ~RouteWatch() = default;
    // Returns once something has changed since the last call, and a second later at the earliest,
    // because changes come in bursts. Fault::cancelled only.
    virtual Async<Result<>> change() = 0;
};

// Listens to the kernel (rtnetlink). Where that is forbidden it says so in the log, and nothing
// ever changes.
std::unique_ptr<RouteWatch> route_watch(Executor, Clock&);
// The same with a socket that gives rtnetlink's datagrams; none when it is not open.
std::unique_ptr<RouteWatch> route_watch(Executor, Clock&, Descriptor socket);

// Tells news from what the kernel repeats: it announces an IPv6 address anew whenever a router
// does, every few seconds on some networks.
class RouteNews {
public:
    // True when one of the datagram's messages tells of a change. Nothing in it is trusted.
    bool in(std::span<const std::byte> datagram);

private:
    bool changes(const std::string& thing, bool there);

    std::map<std::string, bool> known_;  // what we heard of, and whether it is there
};

}  // namespace outrider::net
