// A table with a header. The columns may stand in any order, and others among them; so are read
// what `outrider export --format csv` writes and most loggers' tables.

#include "gps/recording_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace outrider::gps {
namespace {

enum Column : std::size_t {
    time,
    latitude,
    longitude,
    speed,
    track,
    accuracy,
    altitude,
    climb,
    mode,
    status,
    satellites,
    hdop,
    device,
    arrived,
    column_count
};

struct Known {
    std::string_view name;
    Column column;
    double unit = 1;  // of what is written, in ours
};
constexpr double kmh = 1 / 3.6, knot = 1852.0 / 3600, mph = 0.44704;
constexpr std::array known_columns{
    Known{"time", time},
    Known{"t", time},
    Known{"timestamp", time},
    Known{"utc", time},
    Known{"latitude", latitude},
    Known{"lat", latitude},
    Known{"longitude", longitude},
    Known{"lon", longitude},
    Known{"lng", longitude},
    Known{"speed_mps", speed},
    Known{"speed", speed},
    Known{"speed_kmh", speed, kmh},
    Known{"speed_kn", speed, knot},
    Known{"speed_mph", speed, mph},
    Known{"track_deg", track},
    Known{"track", track},
    Known{"course", track},
    Known{"heading", track},
    Known{"bearing", track},
    Known{"accuracy_m", accuracy},
    Known{"accuracy", accuracy},
    Known{"acc", accuracy},
    Known{"eph", accuracy},
    Known{"hdop", hdop},
    Known{"altitude_m", altitude},
    Known{"altitude", altitude},
    Known{"alt", altitude},
    Known{"ele", altitude},
    Known{"climb_mps", climb},
    Known{"mode", mode},
    Known{"status", status},
    Known{"satellites_used", satellites},
    Known{"satellites", satellites},
    Known{"sats", satellites},
    Known{"device", device},
    Known{"arrived", arrived},
};

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

// RFC 4180, but a field ends with its line.
std::vector<std::string> cut(std::string_view line, char delimiter) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
            fields.back() += '"';
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == delimiter && !quoted) {
            fields.emplace_back();
        } else {
            fields.back() += c;
        }
    }
    return fields;
}

// RFC 3339, also with a space and without the Z, or seconds or milliseconds since 1970.
std::optional<Instant> time_in(std::string_view text) {
    constexpr double first_second = -62e9, latest_second = 253'402'300'799;
    constexpr double latest_of_seconds = 1e11;
    if (const auto number = number_in(text)) {
        const double milliseconds = *number < latest_of_seconds ? *number * 1000 : *number;
        if (!(milliseconds >= first_second * 1000 && milliseconds <= latest_second * 1000))
            return std::nullopt;
        return Instant(Duration(std::llround(milliseconds)));
    }
    std::string zoned(text);
    if (text.size() > 10 && text.find_first_of("Zz+", 10) == text.npos &&
        text.find('-', 10) == text.npos)
        zoned += 'Z';
    const auto time = parse_rfc3339(zoned);
    if (!time) return std::nullopt;
    return *time;
}

class Table final : public RecordedLines {
public:
    using RecordedLines::RecordedLines;

private:
    struct Place {
        std::optional<std::size_t> index;
        double unit = 1;
    };
    using Fields = std::vector<std::string>;

    Result<> take(std::string_view line) override {
        if (line.starts_with('#')) {
            ++recording_.elsewhere;
            return {};
        }
        if (!headed_) return take_header(line);
        take_row(line);
        return {};
    }

    Result<> take_header(std::string_view line) {
        for (const char one : {',', ';', '\t'}) {
            if (line.find(one) == line.npos) continue;
            delimiter_ = one;
            break;
        }
        const Fields names = cut(line, delimiter_);
        for (std::size_t i = 0; i < names.size(); ++i) {
            const std::string word = lower(trimmed(names[i]));
            for (const Known& known : known_columns)
                if (known.name == word && !places_[known.column].index)
                    places_[known.column] = {i, known.unit};
        }
        for (const auto& [column, words] : {std::pair{time, "time"},
                                            {latitude, "latitude or lat"},
                                            {longitude, "longitude or lon"}}) {
            if (places_[column].index) continue;
            return Error(Fault::malformed,
                         fmt::format("line {}: a header with a column {} is needed, such as "
                                     "time,latitude,longitude,speed_mps",
                                     number(), words));
        }
        columns_ = names.size();
        headed_ = true;
        ++recording_.elsewhere;
        return {};
    }

    void take_row(std::string_view line) {
        const Fields fields = cut(line, delimiter_);
        if (fields.size() != columns_)
            return broken(fmt::format("{} fields, the header has {}", fields.size(), columns_));
        std::array<std::optional<double>, column_count> numbers;
        for (std::size_t i = 0; i < column_count; ++i) {
            const std::string_view text = field(fields, static_cast<Column>(i));
            if (i == time || i == device || i == arrived || text.empty()) continue;
            numbers[i] = number_in(text);
            if (!numbers[i]) return broken(fmt::format("\"{}\" is no number", text.substr(0, 40)));
            *numbers[i] *= places_[i].unit;
        }
        Fix fix = fix_of(numbers);
        const std::string_view when = field(fields, time);
        if (!when.empty()) {
            fix.time = time_in(when);
            if (!fix.time) return broken(fmt::format("\"{}\" is no time", when.substr(0, 40)));
        }
        fix.device = field(fields, device);
        recording_.fixes.push_back(std::move(fix));
        if (const auto arrival = time_in(field(fields, arrived)))
            recording_.arrivals.push_back(*arrival);
    }

    std::string_view field(const Fields& fields, Column column) const {
        const auto& index = places_[column].index;
        return index ? trimmed(fields[*index]) : std::string_view();
    }

    static Fix fix_of(const std::array<std::optional<double>, column_count>& numbers) {
        const auto whole = [&](Column column, int most) {
            const double value = numbers[column].value_or(-1);
            return value >= 0 && value <= most ? static_cast<int>(value) : -1;
        };
        Fix fix;
        fix.latitude = numbers[latitude].value_or(std::nan(""));
        fix.longitude = numbers[longitude].value_or(std::nan(""));
        fix.speed_mps = numbers[speed];
        fix.track_deg = numbers[track];
        fix.altitude_m = numbers[altitude];
        fix.climb_mps = numbers[climb];
        fix.accuracy_m = numbers[accuracy];
        if (!fix.accuracy_m && numbers[hdop]) fix.accuracy_m = *numbers[hdop] * metres_per_hdop;
        if (const int count = whole(satellites, 255); count >= 0) fix.satellites_used = count;
        if (const int says = whole(status, 9); says >= 0) fix.status = says;
        const bool placed = numbers[latitude] && numbers[longitude];
        const Mode guess = !placed ? Mode::none : fix.altitude_m ? Mode::three_d : Mode::two_d;
        const int told = whole(mode, 3);
        fix.mode = told >= 0 ? static_cast<Mode>(told) : guess;
        return fix;
    }

    bool headed_ = false;
    char delimiter_ = ',';
    std::size_t columns_ = 0;
    std::array<Place, column_count> places_{};
};

}  // namespace

std::unique_ptr<RecordingBody> read_csv_recording(Recording& recording) {
    return std::make_unique<Table>(recording);
}

}  // namespace outrider::gps
