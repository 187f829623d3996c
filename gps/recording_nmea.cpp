// NMEA 0183: RMC, GGA and GNS of one time are one fix. Times without a date are of the last date
// told; before the first there is none.

#include "gps/recording_body.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <utility>

namespace outrider::gps {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::sys_days;

constexpr double knot_mps = 1852.0 / 3600;
constexpr std::size_t most_fields = 32;

struct Sentence {
    std::array<std::string_view, most_fields> fields{};
    std::string_view operator[](std::size_t i) const { return fields[i]; }
    std::string_view type() const { return fields[0].substr(2); }  // without the talker
};

unsigned checksum(std::string_view body) {
    unsigned sum = 0;
    for (const char c : body) sum ^= static_cast<unsigned char>(c);
    return sum;
}

std::optional<unsigned> whole(std::string_view text, int base = 10) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<Sentence> cut(std::string_view body) {
    Sentence sentence;
    for (auto& field : sentence.fields) {
        const auto comma = body.find(',');
        field = body.substr(0, comma);
        if (comma == body.npos) return sentence;
        body.remove_prefix(comma + 1);
    }
    return std::nullopt;
}

// "021417.00"
std::optional<Duration> time_of_day(std::string_view text) {
    if (text.size() < 6) return std::nullopt;
    const auto hour = whole(text.substr(0, 2)), minute = whole(text.substr(2, 2));
    const auto second = number_in(text.substr(4));
    if (!hour || !minute || !second || *hour > 23 || *minute > 59) return std::nullopt;
    if (!(*second >= 0 && *second < 61)) return std::nullopt;
    return hours(*hour) + std::chrono::minutes(*minute) + Duration(std::llround(*second * 1000));
}

// "070220": of 1980 to 2079.
std::optional<sys_days> date_of(std::string_view text) {
    if (text.size() != 6) return std::nullopt;
    const auto d = whole(text.substr(0, 2)), m = whole(text.substr(2, 2)),
               y = whole(text.substr(4, 2));
    if (!d || !m || !y) return std::nullopt;
    const int century = *y < 80 ? 2000 : 1900;
    const std::chrono::year_month_day date(std::chrono::year(century + static_cast<int>(*y)),
                                           std::chrono::month(*m), std::chrono::day(*d));
    if (!date.ok()) return std::nullopt;
    return sys_days(date);
}

// "3725.58362", "N"
std::optional<double> degrees_of(std::string_view text, std::string_view half) {
    const auto value = number_in(text);
    if (!value || half.size() != 1 || !(*value >= 0)) return std::nullopt;
    const double whole_degrees = std::floor(*value / 100);
    const double minutes = *value - 100 * whole_degrees;
    if (minutes >= 60) return std::nullopt;
    const double degrees = whole_degrees + minutes / 60;
    return half == "S" || half == "W" ? -degrees : degrees;
}

class NmeaRecording final : public RecordedLines {
public:
    using RecordedLines::RecordedLines;

private:
    // What is told of one time.
    struct Epoch {
        std::optional<Duration> time;
        std::optional<sys_days> date;
        bool rmc = false, gga = false, gns = false;
        bool valid = false, invalid = false;  // according to one of them
        Fix fix;
    };
    struct Type {
        std::string_view name;
        bool Epoch::*seen;
        std::string_view (*read)(const Sentence&, Epoch&);  // why it cannot be; "" when it can
    };

    Result<> take(std::string_view line) override;
    void end() override { flush(); }
    void flush();
    std::optional<Instant> dated(const Epoch&);

    static std::string_view rmc(const Sentence&, Epoch&);
    static std::string_view gga(const Sentence&, Epoch&);
    static std::string_view gns(const Sentence&, Epoch&);

