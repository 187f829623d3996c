#include "platform/routes.hpp"

#include "tests/support/real_loop.hpp"
#include "tests/support/result.hpp"
#include "tests/support/scripted_routes.hpp"
#include "tests/support/virtual_clock.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstring>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace outrider::net {
namespace {

using namespace std::chrono_literals;
using test::RealLoop;
using test::VirtualClock;

using Datagram = std::vector<std::byte>;

template <class T>
void append(Datagram& to, const T& value) {
    const auto bytes = std::as_bytes(std::span(&value, 1));
    to.insert(to.end(), bytes.begin(), bytes.end());
    to.resize((to.size() + 3) / 4 * 4);
}

template <class Body>
Datagram message(int type, const Body& body,
                 const std::vector<std::pair<int, std::uint32_t>>& attributes, int flags = 0) {
    Datagram rest;
    append(rest, body);
    for (const auto& [kind, value] : attributes) {
        const rtattr header{sizeof(rtattr) + sizeof value, static_cast<unsigned short>(kind)};
        append(rest, header);
        append(rest, value);
    }
    nlmsghdr header{};
    header.nlmsg_len = static_cast<unsigned>(sizeof header + rest.size());
    header.nlmsg_type = static_cast<unsigned short>(type);
    header.nlmsg_flags = static_cast<unsigned short>(flags);
    Datagram whole;
    append(whole, header);
    whole.insert(whole.end(), rest.begin(), rest.end());
    return whole;
}

Datagram address(int type, std::uint32_t value, int scope = RT_SCOPE_UNIVERSE) {
    ifaddrmsg body{};
    body.ifa_family = AF_INET;
    body.ifa_scope = static_cast<unsigned char>(scope);
    body.ifa_index = 2;
    return message(type, body, {{IFA_ADDRESS, value}});
}

Datagram route(int type, std::uint32_t gateway, int length = 0, int flags = 0) {
    rtmsg body{};
    body.rtm_family = AF_INET;
    body.rtm_dst_len = static_cast<unsigned char>(length);
    body.rtm_type = RTN_UNICAST;
    return message(type, body, {{RTA_OIF, 2}, {RTA_GATEWAY, gateway}}, flags);
}

Datagram link(int type, unsigned flags, int index = 2) {
    ifinfomsg body{};
    body.ifi_index = index;
    body.ifi_flags = flags;
    return message(type, body, {});
}

TEST_CASE("routes: addresses and default routes that come and go are news, once each") {
    RouteNews news;
    CHECK(news.in(address(RTM_NEWADDR, 1)));
    CHECK_FALSE(news.in(address(RTM_NEWADDR, 1)));  // a router repeats itself
    CHECK(news.in(address(RTM_NEWADDR, 2)));
    CHECK(news.in(route(RTM_NEWROUTE, 9)));
    CHECK_FALSE(news.in(route(RTM_NEWROUTE, 9)));
    CHECK(news.in(route(RTM_DELROUTE, 9)));
    CHECK_FALSE(news.in(route(RTM_DELROUTE, 9)));
    CHECK(news.in(route(RTM_NEWROUTE, 9)));
    CHECK(news.in(address(RTM_DELADDR, 1)));
    // The kernel does not tell that the route went with it.
    CHECK(news.in(route(RTM_NEWROUTE, 9)));
    // Nor which one was replaced.
    CHECK(news.in(route(RTM_NEWROUTE, 8, 0, NLM_F_REPLACE)));
    CHECK(news.in(route(RTM_NEWROUTE, 9, 0, NLM_F_REPLACE)));
}

TEST_CASE("routes: a link is news when it gets a carrier or loses it, not when it scans") {
    RouteNews news;
    CHECK(news.in(link(RTM_NEWLINK, IFF_UP | IFF_RUNNING)));
    CHECK_FALSE(news.in(link(RTM_NEWLINK, IFF_UP | IFF_RUNNING)));
    CHECK(news.in(link(RTM_NEWLINK, IFF_UP)));
    CHECK_FALSE(news.in(link(RTM_NEWLINK, IFF_UP)));
    CHECK(news.in(link(RTM_NEWLINK, IFF_UP | IFF_RUNNING)));
    CHECK(news.in(link(RTM_DELLINK, IFF_UP | IFF_RUNNING)));
    CHECK_FALSE(news.in(link(RTM_NEWLINK, IFF_UP | IFF_RUNNING | IFF_LOOPBACK, 1)));
}

TEST_CASE("routes: what does not lead out of the machine, and what is no message, is no news") {
    RouteNews news;
    CHECK_FALSE(news.in(address(RTM_NEWADDR, 1, RT_SCOPE_LINK)));
    CHECK_FALSE(news.in(address(RTM_NEWADDR, 1, RT_SCOPE_HOST)));
    CHECK_FALSE(news.in(route(RTM_NEWROUTE, 9, 24)));
    CHECK_FALSE(news.in(message(RTM_NEWNEIGH, ndmsg{}, {})));
    const Datagram whole = address(RTM_NEWADDR, 1);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const std::vector<std::byte> torn(whole.begin(),
                                          whole.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK_FALSE(news.in(torn));
    }
    // Lengths that lie.
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const int value : {0, 1, 3, 255}) {
            Datagram lie = whole;
            lie[at] = static_cast<std::byte>(value);
            static_cast<void>(RouteNews().in(lie));
        }
    }
}

