// What a ping says when it leaves, beside what it says on the disk.

#include "client/fleet/ping_witness.hpp"

#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <string>
#include <string_view>

namespace outrider::fleet {
namespace {

constexpr double place_tolerance_deg = 1e-9;
constexpr double speed_tolerance = 0.0051;  // written to 0.01 of the unit

// Of one metre a second.
double in_unit(api::SpeedUnit unit) {
    switch (unit) {
        case api::SpeedUnit::miles_per_hour: return 3600 / 1609.344;
        case api::SpeedUnit::kilometres_per_hour: return 3.6;
        case api::SpeedUnit::metres_per_second: return 1;
    }
    return 1;
}

std::size_t status_of(const api::Ping& ping) {
    std::string status;
    if (ping.under_way) {
        status = fmt::format("{}: appointment {}", name(ping.under_way->status),
                             ping.under_way->appointment);
    }
    return std::hash<std::string_view>()(status);
}

}  // namespace

void PingWitness::understand(const FlatObject& text, Owed& one) {
    const auto time = text.time("eventTime");
    const auto latitude = text.number("latitude"), longitude = text.number("longitude");
    const auto speed = text.number("speed");
    std::string_view wrong;
    if (!time) wrong = "time";
    if (!latitude || !longitude) wrong = "place";
    if (!speed && text.at("speed") != "null") wrong = "speed";
    if (text.at("unitId") != rules_.unit_id) wrong = "unit";
    if (text.at("unitName") != rules_.unit_name) wrong = "unit's name";
    if (!wrong.empty()) {
        return complain(
            fmt::format("ping {} left with another {}: {}", one.sequence, wrong, text.text));
    }
    one.sent = {*time,
                *latitude,
                *longitude,
                speed.value_or(-1),
                text.at("isNew") == "true",
                std::hash<std::string_view>()(text.at("statusMessage"))};
    if (one.ping) compare_sent(one);
}

void PingWitness::compare_sent(Owed& one) {
    const api::Ping& ping = *one.ping;
    const Sent& sent = one.sent;
    const double speed = ping.speed_mps ? *ping.speed_mps * in_unit(rules_.speed_unit) : -1;
    std::string_view wrong;
    if (sent.time != ping.time) wrong = "time";
    if (!(std::abs(sent.latitude - ping.latitude) <= place_tolerance_deg)) wrong = "latitude";
    if (!(std::abs(sent.longitude - ping.longitude) <= place_tolerance_deg)) wrong = "longitude";
    if (!(std::abs(sent.speed - speed) <= speed_tolerance)) wrong = "speed";
    if (sent.is_new != ping.is_new) wrong = "isNew";
    if (sent.status != status_of(ping)) wrong = "statusMessage";
    if (wrong.empty()) return;
    complain(
        fmt::format("ping {} left with another {}: {:.7f}, {:.7f} at {}, speed {}, where the "
                    "disk has {:.7f}, {:.7f} at {}, speed {}",
                    one.sequence, wrong, sent.latitude, sent.longitude, to_rfc3339(sent.time),
                    sent.speed, ping.latitude, ping.longitude, to_rfc3339(ping.time), speed));
}

// It was gone from the disk before anybody looked.
void PingWitness::take_as_sent(Owed& one) {
    const double unit = in_unit(rules_.speed_unit);
    api::Ping& ping = one.ping.emplace();
    ping.time = one.sent.time;
    ping.latitude = one.sent.latitude;
    ping.longitude = one.sent.longitude;
    if (one.sent.speed >= 0) ping.speed_mps = one.sent.speed / unit;
    ping.is_new = one.sent.is_new;
    compare_with_fix(one, speed_tolerance / unit);
}

}  // namespace outrider::fleet