    Epoch epoch_;
    std::optional<sys_days> date_;  // of the epoch before
    std::optional<Instant> last_;
};

std::string_view place(std::string_view latitude, std::string_view north,
                       std::string_view longitude, std::string_view east, Fix& fix) {
    const auto lat = degrees_of(latitude, north), lon = degrees_of(longitude, east);
    if (!lat || !lon) return "no such position";
    fix.latitude = *lat;
    fix.longitude = *lon;
    return {};
}

// $GPRMC,time,A,lat,N,lon,W,knots,course,date,variation,E,mode
std::string_view NmeaRecording::rmc(const Sentence& s, Epoch& epoch) {
    if (s[2] == "A") {
        const std::string_view lacking = place(s[3], s[4], s[5], s[6], epoch.fix);
        if (!lacking.empty()) return lacking;
        epoch.valid = true;
        if (const auto knots = number_in(s[7])) epoch.fix.speed_mps = *knots * knot_mps;
        epoch.fix.track_deg = number_in(s[8]);
    } else {
        epoch.invalid = true;
    }
    epoch.date = date_of(s[9]);
    if (s[12] == "S") epoch.fix.status = 8;
    return {};
}

void add_quality(std::string_view satellites, std::string_view hdop, std::string_view altitude,
                 Fix& fix) {
    if (const auto count = whole(satellites); count && *count < 256)
        fix.satellites_used = static_cast<int>(*count);
    if (const auto dilution = number_in(hdop)) fix.accuracy_m = *dilution * metres_per_hdop;
    fix.altitude_m = number_in(altitude);
}

// $GPGGA,time,lat,N,lon,W,quality,satellites,HDOP,altitude,M,…
std::string_view NmeaRecording::gga(const Sentence& s, Epoch& epoch) {
    if (s[6].empty() || s[6] == "0") {
        epoch.invalid = true;
        return {};
    }
    const std::string_view lacking = place(s[2], s[3], s[4], s[5], epoch.fix);
    if (!lacking.empty()) return lacking;
    epoch.valid = true;
    if (s[6] == "8") epoch.fix.status = 8;
    add_quality(s[7], s[8], s[9], epoch.fix);
    return {};
}

// $GNGNS,time,lat,N,lon,W,modes,satellites,HDOP,altitude,…
std::string_view NmeaRecording::gns(const Sentence& s, Epoch& epoch) {
    if (s[6].find_first_not_of('N') == std::string_view::npos) {
        epoch.invalid = true;
        return {};
    }
    const std::string_view lacking = place(s[2], s[3], s[4], s[5], epoch.fix);
    if (!lacking.empty()) return lacking;
    epoch.valid = true;
    if (s[6].find('S') != std::string_view::npos) epoch.fix.status = 8;
    add_quality(s[7], s[8], s[9], epoch.fix);
    return {};
}

Result<> NmeaRecording::take(std::string_view line) {
    static constexpr std::array types{
        Type{"RMC", &Epoch::rmc, rmc},
        Type{"GGA", &Epoch::gga, gga},
        Type{"GNS", &Epoch::gns, gns},
    };
    // A sentence that was cut short by the next one stands before it in the line.
    const auto dollar = line.rfind('$');
    if (dollar == line.npos) {
        ++recording_.elsewhere;
        return {};
    }
    std::string_view text = line.substr(dollar + 1);
    const auto star = text.find('*');
    const bool summed = star != text.npos && star + 3 <= text.size() &&
                        whole(text.substr(star + 1, 2), 16) == checksum(text.substr(0, star));
    const auto sentence = summed ? cut(text.substr(0, star)) : std::nullopt;
    if (!sentence) {
        broken(star == text.npos ? "cut off before its checksum" : "its checksum is wrong");
        return {};
    }
    const Type* type = nullptr;
    for (const Type& one : types)
        if ((*sentence)[0].size() == 5 && sentence->type() == one.name) type = &one;
    if (type == nullptr) {
        ++recording_.elsewhere;
        return {};
    }
    const auto time = time_of_day((*sentence)[1]);
    if (time != epoch_.time || epoch_.*type->seen) flush();
    epoch_.time = time;
    epoch_.*type->seen = true;
    const std::string_view lacking = type->read(*sentence, epoch_);
    if (!lacking.empty()) broken(lacking);
    return {};
}

std::optional<Instant> NmeaRecording::dated(const Epoch& epoch) {
    if (epoch.date) date_ = epoch.date;
    if (!epoch.time || !date_) return std::nullopt;
    if (!epoch.date && last_ && *date_ + *epoch.time < *last_ - hours(12)) *date_ += days(1);
    last_ = *date_ + *epoch.time;
    return last_;
}

void NmeaRecording::flush() {
    const Epoch epoch = std::exchange(epoch_, {});
    if (!epoch.valid && !epoch.invalid) return;
    Fix fix = epoch.fix;
    fix.time = dated(epoch);
    const bool usable = epoch.valid && !epoch.invalid;
    fix.mode = !usable ? Mode::none : fix.altitude_m ? Mode::three_d : Mode::two_d;
    if (!usable) fix.latitude = fix.longitude = std::nan("");
    recording_.fixes.push_back(std::move(fix));
}

}  // namespace

std::unique_ptr<RecordingBody> read_nmea_recording(Recording& recording) {
    return std::make_unique<NmeaRecording>(recording);
}

}  // namespace outrider::gps
