#pragma once

#include "client/agent/courier.hpp"
#include "tests/client/agent/world.hpp"

namespace outrider::test {

using offline::Lane;

// The courier alone, with envelopes written straight into the outbox.
struct Road {
    explicit Road(std::uint64_t seed = 1)
        : office(clock),
          courier(*store, office, clock, agent::SyncSettings{}, agent::RetrySettings{}, Dice(seed)),
          tasks(clock.executor()) {
        Result<> made = store->commit(clock.now(), [&]() -> Result<> {
            auto id = store->outbox().destination("somewhere");
            if (!id) return id.error();
            destination = *id;
            return {};
        });
        REQUIRE(made);
    }
    ~Road() { clock.run(tasks.stop()); }

    void start() { tasks.start(courier.run()); }
    void write(int count, Lane lane = Lane::pings) {
        Result<> written = store->commit(clock.now(), [&]() -> Result<> {
            for (int i = 0; i < count; ++i) {
                api::Ping ping;
                ping.time = clock.now() + std::chrono::milliseconds(i);
                auto added = store->outbox().add(lane, clock.now(), destination, api::encode(ping));
                if (!added) return added.error();
                store->ledger().count("captured");
            }
            return {};
        });
        REQUIRE(written);
        courier.nudge();
    }
    std::int64_t waiting(Lane lane = Lane::pings) { return store->outbox().size(lane); }

    VirtualClock clock;
    std::unique_ptr<offline::Store> store = memory_store();
    ScriptedOffice office;
    agent::Courier courier;
    Tasks tasks;
    std::int64_t destination = 0;
};

}  // namespace outrider::test
