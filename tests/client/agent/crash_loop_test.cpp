// What happens to the agent as a whole: it dies of one record again and again, or its file is
// damaged.

#include "tests/client/agent/world.hpp"
#include "tests/offline/spoilt.hpp"
#include "tests/support/overheard.hpp"
#include "tests/support/temporary_directory.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

using namespace outrider;
using namespace outrider::test;
using namespace std::chrono_literals;
using offline::Cause;
using offline::Lane;

namespace {

std::unique_ptr<offline::Store> store_in(const std::string& file) {
    offline::StoreOptions options;
    options.database.path = file;
    auto store = offline::Store::open(options);
    REQUIRE(store);
    return std::move(*store);
}

// Pings that wait for the office which the world's settings name.
void fill(offline::Store& store, Clock& clock, int count, const std::string& body = "") {
    REQUIRE(store.commit(clock.now(), [&]() -> Result<> {
        auto to = store.outbox().destination(api::encode(sample_settings().destination));
        if (!to) return to.error();
        for (int i = 0; i < count; ++i) {
            api::Ping ping;
            ping.time = clock.now() + std::chrono::milliseconds(i);
            auto added = store.outbox().add(Lane::pings, clock.now(), *to,
                                            body.empty() ? api::encode(ping) : body);
            if (!added) return added.error();
            store.ledger().count("captured");
        }
        return {};
    }));
}

// A whole life of the agent in a process of its own, which dies of this record. How it ended.
int life(const std::string& file, std::int64_t poison) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        World world(store_in(file));
        world.office.on_handling = [poison](const offline::Envelope& envelope) {
            if (envelope.sequence == poison) ::_exit(9);
        };
        world.start();
        world.clock.run_for(5min);
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_SUITE("client/agent/crash_loop") {
    TEST_CASE("a record that the program dies of is set aside at the fourth start") {
        const TemporaryDirectory directory;
        const std::string file = directory.file("outrider.db");
        {
            VirtualClock time;
            auto store = store_in(file);
            fill(*store, time, 6);
        }
        for (int i = 0; i < 3; ++i) CHECK(life(file, 3) == 9);
        const Overheard log;
        World world(store_in(file));
        CHECK(log.times("pings 3 made the program crash three times and is set aside") == 1);
        world.start();
        world.clock.run_for(5min);
        CHECK(world.office.received.size() == 5);
        CHECK_FALSE(world.office.received.contains({Lane::pings, 3}));
        const auto dead = world.store->outbox().dead_letters(Lane::pings, 9);
        REQUIRE(dead);
        REQUIRE(dead->size() == 1);
        CHECK(dead->front().envelope.sequence == 3);
        CHECK(dead->front().words == "made the agent crash");
        CHECK(world.audit().of(Lane::pings).by(Cause::delivered) == 5);
        CHECK(world.audit().balances());
    }

    TEST_CASE("an agent that is killed while it waits for the office blames no record") {
        const TemporaryDirectory directory;
        const std::string file = directory.file("outrider.db");
        {
            VirtualClock time;
            auto store = store_in(file);
            fill(*store, time, 6);
        }
        for (int i = 0; i < 4; ++i) {
            const pid_t child = ::fork();
            REQUIRE(child >= 0);
            if (child == 0) {
                World world(store_in(file));
                world.office.latency = 24h;
                world.start();
                world.clock.run_for(20s);
                ::_exit(world.office.requests == 1 ? 9 : 0);
            }
            int status = 0;
            REQUIRE(::waitpid(child, &status, 0) == child);
            CHECK(WEXITSTATUS(status) == 9);
        }
        World world(store_in(file));
        world.start();
        world.clock.run_for(5min);
        CHECK(world.office.received.size() == 6);
    }

    TEST_CASE("damage found while the agent runs is told once") {
        offline::PowercutDisk disk("spoilt");
        auto opened = offline::Store::open(offline::on(disk));
        REQUIRE(opened);
        World world(std::move(*opened));
        // More than SQLite keeps in memory.
        const std::string body(400, 'x');
        for (int i = 0; i < 10; ++i) fill(*world.store, world.clock, 1000, body);
        std::string file = disk.bytes(offline::file_name);
        const std::size_t at = file.find(body) / offline::page * offline::page;
        file.replace(at, offline::page, offline::page, '\xa5');
        disk.put_bytes(offline::file_name, file);
        const Overheard log;
        world.start();
        world.clock.run_for(30min);
        CHECK(world.store->salvages() == 1);
        CHECK(log.times("agent: found while running: ") == 1);
        CHECK(world.store->outbox().size(Lane::pings) == 0);
        CHECK(world.agent->status().gone.lost > 0);
        CHECK(world.audit().balances());
    }
}
