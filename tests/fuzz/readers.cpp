// Pure readers: bytes in, a value or an error out.

#include "client/api/local.hpp"
#include "client/api/ping.hpp"
#include "client/api/results.hpp"
#include "client/api/servicetitan.hpp"
#include "client/cli/config_file.hpp"
#include "client/cli/config_settings.hpp"
#include "client/office/faults.hpp"
#include "client/office/gps_pings.hpp"
#include "gps/gpsd.hpp"
#include "gps/gpsd_facts.hpp"
#include "gps/judge.hpp"
#include "gps/lines.hpp"
#include "gps/recording.hpp"
#include "gps/recording_clock.hpp"
#include "gps/sieve.hpp"
#include "platform/http_wire.hpp"
#include "tests/fuzz/targets.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace outrider::fuzz {

void must(bool holds, std::string_view what) {
    if (holds) return;
    std::fprintf(stderr, "fuzz: %.*s\n", static_cast<int>(what.size()), what.data());
    std::abort();
}

void gpsd_line(std::string_view bytes) {
    gps::Lines lines;
    gps::GpsdReader reader;
    gps::GpsdFacts facts{gps::GpsdOptions()};
    gps::SieveSettings settings;
    settings.settling_fixes = 1;  // the first one that is no nonsense
    gps::Sieve sieve{settings};
    std::vector<gps::Fix> believed;
    std::vector<gps::Judged> rejected;
    const Uptime now{std::chrono::hours(1)};
    facts.connected(now);
    lines.add(bytes);
    lines.add("\n");
    while (const auto line = lines.next()) {
        const auto fix = facts.take(reader.read(*line), now);
        if (fix) sieve.add(*fix, Instant(std::chrono::seconds(1'795'000'000)), believed, rejected);
    }
    for (const gps::Fix& fix : believed) {
        must(fix.mode >= gps::Mode::two_d && fix.time, "a fix without mode or time believed");
        must(std::abs(fix.latitude) <= 90 && std::abs(fix.longitude) <= 180, "no place believed");
    }
    (void)facts.step(now);
    (void)facts.view(now);
}

void http_answer(std::string_view bytes) {
    http::Limits limits;
    limits.header = 4096;
    limits.body = 16 * 1024;
    // In two pieces, cut where the first byte says.
    const std::size_t cut = bytes.empty() ? 0 : static_cast<unsigned char>(bytes[0]);
    http::Reader reader(http::Reader::Role::answers, limits);
    std::string pending;
    for (const std::string_view piece :
         {bytes.substr(0, cut), bytes.substr(std::min(cut, bytes.size()))}) {
        pending += piece;
        for (;;) {
            if (reader.complete()) return;
            const Result<std::size_t> taken = reader.feed(pending);
            if (!taken) return;
            must(*taken <= pending.size(), "more taken than given");
            if (*taken == 0) break;
            pending.erase(0, *taken);
        }
    }
    const Result<> ended = reader.end();
    if (!ended) return;
    const http::Response& response = reader.response();
    must(response.body.size() <= limits.body, "a body over its limit");
    (void)api::fault_of(response, "https://office.example", Instant(std::chrono::seconds(1)));
}

void ping_answer(std::string_view bytes) {
    if (const auto results = api::parse_ping_results(bytes)) {
        for (const auto& result : *results) {
            must(result.message.size() <= 4096, "words over their limit");
        }
    }
    (void)api::parse_read_back(std::string(bytes));
    http::Response response;
    response.status = 400;
    response.headers.set("Content-Type", "application/problem+json");
    response.body = bytes;
    const auto fault = api::fault_of(response, "https://office.example", Instant());
    must(fault && fault->detail.size() < 2000, "an error without end");
    (void)office::parse_gps_pings(bytes);
}

void retry_after(std::string_view bytes) {
    const Instant now(std::chrono::seconds(1'790'000'000));
    if (const auto wait = http::retry_after(bytes, now)) {
        must(wait->count() >= 0 && *wait <= std::chrono::hours(1), "an absurd wait");
    }
    if (const auto time = parse_rfc3339(bytes)) {
        const auto again = parse_rfc3339(to_rfc3339(*time));
        must(again && *again == *time, "a time that does not come back");
    }
}

// The first byte says which format it is taken for; whole, and in small pieces.
void recording(std::string_view bytes) {
    constexpr std::array formats = {gps::RecordingFormat::gpsd, gps::RecordingFormat::nmea,
                                    gps::RecordingFormat::csv, gps::RecordingFormat::gpx};
    std::optional<gps::RecordingFormat> format;
    if (!bytes.empty() && bytes[0] >= '0' && bytes[0] <= '3') {
        format = formats[static_cast<std::size_t>(bytes[0] - '0')];
        bytes.remove_prefix(1);
    }
    const auto read = [&](std::size_t piece) -> Result<gps::Recording> {
        gps::RecordingReader reader(format);
        for (std::string_view rest = bytes; !rest.empty();
             rest.remove_prefix(std::min(piece, rest.size()))) {
            if (const auto taken = reader.add(rest.substr(0, piece)); !taken) return taken.error();
        }
        return reader.finish();
    };
    auto whole = read(bytes.size() + 1);
    const auto pieces = read(7);
    must(whole.has_value() == pieces.has_value(), "read in pieces it is another");
    if (!whole) return must(whole.error().detail.size() < 2000, "an error without end");
    must(whole->fixes.size() == pieces->fixes.size(), "other fixes in pieces");
    must(whole->fixes.size() <= bytes.size(), "more fixes than bytes");
    must(whole->first_broken.size() < 2000, "a complaint without end");
    const std::size_t fixes = whole->fixes.size();
    const gps::Played played = gps::play_back(std::move(*whole), {});
    gps::Judge judge{gps::JudgeSettings()};
    std::vector<gps::Judged> judged;
    for (std::size_t i = 0; i < fixes; ++i) {
        must(i == 0 || played.fixes[i].seen > played.fixes[i - 1].seen, "two seen at once");
        judge.add(played.fixes[i], played.walls[i], judged);
    }
    judge.finish(judged);
    must(judged.size() == fixes, "a fix without its verdict");
}

void configuration(std::string_view bytes) {
    cli::Reading reading;
    cli::read_toml(bytes, "fuzz.toml", reading);
    cli::Surroundings around;
    cli::AgentDraft draft(around, "fuzz.toml");
    const auto table = cli::agent_table(draft);
    for (const auto& entry : reading.entries) {
        for (const auto& setting : table) {
            if (setting.key == entry.key) (void)setting.set(entry.value);
        }
    }
}

void database_row(std::string_view bytes) {
    if (const auto ping = api::decode_ping(bytes)) {
        // One without a place has NaN.
        must(!(std::abs(ping->latitude) > 90) && !(std::abs(ping->longitude) > 180), "no place");
        must(api::encode(*ping) == bytes, "a ping that does not come back");
        api::Destination destination;
        std::string json;
        api::append_json(json, *ping, destination, "or-1-1");
        must(json.size() <= api::longest_json(destination), "JSON over its limit");
    }
    if (const auto point = api::decode_track_point(bytes)) (void)api::to_json(*point);
    (void)api::decode_destination(bytes);
    (void)office::parse_faults(bytes);
    (void)api::parse_status(std::string(bytes));
    (void)api::parse_audit(std::string(bytes));
    (void)api::parse_track_point(std::string(bytes));
}

}  // namespace outrider::fuzz
