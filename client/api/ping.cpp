#include "client/api/ping.hpp"

#include "client/api/json_text.hpp"
#include "client/api/packed.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace outrider::api {

namespace {

constexpr std::uint8_t plain = 1, with_context = 2;  // versions
constexpr std::uint8_t flag_new = 1;
constexpr std::int32_t no_degrees = std::numeric_limits<std::int32_t>::min();
constexpr std::uint32_t no_speed = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t most_speed = 10'000'000;  // cm/s, 100 km/s: nothing we report comes near
constexpr Instant latest = Instant(std::chrono::sys_days(std::chrono::year(9999) / 12 / 31));

struct Unit {
    SpeedUnit unit;
    std::string_view name;
    std::uint64_t numerator, denominator;  // of one cm/s in hundredths of the unit, exactly
};
constexpr std::array<Unit, 3> units = {{
    {SpeedUnit::miles_per_hour, "mph", 3125, 1397},  // a mile is 1609.344 m
    {SpeedUnit::kilometres_per_hour, "km/h", 18, 5},
    {SpeedUnit::metres_per_second, "m/s", 1, 1},
}};

const Unit& of(SpeedUnit unit) {
    return *std::find_if(units.begin(), units.end() - 1,
                         [&](const Unit& each) { return each.unit == unit; });
}

// 1e-7 degrees; what is no coordinate at all becomes "unknown", never a wrong place.
std::int32_t pack_degrees(double degrees, double limit) {
    if (!(std::abs(degrees) <= limit)) return no_degrees;
    return static_cast<std::int32_t>(std::lround(degrees * 1e7));
}

std::uint32_t pack_speed(std::optional<double> mps) {
    if (!mps || !std::isfinite(*mps) || *mps < 0) return no_speed;
    return static_cast<std::uint32_t>(std::lround(std::min(*mps * 100, double{most_speed})));
}

double unpack_degrees(std::int32_t packed) {
    return packed == no_degrees ? std::numeric_limits<double>::quiet_NaN() : packed / 1e7;
}

// `scaled` with its last `decimals` digits after the point.
void append_decimal(std::string& out, std::uint64_t scaled, std::size_t decimals) {
    std::array<char, 24> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), scaled).ptr;
    const std::string_view digits(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    const std::size_t whole = digits.size() - std::min(digits.size(), decimals);
    out += whole == 0 ? "0" : digits.substr(0, whole);
    out += '.';
    out.append(decimals - (digits.size() - whole), '0');
    out += digits.substr(whole);
}

void append_degrees(std::string& out, std::int32_t packed) {
    if (packed == no_degrees) {
        out += "null";
        return;
    }
    if (packed < 0) out += '-';
    append_decimal(out, static_cast<std::uint64_t>(std::abs(std::int64_t{packed})), 7);
}

void append_speed(std::string& out, std::uint32_t packed, SpeedUnit speed_unit) {
    if (packed == no_speed) {
        out += "null";
        return;
    }
    const Unit& unit = of(speed_unit);
    append_decimal(out, (packed * unit.numerator + unit.denominator / 2) / unit.denominator, 2);
}

}  // namespace

Ping Ping::of(const gps::Fix& fix, bool is_new) {
    Ping ping;
    ping.time = fix.time.value_or(Instant{});
    ping.latitude = fix.latitude;
    ping.longitude = fix.longitude;
    ping.speed_mps = fix.speed_mps;
    ping.is_new = is_new;
    return ping;
}

std::string encode(const Ping& ping) {
    PackedWriter out;
    out.put(ping.under_way ? with_context : plain);
    out.put(ping.is_new ? flag_new : std::uint8_t{0});
    out.put(std::int64_t{std::clamp(ping.time, Instant{}, latest).time_since_epoch().count()});
    out.put(pack_degrees(ping.latitude, 90));
    out.put(pack_degrees(ping.longitude, 180));
    out.put(pack_speed(ping.speed_mps));
    if (ping.under_way) {
        out.put(ping.under_way->appointment);
        out.put(static_cast<std::uint8_t>(ping.under_way->status));
    }
    return out.take();
}

Result<Ping> decode_ping(std::string_view body) {
    PackedReader in(body);
    const auto found = in.get<std::uint8_t>();
    const auto flags = in.get<std::uint8_t>();
    const Instant time{Duration(in.get<std::int64_t>())};
    const auto latitude = in.get<std::int32_t>();
    const auto longitude = in.get<std::int32_t>();
    const auto speed = in.get<std::uint32_t>();
    const bool on_something = found == with_context;
    const auto appointment = on_something ? in.get<std::int64_t>() : std::int64_t{0};
    const auto status = on_something ? in.get<std::uint8_t>() : std::uint8_t{1};
    const auto within = [](std::int32_t packed, std::int64_t degrees) {
        return packed == no_degrees || std::abs(std::int64_t{packed}) <= degrees * 10'000'000;
    };
    if (found != plain && !on_something && !body.empty()) {
        return Error(Fault::malformed,
                     fmt::format("a ping's record has version {}, only {} and {} are known: it was "
                                 "written by a newer outrider",
                                 found, plain, with_context));
    }
    const bool whole = in.exact() && flags <= flag_new && time >= Instant{} && time <= latest &&
                       within(latitude, 90) && within(longitude, 180) &&
                       (speed <= most_speed || speed == no_speed) &&
                       status <= static_cast<std::uint8_t>(dispatch::Status::done);
    if (!whole) {
        return Error(Fault::malformed,
                     fmt::format("a ping's record of {} bytes is damaged", body.size()));
    }
    Ping ping;
    ping.time = time;
    ping.latitude = unpack_degrees(latitude);
    ping.longitude = unpack_degrees(longitude);
    if (speed != no_speed) ping.speed_mps = speed / 100.0;
    ping.is_new = flags == flag_new;
    if (on_something) {
        ping.under_way = Ping::Context{appointment, static_cast<dispatch::Status>(status)};
    }
    return ping;
}

