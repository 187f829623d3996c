#pragma once
// gpsd's side of the conversation, written by the test, and the source under test on virtual time.

#include "gps/gpsd.hpp"
#include "tests/support/memory_stream.hpp"
#include "tests/support/result.hpp"
#include "tests/support/virtual_clock.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace outrider::test {

using namespace gps;
using namespace std::chrono_literals;

inline constexpr const char* version =
    "{\"class\":\"VERSION\",\"release\":\"3.22\",\"rev\":\"3.22\",\"proto_major\":3}\r\n";
inline constexpr const char* no_devices = "{\"class\":\"DEVICES\",\"devices\":[]}\r\n";
inline constexpr const char* one_device =
    "{\"class\":\"DEVICES\",\"devices\":[{\"class\":\"DEVICE\",\"path\":\"/dev/a\","
    "\"activated\":\"2026-11-21T06:30:00.000Z\"}]}\r\n";
inline constexpr const char* gone =
    "{\"class\":\"DEVICE\",\"path\":\"/dev/a\",\"activated\":0}\r\n";
inline constexpr const char* back =
    "{\"class\":\"DEVICE\",\"path\":\"/dev/a\",\"activated\":\"2026-11-21T06:31:00.000Z\"}\r\n";
inline constexpr const char* lost = "{\"class\":\"TPV\",\"device\":\"/dev/a\",\"mode\":1}\r\n";

inline std::string report(int second, const std::string& device = "/dev/a") {
    char text[200];
    std::snprintf(
        text, sizeof text,
        "{\"class\":\"TPV\",\"device\":\"%s\",\"mode\":3,\"time\":\"2026-11-21T06:%02d:%02dZ\","
        "\"lat\":37.4,\"lon\":-122.1}\r\n",
        device.c_str(), second / 60 % 60, second % 60);
    return text;
}

// Lets a test see when connecting is tried.
class Watched final : public net::Connector {
public:
    Watched(Clock& clock, net::Connector& inner) : clock_(clock), inner_(inner) {}
    Async<Result<net::StreamPtr>> connect() override {
        attempts.push_back(clock_.uptime());
        return inner_.connect();
    }
    std::vector<Uptime> attempts;

private:
    Clock& clock_;
    net::Connector& inner_;
};

// A gpsd of another machine.
inline GpsdOptions elsewhere() {
    GpsdOptions options;
    options.host = "192.0.2.7";
    return options;
}

struct World {
    explicit World(GpsdOptions options = {})
        : source(make_gpsd(watched, clock, std::move(options), Dice(7))) {
        tasks.start(pump(*this));
    }
    ~World() { clock.run(tasks.stop()); }

    static Async<> pump(World& world) {
        for (;;) {
            Result<Fix> fix = co_await world.source->next();
            if (!fix) co_return;
            world.fixes.push_back(*fix);
        }
    }

    // A gpsd that greets, and answers commands, for as long as `answers`.
    static Async<> serve(World& world, net::Stream& stream) {
        world.live = &stream;
        Result<> greeted = co_await stream.write(world.greeting);
        while (greeted) {
            std::string command = co_await read_until(stream, "\n");
            if (command.empty()) break;
            world.heard.push_back(command);
            if (!world.answers) continue;
            Result<> answered = co_await stream.write(world.devices);
            if (!answered) break;
        }
        if (world.live == &stream) world.live = nullptr;
    }

    static Async<> write(net::Stream& stream, std::string text) {
        Result<> written = co_await stream.write(text);
        CHECK(written);
    }

    void say(const std::string& text) {
        REQUIRE(live != nullptr);
        clock.run(write(*live, text));
        clock.run_for(1ms);
    }

    SourceView view() { return source->view(clock.uptime()); }
    auto asked(const std::string& command) {
        return std::ranges::count_if(heard,
                                     [&](const auto& one) { return one.starts_with(command); });
    }

    VirtualClock clock;
    std::string greeting = version;
    std::string devices = one_device;
    bool answers = true;
    net::Stream* live = nullptr;
    std::vector<std::string> heard;
    std::vector<Fix> fixes;
    std::function<Async<>(net::Stream&)> peer = [this](net::Stream& stream) {
        return serve(*this, stream);
    };
    MemoryConnector connector{clock.executor(),
                              [this](net::Stream& stream) { return peer(stream); }};
    Watched watched{clock, connector};
    std::unique_ptr<Source> source;
    Tasks tasks{clock.executor()};
};

inline bool mentions(const SourceView& view, std::string_view text) {
    return view.detail.find(text) != std::string::npos;
}

// For peers that are no gpsd.
inline Async<> write_and_end(net::Stream& stream, std::string text) {
    Result<> written = co_await stream.write(text);
    CHECK(written);
}
inline Async<> write_for_ever(net::Stream& stream, std::string text) {
    Result<> written;
    while (written) written = co_await stream.write(text);
}

}  // namespace outrider::test
