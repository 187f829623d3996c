// gpsd's JSON, read by what reads it from gpsd itself.

#include "gps/gpsd.hpp"
#include "gps/gpsd_facts.hpp"
#include "gps/recording_body.hpp"

#include <cmath>
#include <utility>

namespace outrider::gps {
namespace {

// What `gpspipe -w -u -T %s` puts before each line: "1763706600.123456: ".
std::optional<Instant> stamp_in(std::string_view text) {
    if (!text.ends_with(": ")) return std::nullopt;
    text.remove_suffix(2);
    const auto seconds = number_in(text);
    constexpr double latest = 253'402'300'799;
    if (!seconds || !(*seconds >= 0 && *seconds <= latest)) return std::nullopt;
    return Instant(Duration(std::llround(*seconds * 1000)));
}

class GpsdRecording final : public RecordedLines {
public:
    explicit GpsdRecording(Recording& recording) : RecordedLines(recording), facts_(GpsdOptions()) {
        facts_.connected(now_);
    }

private:
    Result<> take(std::string_view line) override {
        const auto brace = line.find('{');
        if (brace == line.npos || brace > 64) {  // the receiver's own words, or a comment
            ++recording_.elsewhere;
            return {};
        }
        GpsdLine says = reader_.read(line.substr(brace));
        const GpsdLine::Kind kind = says.kind;
        if (kind == GpsdLine::Kind::unreadable) {
            broken("no JSON of gpsd's");
            return {};
        }
        // How old the count of satellites is, is all that depends on it.
        if (kind == GpsdLine::Kind::report && says.fix.time)
            now_ = Uptime(says.fix.time->time_since_epoch());
        auto fix = facts_.take(std::move(says), now_);
        if (!fix) {
            ++recording_.elsewhere;
            return {};
        }
        fix->seen = Uptime();
        recording_.fixes.push_back(std::move(*fix));
        if (const auto stamp = stamp_in(line.substr(0, brace)))
            recording_.arrivals.push_back(*stamp);
        return {};
    }

    GpsdReader reader_;
    GpsdFacts facts_;
    Uptime now_{};
};

}  // namespace

std::unique_ptr<RecordingBody> read_gpsd_recording(Recording& recording) {
    return std::make_unique<GpsdRecording>(recording);
}

}  // namespace outrider::gps
