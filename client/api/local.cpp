#include "client/api/local.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <type_traits>

namespace outrider::api {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 3> healths = {"ok", "degraded", "down"};

// Each document's members stand once, in a function template `members(archive, document)`; a Writer
// and a Reader walk them. What is unknown is null, and so is, by nlohmann, what is not finite.
class Writer {
public:
    template <class T>
    void operator()(const char* name, const T& value) {
        json_[name] = write(value);
    }
    template <class T>
    void object(const char* name, const T& value) {
        Writer inner;
        members(inner, value);
        json_[name] = std::move(inner.json_);
    }
    template <class T>
    void object(const char* name, const std::optional<T>& value) {
        if (value) {
            object(name, *value);
        } else {
            json_[name] = nullptr;
        }
    }
    std::string text() const { return json_.dump(-1, ' ', false, Json::error_handler_t::replace); }

private:
    static Json write(const std::string& value) { return value; }
    static Json write(const std::vector<std::string>& value) { return value; }
    static Json write(const std::map<std::string, std::int64_t>& value) { return value; }
    static Json write(std::int64_t value) { return value; }
    static Json write(int value) { return value; }
    static Json write(double value) { return value; }
    static Json write(Duration value) { return static_cast<double>(value.count()) / 1000; }
    static Json write(Instant value) { return to_rfc3339(value); }
    static Json write(Status::Health value) { return healths[static_cast<std::size_t>(value)]; }
    static Json write(gps::Verdict value) { return gps::name(value); }
    static Json write(gps::Cause value) { return gps::name(value); }
    template <class T>
    static Json write(const std::optional<T>& value) {
        return value ? write(*value) : Json(nullptr);
    }

    Json json_ = Json::object();
};

class Reader {
public:
    explicit Reader(const Json& json, std::string path = {}) : json_(json), path_(std::move(path)) {
        if (!json_.is_object()) complain("");
    }
    template <class T>
    void operator()(const char* name, T& value) {
        if (!complaint_.empty()) return;
        const auto found = json_.find(name);
        static const Json null;
        if (!read(found == json_.end() ? null : *found, value)) complain(name);
    }
    template <class T>
    void object(const char* name, T& value) {
        if (!complaint_.empty()) return;
        const auto found = json_.find(name);
        if (found == json_.end()) return complain(name);
        Reader inner(*found, path_ + name + ".");
        if (inner.complaint_.empty()) members(inner, value);
        complaint_ = inner.complaint_;
    }
    template <class T>
    void object(const char* name, std::optional<T>& value) {
        if (!complaint_.empty()) return;
        const auto found = json_.find(name);
        value.reset();
        if (found != json_.end() && !found->is_null()) object(name, value.emplace(T()));
    }
    const std::string& complaint() const { return complaint_; }

private:
    void complain(const char* name) {
        const std::string where = path_ + name;
        complaint_ =
            where.empty() ? "no JSON object" : "'" + where + "' missing or of a wrong kind";
    }
    static bool read(const Json& json, std::string& value) {
        if (json.is_string()) value = json.get<std::string>();
        return json.is_string();
    }
    static bool read(const Json& json, std::vector<std::string>& value) {
        if (!json.is_array()) return false;
        value.clear();
        for (const Json& each : json) {
            if (!read(each, value.emplace_back())) return false;
        }
        return true;
    }
    static bool read(const Json& json, std::map<std::string, std::int64_t>& value) {
        if (!json.is_object()) return false;
        value.clear();
        for (const auto& [name, each] : json.items()) {
            if (!read(each, value[name])) return false;
        }
        return true;
    }
    static bool read(const Json& json, std::int64_t& value) {
        if (!json.is_number_integer()) return false;
        if (json.is_number_unsigned() &&
            json.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
            return false;
        }
        value = json.get<std::int64_t>();
        return true;
    }
    static bool read(const Json& json, int& value) {
        std::int64_t wide = 0;
        if (!read(json, wide) || wide != static_cast<int>(wide)) return false;
        value = static_cast<int>(wide);
        return true;
    }
    static bool read(const Json& json, double& value) {
        value = std::numeric_limits<double>::quiet_NaN();
        if (json.is_number()) value = json.get<double>();
        return json.is_number() || json.is_null();
    }
    static bool read(const Json& json, Duration& value) {
        const double seconds = json.is_number() ? json.get<double>() : 1e300;
        if (!(std::abs(seconds) < 1e12)) return false;
        value = Duration(std::llround(seconds * 1000));
        return true;
    }
    static bool read(const Json& json, Instant& value) {
        if (!json.is_string()) return false;
        const auto instant = parse_rfc3339(json.get_ref<const std::string&>());
        if (instant) value = *instant;
        return instant.has_value();
    }
    static bool read(const Json& json, Status::Health& value) {
        for (std::size_t i = 0; i < healths.size(); ++i) {
            if (json != healths[i]) continue;
            value = static_cast<Status::Health>(i);
            return true;
        }
        return false;
    }
    static bool read(const Json& json, gps::Verdict& value) {
        for (const gps::Verdict each : gps::all_verdicts()) {
            if (json != gps::name(each)) continue;
            value = each;
            return true;
        }
        return false;
    }
    static bool read(const Json& json, gps::Cause& value) {
        for (int i = 0; i <= static_cast<int>(gps::Cause::last); ++i) {
            if (json != gps::name(static_cast<gps::Cause>(i))) continue;
            value = static_cast<gps::Cause>(i);
            return true;
        }
        return false;
    }
    template <class T>
    static bool read(const Json& json, std::optional<T>& value) {
        value.reset();
        return json.is_null() || read(json, value.emplace(T()));
    }

