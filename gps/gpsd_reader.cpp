// The only file that knows libgps and JSON. libgps 3.22 loops for ever over some DEVICES lines,
// drops the rest of a report at the first nested member, lets a mode of 1e14 wrap round to any
// other, and passes over objects with a space after the brace. So nlohmann reads every line first,
// and libgps gets reports and skies written anew, with nothing in them but the members it is asked
// for.
#include "gps/gpsd.hpp"
#include "gps/lines.hpp"

#include <gps.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>

// 9 brought timespec and altMSL, 10 the status inside the fix; beyond 16 nobody has looked.
static_assert(GPSD_API_MAJOR_VERSION >= 10 && GPSD_API_MAJOR_VERSION <= 16,
              "check gps_unpack and gps_fix_t of this libgps against gpsd_reader.cpp");
#ifdef STATUS_GPS  // 3.23.1 renamed them without a new API number
static_assert(STATUS_GPS == 1 && STATUS_DGPS == 2);
#else
static_assert(STATUS_FIX == 1 && STATUS_DGPS_FIX == 2);
#endif
static_assert(STATUS_SIM == 8 && MODE_2D == 2 && MODE_3D == 3);

namespace outrider::gps {
namespace {

using nlohmann::json;

constexpr int deepest = 16;                // gpsd nests three deep
constexpr std::size_t longest_path = 127;  // what libgps has room for
constexpr std::size_t longest_time = 40;
constexpr std::size_t most_devices = 16;
constexpr std::size_t longest_text = 200;
constexpr double latest_second = 253'402'300'799;  // of the year 9999

// nlohmann's parser keeps a stack of its own, but a line of brackets still costs a node each.
bool too_deep(std::string_view line) {
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '\\')
            ++i;
        else if (c == '"')
            quoted = !quoted;
        else if (quoted)
            continue;
        else if (c == '{' || c == '[') {
            if (++depth > deepest) return true;
        } else if (c == '}' || c == ']')
            --depth;
    }
    return false;
}

std::string text_of(const json& object, const char* member, std::size_t longest) {
    const auto found = object.find(member);
    if (found == object.end() || !found->is_string()) return {};
    const auto& text = found->get_ref<const std::string&>();
    return text.size() <= longest ? text : std::string();
}

// A path with a NUL in it would end there for libgps, and be another device's.
std::string path_of(const json& object, const char* member) {
    std::string path = text_of(object, member, longest_path);
    return path.find('\0') == std::string::npos ? path : std::string();
}

// gpsd writes the time a receiver was activated, or 0 when it has gone.
bool activated(const json& device) {
    const auto found = device.find("activated");
    if (found == device.end()) return true;
    if (found->is_string()) return !found->get_ref<const std::string&>().empty();
    return found->is_number() && found->get<double>() > 0;
}

std::optional<double> finite(double value) {
    if (!std::isfinite(value)) return std::nullopt;
    return value;
}

std::optional<Instant> instant_of(const timespec& time) {
    const auto seconds = static_cast<double>(time.tv_sec);
    // An absent time is 0; one that libgps cannot read is before 1970.
    if (seconds <= 0 || seconds > latest_second) return std::nullopt;
    const long nanoseconds = std::clamp(time.tv_nsec, 0L, 999'999'999L);
    return Instant(std::chrono::seconds(time.tv_sec)) + Duration(nanoseconds / 1'000'000);
}

Fix fix_of(const gps_fix_t& from) {
    Fix fix;
    fix.mode = static_cast<Mode>(from.mode);  // 0 to 3: a report is written with no other
    fix.time = instant_of(from.time);
    fix.latitude = from.latitude;
    fix.longitude = from.longitude;
    fix.speed_mps = finite(from.speed);
    fix.track_deg = finite(from.track);
    fix.climb_mps = finite(from.climb);
    fix.altitude_m = finite(from.altMSL);
    if (!fix.altitude_m) fix.altitude_m = finite(from.altHAE);
    fix.accuracy_m = finite(from.eph);
    if (!fix.accuracy_m) fix.accuracy_m = finite(std::hypot(from.epx, from.epy));
    fix.status = from.status;
    return fix;
}

json rewritten_report(const json& report) {
    json clean{{"class", "TPV"}};
    for (const char* name :
         {"lat", "lon", "altHAE", "altMSL", "speed", "track", "climb", "eph", "epx", "epy"}) {
        const auto member = report.find(name);
        if (member != report.end() && member->is_number()) clean[name] = member->get<double>();
    }
    for (const auto& [name, most] : {std::pair{"mode", 3}, std::pair{"status", 9}}) {
        const auto member = report.find(name);
        if (member == report.end() || !member->is_number_integer()) continue;
        const auto value = member->get<std::int64_t>();
        if (value >= 0 && value <= most) clean[name] = value;
    }
    if (std::string time = text_of(report, "time", longest_time); !time.empty())
        clean["time"] = std::move(time);
    if (std::string device = path_of(report, "device"); !device.empty())
        clean["device"] = std::move(device);
    return clean;
}

