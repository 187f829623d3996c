#pragma once
// The readers of the single formats, behind RecordingReader.

#include "gps/lines.hpp"
#include "gps/recording.hpp"

namespace outrider::gps {

struct RecordingReader::Body {
    virtual ~Body() = default;
    virtual Result<> add(std::string_view bytes) = 0;
    virtual Result<> finish() = 0;
};
using RecordingBody = RecordingReader::Body;

std::unique_ptr<RecordingBody> read_gpsd_recording(Recording&);
std::unique_ptr<RecordingBody> read_nmea_recording(Recording&);
std::unique_ptr<RecordingBody> read_csv_recording(Recording&);
std::unique_ptr<RecordingBody> read_gpx_recording(Recording&);

// Counts it, and keeps the first one's place and reason.
void count_broken(Recording&, std::size_t line, std::string_view why);
Result<> room_for_more(const Recording&, std::size_t line);
// The whole text as a finite number; nothing otherwise.
std::optional<double> number_in(std::string_view text);
std::string_view trimmed(std::string_view);
// gpsd's estimate for a receiver that tells no more than its HDOP.
inline constexpr double metres_per_hdop = 19;

// One that is read line by line. `take` sees whole lines without their ends.
class RecordedLines : public RecordingBody {
public:
    explicit RecordedLines(Recording& recording) : recording_(recording) {}
    Result<> add(std::string_view bytes) final;
    Result<> finish() final;

protected:
    virtual Result<> take(std::string_view line) = 0;
    virtual void end() {}
    std::size_t number() const { return recording_.lines; }  // of the one being taken
    void broken(std::string_view why) { count_broken(recording_, number(), why); }

    Recording& recording_;

private:
    Result<> next_line();

    Lines lines_;
    bool unfinished_ = false;
};

}  // namespace outrider::gps
