#include "platform/notify.hpp"

#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <string>

namespace outrider {
namespace {

using namespace std::chrono_literals;

// What a service manager listening at `name` hears of `state`.
std::string heard(const std::string& name, std::string_view state) {
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, name.size());
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), length) == 0);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    notify(state);
    ::unsetenv("NOTIFY_SOCKET");
    std::array<char, 256> text;
    const ssize_t size = ::recv(fd, text.data(), text.size(), 0);
    ::close(fd);
    return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

TEST_CASE("the service manager hears of our state, by path or by abstract name") {
    const test::TemporaryDirectory directory;
    CHECK(heard(directory.file("notify"), "READY=1") == "READY=1");
    CHECK(heard("@outrider-test-" + std::to_string(::getpid()), "STOPPING=1") == "STOPPING=1");
}

TEST_CASE("without a service manager notifying does nothing") {
    ::unsetenv("NOTIFY_SOCKET");
    notify("READY=1");
    ::setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
    notify("READY=1");
    ::setenv("NOTIFY_SOCKET", std::string(500, 'x').c_str(), 1);
    notify("READY=1");
    ::unsetenv("NOTIFY_SOCKET");
}

TEST_CASE("the watchdog is fed at half its time, and only when it is ours") {
    ::unsetenv("WATCHDOG_PID");
    const std::pair<const char*, std::optional<Duration>> examples[] = {
        {"30000000", 15s}, {"2000", 1ms}, {"0", {}}, {"", {}}, {"-5", {}}, {"soon", {}}};
    for (const auto& example : examples) {
        CAPTURE(example.first);
        ::setenv("WATCHDOG_USEC", example.first, 1);
        CHECK(watchdog_interval() == example.second);
    }
    ::setenv("WATCHDOG_USEC", "30000000", 1);
    ::setenv("WATCHDOG_PID", "1", 1);
    CHECK(watchdog_interval() == std::nullopt);
    ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
    CHECK(watchdog_interval() == Duration(15s));
    ::unsetenv("WATCHDOG_USEC");
    ::unsetenv("WATCHDOG_PID");
    CHECK(watchdog_interval() == std::nullopt);
}

}  // namespace
}  // namespace outrider
