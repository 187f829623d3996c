#include "client/api/local.hpp"

#include "tests/support/result.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

namespace outrider::api {

namespace {

Instant at(const char* text) { return *parse_rfc3339(text); }

Status full_status() {
    Status status;
    status.health = Status::Health::degraded;
    status.reasons = {"no fix for 40 s: is the antenna connected?"};
    status.version = "0.1.0";
    status.now = at("2026-11-21T06:30:00.250Z");
    status.running = Duration(12'345);
    status.gps.state = "fix";
    status.gps.detail = "3D fix";
    status.gps.daemon = "gpsd 3.22";
    status.gps.device = "/dev/ttyUSB0";
    status.gps.fix_age = Duration(400);
    status.gps.latitude = 51.5007292;
    status.gps.longitude = -0.1246254;
    status.gps.speed_mps = 13.4;
    status.gps.track_deg = 271.5;
    status.gps.accuracy_m = 3.2;
    status.gps.satellites = 9;
    status.motion = "moving";
    status.queue.accepted = 90;
    status.queue.delivered = 24;
    status.queue.actions = 1;
    status.queue.pings = 42;
    status.queue.dead = 2;
    status.queue.bytes = 3024;
    status.queue.oldest_age = std::chrono::minutes(7);
    status.office.url = "https://api.servicetitan.io";
    status.office.state = "waiting to retry";
    status.office.newest_acknowledged = at("2026-11-21T06:20:00Z");
    status.office.acknowledged_age = std::chrono::minutes(10);
    status.office.next_attempt_in = Duration(1500);
    status.office.paused_by_hand = true;
    status.office.refused_since = at("2026-11-21T05:00:00Z");
    status.office.ambiguous = 3;
    status.gone = {1, 2, 3, 4, 5, 6, 7};
    status.last_error = Status::LastError();
    status.last_error->at = at("2026-11-21T06:29:00Z");
    status.last_error->fault = "unreachable";
    status.last_error->detail = "no route";
    status.captured = 100;
    status.reported = 44;
    status.delivered = std::int64_t{1} << 53;
    status.privacy = PrivacyView{"private zone", at("2026-11-21T06:29:00Z"), {}, "home"};
    return status;
}

TrackPoint full_point() {
    TrackPoint point;
    point.time = at("2026-11-21T06:30:00.250Z");
    point.latitude = 51.5007292;
    point.longitude = -0.1246254;
    point.speed_mps = 13.4;
    point.track_deg = 271.5;
    point.altitude_m = -3.25;
    point.accuracy_m = 2.75;
    point.judgement.verdict = gps::Verdict::reported;
    point.judgement.cause = gps::Cause::turn;
    point.judgement.measured = 31.5;
    point.judgement.limit = 30;
    point.sequence = 77;
    point.delivered = at("2026-11-21T06:30:05Z");
    return point;
}

QueueRecord full_record() {
    Ping ping;
    ping.time = at("2026-11-21T06:29:47Z");
    ping.latitude = 37.42681;
    ping.longitude = -122.09352;
    ping.speed_mps = 13.4;
    ping.is_new = true;
    Destination destination;
    destination.origin.host = "api.servicetitan.io";
    destination.tenant = "4711";
    destination.gps_provider = "outrider";
    destination.unit_id = "van-7";
    destination.unit_name = "Van \"7\"";
    offline::Envelope envelope;
    envelope.sequence = 42;
    envelope.written = at("2026-11-21T06:29:48.123Z");
    envelope.body = encode(ping);
    envelope.link = std::string("\0\xff", 2);
    QueueRecord record = record_of(envelope, encode(destination), 255);
    record.buried = at("2026-11-21T06:30:00Z");
    record.words = "no \a such unit";
    return record;
}

// Each member of `text` in turn taken away, null, and of each other kind: never a crash, and what
// is still read can be written again.
template <class Parse>
void mangle(const nlohmann::json& whole, const Parse& parse) {
    const nlohmann::json values[] = {nullptr,
                                     true,
                                     -1,
                                     1e300,
                                     18446744073709551615U,
                                     "x",
                                     "",
                                     "nan",
                                     nlohmann::json::array({1, nullptr}),
                                     nlohmann::json::object({{"x", 1}})};
    const auto flat = whole.flatten();
    for (const auto& [path, old] : flat.items()) {
        for (const auto& value : values) {
            auto changed = whole;
            changed[nlohmann::json::json_pointer(path)] = value;
            const auto document = parse(changed.dump());
            if (document) CHECK(parse(to_json(*document)));
        }
    }
    for (const auto& [name, old] : whole.items()) {
        auto changed = whole;
        changed.erase(name);
        const auto document = parse(changed.dump());
        if (document) CHECK(parse(to_json(*document)));
    }
    const std::string text = whole.dump();
    for (std::size_t length = 0; length < text.size(); ++length) {
        CHECK(parse(text.substr(0, length)).error().fault == Fault::malformed);
    }
}

}  // namespace

TEST_CASE("a status comes back as it was") {
    const std::string text = to_json(full_status());
    const auto again = parse_status(text);
    REQUIRE(again);
    CHECK(to_json(*again) == text);
    CHECK(
        text ==
        R"({"health":"degraded","reasons":["no fix for 40 s: is the antenna connected?"],)"
        R"("version":"0.1.0","now":"2026-11-21T06:30:00.250Z","running_s":12.345,"gps":{)"
        R"("state":"fix","detail":"3D fix","daemon":"gpsd 3.22","device":"/dev/ttyUSB0",)"
        R"("fix_age_s":0.4,"latitude":51.5007292,"longitude":-0.1246254,"speed_mps":13.4,)"
        R"("track_deg":271.5,"accuracy_m":3.2,"satellites":9},"motion":"moving","queue":{)"
        R"("accepted":90,"delivered":24,"actions":1,"pings":42,"dead":2,"bytes":3024,"oldest_age_s":420.0},"office":{)"
        R"("url":"https://api.servicetitan.io","state":"waiting to retry",)"
        R"("newest_acknowledged":"2026-11-21T06:20:00.000Z","acknowledged_age_s":600.0,)"
        R"("next_attempt_in_s":1.5,"paused_by_hand":true,)"
        R"("refused_since":"2026-11-21T05:00:00.000Z","attempts_of_unknown_outcome":3},"gone":{)"
        R"("expired":1,"thinned":2,"discarded":3,"lost":4,"dropped":5,"skipped":6,"settled":7},)"
        R"("last_error":{"at":"2026-11-21T06:29:00.000Z",)"
        R"("fault":"unreachable","detail":"no route"},"captured":100,"reported":44,)"
        R"("delivered":9007199254740992,"coverage":null,"privacy":{"state":"private zone",)"
        R"("since":"2026-11-21T06:29:00.000Z","until":null,"zone":"home"}})");
    CHECK(again->health == Status::Health::degraded);
    CHECK(again->running == Duration(12'345));
    CHECK(again->gps.satellites == 9);
    CHECK(again->queue.oldest_age == std::chrono::minutes(7));
    CHECK(again->office.newest_acknowledged == at("2026-11-21T06:20:00Z"));
    REQUIRE(again->last_error);
    CHECK(again->last_error->detail == "no route");
    CHECK(again->delivered == std::int64_t{1} << 53);
    CHECK(again->office.paused_by_hand);
    CHECK(again->gone.lost == 4);
    CHECK(again->gone.dropped == 5);
    CHECK(again->gone.skipped == 6);
    CHECK(again->gone.settled == 7);
    CHECK(again->queue.accepted == 90);
    CHECK(again->queue.delivered == 24);
}

TEST_CASE("a status names its members with their units, and what is unknown is null") {
    const auto json = nlohmann::json::parse(to_json(Status()));
    CHECK(json["health"] == "ok");
    CHECK(json["running_s"] == 0.0);
    CHECK(json["gps"]["fix_age_s"].is_null());
    CHECK(json["gps"]["speed_mps"].is_null());
    CHECK(json["queue"]["oldest_age_s"].is_null());
    CHECK(json["office"]["acknowledged_age_s"].is_null());
    CHECK(json["last_error"].is_null());
    CHECK(nlohmann::json::parse(to_json(full_status()))["running_s"] == 12.345);
    CHECK(parse_status(to_json(Status())));
}

TEST_CASE("an audit comes back as it was") {
    offline::Audit audit;
    audit.captured = 10;
    audit.by_lane[1].gone = {3, 1, 0, 4, 5, 6, 0, 2};
    audit.not_reported = {{"held", 2}, {"no_fix", 1}};
    audit.by_lane[1].accepted = 7;
    audit.by_lane[0].dead = 4;
    audit.discrepancies = {"captured 10, but 11 are accounted for"};
    const std::string text = to_json(audit);
    const auto again = parse_audit(text);
    REQUIRE(again);
    CHECK(to_json(*again) == text);
    CHECK(again->not_reported.at("held") == 2);
    CHECK(again->by_lane[1].accepted == 7);
    CHECK(again->by_lane[1].gone == audit.by_lane[1].gone);
    CHECK_FALSE(again->balances());
    CHECK(nlohmann::json::parse(text)["pings"]["accepted"] == 7);
}

TEST_CASE("a track point is one line and comes back as it was") {
    const std::string line = to_json(full_point());
    CHECK(line == R"({"time":"2026-11-21T06:30:00.250Z","latitude":51.5007292,)"
                  R"("longitude":-0.1246254,"speed_mps":13.4,"track_deg":271.5,"altitude_m":-3.25,)"
                  R"("accuracy_m":2.75,"verdict":"reported","cause":"turn","measured":31.5,)"
                  R"("limit":30.0,"sequence":77,"delivered":"2026-11-21T06:30:05.000Z"})");
    const auto again = parse_track_point(line);
    REQUIRE(again);
    CHECK(to_json(*again) == line);
    CHECK(again->judgement.verdict == gps::Verdict::reported);
    CHECK(again->judgement.cause == gps::Cause::turn);
    CHECK(again->sequence == 77);
    CHECK(again->delivered == at("2026-11-21T06:30:05Z"));
}

TEST_CASE("a proof comes back as it was, alone and as the last member of the books") {
    offline::Custody custody;
    custody.proven = 3;
    custody.vouched = 4;
    custody.unproven = 5;
    custody.discrepancies = {"pings 7 missing"};
    const std::string text = to_json(custody);
    CHECK(text == R"({"proven":3,"receipted":4,"unproven":5,"discrepancies":["pings 7 missing"]})");
    const auto again = parse_custody(text);
    REQUIRE(again);
    CHECK(to_json(*again) == text);
    CHECK_FALSE(again->holds());
    const std::string both = to_json(offline::Audit(), custody);
    CHECK(both.ends_with(",\"custody\":" + text + "}"));
    CHECK(parse_audit(both));
}

TEST_CASE("the coverage comes back as it was, in the status and as the audit's last member") {
    Coverage coverage;
    coverage.from = at("2026-11-21T06:00:00Z");
    coverage.to = at("2026-11-21T14:00:00Z");
    coverage.expected_min = 480;
    coverage.covered_min = 360;
    coverage.private_min = 5;
    coverage.share = 0.75;
    coverage.gaps = {{at("2026-11-21T07:00:00Z"), at("2026-11-21T08:00:00Z"), "no fix"}};
    coverage.more_gaps = 2;
    coverage.more_gaps_min = 60;
    Status status = full_status();
    status.coverage = coverage;
    const auto told = parse_status(to_json(status));
    REQUIRE(told);
    CHECK(to_json(*told) == to_json(status));
    CHECK(nlohmann::json::parse(to_json(status))["coverage"]["gaps"][0]["cause"] == "no fix");
    const std::string audit = with_coverage(to_json(offline::Audit()), {coverage, Coverage()});
    CHECK(parse_audit(audit));
    const auto days = parse_coverage(audit);
    REQUIRE(days);
    CHECK(with_coverage(to_json(offline::Audit()), *days) == audit);
    CHECK(nlohmann::json::parse(audit)["coverage"][1]["share"].is_null());
    CHECK(parse_coverage(to_json(offline::Audit()))->empty());
    CHECK_FALSE(parse_coverage(R"({"coverage":7})"));
    CHECK_FALSE(parse_coverage("[]"));
}

TEST_CASE("what waits is one line with everything that is known of it") {
    const std::string line = to_json(full_record());
    CHECK(line == R"({"lane":"pings","sequence":42,"written":"2026-11-21T06:29:48.123Z","owner":0,)"
                  R"("destination":{"api":"https://api.servicetitan.io","tenant":"4711",)"
                  R"("gps_provider":"outrider","unit_id":"van-7","unit_name":"Van \"7\"",)"
                  R"("speed_unit":"mph"},"external_id":"or-00000000000000ff-42","ping":{)"
                  R"("time":"2026-11-21T06:29:47.000Z","latitude":37.42681,"longitude":-122.09352,)"
                  R"("speed_mps":13.4,"is_new":true,"under_way":null},"body":")" +
                      full_record().body +
                      R"(","link":"00ff","buried":"2026-11-21T06:30:00.000Z",)"
                      R"("words":"no \u0007 such unit"})");
    const auto again = parse_queue_record(line);
    REQUIRE(again);
    CHECK(to_json(*again) == line);
    CHECK(decode_destination(again->destination));
    CHECK(again->words == "no \a such unit");
    mangle(nlohmann::json::parse(line), parse_queue_record);
}

TEST_CASE("a body or a destination that is not understood is given all the same") {
    offline::Envelope envelope;
    envelope.body = "\xff";
    QueueRecord record = record_of(envelope, "a", 1);
    CHECK_FALSE(record.ping);
    CHECK(record.body == "ff");
    const auto json = nlohmann::json::parse(to_json(record));
    CHECK(json["destination"] == "a");
    CHECK(json["ping"].is_null());
    envelope.lane = offline::Lane::actions;
    record = record_of(envelope, "a", 1);
    CHECK(record.external_id == "");
    CHECK(parse_queue_record(to_json(record))->lane == offline::Lane::actions);
}

TEST_CASE("what is asked of the dead letters is bounded, and refused by the name of the member") {
    DeadRequest request;
    request.lane = offline::Lane::actions;
    request.sequences = {3, 1};
    CHECK(to_json(request) == R"({"lane":"actions","sequences":[3,1]})");
    const auto again = parse_dead_request(to_json(request));
    REQUIRE(again);
    CHECK(again->sequences == request.sequences);
    CHECK(parse_dead_request("").error().detail.find("no JSON object") == 0);
    CHECK(parse_dead_request(R"({"lane":"boats","sequences":[1]})").error().detail.find("'lane'") ==
          0);
    CHECK(parse_dead_request(R"({"lane":"pings","sequences":[1.5]})")
              .error()
              .detail.find("'sequences'") == 0);
    CHECK(parse_dead_request(R"({"lane":"pings","sequences":[]})").error().fault ==
          Fault::malformed);
    request.sequences.resize(DeadRequest::most);
    CHECK(parse_dead_request(to_json(request)));
    request.sequences.push_back(1);
    CHECK(parse_dead_request(to_json(request)).error().fault == Fault::too_large);
    DeadAnswer answer;
    answer.done = {1, 2};
    answer.unknown = {3};
    CHECK(to_json(answer) == R"({"lane":"pings","done":[1,2],"unknown":[3]})");
    CHECK(parse_dead_answer(to_json(answer))->unknown == answer.unknown);
}

TEST_CASE("a problem and a gap of the tail are understood, other lines are neither") {
    CHECK(parse_problem(problem_json("no \"such\" thing\n")) == "no \"such\" thing\n");
    CHECK(parse_problem("<html>") == "");
    CHECK(parse_problem("[1]") == "");
    CHECK(parse_lost_lines(lost_lines_json(12)) == 12);
    CHECK_FALSE(parse_lost_lines(to_json(full_point())));
    CHECK_FALSE(parse_lost_lines(R"({"lost":"much"})"));
}

TEST_CASE("every verdict and cause has its word") {
    for (const gps::Verdict verdict : gps::all_verdicts()) {
        for (int cause = 0; cause <= static_cast<int>(gps::Cause::last); ++cause) {
            TrackPoint point = full_point();
            point.judgement.verdict = verdict;
            point.judgement.cause = static_cast<gps::Cause>(cause);
            const auto again = parse_track_point(to_json(point));
            REQUIRE(again);
            CHECK(again->judgement.verdict == verdict);
            CHECK(again->judgement.cause == point.judgement.cause);
        }
    }
}

TEST_CASE("no position is null and stays no position") {
    TrackPoint point = full_point();
    point.latitude = std::numeric_limits<double>::quiet_NaN();
    point.longitude = std::numeric_limits<double>::infinity();
    point.speed_mps.reset();
    const auto json = nlohmann::json::parse(to_json(point));
    CHECK(json["latitude"].is_null());
    CHECK(json["longitude"].is_null());
    CHECK(json["speed_mps"].is_null());
    const auto again = parse_track_point(to_json(point));
    REQUIRE(again);
    CHECK(std::isnan(again->latitude));
    CHECK_FALSE(again->speed_mps);
}

TEST_CASE("text that is not UTF-8 does not keep a status from being told") {
    Status status = full_status();
    status.gps.device = "\xff/dev";
    CHECK(parse_status(to_json(status)));
}

TEST_CASE("what another program says is refused by the name of the member, never fatal") {
    CHECK(parse_status("{}").error().detail.find("'health'") != std::string::npos);
    auto json = nlohmann::json::parse(to_json(full_status()));
    json["gps"]["state"] = 7;
    CHECK(parse_status(json.dump()).error().detail.find("'gps.state'") != std::string::npos);
    CHECK_FALSE(parse_status(std::string(1'000'000, '[')));
    CHECK_FALSE(parse_status("null"));
    mangle(nlohmann::json::parse(to_json(full_status())), parse_status);
    mangle(nlohmann::json::parse(to_json(full_point())), parse_track_point);
    mangle(nlohmann::json::parse(to_json(offline::Audit())), parse_audit);
}

}  // namespace outrider::api
