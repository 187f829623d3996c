#pragma once
// What runs in a van from one start to the next: the whole agent, on a disk in memory, with a
// receiver and a network that are played.

#include "client/agent/agent.hpp"
#include "client/api/desks.hpp"
#include "client/api/servicetitan.hpp"
#include "client/fleet/device_clock.hpp"
#include "client/fleet/receiver.hpp"
#include "client/fleet/wire.hpp"
#include "offline/powercut_disk.hpp"
#include "platform/tasks.hpp"

#include <memory>

namespace outrider::fleet {

class Device {
public:
    struct Ground {  // what it finds, and leaves behind
        SimulatedClock& truth;
        DeviceClock& clock;
        Wire& wire;
        offline::PowercutDisk& disk;
        Van& van;
        const agent::Settings& settings;
    };
    // Fault::storage when the disk refuses.
    static Result<std::unique_ptr<Device>> start(const Ground&, std::uint64_t seed);
    ~Device();  // it must have been stopped
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    // In order: what it has is on the disk, and told if the office answers soon.
    SimulatedClock::Ended wind_down();
    SimulatedClock::Ended stop();  // at whatever it waits for: nothing more is written

    agent::Agent& agent() { return *agent_; }
    offline::Store& store() { return *store_; }
    const Clock& clock() const { return clock_; }  // as the agent has it
    Receiver& receiver() { return receiver_; }

private:
    Device(const Ground&, std::unique_ptr<offline::Store>);

    SimulatedClock& truth_;
    std::unique_ptr<offline::Store> store_;
    agent::TrustedClock clock_;
    api::Credentials credentials_;
    api::TokenSource tokens_;
    api::ServiceTitan uplink_;
    api::Line line_;
    std::unique_ptr<api::Desk> desk_;
    Receiver receiver_;
    std::unique_ptr<agent::Agent> agent_;
    Tasks tasks_;
};

// Of the technician's device, but for what the day's seed says otherwise.
agent::Settings device_settings(dispatch::Id technician);

}  // namespace outrider::fleet
