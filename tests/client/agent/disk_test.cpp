// The whole agent on a disk that fails, or loses power, at each of its operations in turn.

#include "offline/powercut_disk.hpp"
#include "tests/client/agent/world.hpp"

#include <doctest/doctest.h>

#include <cerrno>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;

namespace {

Result<std::unique_ptr<offline::Store>> open_on(const offline::PowercutDisk& disk) {
    offline::StoreOptions options;
    options.database.path = "/outrider.db";
    options.database.vfs = disk.vfs();
    return offline::Store::open(options);
}

std::unique_ptr<World> world_on(const offline::PowercutDisk& disk) {
    auto store = open_on(disk);
    REQUIRE(store);
    auto world = std::make_unique<World>(std::move(*store));
    world->start();
    return world;
}

// Every accepted ping is at the office, once; the books say the same.
void check_books(World& world) {
    world.clock.run_for(10min);
    const offline::Audit audit = world.audit();
    INFO((audit.balances() ? "" : audit.discrepancies.front()));
    CHECK(audit.balances());
    CHECK(audit.of(offline::Lane::pings).queued == 0);
    CHECK(static_cast<std::size_t>(audit.of(offline::Lane::pings).by(offline::Cause::delivered)) ==
          world.office.received.size());
    for (const auto& [key, times] : world.office.received) CHECK(times == 1);
}

}  // namespace

TEST_SUITE("client/agent/disk") {
    TEST_CASE(
        "a disk that is full for one operation, any of them, makes no loss and no duplicate") {
        for (std::int64_t n = 1;; ++n) {
            CAPTURE(n);
            offline::PowercutDisk disk("full");
            auto world = world_on(disk);
            const auto before = disk.operations();
            disk.fail_at(before + n, ENOSPC);
            world->drive(80s);
            const bool reached = disk.operations() >= before + n;
            disk.forget_plan();
            check_books(*world);
            CHECK(world->audit().captured == 79);
            if (!reached) break;
            n += n / 8;  // dense where a story begins, sparse where it repeats itself
        }
    }

    TEST_CASE("a disk that stays full holds up nothing, and everything is kept once it has room") {
        offline::PowercutDisk disk("stays-full");
        auto world = world_on(disk);
        world->drive(10s);
        for (int second = 0; second < 120; ++second) {
            disk.fail_at(disk.operations() + 1, ENOSPC);
            world->drive(1s);
        }
        CHECK(world->agent->status().health == api::Status::Health::down);
        disk.forget_plan();
        world->drive(10s);
        check_books(*world);
        CHECK(world->audit().captured == 139);
        CHECK(world->agent->status().health == api::Status::Health::ok);
    }

    TEST_CASE(
        "after a power cut at any operation the office and the queue have what was accepted") {
        for (std::int64_t n = 1;; n += 1 + n / 8) {
            CAPTURE(n);
            Dice dice(static_cast<std::uint64_t>(n));
            offline::PowercutDisk disk("cut");
            std::map<ScriptedOffice::Key, int> before_the_cut;
            std::int64_t told = 0;
            bool reached = false;
            {
                auto world = world_on(disk);
                const auto listener = world->agent->verdicts().listen();
                const auto start = disk.operations();
                disk.cut_at(start + n, &dice);
                world->drive(80s);
                reached = !disk.has_power();
                disk.forget_plan();
                if (!reached) disk.cut(&dice);
                before_the_cut = world->office.received;
                Tasks listening(world->clock.executor());
                const auto hear = [](std::shared_ptr<agent::Broadcast::Listener> l,
                                     std::int64_t& last) -> Async<> {
                    for (;;) {
                        auto line = co_await l->next();
                        if (!line) co_return;
                        auto point = api::parse_track_point(*line);
                        if (point && point->sequence) last = *point->sequence;
                    }
                };
                listening.start(hear(listener, told));
                world->clock.run_for(1ms);
                world->clock.run(listening.stop());
            }
            disk.power_on();
            auto world = world_on(disk);
            world->clock.run_for(10min);
            const offline::Audit audit = world->audit();
            CHECK(audit.balances());
            CHECK(audit.of(offline::Lane::pings).queued == 0);
            const auto accepted = audit.by_lane[1].accepted;
            CHECK(accepted >= told);  // whoever was told that a ping is accepted was told the truth
            auto all = before_the_cut;
            all.insert(world->office.received.begin(), world->office.received.end());
            CHECK(static_cast<std::int64_t>(all.size()) == accepted);
            if (!reached) break;
        }
    }
}
