#include "platform/resolver.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace outrider::net {
namespace {

constexpr std::size_t most_addresses = 8;
constexpr Duration patience_with_a_spare = std::chrono::seconds(2);

std::optional<Address> address_of(const addrinfo& info) {
    Address address;
    if (info.ai_addrlen > sizeof address.storage) return std::nullopt;
    std::memcpy(&address.storage, info.ai_addr, info.ai_addrlen);
    address.length = info.ai_addrlen;
    return address;
}

// A broken IPv6 must not eat the time that IPv4 needs: the families take turns.
Addresses alternating(Addresses all) {
    if (all.empty()) return all;
    const int first = all.front().family();
    const auto others = std::stable_partition(
        all.begin(), all.end(), [&](const Address& address) { return address.family() == first; });
    Addresses mixed;
    auto one = all.begin();
    auto other = others;
    while (mixed.size() < most_addresses && (one != others || other != all.end())) {
        if (one != others) mixed.push_back(*one++);
        if (other != all.end()) mixed.push_back(*other++);
    }
    return mixed;
}

}  // namespace

std::string to_string(const Address& address) {
    std::array<char, NI_MAXHOST> host{};
    const int failed =
        ::getnameinfo(address.get(), address.length, host.data(),
                      static_cast<socklen_t>(host.size()), nullptr, 0, NI_NUMERICHOST);
    return failed == 0 ? std::string(host.data()) : std::string("an address");
}

std::optional<Address> literal_address(const std::string& host, std::uint16_t port) {
    Address address;
    auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
    if (::inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        address.length = sizeof *v4;
        return address;
    }
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
    if (::inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        address.length = sizeof *v6;
        return address;
    }
    return std::nullopt;
}

Result<Addresses> look_up(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int failed = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
    if (failed != 0) {
        return Error(Fault::unreachable,
                     fmt::format("cannot look up {}: {}", host, ::gai_strerror(failed)));
    }
    Addresses all;
    for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
        if (const auto address = address_of(*info)) all.push_back(*address);
    }
    ::freeaddrinfo(found);
    return alternating(std::move(all));
}

namespace {

// Where the thread leaves its answer. The loop's side closes it before the loop can be gone.
struct Slot {
    std::mutex mutex;
    std::function<void()> tell;  // empty once closed
    std::optional<Result<Addresses>> answer;
};

void fill(const std::shared_ptr<Slot>& slot, Result<Addresses> answer) {
    const std::lock_guard lock(slot->mutex);
    slot->answer.emplace(std::move(answer));
    if (slot->tell) slot->tell();
}

// A caller waiting for the look-up in flight.
class Waiting {
public:
    Waiting(std::vector<Alarm*>& all, Alarm& alarm) : all_(all), alarm_(alarm) {
        all_.push_back(&alarm_);
    }
    ~Waiting() { std::erase(all_, &alarm_); }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

private:
    std::vector<Alarm*>& all_;
    Alarm& alarm_;
};

}  // namespace

struct Resolver::State : std::enable_shared_from_this<Resolver::State> {
    State(Executor e, Clock& c, std::string h, std::uint16_t p, LookUp l)
        : executor(std::move(e)), clock(c), host(std::move(h)), port(p), look_up(std::move(l)) {}

    void begin();
    void finish();

    Executor executor;
    Clock& clock;
    std::string host;
    std::uint16_t port;
    LookUp look_up;
    std::shared_ptr<Slot> slot;  // while a look-up is in flight
    std::vector<Alarm*> waiting;
    Addresses last_good;
    std::optional<Error> failure;  // of the last look-up
};

void Resolver::State::begin() {
    slot = std::make_shared<Slot>();
    slot->tell = [this, weak = weak_from_this()] {
        boost::asio::post(executor, [weak] {
            if (const auto self = weak.lock()) self->finish();
        });
    };
    const auto work = [to = slot, ask = look_up, name = host, number = port] {
        fill(to, ask(name, number));
    };
    try {
        std::thread(work).detach();
    } catch (const std::system_error& error) {
        slot->answer.emplace(
            Error(Fault::unreachable,
                  fmt::format("cannot look up {}: no thread: {}", host, error.what())));
        finish();
    }
}

void Resolver::State::finish() {
    if (!slot) return;
    const std::shared_ptr<Slot> done = std::exchange(slot, nullptr);
    const std::lock_guard lock(done->mutex);
    if (done->answer && *done->answer && !(*done->answer)->empty()) {
        last_good = **done->answer;
        failure.reset();
    } else if (done->answer && !*done->answer) {
        failure = done->answer->error();
    } else {
        failure = Error(Fault::unreachable, host + " has no address");
    }
    for (Alarm* alarm : waiting) alarm->ring();
}

Resolver::Resolver(Executor executor, Clock& clock, std::string host, std::uint16_t port,
                   LookUp how)
    : state_(std::make_shared<State>(std::move(executor), clock, std::move(host), port,
                                     std::move(how))) {}

Resolver::~Resolver() {
    if (!state_->slot) return;
    const std::lock_guard lock(state_->slot->mutex);
    state_->slot->tell = nullptr;
}

Async<Result<Addresses>> Resolver::resolve(Duration limit) {
    const std::shared_ptr<State> state = state_;
    if (const auto address = literal_address(state->host, state->port)) {
        co_return Addresses(1, *address);
    }
    if (!state->slot) state->begin();
    if (state->slot) {
        const auto alarm = state->clock.alarm();
        const Waiting waiting(state->waiting, *alarm);
        const bool spare = !state->last_good.empty();
        const Duration patience = spare ? std::min(limit, patience_with_a_spare) : limit;
        const Result<> slept = co_await alarm->sleep(patience);
        if (!slept) co_return slept.error();
    }
    if (!state->last_good.empty()) co_return state->last_good;
    if (state->slot) {
        co_return Error(
            Fault::unreachable,
            fmt::format("cannot look up {}: the DNS server does not answer", state->host));
    }
    co_return *state->failure;
}

}  // namespace outrider::net
