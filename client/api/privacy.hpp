#pragma once
// What this device keeps of where the technician is: told on its unix socket, and asked there.

#include "platform/clock.hpp"
#include "platform/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::api {

// A member of GET /v1/status and GET /v1/day; the answer to POST /v1/private.
struct PrivacyView {
    std::string state;             // "kept", "off shift", "private zone", "private mode"
    std::optional<Instant> since;  // it is so; at the earliest when the program started
    std::optional<Instant> until;  // of private mode; nothing: until it is ended by hand
    std::string zone;              // its name, where that is known
};
std::string to_json(const PrivacyView&);
Result<PrivacyView> parse_privacy_view(std::string_view json);

// POST /v1/private
struct PrivateRequest {
    static constexpr Duration longest = std::chrono::hours(24 * 31);
    bool on = false;
    std::optional<Duration> length;  // "for_s"; nothing: until it is ended by hand
};
std::string to_json(const PrivateRequest&);
Result<PrivateRequest> parse_private_request(std::string_view json);

// Private mode, as it stands in the notebook.
struct PrivatePage {
    Instant since{};
    std::optional<Instant> until;
    std::int64_t by = 0;  // a uid
    // Not there in pages of before:
    std::optional<Uptime> over;       // when it ends ...
    std::optional<std::string> boot;  // ... by that boot's uptime; see boot_id
    std::optional<bool> by_gps;       // `since` and `until` are the receiver's time
    std::optional<bool> guessed;      // `over` is only a bound: it began before that boot
};
std::string encode(const PrivatePage&);
Result<PrivatePage> decode_private_page(std::string_view text);

// POST /v1/forget: what was recorded in [from, to) on this device.
struct ForgetRequest {
    std::optional<Instant> from, to;  // nothing: from the first, up to now
    bool queued = false;              // positions the office has not got yet, too
    bool for_good = false;            // otherwise it is only counted
};
std::string to_json(const ForgetRequest&);
Result<ForgetRequest> parse_forget_request(std::string_view json);

// Its answer: what was deleted, or would be.
struct ForgetAnswer {
    bool done = false;
    std::int64_t track = 0;          // fixes on record
    std::int64_t queued = 0;         // positions the office has not got yet ...
    std::int64_t dead = 0;           // ... and those it refused
    bool kept_queued = false;        // these two stay: only `queued` deletes them
    std::int64_t damaged_files = 0;  // copies of the database, whatever they hold
    std::vector<std::string> left;   // sentences: where traces may remain
};
std::string to_json(const ForgetAnswer&);
Result<ForgetAnswer> parse_forget_answer(std::string_view json);

// GET /v1/privacy: everything this device holds about the technician. No places, but for the zones'
// with ?places=1.
struct PrivacyReport {
    PrivacyView now;
    Instant at{};
    std::string unit;
    std::int64_t technician = 0;
    std::string technician_name;
    std::string window;   // "always", "on duty"
    std::string on_duty;  // by what that is known: a sentence
    struct Zone {
        std::string name;
        double radius_m = 0;
        std::optional<double> latitude, longitude;
    };
    std::vector<Zone> zones;
    struct Holding {
        std::string what;  // "track", "queued positions", ...
        std::int64_t count = 0;
        std::optional<Instant> first, last;
        std::string says, until;  // what is in each; when it goes
    };
    std::vector<Holding> holds;
    std::string office;              // its URL
    std::vector<std::string> sends;  // what goes there, in sentences
    std::int64_t not_kept = 0;       // fixes ever that came while nothing was to be kept: a count
    std::int64_t forgotten = 0;      // fixes ever that were deleted by hand
};
std::string to_json(const PrivacyReport&);
Result<PrivacyReport> parse_privacy_report(std::string_view json);

}  // namespace outrider::api
