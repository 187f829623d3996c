#pragma once
// The office's answer to a batch of pings, read and believed only in the contract's shape.

#include "platform/clock.hpp"
#include "platform/http.hpp"
#include "platform/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::api {

struct PingResult {
    enum class Status { success, fail, other };  // other: a word we do not know
    std::string external_id;
    Status status = Status::other;
    std::string message;  // at most 4 KiB of it
};

// An array of objects with externalId, status and message (text; null or absent is taken as "").
// Members the contract does not know are ignored. Fault::malformed for anything else.
Result<std::vector<PingResult>> parse_ping_results(std::string_view json);

// {"data":[{"utcDateTime":...,"latitude":...,"longitude":...}]}: the stand-in office's list of what
// it holds.
struct HeldPing {
    Instant time{};
    std::optional<double> latitude, longitude;
};
Result<std::vector<HeldPing>> parse_read_back(const std::string& json);

// application/json or application/…+json, with or without parameters.
bool is_json(const http::Headers&);

}  // namespace outrider::api
