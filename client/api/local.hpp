#pragma once
// What the agent tells the command line (and later the screen) over its unix socket, as JSON.

#include "gps/verdict.hpp"
#include "offline/store.hpp"
#include "platform/clock.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::api {

// GET /v1/status
struct Status {
    enum class Health { ok, degraded, down };
    Health health = Health::ok;
    std::vector<std::string> reasons;  // why it is not ok: sentences with the fix
    std::string version;
    Instant now{};
    Duration running{};
    struct Gps {
        std::string state;  // gps::name(SourceState)
        std::string detail, daemon, device;
        std::optional<Duration> fix_age;
        std::optional<double> latitude, longitude, speed_mps, track_deg, accuracy_m;
        std::optional<int> satellites;
    } gps;
    std::string motion;  // gps::name(MotionState)
    struct Queue {
        std::int64_t actions = 0, pings = 0, dead = 0;
        std::optional<Duration> oldest_age;
    } queue;
    struct Office {
        std::string url;
        std::string state;  // "up to date", "sending", "waiting to retry", "paused", "starting"
        std::optional<Instant> newest_acknowledged;  // the newest event time it confirmed
        std::optional<Duration> acknowledged_age;
        std::optional<Duration> next_attempt_in;
    } office;
    struct LastError {
        Instant at{};
        std::string fault, detail;
    };
    std::optional<LastError> last_error;
    std::int64_t captured = 0, reported = 0, delivered = 0;
};
std::string to_json(const Status&);
Result<Status> parse_status(std::string_view json);

// GET /v1/audit
std::string to_json(const offline::Audit&);
Result<offline::Audit> parse_audit(std::string_view json);

// One judged fix: a line (NDJSON) of GET /v1/tail, which never ends, and of
// GET /v1/track?from=…&to=…, which reads the journal.
struct TrackPoint {
    Instant time{};                      // the fix's own; the time it reached us when it had none
    double latitude = 0, longitude = 0;  // NaN when the fix had no position
    std::optional<double> speed_mps, track_deg, altitude_m, accuracy_m;
    gps::Judgement judgement;
    std::optional<std::int64_t> sequence;  // of the ping it became
    std::optional<Instant> delivered;      // when the office confirmed it; track only
};
std::string to_json(const TrackPoint&);  // one line, no newline at its end
Result<TrackPoint> parse_track_point(std::string_view line);

// The journal's record of a judged fix: under 64 bytes, versioned.
std::string encode(const TrackPoint&);
Result<TrackPoint> decode_track_point(std::string_view record);

}  // namespace outrider::api