Result<SpeedUnit> parse_speed_unit(std::string_view text) {
    for (const Unit& unit : units) {
        if (unit.name == text) return unit.unit;
    }
    return Error(Fault::malformed,
                 fmt::format("'{}' is no unit of speed: use mph, km/h or m/s", text));
}

std::string_view name(SpeedUnit unit) { return of(unit).name; }

std::string encode(const Destination& destination) {
    std::string out = "{\"api\":";
    const auto member = [&](std::string_view member_name, std::string_view value) {
        out += member_name;
        append_json_string(out, value);
    };
    append_json_string(out, destination.origin.url());
    member(",\"tenant\":", destination.tenant);
    member(",\"gps_provider\":", destination.gps_provider);
    member(",\"unit_id\":", destination.unit_id);
    member(",\"unit_name\":", destination.unit_name);
    member(",\"speed_unit\":", name(destination.speed_unit));
    return out + '}';
}

Result<Destination> decode_destination(std::string_view text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    std::string missing;
    const auto member = [&](const char* member_name) -> std::string {
        const auto found = json.is_object() ? json.find(member_name) : json.end();
        if (found != json.end() && found->is_string()) return found->get<std::string>();
        if (missing.empty()) missing = member_name;
        return {};
    };
    const std::string api = member("api"), speed_unit = member("speed_unit");
    Destination destination;
    destination.tenant = member("tenant");
    destination.gps_provider = member("gps_provider");
    destination.unit_id = member("unit_id");
    destination.unit_name = member("unit_name");
    if (!missing.empty()) {
        return Error(Fault::malformed, "a destination in the database has no " + missing);
    }
    const auto origin = net::parse_origin(api);
    if (!origin) return origin.error();
    const auto unit = parse_speed_unit(speed_unit);
    if (!unit) return unit.error();
    destination.origin = *origin;
    destination.speed_unit = *unit;
    return destination;
}

namespace {

using IdBuffer = std::array<char, 48>;

std::string_view write_external_id(IdBuffer& id, std::uint64_t identity, std::int64_t sequence) {
    constexpr std::string_view form = "or-0000000000000000-";
    std::ranges::copy(form, id.begin());
    for (std::size_t at = 18; identity > 0; identity >>= 4) {
        id[at--] = "0123456789abcdef"[identity & 0xf];
    }
    const auto end = std::to_chars(id.data() + form.size(), id.data() + id.size(), sequence).ptr;
    return {id.data(), static_cast<std::size_t>(end - id.data())};
}

}  // namespace

std::string external_id(std::uint64_t identity, std::int64_t sequence) {
    IdBuffer id;
    return std::string(write_external_id(id, identity, sequence));
}

std::optional<std::int64_t> sequence_of(std::string_view id, std::uint64_t identity) {
    constexpr std::size_t prefix = 20;  // "or-1f2e3d4c5b6a7988-"
    if (id.size() <= prefix || id.size() > prefix + 19) return std::nullopt;
    std::int64_t sequence = 0;
    const auto read = std::from_chars(id.data() + prefix, id.data() + id.size(), sequence);
    // Written again it is the same, sign, zeros and all.
    IdBuffer again;
    if (read.ec != std::errc() || id != write_external_id(again, identity, sequence)) {
        return std::nullopt;
    }
    return sequence;
}

void append_json(std::string& out, const Ping& ping, const Destination& destination,
                 std::string_view external_id) {
    out += "{\"unitId\":";
    append_json_string(out, destination.unit_id);
    out += ",\"unitName\":";
    append_json_string(out, destination.unit_name);
    out += ",\"eventTime\":\"";
    out += to_rfc3339(std::clamp(ping.time, Instant{}, latest));
    out += "\",\"latitude\":";
    append_degrees(out, pack_degrees(ping.latitude, 90));
    out += ",\"longitude\":";
    append_degrees(out, pack_degrees(ping.longitude, 180));
    out += ",\"speed\":";
    append_speed(out, pack_speed(ping.speed_mps), destination.speed_unit);
    out += R"(,"street":"","city":"","region":"","postalCode":"","message":"","externalId":)";
    append_json_string(out, external_id);
    out += ping.is_new ? ",\"isNew\":true" : ",\"isNew\":false";
    out += ",\"statusMessage\":\"";
    if (ping.under_way) {
        out += dispatch::name(ping.under_way->status);
        out += ": appointment ";
        out += std::to_string(ping.under_way->appointment);
    }
    out += "\"}";
}

std::size_t longest_json(const Destination& destination) {
    constexpr std::size_t digits = 48;  // of two coordinates and a speed, and a comma
    std::string out;
    Ping longest;
    longest.under_way = Ping::Context{std::numeric_limits<dispatch::Id>::min()};
    append_json(out, longest, destination, std::string(48, '0'));
    return out.size() + digits;
}

}  // namespace outrider::api
