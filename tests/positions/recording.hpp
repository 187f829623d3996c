#pragma once
// Recordings of receivers, read and moved to one day, which the wall clock then shows: old fixes
// are not believed.

#include "gps/fix.hpp"
#include "platform/result.hpp"

#include <string>
#include <vector>

namespace outrider::positions {

constexpr Instant today = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21);

inline double seconds_between(const gps::Fix& a, const gps::Fix& b) {
    return std::chrono::duration<double>(*b.time - *a.time).count();
}

struct Recording {
    std::string name;
    std::vector<gps::Fix> fixes;
    bool answers = false;        // gpsd's, with satellites and without a time of arrival
    std::size_t unreadable = 0;  // lines

    // Faster than 40 km/h for a tenth of its fixes, which no bicycle is.
    bool vehicle() const;
    bool once_a_second() const;  // by its own time
    // So that most fixes have the time that the wall clock shows when they arrive.
    void move_to_today();
};

// The clock of the machine: begins with the recording and never jumps.
inline Instant wall_at(const gps::Fix& fix) { return today + fix.seen.time_since_epoch(); }

// A table: t,lat,lon,speed,track,acc,alt,mode (Unix seconds, degrees, m/s, degrees, metres, metres,
// gpsd's mode). An empty field was not recorded. Fault::malformed names the line.
Result<Recording> read_table(const std::string& path);

// What gpsd printed, one JSON object a line, between the receiver's own sentences. It does not tell
// when: each line arrives when its report says, or a second after the one before when that is no
// answer.
Result<Recording> read_answers(const std::string& path);

// All tables (.csv) and answers (.log.chk) in the folders and below, by name.
Result<std::vector<Recording>> read_all(const std::vector<std::string>& folders);

}  // namespace outrider::positions
