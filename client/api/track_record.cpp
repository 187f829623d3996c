#include "client/api/local.hpp"
#include "client/api/packed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace outrider::api {

namespace {

constexpr std::uint8_t version = 1;
constexpr Instant latest = Instant(std::chrono::sys_days(std::chrono::year(9999) / 12 / 31));

// What a record holds besides version, flags, time, verdict and cause, in this order.
enum Part : std::uint8_t {
    position = 1,       // two integers of 1e-7 degrees
    wild_position = 2,  // two doubles, for what a receiver says beyond ±180 degrees
    speed = 4,
    track = 8,
    altitude = 16,
    accuracy = 32,
    sequence = 64,
    measured = 128,  // with its limit
};

bool fits(double degrees) { return std::abs(degrees) <= 180; }

// In hundredths; nothing when there is no such number.
std::optional<std::int32_t> pack(std::optional<double> value) {
    if (!value || !std::isfinite(*value)) return std::nullopt;
    constexpr double most = std::numeric_limits<std::int32_t>::max();
    return static_cast<std::int32_t>(std::lround(std::clamp(*value * 100, -most, most)));
}

// The double with the float's shortest decimals: 183.2 rather than 183.19999694824219.
double widen(float value) {
    constexpr float exact = 1 << 24;  // below it whole numbers, and most bounds are, have no others
    if (std::abs(value) < exact && value == std::trunc(value)) return value;
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    double wide = 0;
    std::from_chars(digits.data(), end, wide);
    return wide;
}

bool known(gps::Verdict verdict) {
    const auto all = gps::all_verdicts();
    return std::find(all.begin(), all.end(), verdict) != all.end();
}

void read_position(PackedReader& in, unsigned parts, TrackPoint& point) {
    point.latitude = point.longitude = std::numeric_limits<double>::quiet_NaN();
    if (parts & position) {
        point.latitude = in.get<std::int32_t>() / 1e7;
        point.longitude = in.get<std::int32_t>() / 1e7;
    } else if (parts & wild_position) {
        point.latitude = in.get<double>();
        point.longitude = in.get<double>();
    }
}

bool sound(const TrackPoint& point, unsigned parts) {
    const bool both = (parts & position) && (parts & wild_position);
    const bool placed = (parts & (position | wild_position)) == 0 ||
                        (std::isfinite(point.latitude) && std::isfinite(point.longitude));
    return !both && placed && point.time >= Instant{} && point.time <= latest &&
           known(point.judgement.verdict) && point.judgement.cause <= gps::Cause::last &&
           std::isfinite(point.judgement.measured) && std::isfinite(point.judgement.limit);
}

}  // namespace

std::string encode(const TrackPoint& point) {
    const gps::Judgement& judgement = point.judgement;
    const std::array scalars = {pack(point.speed_mps), pack(point.track_deg),
                                pack(point.altitude_m), pack(point.accuracy_m)};
    unsigned parts = 0;
    if (std::isfinite(point.latitude) && std::isfinite(point.longitude)) {
        parts |= fits(point.latitude) && fits(point.longitude) ? position : wild_position;
    }
    for (std::size_t i = 0; i < scalars.size(); ++i) {
        if (scalars[i]) parts |= unsigned{speed} << i;
    }
    if (point.sequence) parts |= sequence;
    const auto measure = static_cast<float>(judgement.measured);
    const auto limit = static_cast<float>(judgement.limit);
    const bool worth = std::isfinite(measure) && std::isfinite(limit);
    if (worth && (measure != 0 || limit != 0)) parts |= measured;

    PackedWriter out;
    out.put(version);
    out.put(static_cast<std::uint8_t>(parts));
    out.put(std::int64_t{std::clamp(point.time, Instant{}, latest).time_since_epoch().count()});
    out.put(static_cast<std::uint8_t>(judgement.verdict));
    out.put(static_cast<std::uint8_t>(judgement.cause));
    if (parts & position) {
        out.put(static_cast<std::int32_t>(std::lround(point.latitude * 1e7)));
        out.put(static_cast<std::int32_t>(std::lround(point.longitude * 1e7)));
    } else if (parts & wild_position) {
        out.put(point.latitude);
        out.put(point.longitude);
    }
    for (const auto& scalar : scalars) {
        if (scalar) out.put(*scalar);
    }
    if (point.sequence) out.put(*point.sequence);
    if (parts & measured) {
        out.put(measure);
        out.put(limit);
    }
    return out.take();
}

Result<TrackPoint> decode_track_point(std::string_view record) {
    PackedReader in(record);
    const auto found = in.get<std::uint8_t>();
    if (found != version && !record.empty()) {
        return Error(Fault::malformed,
                     fmt::format("a track record has version {}, only {} is known: it was written "
                                 "by a newer outrider",
                                 found, version));
    }
    const unsigned parts = in.get<std::uint8_t>();
    TrackPoint point;
    point.time = Instant{Duration(in.get<std::int64_t>())};
    point.judgement.verdict = static_cast<gps::Verdict>(in.get<std::uint8_t>());
    point.judgement.cause = static_cast<gps::Cause>(in.get<std::uint8_t>());
    read_position(in, parts, point);
    const std::array scalars = {&point.speed_mps, &point.track_deg, &point.altitude_m,
                                &point.accuracy_m};
    for (std::size_t i = 0; i < scalars.size(); ++i) {
        if (parts & (unsigned{speed} << i)) *scalars[i] = in.get<std::int32_t>() / 100.0;
    }
    if (parts & sequence) point.sequence = in.get<std::int64_t>();
    if (parts & measured) {
        point.judgement.measured = widen(in.get<float>());
        point.judgement.limit = widen(in.get<float>());
    }
    if (!in.exact() || !sound(point, parts)) {
        return Error(Fault::malformed,
                     fmt::format("a track record of {} bytes is damaged", record.size()));
    }
    return point;
}

}  // namespace outrider::api
