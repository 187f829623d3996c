#include "client/api/local.hpp"

#include "client/api/local_coverage_json.hpp"
#include "client/api/local_json.hpp"
#include "client/api/local_track_json.hpp"

#include <fmt/format.h>

namespace outrider::api {

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
    archive("accepted", queue.accepted);
    archive("delivered", queue.delivered);
    archive("actions", queue.actions);
    archive("pings", queue.pings);
    archive("dead", queue.dead);
    archive("bytes", queue.bytes);
    archive("oldest_age_s", queue.oldest_age);
}

template <class Archive, Is<Status::Office> Document>
void members(Archive& archive, Document& office) {
    archive("url", office.url);
    archive("state", office.state);
    archive("newest_acknowledged", office.newest_acknowledged);
    archive("acknowledged_age_s", office.acknowledged_age);
    archive("next_attempt_in_s", office.next_attempt_in);
    archive("paused_by_hand", office.paused_by_hand);
    archive("refused_since", office.refused_since);
    archive("attempts_of_unknown_outcome", office.ambiguous);
}

template <class Archive, Is<Status::Gone> Document>
void members(Archive& archive, Document& gone) {
    archive("expired", gone.expired);
    archive("thinned", gone.thinned);
    archive("discarded", gone.discarded);
    archive("lost", gone.lost);
    archive("dropped", gone.dropped);
    archive("skipped", gone.skipped);
    archive("settled", gone.settled);
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
    archive.object("gone", status.gone);
    archive.object("last_error", status.last_error);
    archive("captured", status.captured);
    archive("reported", status.reported);
    archive("delivered", status.delivered);
    archive.object("coverage", status.coverage);
    archive.object("privacy", status.privacy);
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
    archive("forgotten", audit.forgotten);
    archive("discrepancies", audit.discrepancies);
}

template <class Archive, Is<offline::Custody> Document>
void members(Archive& archive, Document& custody) {
    archive("proven", custody.proven);
    archive("receipted", custody.vouched);
    archive("unproven", custody.unproven);
    archive("discrepancies", custody.discrepancies);
}

std::string to_json(const Status& status) { return render(status); }
Result<Status> parse_status(std::string_view json) { return parse<Status>(json, "status"); }

std::string to_json(const offline::Audit& audit) { return render(audit); }
Result<offline::Audit> parse_audit(std::string_view json) {
    return parse<offline::Audit>(json, "audit");
}

std::string to_json(const offline::Custody& custody) { return render(custody); }
Result<offline::Custody> parse_custody(std::string_view json) {
    return parse<offline::Custody>(json, "proof");
}
std::string to_json(const offline::Audit& audit, const offline::Custody& custody) {
    Writer writer;
    members(writer, audit);
    writer.object("custody", custody);
    return writer.text();
}

std::string problem_json(std::string_view detail) {
    Json json = Json::object();
    json["error"] = detail;
    return json.dump(-1, ' ', false, replace);
}
std::string parse_problem(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    const auto found = json.is_object() ? json.find("error") : json.end();
    if (found == json.end() || !found->is_string()) return "";
    return found->get<std::string>();
}

std::string lost_lines_json(std::int64_t count) { return fmt::format(R"({{"lost":{}}})", count); }
std::optional<std::int64_t> parse_lost_lines(std::string_view line) {
    if (!line.starts_with(R"({"lost":)")) return std::nullopt;  // a look is enough for the others
    const Json json = Json::parse(line, nullptr, false);
    const auto found = json.is_object() ? json.find("lost") : json.end();
    if (found == json.end() || !found->is_number_integer()) return std::nullopt;
    return found->get<std::int64_t>();
}

std::string to_json(const TrackPoint& point) { return render(point); }
Result<TrackPoint> parse_track_point(std::string_view line) {
    return parse<TrackPoint>(line, "track");
}

}  // namespace outrider::api
