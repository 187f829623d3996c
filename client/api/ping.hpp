#pragma once
// A position as it is owed to the office: its compact form on disk and ServiceTitan's form on the
// wire.

#include "client/dispatch/day.hpp"
#include "gps/fix.hpp"
#include "offline/outbox.hpp"
#include "platform/result.hpp"
#include "platform/stream.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace outrider::api {

struct Ping {
    Instant time{};
    double latitude = 0, longitude = 0;  // kept to 1e-7 degrees
    std::optional<double> speed_mps;     // kept to 0.01 m/s
    bool is_new = false;                 // the unit's first ping ever
    // What the technician was on when it was made.
    struct Context {
        dispatch::Id appointment = 0;
        dispatch::Status status = dispatch::Status::dispatched;  // or working
        bool operator==(const Context&) const = default;
    };
    std::optional<Context> under_way;

    static Ping of(const gps::Fix&, bool is_new);
};

// The body of a ping's envelope: under 40 bytes, versioned. Decoding refuses anything else.
std::string encode(const Ping&);
Result<Ping> decode_ping(std::string_view body);

enum class SpeedUnit { miles_per_hour, kilometres_per_hour, metres_per_second };
Result<SpeedUnit> parse_speed_unit(std::string_view);  // "mph", "km/h", "m/s"
std::string_view name(SpeedUnit);

// Where a ping goes and as whose: kept with the envelope, so that a change of configuration never
// changes what is already owed.
struct Destination {
    net::Origin origin;  // of the API
    std::string tenant, gps_provider;
    std::string unit_id, unit_name;
    SpeedUnit speed_unit = SpeedUnit::miles_per_hour;  // ServiceTitan documents no unit
    bool operator==(const Destination&) const = default;
};
std::string encode(const Destination&);  // JSON, members in a fixed order
Result<Destination> decode_destination(std::string_view text);

// Stable for ever: the database's identity and the envelope's sequence, "or-1f2e3d4c5b6a7988-42".
std::string external_id(std::uint64_t identity, std::int64_t sequence);
// The other way; nothing for an id of another database.
std::optional<std::int64_t> sequence_of(std::string_view external_id, std::uint64_t identity);

// Appends one ping as the contract's object with its eleven required members and latitude,
// longitude, speed (null when unknown). The same arguments always give the same bytes.
void append_json(std::string& out, const Ping&, const Destination&, std::string_view external_id);
// The most bytes append_json adds for any ping to this destination, and a comma.
std::size_t longest_json(const Destination&);

}  // namespace outrider::api
