#include "platform/stream.hpp"

#include "platform/descriptor.hpp"
#include "tests/platform/meeting.hpp"
#include "tests/support/real_loop.hpp"
#include "tests/support/result.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

namespace outrider::net {
namespace {

using namespace std::chrono_literals;
using test::RealLoop;
using test::TemporaryDirectory;

TEST_CASE("tcp: two ends meet, by name or by address") {
    for (const std::string host : {"127.0.0.1", "localhost"}) {
        RealLoop real;
        const auto listener = tcp_listener(real.executor(), "127.0.0.1", 0, std::nullopt);
        REQUIRE(listener);
        const auto connector = to(real, "http://", host, (*listener)->port());
        const Meeting meeting = meet(real, **listener, *connector);
        CHECK_FALSE(meeting.client_error);
        CHECK(meeting.server_heard == "ping\n");
        CHECK(meeting.client_heard == "pong");
        CHECK_FALSE(meeting.peer);
    }
}

// How many of our descriptors, sockets or not, a program we start would inherit.
int inheritable_descriptors() {
    int found = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        const int fd = std::stoi(entry.path().filename());
        const int flags = ::fcntl(fd, F_GETFD);
        if (fd > STDERR_FILENO && flags >= 0 && (flags & FD_CLOEXEC) == 0) ++found;
    }
    return found;
}

Async<> count_inheritable(Connector& connector, Listener& listener, int& found) {
    const Result<StreamPtr> client = co_await connector.connect();
    const Result<StreamPtr> server = co_await listener.accept();
    if (client && server) found = inheritable_descriptors();
}

TEST_CASE("tcp: programs we start inherit none of our sockets, timers and files") {
    const int before = inheritable_descriptors();
    RealLoop real;
    const auto listener = tcp_listener(real.executor(), "127.0.0.1", 0, std::nullopt);
    const auto connector = to(real, "http://", "127.0.0.1", (*listener)->port());
    int found = -1;
    real.run(count_inheritable(*connector, **listener, found));
    CHECK(found == before);
}

TEST_CASE("tcp: nobody listening is unreachable, and says who refused") {
    RealLoop real;
    std::uint16_t port = 0;
    {
        const auto listener = tcp_listener(real.executor(), "127.0.0.1", 0, std::nullopt);
        port = listener.value()->port();
    }
    const auto connector = to(real, "http://", "127.0.0.1", port);
    Meeting meeting;
    real.run(ping(*connector, meeting));
    REQUIRE(meeting.client_error);
    CHECK(meeting.client_error->fault == Fault::unreachable);
    CHECK(meeting.client_error->detail.find("127.0.0.1: Connection refused") != std::string::npos);
}

TEST_CASE("tcp: a port in use, or an address that is none, is named") {
    RealLoop real;
    const auto listener = tcp_listener(real.executor(), "127.0.0.1", 0, std::nullopt);
    const std::uint16_t port = listener.value()->port();
    const auto second = tcp_listener(real.executor(), "127.0.0.1", port, std::nullopt);
    REQUIRE_FALSE(second);
    CHECK(second.error().detail.find("Address already in use") != std::string::npos);
    CHECK(tcp_listener(real.executor(), "localhost", 0, {}).error().fault == Fault::malformed);
}

Async<> quiet_then_not(Connector& connector, Listener& listener, Clock& clock, std::string& diary) {
    Result<StreamPtr> client = co_await connector.connect();
    Result<StreamPtr> server = co_await listener.accept();
    if (!client || !server) co_return;
    diary += (*client)->quiet() ? "quiet " : "noisy ";
    const Result<> written = co_await (*server)->write("x");
    const auto alarm = clock.alarm();
    for (int i = 0; i < 5000 && (*client)->quiet(); ++i) {
        const Result<> slept = co_await alarm->sleep(1ms);
        if (!slept) co_return;
    }
    diary += (*client)->quiet() ? "quiet " : "noisy ";
    const std::string heard = co_await hear(**client);
    diary += (*client)->quiet() ? "quiet " : "noisy ";
    server->reset();
    std::vector<char> piece(10);
    const Result<std::size_t> got = co_await (*client)->read_some(std::span<char>(piece));
    diary += got && *got == 0 ? "end " : "error ";
    diary += (*client)->quiet() ? "quiet " : "noisy ";
    static_cast<void>(written);
}

TEST_CASE("tcp: a stream is quiet until something, or the end, has come") {
    RealLoop real;
    const auto listener = tcp_listener(real.executor(), "127.0.0.1", 0, std::nullopt);
    const auto connector = to(real, "http://", "127.0.0.1", (*listener)->port());
    std::string diary;
    real.run(quiet_then_not(*connector, **listener, real.clock(), diary));
    CHECK(diary == "quiet noisy quiet end noisy ");
}

Async<> reset_by_server(Connector& connector, Listener& listener, std::optional<Error>& error) {
    Result<StreamPtr> client = co_await connector.connect();
    Result<StreamPtr> server = co_await listener.accept();
    if (!client || !server) co_return;
    (*server)->reset();
    std::vector<char> piece(10);
    const Result<std::size_t> got = co_await (*client)->read_some(std::span<char>(piece));
    if (!got) error = got.error();
}

TEST_CASE("tcp: a reset is an error at the other end, not an end") {
    RealLoop real;
    const auto listener = tcp_listener(real.executor(), "127.0.0.1", 0, std::nullopt);
    const auto connector = to(real, "http://", "127.0.0.1", (*listener)->port());
    std::optional<Error> error;
    real.run(reset_by_server(*connector, **listener, error));
    REQUIRE(error);
    CHECK(error->fault == Fault::unreachable);
}

// The most that a server's packets carry to the client that connects next.
int payload_towards(RealLoop& real, Connector& connector, int listening) {
    struct Once {
        static Async<> connect(Connector& to, StreamPtr& stream) {
            Result<StreamPtr> connected = co_await to.connect();
            if (connected) stream = std::move(*connected);
        }
    };
    StreamPtr stream;
    real.run(Once::connect(connector, stream));
    REQUIRE(stream);
    const Descriptor accepted(::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC));
    int payload = 0;
    socklen_t length = sizeof payload;
    REQUIRE(::getsockopt(accepted.get(), IPPROTO_TCP, TCP_MAXSEG, &payload, &length) == 0);
    return payload;
}