TEST_CASE("routes: of several messages in one datagram each is heard") {
    Datagram both = route(RTM_NEWROUTE, 9, 24);
    const Datagram second = address(RTM_NEWADDR, 1);
    both.insert(both.end(), second.begin(), second.end());
    CHECK(RouteNews().in(both));
}

// A socket that gives datagrams as the kernel's does.
struct Kernel {
    Kernel() {
        int ends[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
        ours = Descriptor(ends[0]);
        theirs = Descriptor(ends[1]);
    }
    void tells(const Datagram& datagram) const {
        REQUIRE(::send(ours.get(), datagram.data(), datagram.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(datagram.size()));
    }
    Descriptor ours, theirs;
};

Async<> count_changes(RouteWatch& watch, Clock& clock, std::vector<Duration>& at) {
    const Uptime start = clock.uptime();
    for (;;) {
        const Result<> changed = co_await watch.change();
        if (!changed) co_return;
        at.push_back(clock.uptime() - start);
    }
}

struct Watching {
    explicit Watching(Descriptor socket)
        : watch(route_watch(clock.executor(), clock, std::move(socket))), tasks(clock.executor()) {
        tasks.start(count_changes(*watch, clock, at));
        clock.run_for(10s);
    }
    ~Watching() { clock.run(tasks.stop()); }

    VirtualClock clock;
    std::unique_ptr<RouteWatch> watch;
    std::vector<Duration> at;
    Tasks tasks;
};

TEST_CASE("routes: a burst is one change, told a second after it began") {
    Kernel kernel;
    Watching watching(std::move(kernel.theirs));
    CHECK(watching.at.empty());
    kernel.tells(address(RTM_NEWADDR, 1));
    watching.clock.run_for(500ms);
    kernel.tells(address(RTM_NEWADDR, 2));
    kernel.tells(route(RTM_NEWROUTE, 9));
    watching.clock.run_for(10s);
    CHECK(watching.at == std::vector<Duration>{11s});
    kernel.tells(route(RTM_NEWROUTE, 9));
    watching.clock.run_for(10s);
    CHECK(watching.at.size() == 1);
    kernel.tells(route(RTM_DELROUTE, 9));
    watching.clock.run_for(10s);
    CHECK(watching.at.size() == 2);
}

TEST_CASE("routes: where the kernel does not tell, nothing changes and nobody spins") {
    Watching forbidden{Descriptor()};
    forbidden.clock.run_for(std::chrono::hours(100));
    CHECK(forbidden.at.empty());

    Kernel kernel;
    Watching ends(std::move(kernel.theirs));
    kernel.ours.close();
    ends.clock.run_for(std::chrono::hours(100));
    CHECK(ends.at.empty());
}

TEST_CASE("routes: a test's own changes are told once each, however early they come") {
    VirtualClock clock;
    test::ScriptedRoutes routes(clock);
    routes.change_now();
    std::vector<Duration> at;
    Tasks tasks(clock.executor());
    tasks.start(count_changes(routes, clock, at));
    clock.run_for(48h);
    routes.change_now();
    clock.run_for(1s);
    CHECK(at == std::vector<Duration>{0s, 48h});
    clock.run(tasks.stop());
}

// A network of our own; only a thread of its own can enter it.
class OwnNetwork {
public:
    // The watch's socket belongs to the network it was opened in.
    std::unique_ptr<RouteWatch> watch(Executor executor, Clock& clock) {
        std::unique_ptr<RouteWatch> made;
        const auto work = [&] {
            if (::unshare(CLONE_NEWNET) != 0) return;
            made = route_watch(executor, clock);
            socket_ = Descriptor(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        };
        std::thread(work).join();
        return made;
    }
    void add_address() const {
        ifreq request{};
        std::strcpy(request.ifr_name, "lo");
        auto* to = reinterpret_cast<sockaddr_in*>(&request.ifr_addr);
        to->sin_family = AF_INET;
        ::inet_pton(AF_INET, "192.0.2.7", &to->sin_addr);
        CHECK(::ioctl(socket_.get(), SIOCSIFADDR, &request) == 0);
    }

private:
    Descriptor socket_;
};

Async<> one_change(RouteWatch& watch, bool& changed) {
    const Result<> done = co_await watch.change();
    changed = done.has_value();
}

TEST_CASE("routes: the real kernel tells of a new address") {
    RealLoop real;
    OwnNetwork network;
    const auto watch = network.watch(real.executor(), real.clock());
    if (!watch) {
        MESSAGE("skipped: no network of our own here: needs root");
        return;
    }
    network.add_address();
    bool changed = false;
    real.run(one_change(*watch, changed));
    CHECK(changed);
}

}  // namespace
}  // namespace outrider::net
