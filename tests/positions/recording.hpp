#pragma once
// Recordings of receivers, as tables: t,lat,lon,speed,track,acc,alt,mode (Unix seconds, degrees,
// m/s, degrees, metres, metres, gpsd's mode). An empty field was not recorded.

#include "gps/fix.hpp"
#include "platform/result.hpp"

#include <string>
#include <vector>

namespace outrider::positions {

struct Recording {
    std::string name;
    std::vector<gps::Fix> fixes;
    // A vehicle's, once a second, by its own time: what the figures are asked of.
    bool once_a_second() const;
    // The same drive on another day: an old one is not believed.
    void begin_at(Instant);
};

// Fault::malformed names the line; Fault::storage, the file.
Result<Recording> read_recording(const std::string& path);

}  // namespace outrider::positions
