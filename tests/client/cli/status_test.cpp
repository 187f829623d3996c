#include "client/cli/status.hpp"

#include <doctest/doctest.h>

using namespace outrider;
using namespace outrider::cli;
using namespace std::chrono_literals;

namespace {

api::Status moving() {
    api::Status status;
    status.version = "0.1.0";
    status.now = *parse_rfc3339("2026-11-21T06:30:00Z");
    status.running = 3h + 12min;
    auto& gps = status.gps;
    gps.state = "fix";
    gps.daemon = "gpsd 3.22 at 127.0.0.1:2947";
    gps.device = "/dev/ttyACM0";
    gps.fix_age = 1s;
    gps.latitude = 37.42681;
    gps.longitude = -122.09352;
    gps.speed_mps = 13.4;
    gps.track_deg = 92;
    gps.accuracy_m = 4.2;
    gps.satellites = 9;
    status.motion = "moving";
    status.office.url = "https://api.servicetitan.io";
    status.office.state = "up to date";
    status.office.newest_acknowledged = status.now - 12s;
    status.office.acknowledged_age = 12s;
    status.captured = 11520;
    status.reported = 410;
    status.delivered = 410;
    return status;
}

}  // namespace

TEST_CASE("when all is well the first line says so and one screen tells the rest") {
    CHECK(render(moving(), Style{}) == R"(Working: the office heard from you 12 s ago

  GPS        position known, 1 s old, good to 4 m, 9 satellites
  Position   37.42681 -122.09352, 30 mph (48 km/h), heading east
  Vehicle    moving
  Office     up to date (https://api.servicetitan.io)
  Waiting    nothing: everything is delivered
  So far     11,520 fixes, 410 reported, 410 delivered
  Agent      outrider 0.1.0, running 3 h 12 min, gpsd 3.22 at 127.0.0.1:2947, /dev/ttyACM0
)");
}

TEST_CASE("without network it tells how much waits, since when, and what comes next") {
    auto status = moving();
    status.health = api::Status::Health::degraded;
    status.reasons = {"the office has not heard from you for 22 min: it is tried again by itself"};
    status.office.state = "waiting to retry";
    status.office.next_attempt_in = 42s;
    status.office.acknowledged_age = 22min;
    status.queue.pings = 1044;
    status.queue.dead = 2;
    status.queue.bytes = 1044 * 72;
    status.queue.oldest_age = 22min;
    status.last_error = api::Status::LastError{status.now - 18s, "unreachable",
                                               "api.servicetitan.io: no route to host"};
    CHECK(render(status, Style{}) == R"(Needs attention: the office heard from you 22 min ago
  - the office has not heard from you for 22 min: it is tried again by itself

  GPS        position known, 1 s old, good to 4 m, 9 satellites
  Position   37.42681 -122.09352, 30 mph (48 km/h), heading east
  Vehicle    moving
  Office     waiting to retry, next try in 42 s (https://api.servicetitan.io)
  Waiting    1,044 positions (73 KiB), the oldest for 22 min
  Refused    2 by the office for good: see `outrider queue dead ls`
  Last error 18 s ago: api.servicetitan.io: no route to host (unreachable)
  So far     11,520 fixes, 410 reported, 410 delivered
  Agent      outrider 0.1.0, running 3 h 12 min, gpsd 3.22 at 127.0.0.1:2947, /dev/ttyACM0
)");
}

TEST_CASE("what somebody or the office holds up, and what is gone, has a line each") {
    auto status = moving();
    status.office.state = "paused";
    status.office.paused_by_hand = true;
    status.office.refused_since = status.now - 2h;
    status.office.ambiguous = 7;
    status.gone = {12, 3000, 1, 4, 50, 2};
    status.queue.dead = 4;
    CHECK(render(status, Style{}) == R"(Working: the office heard from you 12 s ago

  GPS        position known, 1 s old, good to 4 m, 9 satellites
  Position   37.42681 -122.09352, 30 mph (48 km/h), heading east
  Vehicle    moving
  Office     paused by hand (https://api.servicetitan.io)
  Refuses us for 2 h, since 2026-11-21T04:30Z: credentials or configuration
  Waiting    nothing: everything is delivered
  Refused    4 by the office for good: see `outrider queue dead ls`
  Gone       12 expired, 3,000 left out, 1 discarded, 50 dropped, 4 destroyed, 2 numbers left out: see `outrider audit`
  So far     11,520 fixes, 410 reported, 410 delivered
  Unanswered 7 requests so far, which the office may have heard
  Agent      outrider 0.1.0, running 3 h 12 min, gpsd 3.22 at 127.0.0.1:2947, /dev/ttyACM0
)");
}

TEST_CASE("without gpsd nothing is made up") {
    api::Status status;
    status.version = "0.1.0";
    status.health = api::Status::Health::down;
    status.reasons = {"no gpsd at 127.0.0.1:2947: systemctl start gpsd.socket"};
    status.gps.state = "no gpsd";
    status.motion = "unknown";
    status.office.state = "starting";
    status.running = 4s;
    CHECK(render(status, Style{}) == R"(Not working: the office has not heard from you yet
  - no gpsd at 127.0.0.1:2947: systemctl start gpsd.socket

  GPS        the GPS service (gpsd) does not answer
  Vehicle    not known yet
  Office     starting
  Waiting    nothing: everything is delivered
  So far     0 fixes, 0 reported, 0 delivered
  Agent      outrider 0.1.0, running 4 s
)");
}

TEST_CASE("each state of the receiver has words of its own") {
    auto status = moving();
    const auto words = [&](const char* state) {
        status.gps.state = state;
        return render(status, Style{});
    };
    CHECK(words("no fix").find("no position yet") != std::string::npos);
    CHECK(words("stale fix").find("the last position is old") != std::string::npos);
    CHECK(words("no device").find("no GPS receiver found") != std::string::npos);
    CHECK(words("something new").find("GPS        something new") != std::string::npos);
}

TEST_CASE("how much of the shift was tracked has a line once anything was expected") {
    auto status = moving();
    status.coverage.emplace();
    CHECK(render(status, Style{}).find("Tracked") == std::string::npos);
    status.coverage->expected_min = 100;
    status.coverage->covered_min = 98;
    status.coverage->share = 0.98;
    status.coverage->gaps.push_back({status.now - 12min, status.now - 10min, "no device"});
    CHECK(render(status, Style{})
              .find("  Tracked    98.0 % of 100 min, missing: no device 06:18 to 06:20\n") !=
          std::string::npos);
}

TEST_CASE("a standing vehicle has no heading") {
    auto status = moving();
    status.gps.speed_mps = 0.3;
    CHECK(render(status, Style{}).find("heading") == std::string::npos);
}

TEST_CASE("colours only add to the words") {
    std::string coloured = render(moving(), Style{true});
    CHECK(coloured.find("\x1b[32mWorking\x1b[0m") == 0);
    std::string plain;
    for (std::size_t i = 0; i < coloured.size(); ++i) {
        if (coloured[i] == '\x1b')
            i = coloured.find('m', i);
        else
            plain += coloured[i];
    }
    CHECK(plain == render(moving(), Style{}));
}
