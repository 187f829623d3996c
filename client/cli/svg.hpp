#pragma once
// The parts that pictures of tracks are made of. Pure: each returns SVG.

#include "client/cli/projection.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::cli::svg {

inline constexpr double width = 1200, height = 900;
inline constexpr Box frame{20, 70, 880, 810};
inline constexpr Box inner{50, 100, 820, 750};  // where the track is: room for markers at its edges
inline constexpr double legend_left = 925;

// A whole page; `rules` are CSS beyond what every picture has.
std::string page(std::string_view title, std::string_view rules, std::string_view content);

std::string circle(Pixel, double radius, std::string_view kind);
std::string cross(Pixel, std::string_view kind);
std::string text(double x, double y, std::string_view kind, std::string_view words);
// Points of it that cannot be told apart are left out.
std::string line(const std::vector<Pixel>&, std::string_view kind);
// A circle with words beside it, `dy` below its middle.
std::string marker(Pixel, std::string_view kind, const std::string& words, double dy);
std::string scale_bar(double metres_per_pixel);
std::string north_arrow();
std::string kilometres(double metres);  // "820 m", "8.6 km"
std::string counted(std::int64_t count, std::string_view one, std::string_view many);
// "2026-11-21 14:00 to 15:30 UTC"
std::string stretch(Instant from, Instant to);

}  // namespace outrider::cli::svg
