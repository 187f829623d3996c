// A technician taps while the office accepts connections and never answers.

#include "client/api/office_day.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/peers.hpp"
#include "tests/bench/van.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>

namespace outrider::bench {
namespace {

constexpr dispatch::Id technician = 301;
constexpr int appointments = 8;

// Listens, and is all the network there is: the kernel accepts, nobody reads.
class Hanging {
public:
    Hanging() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* const any = reinterpret_cast<sockaddr*>(&address);
        socklen_t size = sizeof address;
        if (::bind(socket_, any, size) != 0 || ::listen(socket_, 64) != 0 ||
            ::getsockname(socket_, any, &size) != 0) {
            give_up("cannot listen");
        }
        port_ = ntohs(address.sin_port);
    }
    ~Hanging() { ::close(socket_); }
    Hanging(const Hanging&) = delete;
    Hanging& operator=(const Hanging&) = delete;
    std::uint16_t port() const { return port_; }

private:
    int socket_;
    std::uint16_t port_ = 0;
};

// A day as it was heard before the network went, in the notebook where the agent looks for it.
void write_day(const std::string& directory) {
    std::filesystem::create_directories(directory + "/state");
    offline::StoreOptions options;
    options.database.path = database_in(directory);
    const auto store = need(offline::Store::open(options));
    const Instant now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
    api::OfficeDay day;
    day.as_of = now;
    day.technician = technician;
    day.technician_name = "Ana Ruiz";
    day.rights.checked_in = true;
    for (int i = 1; i <= appointments; ++i) {
        api::Visit visit;
        visit.appointment = i;
        visit.job = 100 + i;
        visit.number = std::to_string(i);
        visit.customer_name = "A customer";
        visit.summary = std::string(300, 'x');
        visit.crew.push_back({technician, "Ana Ruiz", {}, now});
        day.visits.push_back(std::move(visit));
    }
    need(
        store->commit(now, [&] { return store->notebook().write("day", api::to_json(day), now); }));
}

// Whether all of an answer is there, by the length that it states.
bool is_whole(const std::string& answer) {
    constexpr std::string_view field = "Content-Length: ";
    const auto end = answer.find("\r\n\r\n"), length = answer.find(field);
    if (end == answer.npos || length > end) return false;
    const auto bytes = std::strtoul(answer.c_str() + length + field.size(), nullptr, 10);
    return answer.size() >= end + 4 + bytes;
}

// One request over a connection of its own, as the command line does it; the answer's status.
int post(const std::string& path, const std::string& target) {
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const std::string request =
        fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", target);
    std::string answer;
    const auto* const to = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(socket, to, sizeof address) == 0 &&
        ::write(socket, request.data(), request.size()) > 0) {
        char piece[16384];
        for (ssize_t got = 0;
             !is_whole(answer) && (got = ::read(socket, piece, sizeof piece)) > 0;) {
            answer.append(piece, static_cast<std::size_t>(got));
        }
    }
    ::close(socket);
    return is_whole(answer) ? std::atoi(answer.c_str() + 9) : 0;
}

}  // namespace

void tap(Report& report, const Options& options) {
    const int taps = options.quick() ? 100 : 400;
    const Hanging office;
    const std::string directory = options.directory + "/van";
    write_day(directory);
    Van van({directory, fmt::format("http://127.0.0.1:{}", office.port()),
             fmt::format("[gps]\nport = {}\n[technician]\nid = {}\n[dispatch]\nback_end = "
                         "\"office\"\ncheck_in = \"office\"\n",
                         Sink().port(), technician)});
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (post(van.socket(), "/v1/appointments/1/cancel") != 409) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        const bool late = std::chrono::steady_clock::now() > end;
        if (late) give_up("the agent does not answer: " + van.process().errors());
    }
    progress(fmt::format("tap: {} taps while the network hangs", taps));
    std::vector<double> all;
    for (int i = 0; i < taps; ++i) {
        const auto start = std::chrono::steady_clock::now();
        const int status =
            post(van.socket(), fmt::format("/v1/appointments/{}/{}", 1 + i / 2 % appointments,
                                           i % 2 == 0 ? "dispatch" : "cancel"));
        const std::chrono::duration<double, std::milli> took =
            std::chrono::steady_clock::now() - start;
        if (status != 202) give_up(fmt::format("a tap was answered {}", status));
        all.push_back(took.count());
    }
    const double worst = *std::ranges::max_element(all);
    report.heading(fmt::format(
        "A tap, on the disk and answered, while the network hangs: {} of them (other: the slowest)",
        taps));
    report.add({"tap.median_ms", "from the tap to its answer, median", "ms", median(std::move(all)),
                worst, ""});
    van.stop();
}

}  // namespace outrider::bench
