#include "client/fleet/receiver.hpp"

#include "tests/support/result.hpp"
#include "tests/support/virtual_clock.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <utility>
#include <vector>

using namespace outrider;
using namespace outrider::fleet;
using namespace outrider::test;
using namespace std::chrono_literals;

namespace {

// Counts how often somebody goes to sleep.
class Counted final : public Clock {
public:
    explicit Counted(Clock& clock) : clock_(clock) {}
    Instant now() const override { return clock_.now() + 24h; }  // the device's is wrong
    Uptime uptime() const override { return clock_.uptime() - 10min; }
    std::unique_ptr<Alarm> alarm() override {
        return std::make_unique<Bed>(clock_.alarm(), sleeps);
    }

    int sleeps = 0;

private:
    class Bed final : public Alarm {
    public:
        Bed(std::unique_ptr<Alarm> alarm, int& sleeps)
            : alarm_(std::move(alarm)), sleeps_(sleeps) {}
        Async<Result<>> sleep(Duration d) override {
            ++sleeps_;
            return alarm_->sleep(d);
        }
        void ring() override { alarm_->ring(); }

    private:
        std::unique_ptr<Alarm> alarm_;
        int& sleeps_;
    };
    Clock& clock_;
};

struct World {
    explicit World(VanSettings settings = {}) : day(clock.now()), van(in(settings, day), 4) {
        receive();
    }
    static VanSettings in(VanSettings settings, Instant day) {
        settings.day = day;
        return settings;
    }
    void receive() {
        receiver = std::make_unique<Receiver>(device, clock, van);
        receiver->on_report = [this](const gps::Fix&, const Place& truth) {
            places.push_back(truth);
        };
    }
    Async<> listen() {
        for (;;) {
            const Result<gps::Fix> fix = co_await receiver->next();
            if (!fix) co_return;
            fixes.push_back(*fix);
        }
    }
    void listen_for(Duration time) {
        Tasks tasks(clock.executor());
        tasks.start(listen());
        clock.run_for(time);
        clock.run(tasks.stop());
    }
    gps::SourceState state() const { return receiver->view(device.uptime()).state; }

    VirtualClock clock;
    Counted device{clock};
    Instant day;
    Van van;
    std::unique_ptr<Receiver> receiver;
    std::vector<gps::Fix> fixes;
    std::vector<Place> places;
};

VanSettings every(Duration interval) {
    VanSettings settings;
    settings.interval = interval;
    return settings;
}

}  // namespace

TEST_CASE("a receiver reports on its satellites' seconds, one sleep each") {
    for (const Duration interval : {200ms, 1000ms, 5000ms}) {
        World world(every(interval));
        world.clock.run_for(333ms);
        world.listen_for(100s);
        const auto count = static_cast<std::size_t>(100s / interval);
        REQUIRE(world.fixes.size() >= count);
        REQUIRE(world.fixes.size() <= count + 1);
        CHECK(world.device.sleeps <= static_cast<int>(world.fixes.size()) + 1);
        CHECK(world.places.size() == world.fixes.size());
        for (std::size_t i = 0; i < world.fixes.size(); ++i) {
            const gps::Fix& fix = world.fixes[i];
            REQUIRE(fix.time);
            CHECK(fix.time->time_since_epoch() % interval == 0ms);
            CHECK(fix.device == gps::Device("/dev/ttyACM0"));
            if (i > 0) CHECK(*fix.time - *world.fixes[i - 1].time == interval);
            if (i > 0) CHECK(fix.seen - world.fixes[i - 1].seen == interval);
        }
        // By the true clock, and seen by the device's, a little later.
        const gps::Fix& last = world.fixes.back();
        const Duration late =
            (world.clock.now() - *last.time) - (world.device.uptime() - last.seen);
        CHECK(late > 0ms);
        CHECK(late < 200ms);
    }
}

TEST_CASE("a receiver that went off with the engine costs nothing until it is back") {
    VanSettings settings;
    settings.keeps_power = false;
    World world(settings);
    world.listen_for(600s);
    CHECK(world.fixes.empty());
    CHECK(world.device.sleeps == 1);
    CHECK(world.state() == gps::SourceState::no_device);
    Tasks tasks(world.clock.executor());
    tasks.start(world.listen());
    world.clock.run_for(600s);
    world.van.start_engine();
    world.clock.run_for(1500ms);
    CHECK(world.fixes.size() >= 1);
    CHECK(world.state() == gps::SourceState::no_fix);
    world.clock.run_for(60s);
    CHECK(world.fixes.size() >= 60);
    CHECK(world.state() == gps::SourceState::fix);
    world.van.stop_engine();
    const std::size_t until_then = world.fixes.size();
    world.clock.run_for(600s);
    CHECK(world.fixes.size() == until_then);
    world.clock.run(tasks.stop());
}

TEST_CASE("while gpsd is gone nothing comes, and the view says so") {
    VanSettings settings;
    settings.faults = {{ReceiverFault::Kind::silent, 20s, 80s, 0, 0}};
    World world(settings);
    world.listen_for(50s);
    const std::size_t before = world.fixes.size();
    CHECK(before <= 21);
    CHECK(before >= 19);
    CHECK(world.state() == gps::SourceState::no_gpsd);
    CHECK(world.receiver->view(world.device.uptime()).detail.find("systemctl") !=
          std::string::npos);
    world.listen_for(50s);
    CHECK(world.fixes.size() - before >= 19);
    CHECK(world.fixes.size() - before <= 21);
    CHECK(world.state() == gps::SourceState::fix);
}

TEST_CASE("two receivers report in turns") {
    VanSettings settings;
    settings.two_receivers = true;
    World world(settings);
    world.listen_for(60s);
    REQUIRE(world.fixes.size() >= 119);
    for (std::size_t i = 1; i < world.fixes.size(); ++i) {
        CHECK(world.fixes[i].device != world.fixes[i - 1].device);
        CHECK(world.fixes[i].seen > world.fixes[i - 1].seen);
    }
    CHECK(world.receiver->view(world.device.uptime()).device == world.fixes.back().device.path());
}

TEST_CASE("a receiver goes on where the van is when the agent starts again") {
    World world;
    world.van.pass_until(world.clock.uptime());
    world.van.set_off({4000, 1000});
    world.listen_for(60s);
    const std::size_t before = world.fixes.size();
    world.receiver.reset();
    world.clock.run_for(60s);
    world.van.stop_engine();
    world.van.start_engine();  // rings nobody
    world.receive();
    world.listen_for(10s);
    REQUIRE(world.fixes.size() >= before + 9);
    const double drove = metres_between(world.places[before - 1], world.places[before]);
    CHECK(drove > 50);
    CHECK(drove < 60 * 35);
    CHECK(*world.fixes[before].time > *world.fixes[before - 1].time + 59s);
}

TEST_CASE("a view grows stale when nobody listens") {
    World world;
    CHECK(world.state() == gps::SourceState::no_fix);
    world.listen_for(10s);
    CHECK(world.state() == gps::SourceState::fix);
    world.clock.run_for(6s);
    CHECK(world.state() == gps::SourceState::stale_fix);
    CHECK(world.receiver->view(world.device.uptime()).last_fix);
}
