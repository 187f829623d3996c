#pragma once
// A receiver's recording, whoever wrote it, as the fixes that it holds. Pure: bytes in, fixes out.

#include "gps/fix.hpp"
#include "platform/result.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::gps {

// gpsd's JSON, a report a line; NMEA 0183; a table with named columns; GPX 1.0 and 1.1.
enum class RecordingFormat : std::uint8_t { gpsd, nmea, csv, gpx };
std::string_view name(RecordingFormat);  // "gpsd", "nmea", "csv", "gpx"
std::optional<RecordingFormat> recording_format(std::string_view name);

struct Recording {
    static constexpr std::size_t most_fixes = 2'000'000;  // three weeks at one a second

    std::size_t most = most_fixes;  // are read
    RecordingFormat format = RecordingFormat::gpsd;
    std::vector<Fix> fixes;  // as they stand in it; without `seen`: see recording_clock.hpp
    // When each reached the recorder, by its clock; empty when that was not recorded.
    std::vector<Instant> arrivals;
    std::size_t lines = 0;      // read
    std::size_t elsewhere = 0;  // of which so many are no positions: other sentences, comments
    std::size_t broken = 0;     // and so many should be, but cannot be read
    std::string first_broken;   // "line 17: its checksum is wrong"
};

// Takes a recording in pieces of any size.
class RecordingReader {
public:
    struct Body;  // what follows once the format is known

    // Without a format it is found by what is read. At most so many fixes are.
    explicit RecordingReader(std::optional<RecordingFormat> = std::nullopt,
                             std::size_t most = Recording::most_fixes);
    ~RecordingReader();
    // Fault::malformed where nothing that follows could be read, too_large beyond the most fixes.
    Result<> add(std::string_view bytes);
    // A last line that is cut off counts as broken. Fault::malformed when there is not one fix.
    Result<Recording> finish();

private:
    Result<> decide();

    std::optional<RecordingFormat> format_;
    std::string head_;  // until the format is known
    Recording recording_;
    std::unique_ptr<Body> body_;
};

}  // namespace outrider::gps
