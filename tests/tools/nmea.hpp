#pragma once
// The times inside NMEA sentences, so that an old drive can be driven today.

#include "platform/clock.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::tools {

struct Sentence {
    std::string text;             // without its line end
    std::optional<Instant> time;  // its own, if it has one
};

// Drops comments and blank lines. A sentence that carries a time of day and no date gets the date
// that brings it closest to its neighbours; sentences before the first date are of that date.
std::vector<Sentence> read_sentences(std::string_view log);

// Moves every time and date in it. A sentence whose checksum is wrong stays as it is.
std::string shifted(const Sentence&, std::chrono::seconds by);

// True when it is no text: a receiver's own binary protocol, perhaps with NMEA in between.
bool is_binary(std::string_view log);
std::string_view without_leading_comments(std::string_view log);

}  // namespace outrider::tools
