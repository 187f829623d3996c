#pragma once
// One device and one office, both real, with a network between them that the test owns.

#include "client/agent/courier.hpp"
#include "client/agent/workday.hpp"
#include "client/api/desks.hpp"
#include "client/fleet/device_clock.hpp"
#include "client/fleet/wire.hpp"
#include "client/office/reception.hpp"
#include "offline/store.hpp"
#include "tests/support/virtual_clock.hpp"

#include <memory>
#include <vector>

namespace outrider::test {

using fleet::DeviceClock;
using fleet::name;
using fleet::Weather;
using fleet::Wire;

inline constexpr dispatch::Id me = 301, mate = 302;

// The office behind its reception. Two technicians; the appointments 811 to 815, of jobs 711 to
// 713, as many as asked for; 812 is for both.
struct Premises {
    Premises(VirtualClock&, int appointments, bool limited, std::uint64_t seed);

    VirtualClock& clock;
    office::OfficeSettings settings;
    std::unique_ptr<offline::Database> database;
    office::Archive archive;
    office::Books books;
    office::Faults faults;
    office::Reception reception;
    std::vector<dispatch::Id> appointments, jobs;

private:
    void furnish(int count, bool limited);
    template <class Row>
    void add(Row row);
};

// Nobody drives in these days.
class NoPings final : public api::Uplink {
public:
    Async<Result<std::vector<api::Answer>>> deliver(std::span<const offline::Envelope>) override;
    std::size_t most_bytes(std::int64_t) override { return 320; }
};

// What runs on the device from one start to the next, without GPS.
struct Device {
    struct Ground {  // what it finds
        Executor executor;
        DeviceClock& clock;
        Wire& wire;
        offline::Store& store;
        agent::WorkdaySettings settings;
    };
    Device(const Ground&, std::uint64_t seed);
    void stop(VirtualClock&);  // at whatever it waits for

    api::Credentials credentials;
    api::TokenSource tokens;
    api::Line line;
    api::OfficeDesk desk;
    NoPings uplink;
    std::unique_ptr<agent::Workday> workday;
    agent::Courier courier;
    Tasks tasks;
};

}  // namespace outrider::test