    const Json& json_;
    std::string path_;
    std::string complaint_;
};

template <class Document, class Wanted>
concept Is = std::is_same_v<std::remove_const_t<Document>, Wanted>;

template <class Archive, Is<Status::Gps> Document>
void members(Archive& archive, Document& gps) {
    archive("state", gps.state);
    archive("detail", gps.detail);
    archive("daemon", gps.daemon);
    archive("device", gps.device);
    archive("fix_age_s", gps.fix_age);
    archive("latitude", gps.latitude);
    archive("longitude", gps.longitude);
    archive("speed_mps", gps.speed_mps);
    archive("track_deg", gps.track_deg);
    archive("accuracy_m", gps.accuracy_m);
    archive("satellites", gps.satellites);
}

template <class Archive, Is<Status::Queue> Document>
void members(Archive& archive, Document& queue) {
    archive("actions", queue.actions);
    archive("pings", queue.pings);
    archive("dead", queue.dead);
    archive("oldest_age_s", queue.oldest_age);
}

template <class Archive, Is<Status::Office> Document>
void members(Archive& archive, Document& office) {
    archive("url", office.url);
    archive("state", office.state);
    archive("newest_acknowledged", office.newest_acknowledged);
    archive("acknowledged_age_s", office.acknowledged_age);
    archive("next_attempt_in_s", office.next_attempt_in);
}

template <class Archive, Is<Status::LastError> Document>
void members(Archive& archive, Document& error) {
    archive("at", error.at);
    archive("fault", error.fault);
    archive("detail", error.detail);
}

template <class Archive, Is<Status> Document>
void members(Archive& archive, Document& status) {
    archive("health", status.health);
    archive("reasons", status.reasons);
    archive("version", status.version);
    archive("now", status.now);
    archive("running_s", status.running);
    archive.object("gps", status.gps);
    archive("motion", status.motion);
    archive.object("queue", status.queue);
    archive.object("office", status.office);
    archive.object("last_error", status.last_error);
    archive("captured", status.captured);
    archive("reported", status.reported);
    archive("delivered", status.delivered);
}

template <class Archive, Is<offline::Audit::Lane> Document>
void members(Archive& archive, Document& lane) {
    archive("accepted", lane.accepted);
    archive("queued", lane.queued);
    archive("dead", lane.dead);
    for (std::size_t i = 0; i < offline::causes.size(); ++i) {
        archive(std::string(offline::name(offline::causes[i])).c_str(), lane.gone[i]);
    }
}

template <class Archive, Is<offline::Audit> Document>
void members(Archive& archive, Document& audit) {
    archive("captured", audit.captured);
    archive("not_reported", audit.not_reported);
    for (const offline::Lane lane : offline::lanes) {
        archive.object(std::string(offline::name(lane)).c_str(),
                       audit.by_lane[static_cast<std::size_t>(lane)]);
    }
    archive("discrepancies", audit.discrepancies);
}

template <class Archive, Is<TrackPoint> Document>
void members(Archive& archive, Document& point) {
    archive("time", point.time);
    archive("latitude", point.latitude);
    archive("longitude", point.longitude);
    archive("speed_mps", point.speed_mps);
    archive("track_deg", point.track_deg);
    archive("altitude_m", point.altitude_m);
    archive("accuracy_m", point.accuracy_m);
    archive("verdict", point.judgement.verdict);
    archive("cause", point.judgement.cause);
    archive("measured", point.judgement.measured);
    archive("limit", point.judgement.limit);
    archive("sequence", point.sequence);
    archive("delivered", point.delivered);
}

template <class Document>
std::string render(const Document& document) {
    Writer writer;
    members(writer, document);
    return writer.text();
}

template <class Document>
Result<Document> parse(std::string_view text, std::string_view what) {
    const Json json = Json::parse(text, nullptr, false);
    Reader reader(json);
    Document document;
    if (reader.complaint().empty()) members(reader, document);
    if (reader.complaint().empty()) return document;
    return Error(Fault::malformed,
                 fmt::format("the agent's {} is unreadable, {}: are outrider and its agent of the "
                             "same version?",
                             what, reader.complaint()));
}

}  // namespace

std::string to_json(const Status& status) { return render(status); }
Result<Status> parse_status(std::string_view json) { return parse<Status>(json, "status"); }

std::string to_json(const offline::Audit& audit) { return render(audit); }
Result<offline::Audit> parse_audit(std::string_view json) {
    return parse<offline::Audit>(json, "audit");
}

std::string to_json(const TrackPoint& point) { return render(point); }
Result<TrackPoint> parse_track_point(std::string_view line) {
    return parse<TrackPoint>(line, "track");
}

}  // namespace outrider::api
