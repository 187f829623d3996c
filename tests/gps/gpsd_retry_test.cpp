#include "gps/gpsd.hpp"

#include "tests/gps/scripted_gpsd.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

using namespace outrider;
using namespace outrider::test;

namespace {

// Standard error, which is a pipe meanwhile.
class Log {
public:
    Log() : stderr_(::dup(STDERR_FILENO)) {
        REQUIRE(::pipe2(pipe_.data(), O_CLOEXEC | O_NONBLOCK) == 0);
        ::dup2(pipe_[1], STDERR_FILENO);
    }
    ~Log() {
        ::dup2(stderr_, STDERR_FILENO);
        for (const int fd : {stderr_, pipe_[0], pipe_[1]}) ::close(fd);
    }
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    // As many as came since the last call, or as a pipe holds.
    std::ptrdiff_t lines() {
        std::string text(64 * 1024, ' ');
        const ssize_t size = ::read(pipe_[0], text.data(), text.size());
        text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return std::ranges::count(text, '\n');
    }

private:
    int stderr_;
    std::array<int, 2> pipe_{};
};

}  // namespace

TEST_SUITE("gps/gpsd: when to try again") {
    TEST_CASE("without gpsd it says so, tells the cure and tries again ever more slowly") {
        World world(elsewhere());
        world.connector.refuse(Error(Fault::unreachable, "connection refused"));
        world.clock.run_for(10min);
        CHECK(world.view().state == SourceState::no_gpsd);
        CHECK(mentions(world.view(), "192.0.2.7:2947: systemctl status gpsd.socket"));
        CHECK(world.view().connections == 0);
        const auto& at = world.watched.attempts;
        REQUIRE(at.size() > 20);
        CHECK(at.size() < 60);
        Duration retry = 100ms;
        for (std::size_t i = 1; i < at.size(); ++i) {
            const Duration gap = at[i] - at[i - 1];
            CHECK(gap >= retry / 2);
            CHECK(gap <= retry + 1ms);
            retry = std::min<Duration>(retry * 2, 30s);
        }
        world.connector.refuse(std::nullopt);
        world.clock.run_for(31s);
        world.say(report(1));
        CHECK(world.view().state == SourceState::fix);
    }

    TEST_CASE("a gpsd of this machine is found again within a second, however long it was gone") {
        for (const char* host : {"127.0.0.1", "localhost", "::1"}) {
            CAPTURE(host);
            GpsdOptions options;
            options.host = host;
            World world(options);
            world.connector.refuse(Error(Fault::unreachable, "connection refused"));
            world.clock.run_for(10min);
            CHECK(world.watched.attempts.size() < 600 * 2);
            CHECK(world.view().connections == 0);
            world.connector.refuse(std::nullopt);
            world.clock.run_for(1s);
            CHECK(world.view().connections == 1);
        }
    }

    TEST_CASE("a gpsd that ended again and again is left in peace, but found when it was gone") {
        World world;
        world.peer = [](net::Stream& stream) { return write_and_end(stream, version); };
        world.clock.run_for(10min);
        world.connector.refuse(Error(Fault::unreachable, "connection refused"));
        world.clock.run_for(1min);
        world.peer = [&world](net::Stream& stream) { return World::serve(world, stream); };
        world.connector.refuse(std::nullopt);
        world.clock.run_for(1s);
        CHECK(world.view().daemon == "gpsd 3.22 at 127.0.0.1:2947");
    }

    TEST_CASE("a gpsd that dies every quarter of a minute is no news each time") {
        World world;
        Log log;
        for (int i = 0; i < 240; ++i) {
            while (world.live == nullptr) world.clock.run_for(10ms);
            world.clock.run_for(15s);
            world.say(report(1));
            world.live->reset();
        }
        world.clock.run_for(1ms);
        const auto said = log.lines();
        CHECK(said >= 2);
        CHECK(said <= 20);
    }

    TEST_CASE("the 65th client is told the reason it is hung up on, and does not hammer") {
        World world(elsewhere());
        world.peer = [](net::Stream& stream) { return write_and_end(stream, ""); };
        world.clock.run_for(10min);
        CHECK(mentions(world.view(), "64 clients"));
        CHECK(world.watched.attempts.size() < 60);
    }

    TEST_CASE("the 65th client of a gpsd of this machine takes its place once another leaves") {
        World world;
        world.peer = [](net::Stream& stream) { return write_and_end(stream, ""); };
        world.clock.run_for(10min);
        CHECK(mentions(world.view(), "64 clients"));
        CHECK(world.watched.attempts.size() < 600 * 2);
        world.peer = [&world](net::Stream& stream) { return World::serve(world, stream); };
        world.clock.run_for(1s);
        CHECK(world.view().state == SourceState::no_fix);
    }

    TEST_CASE("a gpsd that dies at each report is tried ever more slowly") {
        World world;
        world.peer = [](net::Stream& stream) { return write_and_end(stream, version + report(1)); };
        world.clock.run_for(10min);
        CHECK(!world.fixes.empty());
        CHECK(world.watched.attempts.size() < 60);
    }

    TEST_CASE("a connection that reported for 10 s makes the next attempt quick again") {
        World world;
        world.connector.refuse(Error(Fault::unreachable, "connection refused"));
        world.clock.run_for(10min);
        world.connector.refuse(std::nullopt);
        const auto attempts_after_a_life_of = [&world](Duration life) {
            while (world.live == nullptr) world.clock.run_for(10ms);
            world.clock.run_for(life);
            world.say(report(1));
            const auto before = world.watched.attempts.size();
            world.live->reset();
            world.clock.run_for(150ms);
            return world.watched.attempts.size() - before;
        };
        CHECK(attempts_after_a_life_of(9s) == 0);
        CHECK(attempts_after_a_life_of(11s) == 1);
    }
}
