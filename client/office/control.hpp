#pragma once
// The office's own protocol on its control socket: its people's acts, what arrived, and how to
// misbehave.

#include "client/office/archive.hpp"
#include "client/office/books.hpp"
#include "client/office/door.hpp"
#include "client/office/faults.hpp"

#include <functional>

namespace outrider::office {

//   GET /office/v1/summary       {pings, duplicates, altered, failed, requests,
//                                newest_event_time, units}
//   GET /office/v1/pings         NDJSON in order of arrival: {arrival, request, received, repeats,
//                                ping}, `ping` as it was sent; ?unit=… for one unit's
//   GET, PUT /office/v1/faults   see parse_faults
//   and what protocol.hpp has, as the office's.
class Control {
public:
    Control(Archive& archive, Books& books, Faults& faults, Door& door)
        : archive_(archive), books_(books), faults_(faults), door_(door) {}
    Async<http::Response> answer(http::Request, std::optional<net::Peer>);

private:
    // The next piece of a document of any length, "" at its end; `after` moves on.
    using Lines = std::function<Result<std::string>(std::int64_t& after)>;

    struct Route;
    http::Response plain(const http::Request&);
    http::Response summary();
    Async<http::Response> set_faults(std::string body);
    Lines pings_of(const http::Request&);
    static http::Response stream(Lines);
    static Async<> send(net::Stream&, Lines);

    Archive& archive_;
    Books& books_;
    Faults& faults_;
    Door& door_;
};

}  // namespace outrider::office
