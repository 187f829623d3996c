#include "platform/routes.hpp"

#include "platform/log.hpp"

#include <fmt/format.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

namespace outrider::net {
namespace {

namespace asio = boost::asio;

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);
constexpr Duration burst = std::chrono::seconds(1);
constexpr std::size_t most_things = 1000;
constexpr std::size_t longest_datagram = 32 * 1024;

using Bytes = std::span<const std::byte>;

template <class T>
std::optional<T> take(Bytes bytes) {
    if (bytes.size() < sizeof(T)) return std::nullopt;
    T value{};
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

// Netlink's headers, messages and attributes all begin at multiples of four.
Bytes after(Bytes bytes, std::size_t size) {
    return bytes.subspan(std::min(bytes.size(), (size + 3) / 4 * 4));
}

// The attribute's value as text to compare by; "" when absent.
std::string attribute(Bytes attributes, unsigned short type) {
    while (const auto header = take<rtattr>(attributes)) {
        if (header->rta_len < sizeof(rtattr) || header->rta_len > attributes.size()) break;
        const Bytes value = attributes.first(header->rta_len).subspan(sizeof(rtattr));
        if (header->rta_type == type) {
            return std::string(reinterpret_cast<const char*>(value.data()), value.size());
        }
        attributes = after(attributes, header->rta_len);
    }
    return "";
}

// What a message is about; nothing when it does not matter to us.
struct Thing {
    std::string name;
    bool there = true;  // as far as the message's body tells
};

std::optional<Thing> address(Bytes body) {
    const auto about = take<ifaddrmsg>(body);
    if (!about || about->ifa_scope >= RT_SCOPE_LINK) return std::nullopt;
    return Thing{fmt::format("address {} {} {}", about->ifa_family, about->ifa_index,
                             attribute(after(body, sizeof *about), IFA_ADDRESS))};
}

std::optional<Thing> default_route(Bytes body) {
    const auto about = take<rtmsg>(body);
    if (!about || about->rtm_dst_len != 0 || about->rtm_type != RTN_UNICAST) return std::nullopt;
    const Bytes attributes = after(body, sizeof *about);
    return Thing{fmt::format("route {} {} {}", about->rtm_family, attribute(attributes, RTA_OIF),
                             attribute(attributes, RTA_GATEWAY))};
}

std::optional<Thing> link(Bytes body) {
    const auto about = take<ifinfomsg>(body);
    if (!about || (about->ifi_flags & IFF_LOOPBACK) != 0) return std::nullopt;
    return Thing{fmt::format("link {}", about->ifi_index), (about->ifi_flags & IFF_RUNNING) != 0};
}

struct Kind {
    int comes, goes;
    std::optional<Thing> (*read)(Bytes body);
};
constexpr Kind kinds[] = {{RTM_NEWADDR, RTM_DELADDR, address},
                          {RTM_NEWROUTE, RTM_DELROUTE, default_route},
                          {RTM_NEWLINK, RTM_DELLINK, link}};

}  // namespace

bool RouteNews::changes(const std::string& thing, bool there) {
    const auto heard = known_.find(thing);
    if (heard != known_.end() && heard->second == there) return false;
    // What goes takes others with it of which the kernel does not speak, such as an interface's
    // routes: when they come back, that is news.
    if (!there || known_.size() >= most_things) known_.clear();
    known_.insert_or_assign(thing, there);
    return true;
}

bool RouteNews::in(Bytes datagram) {
    bool news = false;
    while (const auto header = take<nlmsghdr>(datagram)) {
        if (header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > datagram.size()) break;
        const Bytes body = datagram.first(header->nlmsg_len).subspan(sizeof(nlmsghdr));
        for (const Kind& kind : kinds) {
            if (header->nlmsg_type != kind.comes && header->nlmsg_type != kind.goes) continue;
            const auto thing = kind.read(body);
            if (!thing) continue;
            const bool there = thing->there && header->nlmsg_type == kind.comes;
            // Replaced: another one went without a word.
            const bool other =
                kind.comes == RTM_NEWROUTE && there && (header->nlmsg_flags & NLM_F_REPLACE) != 0;
            news = changes(thing->name, there) || other || news;
        }
        datagram = after(datagram, header->nlmsg_len);
    }
    return news;
}

namespace {

class KernelWatch final : public RouteWatch {
public:
    KernelWatch(Executor executor, Clock& clock, Descriptor socket)
        : clock_(clock), socket_(executor) {
        if (socket) socket_.assign(socket.release());
    }

    Async<Result<>> change() override {
        const auto alarm = clock_.alarm();
        while (!heard_news()) {
            if (!socket_.is_open()) {
                const Result<> slept = co_await alarm->sleep(std::chrono::hours(24));
                if (!slept) co_return slept;
                continue;
            }
            const auto [failed] =
                co_await socket_.async_wait(asio::posix::stream_descriptor::wait_read, use_tuple);
            if (failed) co_return Error(Fault::cancelled, "watching the routes was cancelled");
        }
        const Result<> slept = co_await alarm->sleep(burst);
        if (!slept) co_return slept;
        heard_news();
        co_return Result<>();
    }

private:
    // Empties the socket; closes it when it gives nothing any more.
    bool heard_news() {
        bool news = false;
        std::array<std::byte, longest_datagram> datagram;
        while (socket_.is_open()) {
            const ssize_t size =
                ::recv(socket_.native_handle(), datagram.data(), datagram.size(), MSG_DONTWAIT);
            if (size > 0) {
                news = news_.in(Bytes(datagram).first(static_cast<std::size_t>(size))) || news;
            } else if (size < 0 && errno == ENOBUFS) {
                news = true;  // the kernel had more to tell than the socket holds
            } else if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
                break;
            } else if (size == 0 || errno != EINTR) {
                boost::system::error_code ignored;
                socket_.close(ignored);
            }
        }
        return news;
    }

    Clock& clock_;
    asio::posix::stream_descriptor socket_;
    RouteNews news_;
};

Descriptor open_netlink() {
    Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    sockaddr_nl groups{};
    groups.nl_family = AF_NETLINK;
    groups.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
                       RTMGRP_IPV6_ROUTE;
    if (socket && ::bind(socket.get(), reinterpret_cast<sockaddr*>(&groups), sizeof groups) == 0) {
        return socket;
    }
    log(Level::notice,
        fmt::format("network: changes of the network go unnoticed, the next attempt finds them: "
                    "the kernel does not tell: {}",
                    std::strerror(errno)));
    return Descriptor();
}

}  // namespace

std::unique_ptr<RouteWatch> route_watch(Executor executor, Clock& clock) {
    return route_watch(std::move(executor), clock, open_netlink());
}

std::unique_ptr<RouteWatch> route_watch(Executor executor, Clock& clock, Descriptor socket) {
    return std::make_unique<KernelWatch>(std::move(executor), clock, std::move(socket));
}

}  // namespace outrider::net
