#include "platform/race.hpp"

#include "tests/support/result.hpp"
#include "tests/support/virtual_clock.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <vector>

namespace outrider::net {
namespace {

using namespace std::chrono_literals;
using test::VirtualClock;

constexpr Duration never = 1h;

// What connecting to an address comes to, and after how long.
struct Road {
    Duration takes;
    std::string error;  // empty: it connects
};

// Those that a race opens are all of this kind.
std::size_t open_descriptors() {
    std::size_t found = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code ignored;
        if (std::filesystem::read_symlink(entry, ignored) == "/dev/zero") ++found;
    }
    return found;
}

class Roads {
public:
    Roads(std::vector<std::pair<std::string, Road>> roads) {
        for (const auto& [host, road] : roads) {
            addresses_.push_back(*literal_address(host, 443));
            roads_.emplace(host, road);
        }
    }

    Result<Descriptor> race(Duration limit = 10s) {
        start_ = clock.uptime();
        Attempt attempt = [this](Address address) { return connect(address); };
        Result<Descriptor> winner =
            clock.run(net::race(clock, addresses_, attempt, clock.uptime() + limit));
        took = clock.uptime() - start_;
        return winner;
    }
    // The same by somebody who loses patience before the limit.
    Result<Descriptor> race_cut_short(Duration patience) {
        start_ = clock.uptime();
        Attempt attempt = [this](Address address) { return connect(address); };
        return clock.run(within(clock, patience, "it",
                                net::race(clock, addresses_, attempt, clock.uptime() + 10s)));
    }

    VirtualClock clock;
    Duration took{};
    std::string diary;  // who began, connected, failed or lost, and when

private:
    void note(const std::string& where, const char* what) {
        diary += fmt::format("{} {} {}; ", (clock.uptime() - start_).count(), where, what);
    }

    Async<Result<Descriptor>> connect(Address address) {
        const std::string where = to_string(address);
        const Road road = roads_.at(where);
        note(where, "begins");
        Descriptor socket(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
        const auto alarm = clock.alarm();
        const Result<> slept = co_await alarm->sleep(road.takes);
        note(where, !slept ? "loses" : road.error.empty() ? "connects" : "fails");
        if (!slept) co_return slept.error();
        if (!road.error.empty()) co_return Error(Fault::unreachable, road.error);
        co_return std::move(socket);
    }

    Addresses addresses_;
    std::map<std::string, Road> roads_;
    Uptime start_;
};

TEST_CASE("race: a first address that swallows everything costs a quarter of a second") {
    Roads roads({{"2001:db8::1", {never, ""}}, {"192.0.2.1", {40ms, ""}}});
    const Result<Descriptor> winner = roads.race();
    REQUIRE(winner);
    CHECK(roads.took == 290ms);
    CHECK(roads.took <= 300ms + 40ms);
    CHECK(roads.diary ==
          "0 2001:db8::1 begins; 250 192.0.2.1 begins; 290 192.0.2.1 connects; "
          "290 2001:db8::1 loses; ");
    CHECK(open_descriptors() == 1);
}

TEST_CASE("race: an address that refuses costs nothing more than its refusal") {
    Roads roads({{"2001:db8::1", {10ms, "Connection refused"}}, {"192.0.2.1", {40ms, ""}}});
    CHECK(roads.race());
    CHECK(roads.took == 50ms);
}

TEST_CASE("race: an address that is quick enough is the only one asked") {
    Roads roads({{"2001:db8::1", {249ms, ""}}, {"192.0.2.1", {1ms, ""}}});
    CHECK(roads.race());
    CHECK(roads.diary == "0 2001:db8::1 begins; 249 2001:db8::1 connects; ");
}

TEST_CASE("race: a slow first address may still win") {
    Roads roads({{"2001:db8::1", {300ms, ""}}, {"192.0.2.1", {100ms, ""}}});
    CHECK(roads.race());
    CHECK(roads.took == 300ms);
    CHECK(roads.diary.find("350") == std::string::npos);
    CHECK(roads.diary.find("300 192.0.2.1 loses") != std::string::npos);
}

TEST_CASE("race: of two that arrive in the same moment one is closed") {
    Roads roads({{"2001:db8::1", {350ms, ""}}, {"192.0.2.1", {100ms, ""}}});
    const Result<Descriptor> winner = roads.race();
    CHECK(winner);
    CHECK(open_descriptors() == 1);
}

TEST_CASE("race: when nobody answers, each address is told, and the limit holds") {
    Roads roads({{"2001:db8::1", {never, ""}},
                 {"192.0.2.1", {50ms, "No route to host"}},
                 {"2001:db8::2", {never, ""}},
                 {"192.0.2.2", {never, ""}}});
    const Result<Descriptor> winner = roads.race();
    REQUIRE_FALSE(winner);
    CHECK(winner.error().fault == Fault::unreachable);
    CHECK(winner.error().detail ==
          "2001:db8::1: no answer; 192.0.2.1: No route to host; 2001:db8::2: no answer; "
          "192.0.2.2: no answer");
    CHECK(roads.took == 10s);
    CHECK(roads.diary.find("300 2001:db8::2 begins; 550 192.0.2.2 begins; ") != std::string::npos);
    CHECK(open_descriptors() == 0);
}

TEST_CASE("race: when all have refused, nobody waits for the limit") {
    Roads roads(
        {{"192.0.2.1", {5ms, "Connection refused"}}, {"192.0.2.2", {6ms, "Connection refused"}}});
    CHECK(roads.race().error().detail ==
          "192.0.2.1: Connection refused; 192.0.2.2: Connection refused");
    CHECK(roads.took == 11ms);
}

TEST_CASE("race: without a moment left nothing is begun") {
    Roads roads({{"192.0.2.1", {5ms, ""}}});
    CHECK(roads.race(0ms).error().fault == Fault::unreachable);
    CHECK(roads.diary.empty());
}

TEST_CASE("race: a caller that is cancelled leaves nothing behind") {
    Roads roads({{"192.0.2.1", {never, ""}}, {"192.0.2.2", {never, ""}}});
    CHECK_FALSE(roads.race_cut_short(400ms));
    CHECK(roads.diary.find("400 192.0.2.1 loses") != std::string::npos);
    CHECK(roads.diary.find("400 192.0.2.2 loses") != std::string::npos);
    CHECK(open_descriptors() == 0);
}

}  // namespace
}  // namespace outrider::net