TEST_CASE("tcp: after a connection that stalled the next use small packets, unless these stall") {
    RealLoop real;
    const Descriptor listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* name = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listening.get(), name, length) == 0);
    REQUIRE(::listen(listening.get(), 5) == 0);
    REQUIRE(::getsockname(listening.get(), name, &length) == 0);
    const auto connector = to(real, "http://", "127.0.0.1", ntohs(address.sin_port));
    CHECK(payload_towards(real, *connector, listening.get()) > 1000);
    connector->stalled();
    CHECK(payload_towards(real, *connector, listening.get()) <= 536);
    CHECK(payload_towards(real, *connector, listening.get()) <= 536);
    connector->stalled();
    CHECK(payload_towards(real, *connector, listening.get()) > 1000);
}

mode_t mode_of(const std::string& path) {
    struct stat info {};
    REQUIRE(::lstat(path.c_str(), &info) == 0);
    return info.st_mode & 07777;
}

TEST_CASE("unix: two ends meet, and the server knows who calls") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("socket");
    RealLoop real;
    auto listener = unix_listener(real.executor(), path, 0660);
    REQUIRE(listener);
    CHECK(mode_of(path) == 0660);
    CHECK((*listener)->port() == 0);
    const auto connector = unix_connector(real.executor(), real.clock(), path, 10s);
    const Meeting meeting = meet(real, **listener, *connector);
    CHECK(meeting.server_heard == "ping\n");
    CHECK(meeting.client_heard == "pong");
    REQUIRE(meeting.peer);
    CHECK(meeting.peer->pid == ::getpid());
    CHECK(meeting.peer->uid == ::getuid());
    CHECK(meeting.peer->gid == ::getgid());
    listener->reset();
    CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("unix: nobody there is unreachable and names the path") {
    const TemporaryDirectory directory;
    RealLoop real;
    for (const std::string& path : {directory.file("none"), std::string(300, 'x')}) {
        const auto connector = unix_connector(real.executor(), real.clock(), path, 10s);
        Meeting meeting;
        real.run(ping(*connector, meeting));
        REQUIRE(meeting.client_error);
        CHECK(meeting.client_error->detail.find(path) != std::string::npos);
    }
}

// A socket file as a killed process leaves it.
void leave_stale_socket(const std::string& path) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, path.size());
    REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(fd, 1) == 0);
    ::close(fd);
}

TEST_CASE("unix: a socket that nobody serves any more is replaced, one in use is not") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("socket");
    RealLoop real;
    leave_stale_socket(path);
    auto listener = unix_listener(real.executor(), path, 0600);
    REQUIRE(listener);
    CHECK(mode_of(path) == 0600);
    const auto second = unix_listener(real.executor(), path, 0600);
    REQUIRE_FALSE(second);
    CHECK(second.error().detail.find("another process serves") != std::string::npos);
    CHECK(std::filesystem::exists(path));
}

TEST_CASE("unix: what is not a socket is left alone") {
    const TemporaryDirectory directory;
    RealLoop real;
    std::ofstream(directory.file("file")) << "precious";
    std::filesystem::create_directory(directory.file("folder"));
    std::filesystem::create_symlink(directory.file("nowhere"), directory.file("link"));
    for (const char* name : {"file", "folder", "link"}) {
        const auto listener = unix_listener(real.executor(), directory.file(name), 0600);
        REQUIRE_FALSE(listener);
        CHECK(listener.error().fault == Fault::refused);
        CHECK(std::filesystem::exists(std::filesystem::symlink_status(directory.file(name))));
    }
    CHECK_FALSE(unix_listener(real.executor(), directory.file("none/socket"), 0600));
    CHECK(unix_listener(real.executor(), std::string(300, 'x'), 0600).error().fault ==
          Fault::malformed);
}

TEST_CASE("unix: closing removes our own socket and no successor's") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("socket");
    RealLoop real;
    auto first = unix_listener(real.executor(), path, 0600);
    REQUIRE(first);
    std::filesystem::rename(path, directory.file("aside"));
    leave_stale_socket(path);
    (*first)->close();
    CHECK(std::filesystem::exists(path));
}

Async<> waits_for_callers(Listener& listener, std::optional<Fault>& fault) {
    const Result<StreamPtr> stream = co_await listener.accept();
    if (!stream) fault = stream.error().fault;
}

Async<> closes(Listener& listener, Clock& clock) {
    const auto alarm = clock.alarm();
    const Result<> slept = co_await alarm->sleep(1ms);
    static_cast<void>(slept);
    listener.close();
    const Result<> rest = co_await alarm->sleep(1h);
    static_cast<void>(rest);
}

TEST_CASE("a closed listener ends who waits at it") {
    RealLoop real;
    const auto listener = tcp_listener(real.executor(), "127.0.0.1", 0, std::nullopt);
    std::optional<Fault> fault;
    std::vector<Async<>> loops;
    loops.push_back(waits_for_callers(**listener, fault));
    loops.push_back(closes(**listener, real.clock()));
    real.run(together(std::move(loops)));
    CHECK(fault == Fault::cancelled);
}

}  // namespace
}  // namespace outrider::net
