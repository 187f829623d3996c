#pragma once
// Names to addresses without ever holding up the event loop: the C library's lookup cannot be
// cancelled, so it runs on a thread that is left to itself when its answer comes too late.

#include "platform/clock.hpp"
#include "platform/result.hpp"

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace outrider::net {

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;

    int family() const { return storage.ss_family; }
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};
using Addresses = std::vector<Address>;

std::string to_string(const Address&);  // "127.0.0.1" or "::1"
std::optional<Address> literal_address(const std::string& host, std::uint16_t port);
// Blocks for as long as the C library likes. At most eight, alternating between IPv6 and IPv4.
Result<Addresses> look_up(const std::string& host, std::uint16_t port);

class Resolver {
public:
    using LookUp = std::function<Result<Addresses>(const std::string& host, std::uint16_t port)>;

    Resolver(Executor, Clock&, std::string host, std::uint16_t port, LookUp = look_up);
    ~Resolver();

    // One look-up at a time: a call that comes while one hangs waits for that one. When it fails,
    // or takes longer than `limit`, the last good addresses are given, if there are any.
    Async<Result<Addresses>> resolve(Duration limit);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace outrider::net
