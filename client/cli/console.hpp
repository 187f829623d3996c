#pragma once
// Where the command line writes, and how it says numbers, ages and colours to people.

#include "platform/clock.hpp"
#include "platform/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace outrider::cli {

enum class Colour { none, good, warning, bad, dim, strong };

struct Style {
    bool colours = false;
    std::string paint(Colour, std::string_view text) const;
};

struct Console {
    std::function<Result<>(std::string_view)> out;  // whole or Fault::storage
    std::function<void(std::string_view)> err;
    Style style;
    bool terminal = false;  // a person looks at `out`
    bool watched = false;   // and at `err`
};
Console standard_console(bool no_colour);

// Writes "outrider: …" to the console's err and gives the exit code of the error.
int complain(const Console&, const Error&);
// The exit code after the last words were written: `code`, or 74 when they could not be.
int finish(const Console&, const Result<>& written, int code);

// Ends with exactly one newline.
std::string whole_lines(std::string text);
std::string age(Duration);              // "12 s", "3 min", "2 h 5 min", "4 days"
std::string grouped(std::int64_t);      // "12,345"
std::string size(std::int64_t bytes);   // "84 KiB"
std::string clock_time(Instant);        // "14:32:07Z"
std::string compass(double track_deg);  // "north-east"
// What a terminal takes for commands becomes spaces: for words that are not ours.
std::string harmless(std::string_view text);

}  // namespace outrider::cli