// Only what a count needs; nothing when there is no list, or more than libgps has room for.
std::optional<json> rewritten_sky(const json& sky) {
    const auto list = sky.find("satellites");
    if (list == sky.end() || !list->is_array() || list->size() > MAXCHANNELS) return std::nullopt;
    json satellites = json::array();
    for (const json& satellite : *list) {
        if (!satellite.is_object()) return std::nullopt;
        const auto used = satellite.find("used");
        const bool is_used = used != satellite.end() && used->is_boolean() && used->get<bool>();
        satellites.push_back({{"PRN", satellites.size() + 1}, {"used", is_used}});
    }
    return json{{"class", "SKY"}, {"satellites", std::move(satellites)}};
}

}  // namespace

struct GpsdReader::State {
    gps_data_t data{};  // 24 KiB; never opened, so never closed

    // What libgps understood of it.
    gps_mask_t unpack(const json& clean) {
        std::string line = clean.dump(-1, ' ', false, json::error_handler_t::replace);
        data.set = 0;  // libgps only adds to it
        gps_unpack(line.data(), &data);
        return data.set;
    }

    static GpsdLine version(State&, const json& line) {
        GpsdLine says;
        says.kind = GpsdLine::Kind::version;
        says.text = text_of(line, "release", longest_text);
        return says;
    }

    static GpsdLine devices(State&, const json& line) {
        GpsdLine says;
        const auto list = line.find("devices");
        if (list == line.end() || !list->is_array()) return says;
        says.kind = GpsdLine::Kind::devices;
        for (const json& device : *list) {
            if (!device.is_object() || !activated(device)) continue;
            std::string path = path_of(device, "path");
            if (!path.empty() && says.devices.size() < most_devices)
                says.devices.push_back(std::move(path));
        }
        return says;
    }

    static GpsdLine device(State&, const json& line) {
        GpsdLine says;
        says.device = path_of(line, "path");
        if (says.device.empty()) return says;
        says.kind = GpsdLine::Kind::device;
        says.activated = gps::activated(line);
        return says;
    }

    static GpsdLine watch(State&, const json&) {
        GpsdLine says;
        says.kind = GpsdLine::Kind::watch;
        return says;
    }

    static GpsdLine error(State&, const json& line) {
        GpsdLine says;
        says.kind = GpsdLine::Kind::error;
        says.text = text_of(line, "message", longest_text);
        return says;
    }

    static GpsdLine report(State& state, const json& line) {
        GpsdLine says;
        if (state.unpack(rewritten_report(line)) == 0) return says;
        says.kind = GpsdLine::Kind::report;
        says.fix = fix_of(state.data.fix);
        says.fix.device = says.device = path_of(line, "device");
        return says;
    }

    static GpsdLine sky(State& state, const json& line) {
        GpsdLine says;
        says.kind = GpsdLine::Kind::sky;
        says.device = path_of(line, "device");
        const std::optional<json> clean = rewritten_sky(line);
        if (clean && (state.unpack(*clean) & SATELLITE_SET) != 0)
            says.satellites_used = state.data.satellites_used;
        return says;
    }

    GpsdLine read(const json& line) {
        struct Row {
            std::string_view name;
            GpsdLine (*read)(State&, const json&);
        };
        static constexpr std::array rows{
            Row{"TPV", report},      Row{"SKY", sky},     Row{"DEVICE", device},
            Row{"DEVICES", devices}, Row{"WATCH", watch}, Row{"VERSION", version},
            Row{"ERROR", error},
        };
        GpsdLine says;
        const std::string name = text_of(line, "class", longest_text);
        for (const Row& row : rows)
            if (row.name == name) return row.read(*this, line);
        if (!name.empty()) says.kind = GpsdLine::Kind::other;
        return says;
    }
};

GpsdReader::GpsdReader() : state_(std::make_unique<State>()) { state_->data.gps_fd = -1; }
GpsdReader::~GpsdReader() = default;

GpsdLine GpsdReader::read(std::string_view line) {
    if (line.size() > Lines::longest || too_deep(line)) return {};
    const json parsed = json::parse(line, nullptr, false);  // false: no exceptions
    if (!parsed.is_object()) return {};
    return state_->read(parsed);
}

std::string watch_command(const std::string& device) {
    json watch{{"enable", true}, {"json", true}};
    if (!device.empty()) watch["device"] = device;
    return "?WATCH=" + watch.dump(-1, ' ', false, json::error_handler_t::replace) + ";\n";
}

}  // namespace outrider::gps
