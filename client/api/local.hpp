#pragma once
// What the agent tells the command line (and later the screen) over its unix socket, and what it is
// asked to do there, as JSON.

#include "client/api/local_coverage.hpp"
#include "client/api/ping.hpp"
#include "client/api/privacy.hpp"
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
    std::vector<std::string> reasons;  // why it is not ok, and what is lost: with the fix
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
    // accepted = delivered + actions + pings + dead + all that is gone, at every moment.
    struct Queue {
        std::int64_t accepted = 0, delivered = 0;  // ever, pings and actions
        std::int64_t actions = 0, pings = 0, dead = 0;
        std::int64_t bytes = 0;  // about what those waiting take on the disk
        std::optional<Duration> oldest_age;
    } queue;
    struct Office {
        std::string url;
        std::string state;  // "up to date", "sending", "waiting to retry", "paused", "starting"
        std::optional<Instant> newest_acknowledged;  // the newest event time it confirmed
        std::optional<Duration> acknowledged_age;
        std::optional<Duration> next_attempt_in;
        bool paused_by_hand = false;
        std::optional<Instant> refused_since;  // credentials or configuration, restarts included
        std::int64_t ambiguous = 0;            // attempts ever whose outcome was not known
    } office;
    struct Gone {  // without having been delivered: offline::Cause has what each means
        std::int64_t expired = 0, thinned = 0, discarded = 0, lost = 0, dropped = 0, skipped = 0,
                     settled = 0;
    } gone;
    struct LastError {
        Instant at{};
        std::string fault, detail;
    };
    std::optional<LastError> last_error;
    std::int64_t captured = 0, reported = 0, delivered = 0;  // fixes; and as pings
    std::optional<Coverage> coverage;                        // of the shift so far
    std::optional<PrivacyView> privacy;
};
std::string to_json(const Status&);
Result<Status> parse_status(std::string_view json);

// GET /v1/audit
std::string to_json(const offline::Audit&);
Result<offline::Audit> parse_audit(std::string_view json);

// GET /v1/custody, whose header comes before the proof is finished.
std::string to_json(const offline::Custody&);
Result<offline::Custody> parse_custody(std::string_view json);
// The books with the proof as their last member, "custody".
std::string to_json(const offline::Audit&, const offline::Custody&);

// An envelope that waits, or a dead letter: a line (NDJSON) of
// GET /v1/queue?lane=…&from=…&limit=…, in sequence, actions before pings, and of
// GET /v1/dead?lane=…&to=…&limit=…, the newest first.
struct QueueRecord {
    offline::Lane lane = offline::Lane::pings;
    std::int64_t sequence = 0;
    Instant written{};
    std::int64_t owner = 0;   // the technician; 0: nobody was signed in
    std::string destination;  // its text: JSON, see decode_destination
    std::string external_id;  // of a ping
    std::optional<Ping> ping;
    std::string body, link;         // as they are on the disk, in hexadecimal
    std::optional<Instant> buried;  // of a dead letter
    std::string words;              // of the office about a dead letter
};
// `destination` is its text, `identity` the store's.
QueueRecord record_of(const offline::Envelope&, std::string destination, std::uint64_t identity);
std::string to_json(const QueueRecord&);  // one line, no newline at its end
Result<QueueRecord> parse_queue_record(std::string_view line);

// POST /v1/dead/retry and /v1/dead/drop.
struct DeadRequest {
    static constexpr std::size_t most = 500;  // sequences
    offline::Lane lane = offline::Lane::pings;
    std::vector<std::int64_t> sequences;
};
std::string to_json(const DeadRequest&);
// Fault::malformed naming the member, too_large for more than the most sequences.
Result<DeadRequest> parse_dead_request(std::string_view json);
// Their answer: for which it was done, and which are no dead letters.
struct DeadAnswer {
    offline::Lane lane = offline::Lane::pings;
    std::vector<std::int64_t> done, unknown;
};
std::string to_json(const DeadAnswer&);
Result<DeadAnswer> parse_dead_answer(std::string_view json);

// What every answer but a 200 says: {"error":"…"}. Parsing gives "" for anything else.
std::string problem_json(std::string_view detail);
std::string parse_problem(std::string_view json);

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

// A line of the tail's: so many lines before it were lost to a slow reader.
std::string lost_lines_json(std::int64_t count);
std::optional<std::int64_t> parse_lost_lines(std::string_view line);

// The journal's record of a judged fix: under 64 bytes, versioned.
std::string encode(const TrackPoint&);
Result<TrackPoint> decode_track_point(std::string_view record);

}  // namespace outrider::api
