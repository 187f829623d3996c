#pragma once
// The office's own protocol, plainly not ServiceTitan's: what arrived, and how to misbehave. Served
// on the control socket only.

#include "client/office/archive.hpp"
#include "client/office/door.hpp"
#include "client/office/faults.hpp"

namespace outrider::office {

//   GET /office/v1/summary   {pings, duplicates, altered, failed, requests, newest_event_time,
//   units} GET /office/v1/pings     NDJSON in order of arrival: {arrival, request, received,
//   repeats, ping},
//                            `ping` as it was sent; ?unit=… for one unit's
//   GET, PUT /office/v1/faults   see parse_faults
class Control {
public:
    Control(Archive& archive, Faults& faults, Door& door)
        : archive_(archive), faults_(faults), door_(door) {}
    Async<http::Response> answer(http::Request, std::optional<net::Peer>);

private:
    http::Response summary();
    http::Response pings(const http::Request&);
    Async<http::Response> set_faults(std::string body);
    Async<> send_pings(net::Stream&, std::string unit);

    Archive& archive_;
    Faults& faults_;
    Door& door_;
};

}  // namespace outrider::office
