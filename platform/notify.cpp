#include "platform/notify.hpp"

#include "platform/descriptor.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace outrider {
namespace {

std::string_view environment(const char* variable) {
    const char* value = std::getenv(variable);
    return value == nullptr ? std::string_view() : std::string_view(value);
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

void notify(std::string_view state) {
    const std::string_view path = environment("NOTIFY_SOCKET");
    sockaddr_un address{};
    if (path.size() < 2 || path.size() >= sizeof address.sun_path) return;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    if (path.front() == '@') address.sun_path[0] = '\0';

    const Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return;
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    // Nothing can be done about a service manager that does not listen.
    [[maybe_unused]] const ssize_t sent =
        ::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&address), length);
}

std::optional<Duration> watchdog_interval() {
    const auto limit = number(environment("WATCHDOG_USEC"));
    if (!limit || *limit < 2000 || *limit > std::uint64_t{1} << 50) return std::nullopt;
    const std::string_view meant_for = environment("WATCHDOG_PID");
    if (!meant_for.empty() && number(meant_for) != static_cast<std::uint64_t>(::getpid())) {
        return std::nullopt;
    }
    return Duration(static_cast<Duration::rep>(*limit / 2000));
}

}  // namespace outrider
