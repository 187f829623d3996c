#pragma once
// The track in other programs' formats. Pure: points in, text out.

#include "client/cli/track.hpp"

#include <string>

namespace outrider::cli {

// GPX 1.1: one trk of the believed fixes, a new trkseg after each gap, and one of the pings; speed
// and course in Garmin's TrackPointExtension, which most programs read.
std::string to_gpx(Track);
// RFC 7946: a LineString for each stretch of believed fixes, a Point for each ping.
std::string to_geojson(Track, const Lateness&);
// RFC 4180, but with "\n": every fix with its verdict, rejected ones too.
std::string to_csv(Track);
// A picture that needs nothing else: raw fixes, pings, rejected fixes, dead zones, gaps.
std::string to_svg(Track, const Lateness&);

}  // namespace outrider::cli
