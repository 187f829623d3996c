#pragma once
// One device and one office, both real, with a network between them that the test owns.

#include "client/agent/courier.hpp"
#include "client/agent/workday.hpp"
#include "client/api/desks.hpp"
#include "client/office/reception.hpp"
#include "offline/store.hpp"
#include "tests/support/virtual_clock.hpp"

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace outrider::test {

inline constexpr dispatch::Id me = 301, mate = 302;

// The device's own clock: it may be wrong, and counts anew from each boot.
class DeviceClock final : public Clock {
public:
    explicit DeviceClock(VirtualClock& real) : real_(real) {}
    Instant now() const override { return real_.now() + wrong_by; }
    Uptime uptime() const override { return real_.uptime() - booted_; }
    std::unique_ptr<Alarm> alarm() override { return real_.alarm(); }
    void reboot() { booted_ = real_.uptime() - Uptime() - std::chrono::seconds(20); }

    Duration wrong_by{};

private:
    VirtualClock& real_;
    Duration booted_{};
};

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

enum class Weather { clear, no_signal, request_lost, answer_lost, slow, patchy };
std::string_view name(Weather);

// The network: what the device sends arrives, or does not, and so with the answer.
class Wire final : public http::Client {
public:
    Wire(Premises& premises, std::uint64_t seed);
    Async<Result<http::Response>> send(http::Request) override;
    Async<Result<http::Response>> send(http::Request, http::Sink) override;

    Weather weather = Weather::clear;
    std::function<void(const api::Move&)> leaving;        // the device, that very moment
    std::function<void(const api::Move&, int)> answered;  // by the office, with this status
    int answers_to_moves = 0;
    std::int64_t requests = 0;

private:
    Weather now();
    Duration way(Weather);
    http::Response act(const http::Request&);
    Premises& premises_;
    std::unique_ptr<Alarm> alarm_;
    Dice dice_;
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
