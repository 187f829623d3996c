#pragma once
// What became of a fix, as the agent tells it.

#include "client/api/local.hpp"
#include "client/api/local_coverage.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::api {

// GET /v1/why?at=TIME, ?from=&to= or ?id=: the answer in a sentence, and what it comes from.
struct Why {
    static constexpr Duration longest = std::chrono::minutes(1);  // that can be asked for

    std::string sentence;
    struct Fix {
        TrackPoint point;
        std::string sentence;
        bool asked = false;  // or the nearest to what was asked for
    };
    std::vector<Fix> fixes;  // and those around them, in the order of time
    struct Ping {
        std::int64_t sequence = 0;
        std::string external_id;
        std::string fate;           // "queued", "dead", offline::name(Cause), "forgotten" or "none"
        std::optional<Instant> at;  // of that
        std::string words;          // the office's, of a dead one
    };
    std::optional<Ping> ping;          // that was asked for, or that the fix became
    std::optional<Coverage::Gap> gap;  // why there is no fix
};
std::string to_json(const Why&);
Result<Why> parse_why(std::string_view json);

}  // namespace outrider::api
