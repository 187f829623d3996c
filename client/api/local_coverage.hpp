#pragma once
// How much of the time that should have been tracked was, for the command line and the screen.

#include "platform/clock.hpp"
#include "platform/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::api {

// Of the minutes of [from, to). Private ones are shown among the gaps, but were not expected.
struct Coverage {
    static constexpr std::size_t most_gaps = 20;

    Instant from{}, to{};
    std::int64_t expected_min = 0, covered_min = 0, private_min = 0;
    std::optional<double> share;  // covered of expected; nothing when none was expected
    struct Gap {
        Instant from{}, to{};
        std::string cause;  // "gpsd down", "no device", "no fix", "fixes not believed",
                            // "clock not trusted", "agent down", "private"
    };
    std::vector<Gap> gaps;                          // the longest of them, in the order of time
    std::int64_t more_gaps = 0, more_gaps_min = 0;  // those left out
};

// Of the audit's answer: its member "coverage", a day each; none where it has no such member.
// Fault::malformed like parse_audit.
std::string with_coverage(std::string audit_json, const std::vector<Coverage>& days);
Result<std::vector<Coverage>> parse_coverage(std::string_view audit_json);

}  // namespace outrider::api
