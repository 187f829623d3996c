#pragma once
// gpsd as a Source: Asio owns the socket, libgps reads the lines.

#include "gps/source.hpp"
#include "platform/random.hpp"
#include "platform/stream.hpp"

#include <memory>
#include <string>
#include <vector>

namespace outrider::gps {

struct GpsdOptions {
    std::string host = "127.0.0.1";  // for the user's eyes: the connector knows the way
    std::uint16_t port = 2947;
    std::string device;  // only this receiver when set
    Duration stale_after = std::chrono::seconds(10);
    Duration greeting_limit = std::chrono::seconds(3);  // VERSION must have come by then
    Duration ask_after = std::chrono::seconds(10);  // silence after which gpsd is asked ?DEVICES
    Duration reconnect_after = std::chrono::seconds(60);  // no report for so long: reconnect, once
    Duration first_retry = std::chrono::milliseconds(100), longest_retry = std::chrono::seconds(30);
    // On this machine it costs nothing to ask whether gpsd is there again.
    Duration longest_retry_here = std::chrono::seconds(1);
};

std::unique_ptr<Source> make_gpsd(net::Connector&, Clock&, GpsdOptions, Dice);

// What one line of gpsd's says. Made public for its tests and its fuzzer.
struct GpsdLine {
    enum class Kind { unreadable, version, devices, device, watch, report, sky, error, other };
    Kind kind = Kind::unreadable;
    Fix fix;                             // report: TPV without satellites
    std::optional<int> satellites_used;  // sky
    std::string device;                  // report, sky, device
    bool activated = false;              // device: false when the receiver has gone
    std::vector<std::string> devices;    // devices: those that are active
    std::string text;                    // version: the release; error: gpsd's message
};

// Reads lines one by one; holds libgps' state between them. A line is at most 64 KiB.
class GpsdReader {
public:
    GpsdReader();
    ~GpsdReader();
    GpsdLine read(std::string_view line);  // never throws, whatever the bytes

private:
    struct State;
    std::unique_ptr<State> state_;
};

// Starts the reports: of one receiver, or of all when `device` is empty.
std::string watch_command(const std::string& device);

}  // namespace outrider::gps
